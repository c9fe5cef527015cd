"""What the files that people fill hold: lines that know where they stand, and cells that hold no value."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Unfit:
    """What a cell holds that is no value of anything: what was there, and why it is none.  Who needs the value refuses it."""

    there: str
    why: str


class Shown(float):
    """A number that a spreadsheet shows with words about it, or as a share of a hundred: the `text` is what one sees."""

    text: str

    def __new__(cls, number: float, text: str) -> Shown:
        shown = super().__new__(cls, number)
        shown.text = text
        return shown


class Since1904(float):
    """A number of a workbook that counts its days from 1904, as workbooks of old Macintoshes do."""


class TextSince1904(str):
    """The same as a text, which may as well be a code: it stays as it was written."""

    __slots__ = ()


class _Mark(StrEnum):
    """How a value that JSON does not have is marked among what is kept of a row."""

    UNFIT = "(no value)"
    SHOWN = "(shown as)"
    SINCE_1904 = "(days since 1904)"
    DAY = "(day)"
    SEVERAL = "(told several times)"


#: No value that anybody takes lies deeper within others.
_DEEPEST = 64


def kept(value: Any, most: int = _DEEPEST) -> Any:
    """A value in JSON, so that what is read again later is what was read: the text of an error cell is no text.  What lies
    deeper than so many levels stays as it is."""
    if not most:
        return value
    match value:
        case Unfit(there, why):
            return {_Mark.UNFIT: there, "why": why}
        case Shown():
            return {_Mark.SHOWN: value.text, "number": float(value)}
        case Since1904():
            return {_Mark.SINCE_1904: float(value)}
        case TextSince1904():
            return {_Mark.SINCE_1904: str(value)}
        case datetime():
            return {_Mark.DAY: value.isoformat()}
        case tuple():
            return {_Mark.SEVERAL: [kept(one, most - 1) for one in value]}
        case dict():
            return {name: kept(member, most - 1) for name, member in value.items()}
        case list():
            return [kept(one, most - 1) for one in value]
    return value


def restored(value: Any) -> Any:
    """The value that was `kept`."""
    match value:
        case {_Mark.UNFIT: str(there), "why": str(why)}:
            return Unfit(there, why)
        case {_Mark.SHOWN: str(text), "number": float(number)}:
            return Shown(number, text)
        case {_Mark.SINCE_1904: str(text)}:
            return TextSince1904(text)
        case {_Mark.SINCE_1904: float(number)}:
            return Since1904(number)
        case {_Mark.DAY: str(day)}:
            with suppress(ValueError):
                return datetime.fromisoformat(day)
        case {_Mark.SEVERAL: list(several)}:
            return tuple(map(restored, several))
        case dict():
            return {name: restored(member) for name, member in value.items()}
        case list():
            return [restored(one) for one in value]
    return value


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: its values by column, where it stands (`sheet` is "" in a text), and the letters of its columns."""

    values: Mapping[str, Any]
    row: int
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)

    def cell(self, column: str) -> str:
        """The name of the cell in that column, as it is called on a screen; "" where a column has none."""
        return f"{self.letters[column]}{self.row}" if column in self.letters else ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part of a file that cannot be read: which (`row` is 0 for a whole sheet), why, and what was there.

    `has_more` says that nobody knows what else the sheet holds.
    """

    why: str
    row: int = 0
    sheet: str = ""
    there: Any = None
    has_more: bool = False
