"""Telling a caller of events: those whose record it may see when they are told, with what was asked for of each, and those by
which a record went from its sight, of which it is told that and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLObjectType

from auth.principals import Principal
from hub.domain.log import Action, Posted, Wanted
from hub.domain.words.identifiers import version_id
from hub.services.evidence.asked import MINE, Found, in_order
from hub.services.evidence.read_ledger import found_in
from schema.desk import Desk
from schema.log import event
from schema.payloads import RECORD, Payloads
from schema.planner.collect import Collector
from schema.watching import Watch


class ToldEvent(NamedTuple):
    """An event as it is told at each place where it is asked for, and what the ledger is to say of it."""

    posted: Posted
    payloads: tuple[dict[str, Any], ...]
    found: tuple[Found, ...]


class Told(NamedTuple):
    """What a caller is told, in order, and whether another client of its class may be told something else."""

    events: list[ToldEvent]
    is_own: bool


class Events:
    """Tells the events of one operation to its caller, or to others of its class: at each of the `places` the fields that its
    nodes ask of the `kind`.  With a `watch` those alone that are about its mines."""

    def __init__(
        self,
        desk: Desk,
        collector: Collector,
        caller: Principal,
        paid: int,
        *,
        kind: GraphQLObjectType,
        places: Sequence[list[FieldNode]],
        wanted: Wanted,
        watch: Watch | None = None,
    ) -> None:
        self._wanted = wanted
        self._payloads = Payloads(desk, collector, caller, paid, versions=True)
        self._reading = desk.reading
        self._kind = kind
        self._places = places
        self._watch = watch
        #: Under which keys the record is asked for, at each place.
        self._records = [
            [key for key, inner in collector.below(kind, nodes).items() if inner[0].name.value == RECORD] for nodes in places
        ]

    def day(self) -> date:
        """The day as of which is told."""
        return self._reading.day()

    async def told(self, entries: Sequence[Posted], caller: Principal) -> Told:
        """Those of these events that a caller may be told of now."""
        records = self._payloads.of(caller)
        watched = await self._watched({mine for entry in entries for mine in entry.mines})
        if self._watch is not None:
            entries = [entry for entry in entries if not watched.keys().isdisjoint(entry.mines)]
        named = [entry for entry in entries if self._wanted.names(entry)]
        payloads = await self._payloads_of(records, [event(entry, watched) for entry in named])
        visible = await self._visible(records, payloads, named)
        told = {
            entry.position: (entry, tuple(some[place] for some in payloads))
            for place, (entry, is_visible) in enumerate(zip(named, visible, strict=True))
            if is_visible
        }
        fading = [one for one in entries if self._wanted.may_fade(one) and one.position not in told]
        if fading:
            told |= await self._gone(records, fading, watched, caller)
        # What the records of some events tell of other mines is told with the first of them.
        also = {(MINE, None, mine) for _, _, mine in records.told if mine}
        events = []
        for _, (entry, some) in sorted(told.items()):
            events.append(ToldEvent(entry, some, in_order([*found_in(entry), *also])))
            also.clear()
        # Since when a client is known decides what it may have seen before.
        return Told(events, records.is_own or bool(fading))

    async def _gone(
        self, records: Payloads, entries: Sequence[Posted], watched: Mapping[str, str], caller: Principal
    ) -> dict[int, tuple[Posted, tuple[dict[str, Any], ...]]]:
        """Those of these by which a record went from the caller's sight, by position, as events that tell why and no more."""
        why = await self._reading.gone(entries, caller)
        gone = [replace(entry, action=Action.GONE) for entry in entries if entry.position in why]
        payloads = await self._payloads_of(records, [event(entry, watched, why[entry.position]) for entry in gone])
        return {entry.position: (entry, tuple(some[place] for some in payloads)) for place, entry in enumerate(gone)}

    async def _watched(self, licence_nos: Collection[str]) -> dict[str, str]:
        """The ids of those of these mines that are watched, by the numbers under which events name them."""
        if self._watch is not None:
            licence_nos = await self._watch.among(licence_nos)
        elif self._wanted.mines is None:
            return {}
        if self._wanted.mines is not None:
            licence_nos = self._wanted.mines.intersection(licence_nos)
        return await self._reading.mine_ids(licence_nos)

    async def _payloads_of(self, records: Payloads, values: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """What is asked for at each place."""
        return [await records.select(self._kind, nodes, values) for nodes in self._places]

    async def _visible(
        self, records: Payloads, payloads: Sequence[Sequence[dict[str, Any]]], entries: Sequence[Posted]
    ) -> list[bool]:
        """Whether the caller may see the record of each; that is looked up where nothing was asked of the record."""
        if any(self._records):
            asked = list(zip(payloads, self._records, strict=True))
            return [all(some[place][key] is not None for some, keys in asked for key in keys) for place in range(len(entries))]
        rows = await records.records([], (entry.record_id for entry in entries))
        return [version_id(entry.record_id, entry.version) in rows for entry in entries]
