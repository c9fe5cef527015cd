"""Running subscriptions: the log is followed, and what is asked of the records in it is planned, as for queries."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncGenerator, Hashable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from graphql import FieldNode, get_named_type

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.log import Cursor, Posted, Wanted
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.portfolios import Portfolios
from hub.services.evidence.asked import MINE, in_order
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.places import Stretch
from schema.admission import Measured
from schema.answers import Answer, log_extension
from schema.audiences import MOMENT_SECONDS, Announcement, Audience
from schema.budgets import Charge
from schema.desk import Desk
from schema.errors import FieldRefusedError
from schema.events import Events
from schema.log import wanted
from schema.planner.arguments import data_of
from schema.planner.collect import Collector
from schema.refusals import is_of_field, refusal_of
from schema.told import selected
from schema.watching import watch_of

#: So many entries of the log, told or passed over, cost 1 to look through from the position that is asked for.
ENTRIES_FOR_ONE = 10
#: The subscription to what is told of a portfolio; the others follow the log.
_OF_FINDINGS = "portfolioFinding"
Audiences: TypeAlias = WeakValueDictionary[Hashable, Audience]

#: Who asks for progress is told of it when so many entries more were looked through.
_PROGRESS = 1000
#: So many events of a portfolio are read at once.
_FINDINGS = 100


class Subscriptions:
    """Runs the subscriptions of the schema.

    `named` keeps how far consumers have acknowledged; `charge` is told what each event costs, and events wait where it refuses;
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
        #: By what those in them have in common, for as long as somebody is in them.
        self._audiences: Audiences = WeakValueDictionary()
        self._following = following
        self._named = named
        self._charge = charge
        self._reads = reads

    def telling(self, subscription: Measured, read: Read, caller: Principal) -> Telling:
        """What a subscription tells its caller.  `read` is what the ledger is to say of each event, but for what was found.

        Raises INVALID_INPUT naming the argument, FORBIDDEN for kinds that the caller may not see.
        """
        collector, key, nodes = self._field(subscription)
        if nodes[0].name.value == _OF_FINDINGS:
            raise HubError(ErrorCode.INVALID_INPUT, "recordPosted, mineChanged", field="document")
        return self._telling(subscription, read, caller, collector, (key, nodes))

    def _field(self, subscription: Measured) -> tuple[Collector, str, list[FieldNode]]:
        """The one field of a subscription, and its response key."""
        root = self._desk.schema.subscription_type
        assert root is not None
        collector = self._desk.collector(subscription)
        fields = collector.fields(root, [subscription.node.selection_set])
        if len(fields) != 1:
            raise HubError(ErrorCode.INVALID_INPUT, "one field", field="query")
        [(key, nodes)] = fields.items()
        return collector, key, nodes

    def _telling(
        self, subscription: Measured, read: Read, caller: Principal, collector: Collector, place: tuple[str, list[FieldNode]]
    ) -> Telling:
        return Telling(
            self._desk,
            subscription,
            read,
            caller,
            collector=collector,
            place=place,
            audiences=self._audiences,
            charge=self._charge,
            reads=self._reads,
            portfolios=self._portfolios,
        )

    async def begin(self, subscription: Measured, read: Read, caller: Principal) -> AsyncGenerator[Answer]:
        """The events of a subscription, for ever.  Each is told only if the caller may see its record when it is told.

        Raises as `telling` does, NOT_FOUND for a portfolio that is not the caller's, LOG_CHANGED, CURSOR_TOO_OLD.
        """
        collector, key, nodes = self._field(subscription)
        try:
            telling = self._telling(subscription, read, caller, collector, (key, nodes))
            if nodes[0].name.value == _OF_FINDINGS:
                return await self._found(subscription, telling)
            return await self._begun(subscription, telling, caller)
        except HubError as error:
            error.at = (key,)
            if not is_of_field(error):
                raise
            root = self._desk.schema.subscription_type
            assert root is not None
            told = refusal_of(error, collector, root, subscription.node.selection_set)
            raise FieldRefusedError(error, told) from None

    async def _begun(self, subscription: Measured, telling: Telling, caller: Principal) -> AsyncGenerator[Answer]:
        await telling.settle()
        after, name = telling.after, telling.consumer
        if name is not None:
            start = await self._named.begin(caller, name, after)
        else:
            start = await self._following.start(after)
        if (after or name) and (passed := (await self._following.last()).position - start.position):
            # What is passed over is looked through all the same, and nobody else would pay for it.
            self._charge(caller.client_id, math.ceil(passed / ENTRIES_FOR_ONE))
        await telling.note_watched()

        def progress(at: Cursor) -> Answer:
            return Answer(b'{"data":{"%s":null}}' % telling.key.encode(), cost=subscription.told_cost, log=log_extension(at))

        async def told() -> AsyncGenerator[Answer]:
            shown = start
            if telling.shows_progress:
                yield progress(start)
            async with aclosing(self._followed(telling, start)) as log:
                async for some in log:
                    for one in await telling.announcements(some.entries) if some.entries else ():
                        await telling.afford(one)
                        shown = one.posted.cursor
                        yield one.answer
                    if telling.shows_progress and some.reached.position - shown.position >= _PROGRESS:
                        shown = some.reached
                        yield progress(shown)

        return told()

    async def _found(self, subscription: Measured, telling: Telling) -> AsyncGenerator[Answer]:
        """What is found of the mines of a portfolio, by the events that were told of it."""
        watch = telling.watch
        assert watch is not None
        start = await watch.start(telling.after)
        await telling.note_watched()

        async def told() -> AsyncGenerator[Answer]:
            position, is_paid = start, False
            while True:
                # Known before it is read: what comes while that is on its way is read again.
                grown = watch.grown()
                events = await watch.findings(position, _FINDINGS)
                read = time.monotonic()
                for event in events:
                    if not is_paid:
                        await telling.spend()
                        is_paid = True
                    if time.monotonic() - read > MOMENT_SECONDS:
                        # It has waited, and is told as it may be told now.
                        break
                    telling.note([event["licenceNo"]] if event["licenceNo"] else [])
                    position, is_paid = event["position"], False
                    yield Answer(telling.body(event), cost=subscription.told_cost)
                else:
                    if len(events) < _FINDINGS:
                        await watch.wait(grown)

        return told()

    async def _followed(self, telling: Telling, start: Cursor) -> AsyncGenerator[Stretch]:
        """What comes after a place, for ever: mines are followed under the numbers that they go on under meanwhile."""
        while True:
            async with aclosing(self._following.follow(start, telling.wanted)) as log:
                async for some in log:
                    if some.renumbers:
                        await telling.settle()
                        await telling.note_watched()
                    yield some
                    if some.renumbers:
                        start = some.reached
                        break


