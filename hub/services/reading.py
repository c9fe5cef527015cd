"""Reading: run a read plan as a caller, as one statement.  Access rules are part of the statement."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.as_of import Asked, AsOf
from hub.domain.calendar.moments import LEEWAY, Clock, china_day, china_time, utc_now
from hub.domain.log import Posted
from hub.domain.read_plan import Condition, Order, ReadPlan
from hub.domain.record_kinds import RecordKind, mine_id
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.gone import Gone
from hub.domain.words.identifiers import record_id
from hub.services.as_of import Moments
from hub.services.cursors import Cursors
from hub.services.replicas import Replica, Replicas
from hub.storage.access import clients
from hub.storage.engine.database import Database, Unreachable
from hub.storage.records import branches, licences, takeovers
from hub.storage.statements.composer import MOST_PARTS, compile_plan
from hub.storage.statements.gone import gone_from
from hub.storage.statements.marks import Told, read_mines
from hub.storage.statements.statement import Statement as Prepared
from hub.storage.statements.then import KNOWN_LATER, KNOWN_UNTIL, RENUMBERED
from hub.storage.views.access_conditions import (
    CALLER_BANK,
    CALLER_CLIENT,
    CALLER_DEPARTMENT,
    CALLER_DIVISION,
    CALLER_SEES_ALL_PENALTIES,
    NOW,
    SIGHT_DAY,
    SOON,
    THIS_DAY,
    TODAY,
)
from hub.storage.views.nouns import VIEWS

#: Answers up to this size are looked through for marks at once; larger ones beside the loop.
_AT_ONCE = 1 << 16


class Reading:
    """Compiles plans for the caller's class and runs them for the caller.

    `cursors` seals and opens those of its lists; without, they are good as long as it lives.  `replicas` may answer what is
    asked of a copy.
    """

    def __init__(
        self, database: Database, clock: Clock = utc_now, *, cursors: Cursors | None = None, replicas: Replicas | None = None
    ) -> None:
        self.replicas = replicas or Replicas(database)
        self._database = database
        self._clock = clock
        self._moments = Moments(database, clock)
        self.cursors = cursors or _passing_cursors()

    @property
    def default_orders(self) -> Mapping[str, tuple[Order, ...]]:
        """The order of each noun's lists when none is asked for."""
        return {noun: view.order for noun, view in VIEWS.items()}

    @property
    def places(self) -> int:
        """How many reads run at once."""
        return self._database.read_places

    @property
    def write_places(self) -> int:
        """How many transactions write at once."""
        return self._database.write_places

    async def moment(self, asked: Asked) -> AsOf:
        """The moment that is asked about.  Raises as `Moments.resolve` does, and UNAVAILABLE."""
        try:
            return await self._moments.resolve(asked)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    def prepare(self, plan: ReadPlan, caller: Principal, most_parts: int = MOST_PARTS) -> Prepared:
        """The statement of a plan for all callers of the caller's class, of at most so many parts.

        Raises FORBIDDEN for what the class may not see, QUERY_TOO_COMPLEX.
        """
        return compile_plan(plan, visibility_of(caller), self._database.dialect_name, most_parts)

    async def run(self, statement: Prepared, parameters: Sequence[Any], caller: Principal) -> bytes:
        """The answer as JSON in UTF-8.  Raises DEADLINE_EXCEEDED when it takes too long."""
        return (await self.traced(statement, parameters, caller))[0]

    async def traced(
        self,
        statement: Prepared,
        parameters: Sequence[Any],
        caller: Principal,
        moment: AsOf | None = None,
        at: Replica | None = None,
    ) -> tuple[bytes, Told]:
        """The answer as JSON in UTF-8, and the mines that it tells of, for callers who are traced.  It is read `at` a replica,
        and at the primary where none is given or it fails."""
        values = self._values(statement, parameters, caller, moment)
        answer = await self._copied(at, statement, values) if at else None
        if answer is None:
            answer = await self._database.fetch_json(statement.sql, values)
        if not (statement.traced or statement.has_cursors):
            return answer, {}
        if len(answer) > _AT_ONCE:
            return await asyncio.to_thread(self._finished, statement, answer, moment)
        return self._finished(statement, answer, moment)

    @staticmethod
    async def _copied(at: Replica, statement: Prepared, values: Sequence[Any]) -> bytes | None:
        """What a replica answers; None where it cannot: it is away, or gave way to what it replays."""
        try:
            answer = await at.database.fetch_json(statement.sql, values)
        except HubError as error:
            if error.code is not ErrorCode.UNAVAILABLE:
                raise
            at.trouble, at.failed = "away", at.failed + 1
            return None
        at.answered += 1
        return answer

    def _finished(self, statement: Prepared, answer: bytes, moment: AsOf | None) -> tuple[bytes, Told]:
        """An answer without its marks."""
        told: Told = {}
        if statement.traced:
            answer, told = read_mines(answer)
        if statement.has_cursors:
            answer = self.cursors.seal_all(answer, str(moment or ""))
        return answer, told

    def day(self) -> date:
        """The day on which statements are run now."""
        return china_day(self._clock())

    @staticmethod
    def is_of_client(statement: Prepared) -> bool:
        """Whether what a statement answers may be another for another client of the class."""
        return any(name in (CALLER_CLIENT, CALLER_BANK) for _, name, _ in statement.given)

    async def explain(
        self, statement: Prepared, parameters: Sequence[Any], caller: Principal, moment: AsOf | None = None
    ) -> list[str]:
        """How the database means to run the statement, line by line."""
        return await self._database.explain(statement.sql, self._values(statement, parameters, caller, moment))

    def _values(
        self, statement: Prepared, parameters: Sequence[Any], caller: Principal, moment: AsOf | None = None
    ) -> list[Any]:
        return statement.values(parameters, self._named(caller, moment))

    def _named(self, caller: Principal, moment: AsOf | None = None) -> Mapping[str, Any]:
        """The values of the caller and of the moment, by the names under which statements use them."""
        now = self._clock()
        if moment is None:
            return _Named(caller, now)
        return {
            **_Named(caller, now),
            TODAY: moment.on,
            THIS_DAY: china_day(now),
            SIGHT_DAY: china_day(moment.at or now),
            KNOWN_UNTIL: moment.at,
            KNOWN_LATER: moment.later,
            RENUMBERED: moment.renumbered,
        }

    async def gone(self, entries: Collection[Posted], caller: Principal) -> Mapping[int, Gone]:
        """Of these entries of the log those by which a record went from the caller's sight, by position, and why."""
        async with self._database.connection() as connection:
            known = await clients.get(connection, caller.client_id)
            since = known.created_at if known else None
            return await gone_from(connection, visibility_of(caller), self._named(caller), entries, since)

    async def mines_meant(self, licence_nos: Iterable[str]) -> dict[str, str]:
        """The id of the mine that each of these numbers leads to: the one that carries on what went into it."""
        wanted = set(licence_nos)
        if not wanted:
            return {}
        async with self._database.connection() as connection:
            on = await branches.carrying_on(connection, wanted)
        ids = await self.mine_ids(on.values())
        return {number: ids[on[number]] for number in wanted}

    async def enterprises_meant(self, usccs: Iterable[str]) -> dict[str, str]:
        """The id of the enterprise that each of these codes leads to: the one that has taken over what was merged into it."""
        wanted = set(usccs)
        if not wanted:
            return {}
        async with self._database.connection() as connection:
            on = await takeovers.carrying_on(connection, wanted)
        return {code: record_id(RecordKind.ENTERPRISE.value, on[code]) for code in wanted}

    async def mine_ids(self, licence_nos: Iterable[str]) -> dict[str, str]:
        """The id of the mine that each of these numbers is or was the number of."""
        wanted = set(licence_nos)
        if not wanted:
            return {}
        async with self._database.connection() as connection:
            several = await licences.named(connection, wanted)
        return {number: several[number].mine_id if number in several else mine_id(number) for number in wanted}

    async def all_numbers(self, licence_nos: Iterable[str]) -> frozenset[str]:
        """These licence numbers, all others of their mines, and those of the mines that carry them on."""
        async with self._database.connection() as connection:
            named = set(licence_nos)
            on = await branches.ways_on(connection, named)
            return frozenset(await licences.with_former(connection, named.union(*({s.number for s in on[no]} for no in on))))

    async def chosen(
        self, statement: Prepared, parameters: Sequence[Any], ids: Iterable[str], caller: Principal
    ) -> Mapping[str, Any]:
        """What it gives for each of these ids, as JSON data; what the caller may not see is missing."""
        answer: dict[str, Any] = json.loads(await self.run(statement, [*parameters, sorted(set(ids))], caller))
        return answer


