"""The codes by which mines, enterprises and authorities are known, and the ids that the hub derives from them."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from operator import mul

from stdnum.cn import uscc

from hub.domain.words.canonical import canonical_code
from hub.domain.words.divisions import current_code

_USCC = re.compile(r"[0-9]{8}[0-9A-HJ-NPQRTUWXY]{10}")
#: What the characters of a credit code count (GB 32100: no I, O, S, V, Z), and how often: in all a multiple of 31.
_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_WEIGHTS = (*(3**place % len(_VALUES) for place in range(17)), 1)
_LICENCE = re.compile(r"C(\d{6})(\d{4})(\d{2})\d{10}")
_LEGACY_LICENCE = re.compile(r"\d{13}")


@lru_cache(maxsize=20_000)
def clean_uscc(text: str) -> str | None:
    """The 18 characters of a unified social credit code (GB 32100), upper case; None when the check digit is wrong."""
    code = canonical_code(text).upper()
    if not _USCC.fullmatch(code) or sum(map(mul, _WEIGHTS, map(_VALUES.__getitem__, code))) % len(_VALUES):
        return None
    return code


def uscc_check_digit(first_seventeen: str) -> str:
    """The 18th character that makes `first_seventeen` a valid credit code."""
    return str(uscc.calc_check_digit(first_seventeen))


def division_of_authority(code: str) -> str | None:
    """The division in which the organ with this credit code is registered (characters 3 to 8), if the table knows it."""
    return current_code(code[2:8])


@lru_cache(maxsize=20_000)
def clean_licence_no(text: str) -> str | None:
    """A mining-licence number: `C` + 22 digits (since 2020, with a year-month in digits 7 to 12), or 13 legacy digits.

    The last ten digits are not decoded: their meaning is not verified.
    """
    number = canonical_code(text).upper()
    if match := _LICENCE.fullmatch(number):
        year, month = int(match[2]), int(match[3])
        return number if 1949 <= year <= 2100 and 1 <= month <= 12 else None
    return number if _LEGACY_LICENCE.fullmatch(number) else None


def is_legacy_licence(number: str) -> bool:
    """Whether the number has the 13-digit form used before the national numbering."""
    return not number.startswith("C")


#: Of an id, behind the kind and a stroke.
DIGEST_CHARACTERS = 30


def record_id(kind: str, *identity: str) -> str:
    """The id of a record: its kind and a digest of what identifies it, so the same document always has the same id."""
    digest = hashlib.sha256("\x1f".join((kind, *identity)).encode()).hexdigest()
    return f"{kind}_{digest[:DIGEST_CHARACTERS]}"


#: Between a record's id and the number of a version.
VERSION_MARK = ".v"
_VERSION_ID = re.compile(rf"(.+){re.escape(VERSION_MARK)}([1-9][0-9]{{0,8}})")


def version_id(record_id: str, version: int) -> str:
    """The global id of one version of a record, once another has taken its place."""
    return f"{record_id}{VERSION_MARK}{version}"


def read_version_id(text: str) -> tuple[str, int | None]:
    """The record's id in a global id, and the number of the version where it is that of one."""
    match = _VERSION_ID.fullmatch(text)
    return (match[1], int(match[2])) if match else (text, None)
