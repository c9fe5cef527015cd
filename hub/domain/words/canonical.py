"""One way of writing: the same thing spelled twice is the same text, so that nothing hides behind a look-alike.

Text is brought to Unicode NFC.  Numbers and codes are brought to NFKC (full-width digits and letters become ASCII) and lose
blanks, line breaks, zero-width and bidirectional marks; in a document number 文号 every sort of bracket becomes 〔〕.
"""

from __future__ import annotations

import re
import unicodedata

#: What a reader does not see, or sees as a blank.
_UNSEEN = {"Cf", "Zs", "Zl", "Zp"}
_BREAKS = dict.fromkeys(map(ord, "\t\n\r\x85\u034f\u115f\u1160\u3164"))
_BRACKETS = str.maketrans("[]()【】〖〗﹝﹞", "〔〕" * 5)

#: NUL, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether both databases take a text."""
    return text.isprintable() or _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """A text with what no database takes made into something that no field takes."""
    return _UNSTORABLE.sub("\uffff", text)


def canonical_text(text: str) -> str:
    """Unicode NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def canonical_code(text: str) -> str:
    """A code or a number, as a machine would write it."""
    if text.isascii() and text.isalnum():
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_BREAKS)
    if plain.isprintable() and " " not in plain:
        return plain
    seen = "".join(c for c in plain if unicodedata.category(c) not in _UNSEEN)
    # What stood between a letter and its mark is gone.
    return unicodedata.normalize("NFKC", seen)


def canonical_number(text: str) -> str:
    """A document number 文号: 示例罚[2025] 1 号 is 示例罚〔2025〕1号."""
    return canonical_code(text).translate(_BRACKETS)
