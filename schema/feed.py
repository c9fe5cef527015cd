"""The pull feed: the log page by page, as far as the caller may see its records now."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLField, get_named_type

from auth.principals import Principal
from auth.rules import may_follow, visibility_of
from hub.domain.log import BEGINNING, Cursor, Wanted
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.portfolios import Portfolios
from hub.services.evidence.asked import MINE, in_order
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from schema.admission import Measured
from schema.budgets import Charge
from schema.desk import Desk
from schema.events import Events, ToldEvent
from schema.log import wanted
from schema.planner.arguments import arguments_of, data_of
from schema.planner.collect import Collector
from schema.planner.sizes import EVENTS
from schema.planner.values import plain
from schema.subscriptions import ENTRIES_FOR_ONE
from schema.watching import watch_of

FIELD = "events"
#: So many entries of the log are looked through for one page, whatever it finds.
_MOST_LOOKED = 10_000
_AT_ONCE = 500


class _Page(NamedTuple):
    """The events of a page, where it begins and how far was looked, and whether there is more."""

    events: list[ToldEvent]
    begins: Cursor
    reached: Cursor
    has_more: bool


class Feed:
    """Answers the field `events`.  `named` keeps how far consumers have acknowledged; `charge` is told what is looked through.

    `reads` keeps who was told of which mine; `portfolios` may be followed.
    """

    def __init__(
        self,
        desk: Desk,
        following: Followers,
        *,
        named: Consumers,
        charge: Charge,
        reads: ReadLedger | None,
        portfolios: Portfolios | None = None,
    ) -> None:
        self._portfolios = portfolios
        self._desk = desk
        self._named = named
        self._following = following
        self._charge = charge
        self._reads = reads

    async def page(self, query: Measured, nodes: list[FieldNode], field: GraphQLField, caller: Principal) -> dict[str, Any]:
        """A page as asked for.  Raises INVALID_INPUT, NOT_FOUND naming the argument, FORBIDDEN, LOG_CHANGED, CURSOR_TOO_OLD."""
        if not may_follow(caller):
            raise HubError(ErrorCode.FORBIDDEN, FIELD)
        collector = self._desk.collector(query)
        given = data_of(nodes[0], field, collector.variables)
        after, consumer = given.get("after"), given.get("consumer")
        where = {name: plain(value) for name, value in (given.get("where") or {}).items()}
        where["licence_nos"] = where.pop("licenceNos", None)
        asked_for = wanted(where, visibility_of(caller), "where.")
        watch = watch_of(self._portfolios, where, caller, "where.")
        # That nothing comes of a mine says something of it too.
        named = [(MINE, None, mine) for mine in (await watch.mines() if watch else asked_for.mines or ())]
        if asked_for.mines:
            asked_for = replace(asked_for, mines=await self._desk.reading.all_numbers(asked_for.mines))
        size = EVENTS.of(arguments_of(nodes[0], field)).rows(collector.variables)
        connection: Any = get_named_type(field.type)
        kind: Any = get_named_type(connection.fields["nodes"].type)
        shape = _Shape(collector, connection, nodes)
        events = Events(
            self._desk, collector, caller, query.cost, kind=kind, places=shape.places, wanted=asked_for, watch=watch
        )
        begins = await (
            self._named.begin(caller, consumer, after or BEGINNING) if consumer else self._following.start(after or BEGINNING)
        )
        page = await self._looked_through(events, begins, asked_for, size, caller)
        if self._reads is not None:
            self._reads.check_room()
            if found := in_order([*named, *(found for one in page.events for found in one.found)]):
                self._reads.note(Read(caller, query.purpose, query.document.digest, found))
        return shape.written(page)

    async def _looked_through(self, events: Events, begins: Cursor, asked_for: Wanted, size: int, caller: Principal) -> _Page:
        reached = begins
        told: list[ToldEvent] = []
        while True:
            last = await self._following.last()
            has_more = reached.position < last.position
            if not has_more or len(told) >= size or reached.position - begins.position >= _MOST_LOOKED:
                return _Page(told, begins, reached, has_more)
            some = await self._following.stretch(reached, asked_for, min(_AT_ONCE, max(size - len(told), 1)))
            self._charge(caller.client_id, math.ceil((some.reached.position - reached.position) / ENTRIES_FOR_ONE))
            told += (await events.told(some.entries, caller)).events if some.entries else []
            reached = some.reached
            if some.renumbers:
                # The next page asks for its mines anew.
                return _Page(told, begins, reached, reached.position < last.position)


class _Shape:
    """What is asked of a page.  `places` are the selections of events: each `nodes`, and each `node` of `edges`."""

    def __init__(self, collector: Collector, connection: Any, nodes: list[FieldNode]) -> None:
        self._name = connection.name
        self._edge: Any = get_named_type(connection.fields["edges"].type)
        self._facts: Any = get_named_type(connection.fields["pageInfo"].type)
        self._fields = collector.below(connection, nodes)
        self._below = {
            key: collector.below(self._facts if below[0].name.value == "pageInfo" else self._edge, below)
            for key, below in self._fields.items()
            if below[0].name.value in ("edges", "pageInfo")
        }
        self.places: list[list[FieldNode]] = []
        #: The number of the place that stands at a key of the connection, or at one of an edge below it.
        self._numbers: dict[tuple[str, ...], int] = {}
        for key, below in self._fields.items():
            if below[0].name.value == "nodes":
                self._add((key,), below)
            for inner, part in self._below.get(key, {}).items():
                if part[0].name.value == "node":
                    self._add((key, inner), part)

    def _add(self, path: tuple[str, ...], nodes: list[FieldNode]) -> None:
        self._numbers[path] = len(self.places)
        self.places.append(nodes)

    def written(self, page: _Page) -> dict[str, Any]:
        """A page in this shape."""
        found: dict[str, Any] = {}
        for key, below in self._fields.items():
            match below[0].name.value:
                case "nodes":
                    found[key] = [one.payloads[self._numbers[key,]] for one in page.events]
                case "edges":
                    found[key] = [self._edge_of(key, one) for one in page.events]
                case "pageInfo":
                    found[key] = {inner: self._fact(part[0].name.value, page) for inner, part in self._below[key].items()}
                case _:
                    found[key] = self._name
        return found

    def _edge_of(self, key: str, one: ToldEvent) -> dict[str, Any]:
        edge: dict[str, Any] = {}
        for inner, part in self._below[key].items():
            match part[0].name.value:
                case "node":
                    edge[inner] = one.payloads[self._numbers[key, inner]]
                case "cursor":
                    edge[inner] = str(one.posted.cursor)
                case _:
                    edge[inner] = self._edge.name
        return edge

    def _fact(self, name: str, page: _Page) -> Any:
        match name:
            case "hasNextPage":
                return page.has_more
            case "hasPreviousPage":
                return page.begins.position > 0
            case "startCursor":
                return str(page.begins)
            case "endCursor":
                return str(page.reached)
        return self._facts.name
