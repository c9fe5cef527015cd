"""Telling a caller of events: those whose record it may see when they are told, with what was asked for of each, and those by
which a record went from its sight, of which it is told that and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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


class ToldEvent(NamedTuple):
    """An event as it is told at each place where it is asked for, and what the ledger is to say of it."""

    posted: Posted
    payloads: tuple[dict[str, Any], ...]
    found: tuple[Found, ...]


class Events:
    """Tells the events of one operation to its caller: at each of the `places` the fields that its nodes ask of the `kind`."""

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
    ) -> None:
        self._payloads = Payloads(desk, collector, caller, paid, versions=True)
        self._reading = desk.reading
        self._caller = caller
        self._kind = kind
        self._places = places
        self.watch(wanted)
        #: Under which keys the record is asked for, at each place.
        self._records = [
            [key for key, inner in collector.below(kind, nodes).items() if inner[0].name.value == RECORD] for nodes in places
        ]

    def watch(self, wanted: Wanted) -> None:
        """Tell with events the mines that are wanted."""
        self._wanted = wanted
        self._watched = wanted.mines or ()

    async def told(self, entries: Sequence[Posted]) -> list[ToldEvent]:
        """Those of these events that the caller may be told of now, in order."""
        named = [entry for entry in entries if self._wanted.names(entry)]
        watched = await self._mine_ids(named)
        payloads = await self._payloads_of([event(entry, watched) for entry in named])
        visible = await self._visible(payloads, named)
        told = {
            entry.position: (entry, tuple(some[place] for some in payloads))
            for place, (entry, is_visible) in enumerate(zip(named, visible, strict=True))
            if is_visible
        }
        told |= await self._gone([one for one in entries if self._wanted.may_fade(one) and one.position not in told])
        # What the records of some events tell of other mines is told with the first of them.
        also = {(MINE, None, mine) for _, _, mine in self._payloads.told if mine}
        self._payloads.told.clear()
        events = []
        for _, (entry, some) in sorted(told.items()):
            events.append(ToldEvent(entry, some, in_order([*found_in(entry), *also])))
            also.clear()
        return events

    async def _gone(self, entries: Sequence[Posted]) -> dict[int, tuple[Posted, tuple[dict[str, Any], ...]]]:
        """Those of these by which a record went from the caller's sight, by position, as events that tell why and no more."""
        why = await self._reading.gone(entries, self._caller) if entries else {}
        gone = [replace(entry, action=Action.GONE) for entry in entries if entry.position in why]
        watched = await self._mine_ids(gone)
        payloads = await self._payloads_of([event(entry, watched, why[entry.position]) for entry in gone])
        return {entry.position: (entry, tuple(some[place] for some in payloads)) for place, entry in enumerate(gone)}

    async def _mine_ids(self, entries: Sequence[Posted]) -> dict[str, str]:
        """The ids of those mines of these events that are watched, by their numbers."""
        return await self._reading.mine_ids({one for entry in entries for one in entry.mines if one in self._watched})

    async def _payloads_of(self, values: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """What is asked for at each place."""
        return [await self._payloads.select(self._kind, nodes, values) for nodes in self._places]

    async def _visible(self, payloads: Sequence[Sequence[dict[str, Any]]], entries: Sequence[Posted]) -> list[bool]:
        """Whether the caller may see the record of each; that is looked up where nothing was asked of the record."""
        if any(self._records):
            asked = list(zip(payloads, self._records, strict=True))
            return [all(some[place][key] is not None for some, keys in asked for key in keys) for place in range(len(entries))]
        rows = await self._payloads.records([], (entry.record_id for entry in entries))
        return [version_id(entry.record_id, entry.version) in rows for entry in entries]
