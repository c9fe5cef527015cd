"""Running subscriptions: the log is followed, and what is asked of the records in it is planned, as for queries."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import compress
from typing import Any

from graphql import get_named_type

from auth.principals import Principal
from hub.domain.log import Posted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.identifiers import clean_licence_no, version_id
from hub.services.evidence.asked import MINE, in_order
from hub.services.evidence.read_ledger import Read, ReadLedger, found_in
from hub.services.log.followers import Followers
from schema.admission import Measured
from schema.answers import Answer
from schema.budgets import Charge
from schema.desk import Desk
from schema.log import event
from schema.payloads import RECORD, Payloads
from schema.planner.arguments import arguments_of
from schema.planner.values import plain

MOST_MINES = 1000
#: So many entries of the log, told or passed over, cost 1 to look through from the position that is asked for.
ENTRIES_FOR_ONE = 10


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

        `read` is what the ledger is to say of each, but for what was found.  Raises INVALID_INPUT naming the argument.
        """
        root = self._desk.schema.subscription_type
        assert root is not None
        collector, cost = self._desk.collector(subscription), subscription.cost
        fields = collector.fields(root, [subscription.node.selection_set])
        if len(fields) != 1:
            raise HubError(ErrorCode.INVALID_INPUT, "one field", field="query")
        [(key, nodes)] = fields.items()
        field = root.fields[nodes[0].name.value]
        values = {name: plain(value.now(collector.variables)) for name, value in arguments_of(nodes[0], field).items()}
        mines = _mines(values.get("licence_nos"))
        after, start = values.get("after"), await self._following.start(values.get("after"))
        if after is not None and (passed := await self._following.last() - start):
            # What is passed over is looked through all the same, and nobody else would pay for it.
            self._charge(caller.client_id, math.ceil(passed / ENTRIES_FOR_ONE))
        entries = self._following.follow(
            start,
            [RecordKind(word) for word in values.get("kinds") or ()],
            [Department(word) for word in values.get("departments") or ()],
        )
        payloads = Payloads(self._desk, collector, caller, cost, versions=True)
        if self._reads and mines:
            # That nothing comes says something of them too.
            self._reads.note(read._replace(found=in_order((MINE, None, mine) for mine in mines)))
        kind: Any = get_named_type(field.type)
        asked = [name for name, below in collector.below(kind, nodes).items() if below[0].name.value == RECORD]

        async def events() -> AsyncGenerator[Answer]:
            async with aclosing(entries):
                async for some in entries:
                    wanted = [entry for entry in some if mines is None or mines.intersection(entry.mines)]
                    payloads_told = await payloads.select(kind, nodes, [event(entry) for entry in wanted])
                    visible = await _visible(payloads, payloads_told, asked, wanted)
                    # What the records of some events tell of other mines is told with the first of them.
                    also = {(MINE, None, mine) for _, _, mine in payloads.told if mine}
                    payloads.told.clear()
                    for entry, payload in compress(zip(wanted, payloads_told, strict=True), visible):
                        await self._afford(caller, cost)
                        if self._reads:
                            self._reads.check_room()
                            self._reads.note(read._replace(found=in_order([*found_in(entry), *also])))
                            also.clear()
                        yield Answer(
                            json.dumps({"data": {key: payload}}, ensure_ascii=False).encode(), cost=subscription.told_cost
                        )

        return events()

    async def _afford(self, caller: Principal, cost: int) -> None:
        """Spend what an event costs, as soon as the caller has it: nothing is lost by waiting."""
        while True:
            try:
                return self._charge(caller.client_id, cost)
            except HubError as error:
                await asyncio.sleep(error.retry_after or 1)


async def _visible(
    payloads: Payloads, events: Sequence[dict[str, Any]], asked: Sequence[str], entries: Sequence[Posted]
) -> list[bool]:
    """Whether the caller may see the record of each event; that is looked up where nothing was asked of the record."""
    if asked:
        return [payload[asked[0]] is not None for payload in events]
    rows = await payloads.records([], (entry.record_id for entry in entries))
    return [version_id(entry.record_id, entry.version) in rows for entry in entries]


def _mines(licence_nos: Sequence[str] | None) -> frozenset[str] | None:
    """The mines whose events are wanted; None for all."""
    if licence_nos is None:
        return None
    if len(licence_nos) > MOST_MINES:
        raise HubError(ErrorCode.INVALID_INPUT, f"≤ {MOST_MINES}", field="licenceNos")
    numbers = [clean_licence_no(number) for number in licence_nos]
    if None in numbers:
        raise HubError(ErrorCode.INVALID_INPUT, ErrorCode.BAD_LICENCE_NUMBER, field=f"licenceNos.{numbers.index(None)}")
    return frozenset(number for number in numbers if number)
