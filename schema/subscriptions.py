"""Running subscriptions: the log is followed, and what is asked of the records in it is planned, as for queries."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from graphql import FieldNode, get_named_type

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence.asked import MINE, in_order
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.followers import Followers
from schema.admission import Measured
from schema.answers import Answer, log_extension
from schema.budgets import Charge
from schema.desk import Desk
from schema.errors import FieldRefusedError
from schema.events import Events
from schema.log import wanted
from schema.planner.arguments import arguments_of
from schema.planner.collect import Collector
from schema.planner.values import plain
from schema.refusals import is_of_field, refusal_of

#: So many entries of the log, told or passed over, cost 1 to look through from the position that is asked for.
ENTRIES_FOR_ONE = 10
#: Who asks for progress is told of it when so many entries more were looked through.
_PROGRESS = 1000


class Subscriptions:
    """Runs the subscriptions of the schema.

    `charge` is told what each event costs, and events wait where it refuses; `reads` keeps who was told of which mine.
    """

    def __init__(
        self,
        desk: Desk,
        following: Followers,
        *,
        charge: Charge,
        reads: ReadLedger | None,
    ) -> None:
        self._desk = desk
        self._following = following
        self._charge = charge
        self._reads = reads

    async def begin(self, subscription: Measured, read: Read, caller: Principal) -> AsyncGenerator[Answer]:
        """The events of a subscription, for ever.  Each is told only if the caller may see its record when it is told.

        `read` is what the ledger is to say of each, but for what was found.  Raises INVALID_INPUT naming the argument,
        FORBIDDEN for kinds that the caller may not see, LOG_CHANGED, CURSOR_TOO_OLD.
        """
        root = self._desk.schema.subscription_type
        assert root is not None
        collector = self._desk.collector(subscription)
        fields = collector.fields(root, [subscription.node.selection_set])
        if len(fields) != 1:
            raise HubError(ErrorCode.INVALID_INPUT, "one field", field="query")
        [(key, nodes)] = fields.items()
        try:
            return await self._begun(subscription, read, caller, collector, (key, nodes))
        except HubError as error:
            error.at = (key,)
            if not is_of_field(error):
                raise
            told = refusal_of(error, collector, root, subscription.node.selection_set)
            raise FieldRefusedError(error, told) from None

    async def _begun(
        self,
        subscription: Measured,
        read: Read,
        caller: Principal,
        collector: Collector,
        place: tuple[str, list[FieldNode]],
    ) -> AsyncGenerator[Answer]:
        key, nodes = place
        root, cost = self._desk.schema.subscription_type, subscription.cost
        assert root is not None
        field = root.fields[nodes[0].name.value]
        values = {name: plain(value.now(collector.variables)) for name, value in arguments_of(nodes[0], field).items()}
        asked_for = wanted(values, visibility_of(caller).nouns)
        after: Cursor | None = values.get("after")
        start = await self._following.start(after)
        if after is not None and (passed := (await self._following.last()).position - start.position):
            # What is passed over is looked through all the same, and nobody else would pay for it.
            self._charge(caller.client_id, math.ceil(passed / ENTRIES_FOR_ONE))
        kind: Any = get_named_type(field.type)
        events = Events(self._desk, collector, caller, cost, kind=kind, places=[nodes], wanted=asked_for)
        if self._reads and asked_for.mines:
            # That nothing comes says something of them too.
            self._reads.note(read._replace(found=in_order((MINE, None, mine) for mine in asked_for.mines)))
        shows_progress = bool(values.get("progress"))

        def answer(payload: Any, at: Cursor) -> Answer:
            body = json.dumps({"data": {key: payload}}, ensure_ascii=False).encode()
            return Answer(body, cost=subscription.told_cost, log=log_extension(at))

        async def told() -> AsyncGenerator[Answer]:
            shown = start
            if shows_progress:
                yield answer(None, start)
            async with aclosing(self._following.follow(start, asked_for)) as log:
                async for some in log:
                    for one in await events.told(some.entries) if some.entries else ():
                        await self._afford(caller, cost)
                        if self._reads:
                            self._reads.check_room()
                            self._reads.note(read._replace(found=one.found))
                        shown = one.posted.cursor
                        yield answer(one.payloads[0], shown)
                    if shows_progress and some.reached.position - shown.position >= _PROGRESS:
                        shown = some.reached
                        yield answer(None, shown)

        return told()

    async def _afford(self, caller: Principal, cost: int) -> None:
        """Spend what an event costs, as soon as the caller has it: nothing is lost by waiting."""
        while True:
            try:
                return self._charge(caller.client_id, cost)
            except HubError as error:
                await asyncio.sleep(error.retry_after or 1)
