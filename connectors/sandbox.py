"""What the sandboxes share: resources that are told page by page in the department's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.mapping import Mapped
from connectors.world.province import Data
from connectors.world.shelves import Shelf, revision

MOST_ROWS = 500


@dataclass(frozen=True)
class Resource:
    """A shelf told in a department's words.  `stamp` names the field that carries the moment of change."""

    shelf: Shelf
    mapped: Mapped
    stamp: str

    def after(self, since: str, size: int = MOST_ROWS) -> tuple[list[Data], bool, int]:
        """Rows that changed after a moment, whether more follow, and how many there are in all."""
        found = [self._row(data, moment) for moment, data in self.shelf.after(since, min(size, MOST_ROWS))]
        left = max(0, len(self.shelf) - revision(since))
        return found, left > len(found), left

    def _row(self, data: Data, moment: str) -> Data:
        row: dict[str, Any] = self.mapped.row(data)
        if self.mapped.envelope.department and "department" in data:
            row[self.mapped.envelope.department] = data["department"]
        return {**row, **data.get("upstream", {}), self.stamp: moment}


def resources_of(mapped: Mapping[str, Mapped], shelves: Mapping[str, Shelf], stamp: str) -> dict[str, Resource]:
    """What a system holds, by resource; KeyError where one is mapped and not held."""
    return {name: Resource(shelves[name], mapping, stamp) for name, mapping in mapped.items()}
