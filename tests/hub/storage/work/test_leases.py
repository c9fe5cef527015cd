"""Leases in the database: one holder at a time, known by its token; the edge of their end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.storage.engine.database import Database
from hub.storage.work import leases
from tests.conftest import NOW

LENGTH = timedelta(seconds=20)
INSTANT = timedelta(microseconds=1)


async def claim(database: Database, holder: str, now: timedelta = timedelta(0)) -> int | None:
    async with database.transaction() as connection:
        return await leases.claim(connection, "pull:x", holder, NOW + now, LENGTH)


@pytest.mark.parametrize(("later", "token"), [(timedelta(0), None), (LENGTH - INSTANT, None), (LENGTH, 2)])
async def test_a_lease_binds_until_its_end(database: Database, later: timedelta, token: int | None) -> None:
    assert await claim(database, "a") == 1
    assert await claim(database, "b", later) == token
    async with database.connection() as connection:
        held = await leases.held(connection, "pull:x")
    assert held.holder == ("b" if token else "a")


@pytest.mark.parametrize(("ahead", "token"), [(2 * LENGTH, None), (2 * LENGTH + INSTANT, 2)])
async def test_a_lease_that_ends_later_than_any_is_given_binds_nobody(
    database: Database, ahead: timedelta, token: int | None
) -> None:
    assert await claim(database, "a") == 1
    async with database.transaction() as connection:
        assert await leases.renew(connection, "pull:x", 1, NOW + ahead)
    assert await claim(database, "b") == token


async def test_who_was_followed_neither_renews_nor_gives_back(database: Database) -> None:
    assert await claim(database, "a") == 1
    assert await claim(database, "b", LENGTH) == 2
    async with database.transaction() as connection:
        assert not await leases.renew(connection, "pull:x", 1, NOW + 2 * LENGTH)
        await leases.give_back(connection, "pull:x", 1, "OK", None)
        assert await leases.held(connection, "pull:x") == leases.Held("b", NOW + 2 * LENGTH, 2)
        await leases.give_back(connection, "pull:x", 2, "OK", None)
        assert await leases.held(connection, "pull:x") == leases.Held(None, None, 2)
    assert await claim(database, "c", LENGTH) == 3


async def test_what_its_holder_writes_under_just_now_is_held_whatever_the_time(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("writers queue")
    assert await claim(database, "a") == 1
    async with database.transaction() as connection:
        assert await leases.renew(connection, "pull:x", 1, NOW + LENGTH)
        assert await claim(database, "b", 3 * LENGTH) is None
    assert await claim(database, "b", LENGTH) == 2
