"""Where reads are planned, run in turn, and paid for: queries, and the records in payloads and events."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Protocol, TypeVar

from graphql import GraphQLSchema

from auth.principals import Principal
from hub.domain.as_of import AsOf
from hub.domain.read_plan import Order
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from hub.services.reading import Prepared, Reading, Told
from hub.services.replicas import Replica
from schema.admission import Measured
from schema.budgets import Charge
from schema.limits import Limits
from schema.planner.collect import Collector
from schema.planner.plans import Planner
from schema.refusals import is_of_field
from schema.told import Teller
from schema.turns import Turns
from schema.workshop import Workshop

#: What it costs to make a statement, for each of its parts: as much work as so many fields of an answer.
_PLANNING = 50
#: What is refused is paid for like so many parts; of a statement that is too large all was composed, and nothing compiled.
PARTS_OF_REFUSED = 200
_COMPOSED = 4
#: What keys, the feed and services tell is put together row by row: in so few places, of which no client has all, for what many
#: do at once each of them and everybody else waits for.
_SERVICES = 2
#: What tells as much keeps a processor busy for a while: such reads have a part of the places, and a client one or two of them.
_LONG = 8_000
_PART_OF_LONG = 3
#: What it costs to work out what the rules say of one mine.
_MINE = 500
#: So many bytes of an answer are paid for with each field of its price.
_BYTES = 64
#: What a second costs for which a statement runs past the first.
_SECOND = 500_000


class Planned(Protocol):
    """Whatever holds a statement."""

    @property
    def statement(self) -> Prepared: ...


P = TypeVar("P", bound=Planned)


class Desk:
    """Reads for callers.  `charge` may refuse what it is told, `owe` may not; `seconds` bounds the waiting for a turn."""

    def __init__(
        self,
        schema: GraphQLSchema,
        reading: Reading,
        workshop: Workshop,
        limits: Limits,
        *,
        charge: Charge,
        owe: Charge,
        seconds: float,
    ) -> None:
        self.schema = schema
        self.reading = reading
        self.limits = limits
        self.orders: Mapping[str, tuple[Order, ...]] = reading.default_orders
        self._workshop = workshop
        self._charge = charge
        self._owe = owe
        self.seconds = seconds
        self._turns = Turns(reading.places)
        self._long = Turns(max(1, reading.places // _PART_OF_LONG))
        self._services = Turns(_SERVICES)

    def collector(self, measured: Measured) -> Collector:
        return Collector(self.schema, measured.document.fragments, measured.variables)

    def planner(self, collector: Collector) -> Planner:
        return Planner(collector, self.orders, self.reading.cursors)

    async def plan(self, make: Callable[[], P], caller: Principal, known: Callable[[], P | None] = lambda: None) -> P:
        """What `make` plans, beside the loop, unless it is `known` by then; the caller pays for it.

        Raises DEADLINE_EXCEEDED, RATE_LIMITED.
        """
        try:
            planned = await self._workshop.do(caller.client_id, make, known)
        except HubError as error:
            self._owe_refused(error, caller)
            raise
        self.pay(caller, planned.statement.parts)
        return planned

    def pay(self, caller: Principal, parts: int) -> None:
        """Charge for so many parts of statements that were made."""
        self._charge(caller.account, _PLANNING * parts)

    def _owe_refused(self, error: HubError, caller: Principal) -> None:
        """Take what it cost to find out that an operation cannot be planned; of single fields that is paid as they are told."""
        if error.code is ErrorCode.QUERY_TOO_COMPLEX:
            self._owe(caller.account, _PLANNING * (self.limits.parts // _COMPOSED))
        elif error.code is not ErrorCode.DEADLINE_EXCEEDED and not is_of_field(error):
            self._owe(caller.account, _PLANNING * PARTS_OF_REFUSED)

    def beside(self, caller: Principal) -> AbstractAsyncContextManager[None]:
        """The caller's turn at what is worked out beside statements; DEADLINE_EXCEEDED when it does not come in time."""
        return self._services.held(caller.client_id, self.seconds)

    async def told(self, teller: Teller, given: Mapping[str, Any], caller: Principal, purpose: Purpose | None) -> Any:
        """What a service tells; what was worked out for it is owed."""
        value = await teller.tell(given, caller, purpose)
        if mines := teller.mines(value):
            self._owe(caller.account, _MINE * mines)
        return value

    def read(
        self,
        statement: Prepared,
        values: Sequence[Any],
        caller: Principal,
        paid: int,
        moment: AsOf | None = None,
        *,
        at: Replica | None = None,
    ) -> Awaitable[tuple[bytes, Told]]:
        """What a statement answers (`at` a replica) and the mines that it tells of, in the caller's turn; what it took past
        `paid` is owed."""
        reading = partial(self.reading.traced, statement, values, caller, moment, at)
        return self._read_long(reading, caller, paid) if paid >= _LONG else self._read(reading, caller, paid)

    async def _read_long(
        self, reading: Callable[[], Awaitable[tuple[bytes, Told]]], caller: Principal, paid: int
    ) -> tuple[bytes, Told]:
        async with self._long.held(caller.client_id, self.seconds):
            return await self._read(reading, caller, paid)

    async def _read(
        self, reading: Callable[[], Awaitable[tuple[bytes, Told]]], caller: Principal, paid: int
    ) -> tuple[bytes, Told]:
        client = caller.client_id
        if not self._turns.take(client):
            await self._turns.wait(client, self.seconds)
        began = time.monotonic()
        try:
            body, told = await reading()
        finally:
            self._turns.leave(client)
            if (seconds := time.monotonic() - began) > 1:
                self._owe(caller.account, int((seconds - 1) * _SECOND))
        if len(body) > paid * _BYTES:
            self._owe(caller.account, len(body) // _BYTES - paid)
        return body, told