#: What statements use by name, as of a caller and of now.
_OF_CALLERS: Mapping[str, Callable[[Principal, datetime], Any]] = {
    CALLER_CLIENT: lambda caller, _: caller.client_id,
    CALLER_BANK: lambda caller, _: caller.owner,
    CALLER_DIVISION: lambda caller, _: caller.division_code,
    CALLER_SEES_ALL_PENALTIES: lambda caller, _: visibility_of(caller).nouns.get(RecordKind.PENALTY) is Condition.ALWAYS,
    CALLER_DEPARTMENT: lambda caller, _: str(caller.department or ""),
    TODAY: lambda _, now: china_time(now).date(),
    NOW: lambda _, now: now,
    SOON: lambda _, now: now + LEEWAY,
}


class _Named(Mapping[str, Any]):
    """These values, each worked out where a statement uses it: most use few of them."""

    def __init__(self, caller: Principal, now: datetime) -> None:
        self._of = caller, now

    def __getitem__(self, name: str) -> Any:
        return _OF_CALLERS[name](*self._of)

    def __iter__(self) -> Iterator[str]:
        return iter(_OF_CALLERS)

    def __len__(self) -> int:
        return len(_OF_CALLERS)


def _passing_cursors() -> Cursors:
    secret = secrets.token_bytes()
    return Cursors(lambda: (secret,))


__all__ = ["Prepared", "Reading", "Told"]