class Telling:
    """What one subscription tells its caller: each event that the caller may be told of when it is told."""

    def __init__(
        self,
        desk: Desk,
        subscription: Measured,
        read: Read,
        caller: Principal,
        *,
        collector: Collector,
        place: tuple[str, list[FieldNode]],
        audiences: Audiences,
        charge: Charge,
        reads: ReadLedger | None,
        portfolios: Portfolios | None,
    ) -> None:
        root = desk.schema.subscription_type
        assert root is not None
        self.key, self._nodes = place
        field = root.fields[self._nodes[0].name.value]
        values = data_of(self._nodes[0], field, collector.variables)
        self._desk = desk
        self._subscription = subscription
        self._collector = collector
        self._audiences = audiences
        self._audience: Audience | None = None
        self.wanted: Wanted = wanted(values, visibility_of(caller))
        self._named = self.wanted.mines
        #: A cursor; of what is told of a portfolio the position of an event.
        self.after: Any = values.get("after")
        self.consumer: str | None = values.get("consumer")
        self.shows_progress = bool(values.get("progress"))
        self._kind: Any = get_named_type(field.type)
        self.watch = watch_of(portfolios, values, caller)
        if self._kind.name == "MineEvent" and self.wanted.mines is None and self.watch is None:
            raise HubError(ErrorCode.REQUIRED, "licenceNos | watch", field="licenceNos")
        self._read = read
        self._caller = caller
        self._charge = charge
        self._reads = reads

    async def settle(self) -> None:
        """Watch its mines under all numbers that they have or go on under by now."""
        if self._named:
            self.wanted = replace(self.wanted, mines=await self._desk.reading.all_numbers(self._named))
            self._audience = None

    async def note_watched(self) -> None:
        """Note in the ledger that mines are watched: that nothing comes says something of them too.

        Raises FORBIDDEN, and NOT_FOUND for a portfolio that is not the caller's.
        """
        mines = await self.watch.mines() if self.watch else self.wanted.mines
        if self._reads and mines:
            self._reads.note(self._read._replace(found=in_order((MINE, None, mine) for mine in mines)))

    @property
    def portfolio(self) -> str | None:
        """The portfolio that is followed, if one is."""
        return self.watch.portfolio_id if self.watch else None

    async def findings(self, after: int, most: int) -> Sequence[Mapping[str, Any]]:
        """What was told of the portfolio that is followed after an event; nothing once it was removed."""
        return await self.watch.findings(after, most) if self.watch else ()

    def note(self, licence_nos: Iterable[str]) -> None:
        """Note in the ledger that the caller was told of mines by an event of a portfolio, or by a digest."""
        if self._reads:
            self._reads.check_room()
            self._reads.note(self._read._replace(found=in_order((MINE, None, number) for number in licence_nos)))

    async def announcements(self, entries: Sequence[Posted]) -> Sequence[Announcement]:
        """Those of these events that the caller may be told of now; nothing is paid for or noted yet."""
        if self._audience is None:
            self._audience = self._joined()
        return await self._audience.announcements(entries, self._caller)

    def _joined(self) -> Audience:
        """The audience of all who are told the same."""
        subscription, caller = self._subscription, self._caller
        variables = self._collector.variables_below(self._nodes)
        alike: Hashable = (
            *(subscription.document.digest, subscription.name, json.dumps(variables, default=str, sort_keys=True)),
            *(self.wanted, self.watch, subscription.cost, subscription.told_cost),
            *(visibility_of(caller).name, caller.department, caller.division_code),
        )
        if (audience := self._audiences.get(alike)) is None:
            events = Events(
                *(self._desk, self._collector, caller, subscription.cost),
                kind=self._kind,
                places=[self._nodes],
                wanted=self.wanted,
                watch=self.watch,
            )
            audience = self._audiences[alike] = Audience(events, self.key, subscription.told_cost)
        return audience

    async def tell(self, entries: Sequence[Posted]) -> Sequence[tuple[Posted, Any]]:
        """The same, paid for and noted, each with what was asked for."""
        told = await self.announcements(entries)
        for one in told:
            await self.afford(one)
        return [(one.posted, one.payload) for one in told]

    def body(self, value: Any) -> bytes:
        """An answer that tells what is asked for of a value."""
        told = selected(self._kind, self._nodes, value, self._collector)
        return json.dumps({"data": {self.key: told}}, ensure_ascii=False).encode()

    async def spend(self) -> None:
        """Spend what an event costs, as soon as the caller has it: nothing is lost by waiting; the ledger has room then."""
        while True:
            try:
                self._charge(self._caller.client_id, self._subscription.cost)
                break
            except HubError as error:
                await asyncio.sleep(error.retry_after or 1)
        if self._reads:
            self._reads.check_room()
            await self._reads.caught_up(self._caller.client_id)

    async def afford(self, one: Announcement) -> None:
        """Spend what an event costs, and note it."""
        await self.spend()
        if self._reads:
            self._reads.note(self._read._replace(found=one.found))
