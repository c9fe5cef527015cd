"""Sessions of people, on both databases: begun, used, ended by whom it may concern, and gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from auth.persons import Person
from auth.principals import BankOffice, Role
from auth.sessions import Session
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import Clients
from hub.services.access.revocations import Revocations
from hub.services.access.sessions import Sessions
from hub.storage.access import sessions as stored
from hub.storage.engine.database import Database
from tests.calendars import Calendar
from tests.conftest import NOW
from tests.makers import BANK, LOCAL

OFFICIAL = Person(LOCAL, "示例·科员")


@pytest.fixture
def clock() -> Calendar:
    return Calendar()


@pytest.fixture
def here(database: Database, clock: Calendar) -> Sessions:
    return Sessions(database, Revocations(database, now=lambda: clock().timestamp()), clock)


@pytest.fixture
def elsewhere(database: Database, clock: Calendar) -> Sessions:
    return Sessions(database, Revocations(database, now=lambda: clock().timestamp()), clock)


async def found(sessions: Sessions, secret: str) -> Session:
    session = await sessions.find(secret)
    assert session is not None
    return session


async def test_a_session_is_the_person_until_its_end(here: Sessions, elsewhere: Sessions) -> None:
    secret = await here.start(OFFICIAL)
    session = await found(elsewhere, secret)
    assert session.person == OFFICIAL
    assert session.access.principal == LOCAL
    assert session.begins == int(NOW.timestamp())
    assert session.ends - session.begins == 28_800


async def test_a_person_of_a_bank_comes_in_while_the_bank_does(here: Sessions, database: Database, clock: Calendar) -> None:
    clients = Clients(database, clock)
    bank, _ = await clients.add("示例银行", Role.BANK)
    department, _ = await clients.add("示例厅", Role.DEPARTMENT, Department.ECOLOGY)

    def officer(of: str) -> Person:
        return Person(replace(BANK, client_id="person:1", bank=of, office=BankOffice.OFFICER), "示例·信贷员")

    secret, other, _ = await here.start(officer(bank)), await here.start(OFFICIAL), await here.start(officer(bank))
    session, official = await found(here, secret), await found(here, other)
    assert session.person == officer(bank)
    process = Revocations(database, now=lambda: clock().timestamp())
    await process.look()
    waiting, goes_on = (asyncio.create_task(process.ended(one.access)) for one in (session, official))
    await asyncio.sleep(0)
    await clients.revoke(bank)
    assert await here.find(secret) is None
    await process.look()
    await asyncio.wait_for(waiting, 10)
    assert not goes_on.done()
    goes_on.cancel()
    for of in (bank, department, "bank-unknown"):
        with pytest.raises(HubError) as refused:
            await here.start(officer(of))
        assert refused.value.code is ErrorCode.NO_ROLE


async def test_the_secret_is_kept_nowhere(here: Sessions, database: Database) -> None:
    secret = await here.start(OFFICIAL)
    async with database.connection() as connection:
        (row,) = (await connection.execute(sa.select(stored.table))).all()
    assert secret not in str(row)
    assert (await found(here, secret)).id in str(row)
    assert await here.find((await found(here, secret)).id) is None


async def test_every_sign_in_has_a_session_of_its_own(here: Sessions) -> None:
    first, second = await here.start(OFFICIAL), await here.start(OFFICIAL)
    assert first != second
    assert (await found(here, first)).id != (await found(here, second)).id


async def test_signing_in_anew_ends_what_the_browser_had(here: Sessions) -> None:
    first = await here.start(OFFICIAL)
    second = await here.start(OFFICIAL, await found(here, first))
    assert await here.find(first) is None
    assert await here.find(second) is not None


async def test_disuse_ends_what_is_open_by_it_and_use_does_not(here: Sessions, database: Database, clock: Calendar) -> None:
    ended = Revocations(database, now=lambda: clock().timestamp())
    used, left = await here.start(OFFICIAL), await here.start(OFFICIAL)
    kept, lost = await found(here, used), await found(here, left)
    clock.pass_by(minutes=29)
    await found(here, used)
    clock.pass_by(seconds=59)
    await here.work()
    await ended.look()
    assert await ended.is_good(lost.access)
    clock.pass_by(seconds=1)
    await here.work()
    await ended.look()
    assert not await ended.is_good(lost.access)
    assert await ended.is_good(kept.access)
    assert await here.find(used) is not None


async def test_its_last_use_is_known_to_the_minute(here: Sessions, clock: Calendar) -> None:
    secret = await here.start(OFFICIAL)
    for seconds, known in ((59, NOW), (1, NOW + timedelta(minutes=1))):
        clock.pass_by(seconds=seconds)
        await found(here, secret)
        assert [row.used_at for row in await here.list()] == [known]


async def test_who_uses_it_while_disuse_ends_it_keeps_it(here: Sessions, database: Database, clock: Calendar) -> None:
    secret = await here.start(OFFICIAL)
    session = await found(here, secret)
    clock.pass_by(minutes=30)
    async with database.transaction() as connection:
        await stored.use(connection, session.id, clock())
        round_ = asyncio.create_task(here.work())
        # It has seen that nobody used it, and waits for whoever is just using it.
        await asyncio.wait({round_}, timeout=0.3)
        assert not round_.done()
    assert await round_ is False
    assert await here.find(secret) is not None


async def test_a_person_leaves_every_browser_at_once_and_nobody_else_does(here: Sessions) -> None:
    first, second = await here.start(OFFICIAL), await here.start(OFFICIAL)
    other = await here.start(Person(BANK, "示例·行员"))
    await here.end(await found(here, first), everywhere=True)
    assert [await here.find(one) for one in (first, second)] == [None, None]
    assert await here.find(other) is not None


async def test_disuse_ends_it_and_use_keeps_it(here: Sessions, clock: Calendar) -> None:
    used, left = await here.start(OFFICIAL), await here.start(OFFICIAL)
    for _ in range(3):
        clock.pass_by(minutes=29)
        assert await here.find(used) is not None
    assert await here.find(left) is None
    clock.pass_by(minutes=30)
    assert await here.find(used) is None


async def test_age_ends_it_however_it_is_used(here: Sessions, clock: Calendar) -> None:
    secret = await here.start(OFFICIAL)
    for _ in range(31):
        clock.pass_by(minutes=15)
        assert await here.find(secret) is not None
    clock.pass_by(minutes=15)
    assert await here.find(secret) is None


async def test_what_one_process_ends_is_ended_in_every_other(here: Sessions, elsewhere: Sessions, database: Database) -> None:
    secret, other = await here.start(OFFICIAL), await here.start(OFFICIAL)
    session = await found(elsewhere, secret)
    await here.end(session)
    assert await elsewhere.find(secret) is None
    assert await elsewhere.find(other) is not None
    await here.end(session)
    watching = Revocations(database, now=NOW.timestamp)
    assert not await watching.is_good(session.access)


async def test_what_is_open_by_a_session_learns_of_its_end(here: Sessions, database: Database) -> None:
    session = await found(here, await here.start(OFFICIAL))
    process = Revocations(database, now=NOW.timestamp)
    await process.look()
    waiting = asyncio.create_task(process.ended(session.access))
    await asyncio.sleep(0)
    assert not waiting.done()
    await here.end(session)
    await process.look()
    await asyncio.wait_for(waiting, 10)


async def test_operators_see_them_and_end_one_or_all_of_a_person(here: Sessions, clock: Calendar) -> None:
    secrets = [await here.start(OFFICIAL) for _ in range(3)]
    bank = await here.start(Person(BANK, "示例·客户经理"))
    clock.pass_by(seconds=1)
    assert len(await here.list()) == 4
    assert await here.end_named((await found(here, secrets[0])).id) == 1
    assert await here.end_named(LOCAL.client_id) == 2
    assert [row.name for row in await here.list()] == ["示例·客户经理"]
    assert await here.find(bank) is not None
    with pytest.raises(HubError) as caught:
        await here.end_named(LOCAL.client_id)
    assert caught.value.code is ErrorCode.NOT_FOUND


async def test_what_ended_long_ago_is_forgotten(here: Sessions, clock: Calendar, database: Database) -> None:
    await here.start(OFFICIAL)
    clock.pass_by(days=31)
    await here.start(OFFICIAL)
    async with database.connection() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(stored.table)) == 1


async def test_where_nobody_can_tell_nobody_is_let_in(here: Sessions, database: Database) -> None:
    secret = await here.start(OFFICIAL)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE sessions")
    with pytest.raises(HubError) as caught:
        await here.find(secret)
    assert caught.value.code is ErrorCode.UNAVAILABLE
