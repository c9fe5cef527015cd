"""Where in a file an item stands, so that people who filled it can go there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file, or a whole sheet or file where `row` is 0; `sheet` is "" in a text.

    `letters` names the columns by what they fill and by their own names.
    """

    file: str
    sheet: str = ""
    row: int = 0
    letters: Mapping[str, str] = field(default_factory=dict)

    def cell(self, path: str) -> str:
        """The name of the cell that fills a field, as it is called on a screen; "" where none does."""
        letters = self.letters.get(path.partition(".")[0], "")
        return f"{letters}{self.row}" if letters and self.row else ""
