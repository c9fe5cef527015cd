"""The characters of text files, by what the bytes themselves say.

Guessing by statistics (charset-normalizer) was judged on batch files as departments send them: of short GB18030 files it takes
some for Big5 or Korean.  What occurs here can be told for certain: a mark, else strict
UTF-8, else zeros where UTF-16 has them, else GB18030, which takes in GBK and GB 2312.
"""

from __future__ import annotations

import codecs

from connectors.errors import BadRecord

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
#: So much of a file tells whether it is in one of these.
_LOOKED_AT = 4096
_WIDE = ("utf-16-le", "utf-16-be")
#: In UTF-16 one byte of so many is a zero, or more.
_FEWEST_ZEROS = 50


def text_of(body: bytes) -> str:
    """The text of a file, without marks; BadRecord when it is in none of these encodings."""
    return _marked(body).lstrip("\ufeff")


def _marked(body: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if body.startswith(mark):
            return _decoded(body[len(mark) :], encoding)
    beginning = body[:_LOOKED_AT]
    if b"\0" in body[:2] or _is_wide(beginning):
        return _decoded(body, max(_WIDE, key=lambda encoding: _ascii_in(beginning, encoding)))
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        if _is_damaged(body):
            raise BadRecord("the text is UTF-8 with damaged characters") from None
        return _decoded(body, "gb18030")


def _is_wide(beginning: bytes) -> bool:
    """Whether a text is UTF-16, which has a zero beside each of the ASCII signs that part its values and lines.

    Old programs fill up the values of other texts with some.
    """
    if beginning.count(0) * _FEWEST_ZEROS < len(beginning):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return True
    return False


def _ascii_in(beginning: bytes, encoding: str) -> int:
    return sum("\0" < char < "\x7f" for char in beginning.decode(encoding, "replace"))


def _is_damaged(body: bytes) -> bool:
    """Whether what is not UTF-8 is so but for some characters: read as GB18030 it would be nonsense without an error.

    Of Chinese characters in GB18030 one in seven passes for UTF-8 of two bytes, hardly one for UTF-8 of three.
    """
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(2 if char > "\u07ff" else 1 for char in text if char > "\x7f") - 2 * wrong
    return right >= wrong


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise BadRecord("the text is neither UTF-8, UTF-16 nor GB18030") from None
