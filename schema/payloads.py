"""Payloads of mutations and events: what the hub says of them itself, and the records in them, which are planned and read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLObjectType, get_named_type, is_leaf_type

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.read_plan import Chosen, Param, ReadPlan
from hub.domain.record_kinds import KINDS, RecordKind, kind_of
from hub.services.evidence.asked import Found, ReadTarget, asked_of, found_by
from hub.services.reading import Prepared
from schema.desk import Desk
from schema.planner.collect import Collector

#: The field of a payload that is a record, and that which is mines as they stand.
RECORD = "record"
MINES = "mines"


class _Planned(NamedTuple):
    """The statement that tells records of a kind, and its parameters but for their ids."""

    statement: Prepared
    parameters: list[Any]
    targets: tuple[ReadTarget, ...]


@dataclass(frozen=True, slots=True)
class _Waits:
    """Where records and mines belong that are still to be read, by the nodes that ask of them: in which row, under which key,
    and which they are."""

    records: dict[tuple[int, ...], tuple[list[FieldNode], list[tuple[dict[str, Any], str, str, str]]]] = field(
        default_factory=dict
    )
    mines: dict[tuple[int, ...], tuple[list[FieldNode], list[tuple[dict[str, Any], str, Sequence[str]]]]] = field(
        default_factory=dict
    )


class Payloads:
    """Tells the payloads of one operation.  What is asked of the records of one kind is planned once.

    A payload names its record by `recordId`; with `versions` it speaks of one version, by `versionId`.
    """

    def __init__(self, desk: Desk, collector: Collector, caller: Principal, paid: int, *, versions: bool = False) -> None:
        self._desk = desk
        self._collector = collector
        self._caller = caller
        self._paid = paid
        self._nouns = visibility_of(caller).nouns
        self._versions = versions
        self._planned: dict[tuple[RecordKind, tuple[int, ...], bool], _Planned] = {}
        #: What was told of records, for the read ledger: each by its kind and id, and the mines that they speak of.
        self.told: set[Found] = set()
        #: Whether another client of the caller's class may be told something else of them.
        self.is_own = False

    def of(self, caller: Principal) -> Payloads:
        """The same for a caller of the same class: what is planned for one is planned for both."""
        other = Payloads(self._desk, self._collector, caller, self._paid, versions=self._versions)
        other._planned = self._planned
        return other

    async def select(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], values: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Payloads as asked for.  A record that the caller may not see is null."""
        waits = _Waits()
        told = self._projected(kind, nodes, values, waits)
        for below, places in waits.records.values():
            rows = await self.records(below, (record for _, _, record, _ in places))
            for found, key, record, known_by in places:
                found[key] = rows.get(known_by)
                if found[key] is not None and (kind_of_record := kind_of(record)):
                    self.told.add((kind_of_record.value, record, None))
        for below, lists in waits.mines.values():
            mines = await self.records(below, (mine for _, _, ids in lists for mine in ids), versions=False)
            for found, key, ids in lists:
                found[key] = [mines[mine] for mine in ids if mine in mines]
        return told

    def _projected(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], values: Sequence[Mapping[str, Any]], waits: _Waits
    ) -> list[dict[str, Any]]:
        """What the hub says of payloads itself; where records belong is noted."""
        found: list[dict[str, Any]] = [{} for _ in values]
        for key, below in self._collector.below(kind, nodes).items():
            name = below[0].name.value
            part: Any = None if name == "__typename" else get_named_type(kind.fields[name].type)
            is_leaf = part is not None and is_leaf_type(part)
            for to, one in zip(found, values, strict=True):
                if part is None:
                    to[key] = kind.name
                elif name == RECORD:
                    to[key] = None
                    if one["recordId"]:
                        _, places = waits.records.setdefault(tuple(map(id, below)), (below, []))
                        places.append((to, key, one["recordId"], one["versionId" if self._versions else "recordId"]))
                elif name == MINES:
                    waits.mines.setdefault(tuple(map(id, below)), (below, []))[1].append((to, key, one[MINES]))
                    to[key] = []
                elif is_leaf:
                    to[key] = one[name]
                else:
                    to[key] = self._projected(part, below, one[name], waits) if one[name] else []
        return found

    async def sees(self, record: str) -> bool:
        """Whether the caller may see a record at all."""
        return bool(await self.records([], [record]))

    async def records(self, nodes: list[FieldNode], wanted: Iterable[str], *, versions: bool | None = None) -> dict[str, Any]:
        """What the nodes ask of these records, as far as the caller may see them; with `versions`, of all their versions."""
        of_all = self._versions if versions is None else versions
        kinds: dict[RecordKind, list[str]] = {}
        for record in wanted:
            if (kind := kind_of(record)) is not None and kind.value in self._nouns:
                kinds.setdefault(kind, []).append(record)
        records: dict[str, Any] = {}
        for kind, ids in kinds.items():
            key = (kind, tuple(map(id, nodes)), of_all)
            if (planned := self._planned.get(key)) is None:
                make, known = partial(self._plan, kind, nodes, of_all), partial(self._planned.get, key)
                planned = self._planned[key] = await self._desk.plan(make, self._caller, known)
            self.is_own = self.is_own or self._desk.reading.is_of_client(planned.statement)
            values = [*planned.parameters, sorted(set(ids))]
            body, told = await self._desk.read(planned.statement, values, self._caller, self._paid)
            self.told.update(found_by(planned.targets, values, told))
            records |= json.loads(body)
        return records

    def _plan(self, word: RecordKind, nodes: list[FieldNode], versions: bool) -> _Planned:
        kind: Any = self._desk.schema.get_type(KINDS[word].payload.__name__)
        planner = self._desk.planner(self._collector)
        target = planner.chosen(kind, nodes)
        parameters = planner.parameters.values(self._collector.variables)
        plan = ReadPlan(Chosen(target, Param(len(parameters)), versions))
        return _Planned(self._desk.reading.prepare(plan, self._caller), parameters, asked_of(plan))
