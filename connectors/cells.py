"""What the files that people fill hold: lines that know where they stand, and cells that hold no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
