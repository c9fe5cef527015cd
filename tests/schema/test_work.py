"""What the hub does by itself is seen by operators alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from hub.storage.engine.database import Database
from hub.storage.work import leases
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, OPERATOR, Ask

SECOND = timedelta(seconds=1)


async def write(database: Database, name: str, **values: Any) -> None:
    async with database.transaction() as connection:
        await leases.claim(connection, name, "host:1", NOW, timedelta(seconds=20))
        await connection.execute(sa.update(leases.table).where(leases.table.c.name == name).values(values))


async def test_operators_see_what_runs_what_waits_and_who_does_it(database: Database, ask: Ask) -> None:
    query = "{ work { name state nextAt lastOutcome heldBy } }"
    await write(database, "a", until=NOW + SECOND, next_at=NOW)
    await write(database, "b", until=NOW - SECOND, next_at=NOW + SECOND, outcome="OK")
    await write(database, "c", until=None, holder=None, next_at=NOW)
    told = (await ask(OPERATOR, query))["data"]["work"]
    assert [(one["name"], one["state"], one["heldBy"]) for one in told] == [
        ("a", "RUNNING", "host:1"),
        ("b", "WAITING", None),
        ("c", "DUE", None),
    ]
    assert (told[1]["lastOutcome"], told[1]["nextAt"]) == ("OK", "2026-11-02T03:04:06.678901Z")
    for who in (BANK, ECOLOGY):
        assert (await ask(who, query))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
