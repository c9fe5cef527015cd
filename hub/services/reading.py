"""Reading: run a read plan as a caller, as one statement.  Access rules are part of the statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.calendar.moments import LEEWAY, Clock, china_day, utc_now
from hub.domain.read_plan import Chosen, Object, Order, Param, ReadPlan
from hub.storage.engine.database import Database
from hub.storage.statements.composer import MOST_PARTS, TRACE, compile_plan
from hub.storage.statements.composer import Statement as Prepared
from hub.storage.views.access_conditions import CALLER_CLIENT, CALLER_DEPARTMENT, CALLER_DIVISION, NOW, SOON, TODAY
from hub.storage.views.nouns import VIEWS


class Reading:
    """Compiles plans for the caller's class and runs them for the caller."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

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

    def prepare(self, plan: ReadPlan, caller: Principal, most_parts: int = MOST_PARTS) -> Prepared:
        """The statement of a plan for all callers of the caller's class, of at most so many parts.

        Raises FORBIDDEN for what the class may not see, QUERY_TOO_COMPLEX.
        """
        return compile_plan(plan, visibility_of(caller), self._database.dialect_name, most_parts)

    async def run(self, statement: Prepared, parameters: Sequence[Any], caller: Principal) -> bytes:
        """The answer as JSON in UTF-8.  Raises DEADLINE_EXCEEDED when it takes too long."""
        return (await self.traced(statement, parameters, caller))[0]

    async def traced(self, statement: Prepared, parameters: Sequence[Any], caller: Principal) -> tuple[bytes, str]:
        """The answer, and what the statement tells for the read ledger, each as JSON; the latter may be empty."""
        answer = await self._database.fetch_json(statement.sql, self._values(statement, parameters, caller))
        if not statement.traced:
            return answer, ""
        answer, _, trace = answer.rpartition(TRACE.encode())
        return answer, trace.decode()

    async def explain(self, statement: Prepared, parameters: Sequence[Any], caller: Principal) -> list[str]:
        """How the database means to run the statement, line by line."""
        return await self._database.explain(statement.sql, self._values(statement, parameters, caller))

    def _values(self, statement: Prepared, parameters: Sequence[Any], caller: Principal) -> list[Any]:
        now = self._clock()
        named: dict[str, Any] = {
            CALLER_CLIENT: caller.client_id,
            CALLER_DIVISION: caller.division_code,
            CALLER_DEPARTMENT: caller.department.value if caller.department else "",
            TODAY: china_day(now),
            NOW: now,
            SOON: now + LEEWAY,
        }
        return statement.values(parameters, named)

    def choosing(self, target: Object, parameters: int, caller: Principal, *, versions: bool = False) -> Prepared:
        """The statement that tells a selection of chosen records, or of their `versions`, by id.

        The ids are the plan's last parameter, after so many others.
        """
        return self.prepare(ReadPlan(Chosen(target, Param(parameters), versions)), caller)

    async def chosen(
        self, statement: Prepared, parameters: Sequence[Any], ids: Iterable[str], caller: Principal
    ) -> Mapping[str, Any]:
        """What it gives for each of these ids, as JSON data; what the caller may not see is missing."""
        answer: dict[str, Any] = json.loads(await self.run(statement, [*parameters, sorted(set(ids))], caller))
        return answer


__all__ = ["Prepared", "Reading"]
