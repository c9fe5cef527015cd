"""Proposing experts for a mine's assessment, drawn by lot from the pool."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from auth.principals import Principal
from auth.rules import may_post, refusal_to_post
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.record_kinds import RecordKind
from hub.domain.records.experts import Speciality
from hub.domain.rules.draws import Draw, draw
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Database
from hub.storage.records import experts, mines


class Draws:
    """Draws from the pool of one database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def propose(
        self,
        caller: Principal,
        licence_no: str,
        *,
        count: int,
        specialities: Sequence[Speciality] = (),
        seed: str | None = None,
    ) -> Draw:
        """Experts without ties to the mine's holder; without a seed one is made, and told with the draw.

        Raises FORBIDDEN for who posts no assessments, INVALID_INPUT for an unknown mine and a pool that has not enough.
        """
        if not may_post(caller, RecordKind.ASSESSMENT):
            raise refusal_to_post(RecordKind.ASSESSMENT)
        async with self._database.connection() as connection:
            holder = await mines.holder_of(connection, licence_no)
            pool = await experts.pool(connection)
        if holder is None:
            raise HubError(ErrorCode.INVALID_INPUT, f"no mine {licence_no[:64]}", field="mine")
        on = china_day(self._clock())
        return draw(pool, holder, count=count, specialities=specialities, seed=seed or secrets.token_hex(16), on=on)
