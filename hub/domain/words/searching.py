"""What is searched for, in one way of writing: full-width and traditional forms, capitals, blanks, brackets are all one.

Text is found by its pairs of neighbouring characters: two are the shortest that mean something in Chinese.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import repeat
from operator import add
from string import ascii_lowercase, digits

from hub.domain.words.canonical import canonical_number
from hub.domain.words.divisions import DIVISIONS

#: The fewest and the most characters that are searched for.
LEAST, MOST = 2, 64
#: The shortest and the longest number of which it is told what may be meant, and what one is typed with as it is searched in:
#: of the thousands of Chinese characters nobody can try each.
_SHORTEST, _LONGEST = 5, 32
_TYPED = (*digits, *ascii_lowercase, "-")
#: Texts up to so long are remembered, for many are said again: ten thousand of them take some megabytes.
_SHORT = 100
#: The blocks of Chinese characters: unified, extension A, compatibility.
_IDEOGRAPHS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF))


@cache
def _simplified() -> dict[int, str]:
    """The simplified form of each traditional character.  Characters are taken one by one, for what is found is a part of a
    text: the same one must come out the same wherever it stands."""
    from opencc import OpenCC  # noqa: PLC0415

    every = [chr(code) for first, last in _IDEOGRAPHS for code in range(first, last + 1)]
    told = OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(one): other for one, other in zip(every, told, strict=True) if one != other and len(other) == 1}


def folded(text: str) -> str:
    """A text as it is searched in."""
    return _folded_again(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> str:
    plain = canonical_number(text).lower()
    return plain if plain.isascii() else plain.translate(_simplified())


#: What organs, laws and parties are called is said in record after record.
_folded_again = lru_cache(maxsize=10_000)(_folded)


def initials(name: str) -> str:
    """The initials of a name's syllables, with the letters and digits that stand in it; empty for a name without Chinese."""
    return "" if name.isascii() else "".join(_initial(one) for one in folded(name))


@lru_cache(maxsize=10_000)
def _initial(character: str) -> str:
    """The letter that a character is typed by; none for what is no word."""
    if character.isascii():
        return character if character.isalnum() else ""
    # Its phrases, by which a character's readings are told apart, take a second and thirty megabytes to load.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    letters = lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return letters[0] if letters and letters[0].isascii() else ""


def grams(text: str, salt: str) -> set[int]:
    """The pairs of neighbouring characters of each line, as numbers of 32 bits.  What has another salt has other numbers."""
    lines = text.split("\n")
    return set().union(*[_pairs_again(line, salt) if len(line) <= _SHORT else _pairs(line, salt) for line in lines])


def _pairs(line: str, salt: str) -> frozenset[int]:
    return frozenset(map(_number, repeat(salt), map(add, line, line[1:])))


_pairs_again = lru_cache(maxsize=10_000)(_pairs)


@lru_cache(maxsize=20_000)
def _number(salt: str, pair: str) -> int:
    return zlib.crc32(f"{salt}\x1f{pair}".encode()) - 2**31


def gram_of(salt: str, word: str) -> int:
    """The number of a word that is no pair of characters."""
    return _number(salt, f"\x1e{word}")


def places(text: str) -> tuple[str, ...]:
    """The codes of the divisions whose names hold a text."""
    return tuple(code for code, division in DIVISIONS.items() if text in folded(division.name))


def nearly(text: str) -> tuple[str, ...]:
    """The numbers that differ from what is written by one mistake: a letter, digit or hyphen that is wrong or missing, or any
    character that is too many or has changed places with its neighbour.  Of what holds no digit, or is shorter or longer than
    codes and document numbers are, there are none."""
    number = folded(text)
    if not (_SHORTEST <= len(number) <= _LONGEST and any(one in digits for one in number)):
        return ()
    return tuple(one for one in dict.fromkeys(_mistaken(number)) if one != number)


def _mistaken(number: str) -> Iterator[str]:
    for place in range(len(number) + 1):
        before, after = number[:place], number[place:]
        yield from (before + one + after for one in _TYPED)
        if after:
            yield before + after[1:]
        if after[:1] in _TYPED:
            yield from (before + one + after[1:] for one in _TYPED)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


#: Comes after every other character: no text holds it.
LAST = chr(sys.maxunicode)
