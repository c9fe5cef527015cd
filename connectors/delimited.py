"""Texts of separated values (RFC 4180, and as spreadsheet programs write them): one sheet, whose rows are counted as a screen
shows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.cells import SetAside
from connectors.encodings import text_of
from connectors.errors import BadRecord
from connectors.workbooks import MOST_COLUMNS

_SEPARATORS = ",\t;"
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
        beginning = self._text[:_LOOKED_AT]
        separator = max(_SEPARATORS, key=beginning.count)
        number = 0
        try:
            # Strictly: a quotation mark that is never closed would take all that follows into one cell.
            read = csv.reader(io.StringIO(self._text, newline=""), delimiter=separator, strict=True)
            for number, row in enumerate(read, start=1):
                if len(row) > MOST_COLUMNS:
                    yield SetAside(f"a cell in none of the first {MOST_COLUMNS} columns", number)
                elif cells := {place: text for place, text in enumerate(row) if text.strip()}:
                    yield number, cells
        except csv.Error:
            raise BadRecord(f"the text cannot be read past row {number}") from None

    def merged_down(self) -> Mapping[tuple[int, int], int]:
        """Nothing: a text merges no cells."""
        return {}

    def merged_across(self, _until: int) -> Mapping[tuple[int, int], int]:
        """Nothing either."""
        return {}
