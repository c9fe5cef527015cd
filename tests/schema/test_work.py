"""What the hub does by itself is seen by operators alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from hub.domain.words.work import LEASE
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
    # Longer than any lease that is given: somebody wrote it by hand, or a clock was wrong.
    await write(database, "d", until=NOW + 41 * SECOND, next_at=NOW + SECOND)
    await write(database, "e", until=NOW + 40 * SECOND, next_at=NOW)
    # A webhook is nobody's while there is nothing to send, and waits where it was not received.
    await write(database, "webhook x", until=NOW - SECOND, next_at=None)
    await write(database, "webhook y", until=None, holder=None, next_at=NOW)
    await write(database, "webhook z", until=None, holder=None, next_at=NOW + SECOND)
    told = (await ask(OPERATOR, query))["data"]["work"]
    assert [(one["name"], one["state"], one["heldBy"]) for one in told] == [
        ("a", "RUNNING", "host:1"),
        ("b", "WAITING", None),
        ("c", "DUE", None),
        ("d", "WAITING", None),
        ("e", "RUNNING", "host:1"),
        ("webhook x", "IDLE", None),
        ("webhook y", "IDLE", None),
        ("webhook z", "WAITING", None),
    ]
    async with database.connection() as connection:
        rows = await leases.standing(connection)
    assert [row.state(NOW, LEASE).value for row in rows] == [one["state"] for one in told], "as the command tells it"
    assert [one["nextAt"] for one in told[-3:]] == [None, None, told[1]["nextAt"]]
    assert (told[1]["lastOutcome"], told[1]["nextAt"]) == ("OK", "2026-11-02T03:04:06.678901Z")
    for who in (BANK, ECOLOGY):
        assert (await ask(who, query))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_what_was_written_by_hand_that_is_no_moment_is_told_as_none(database: Database, ask: Ask) -> None:
    await write(database, "pull:ecology", holder="somebody")
    words = ["'infinity'", "'-infinity'"] if database.dialect_name == "postgresql" else ["'soon'", "''"]
    for word in words:
        async with database.transaction() as connection:
            await connection.execute(sa.text(f"UPDATE standing_work SET until = {word}, next_at = {word}"))  # noqa: S608
        told = await ask(OPERATOR, "{ work { state nextAt heldBy } sources { state nextPullAt } }")
        assert told["data"]["work"] == [{"state": "DUE", "nextAt": None, "heldBy": None}]
