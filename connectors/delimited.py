"""Texts of separated values (RFC 4180, and as spreadsheet programs write them): one sheet, whose rows are counted as a screen
shows them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.cells import SetAside, Unfit
from connectors.encodings import text_of
from connectors.errors import BadRecord
from connectors.workbooks import MOST_COLUMNS

_SEPARATORS = ",\t;"
#: What programs write lest a spreadsheet makes a number of a code: ="0012", and '0012.
_AS_TEXT = re.compile(r"""="([^"]*)"|'([0-9A-Za-z]+)""", re.ASCII)
_FORMULA = re.compile(r"=[A-Za-z(+$\-]")
#: So much of a text tells by what it is separated.
_LOOKED_AT = 4096


class Delimited:
    """An open text.  BadRecord when its characters cannot be read."""

    name = ""
    hidden = False

    def __init__(self, body: bytes) -> None:
        self._text = text_of(body)

    def rows(self) -> Iterator[tuple[int, dict[int, Any]] | SetAside]:
        """The rows that hold something: their number, and what is filled by place.  BadRecord when it cannot be read on."""
        separator, number = self._separator(), 0
        try:
            # Strictly: a quotation mark that is never closed would take all that follows into one cell.
            read = csv.reader(io.StringIO(self._text, newline=""), delimiter=separator, strict=True)
            for number, row in enumerate(read, start=1):
                if len(row) > MOST_COLUMNS:
                    yield SetAside(f"a cell in none of the first {MOST_COLUMNS} columns", number)
                elif cells := {place: _value(text) for place, text in enumerate(row) if text.strip()}:
                    yield number, cells
        except csv.Error:
            raise BadRecord(f"the text cannot be read past row {number}") from None

    def _separator(self) -> str:
        """What parts the values: what as many rows as can be hold as often as one another.  In texts all of them occur."""
        beginning = self._text[:_LOOKED_AT]

        def agreeing(separator: str) -> tuple[int, int]:
            try:
                rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=separator)
                widths = Counter(len(row) for row in rows if len(row) > 1)
            except csv.Error:
                return 0, 0
            width, rows_of_it = max(widths.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
            return rows_of_it, width

        return max(_SEPARATORS, key=agreeing)

    def merged_down(self) -> Mapping[tuple[int, int], int]:
        """Nothing: a text merges no cells."""
        return {}

    def merged_across(self, _until: int) -> Mapping[tuple[int, int], int]:
        """Nothing either."""
        return {}


def _value(text: str) -> Any:
    if text[0] not in "='":
        return text
    if found := _AS_TEXT.fullmatch(text.strip()):
        return found[1] or found[2] or ""
    return Unfit(text[:100], "a formula without its value") if _FORMULA.match(text) else text
