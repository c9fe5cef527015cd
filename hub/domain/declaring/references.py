"""What a record is held against when it is posted: other records that stand in the graph at that moment.

A kind says which records it wants (`ReferenceQuery`) and judges with them (`ReferenceSet`); fetching them is posting's affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hub.domain.words.departments import Department


@dataclass(frozen=True, slots=True)
class ReferenceQuery:
    """The standing records of a kind (by its word) whose field has one of these values."""

    kind: str
    field: str
    values: tuple[str, ...]


class Stored(NamedTuple):
    """A record that stands: its id, whose it is, and what it says; the numbers of mines as it states them, where the mines
    have others today."""

    id: str
    department: Department
    record: Any
    stated: tuple[str, ...] | None = None


@dataclass(slots=True)
class ReferenceSet:
    """The records that were wanted.  What is taken while a batch is posted is added, so that later items see it."""

    _kinds: dict[str, dict[str, Stored]] = field(default_factory=dict)
    #: By the kinds and fields that were asked for, the records of each value: of a batch each item asks.
    _asked: dict[tuple[str, str], dict[Any, dict[str, Stored]]] = field(default_factory=dict)

    def add(self, kind: str, stored: Stored) -> None:
        known = self._kinds.setdefault(kind, {})
        before, known[stored.id] = known.get(stored.id), stored
        for (asked, name), values in self._asked.items():
            if asked != kind:
                continue
            value = getattr(stored.record, name)
            if before is not None and (said := getattr(before.record, name)) != value:
                del values[said][stored.id]
            values.setdefault(value, {})[stored.id] = stored

    def of(self, kind: str, field: str, values: Iterable[str], *, but: str = "") -> list[Stored]:
        """Those of a kind whose field has one of the values; not the record with the id `but`, which is being replaced."""
        if (found := self._asked.get((kind, field))) is None:
            found = self._asked[kind, field] = {}
            for stored in self._kinds.get(kind, {}).values():
                found.setdefault(getattr(stored.record, field), {})[stored.id] = stored
        return [s for value in dict.fromkeys(values) for s in found.get(value, {}).values() if s.id != but]

    def by_id(self, kind: str, record_id: str) -> Stored | None:
        """The record of a kind with this id."""
        return self._kinds.get(kind, {}).get(record_id)

    def one(self, kind: str, field: str, value: str) -> Any:
        """The record of a kind whose field has the value, or None."""
        return next((stored.record for stored in self.of(kind, field, (value,))), None)
