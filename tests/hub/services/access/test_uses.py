"""When clients were last let in, on both databases: by any process, and told to operators alone."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from auth.principals import Role
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import Clients
from hub.services.access.uses import Uses
from hub.storage.engine.database import Database
from tests.calendars import Calendar
from tests.conftest import NOW
from tests.makers import BANK, CREDIT, ECOLOGY, LOCAL, OPERATOR, Ask

_LIST = "{ clients { clientId name role department divisionCode scopes mustBind createdAt lastUsedAt revokedAt } }"


async def test_a_client_that_was_let_in_is_known_to_have_been_and_never_goes_back(database: Database) -> None:
    clients, clock = Clients(database, lambda: NOW), Calendar()
    used, _ = await clients.add("示例银行", Role.BANK)
    idle, _ = await clients.add("示例系统", Role.DEPARTMENT, Department.ECOLOGY)
    here, behind = Uses(database, clock), Uses(database, lambda: clock() - timedelta(minutes=5))

    async def last() -> dict[str, object]:
        return {row.client_id: row.last_used_at for row in await clients.list()}

    assert await here.work() is False
    assert await last() == {used: None, idle: None}
    for whom in (used, used, "person:0f"):
        here.note(whom)
    await here.work()
    assert await last() == {used: (noted := clock()), idle: None}
    # Another process, whose clock is behind, wrote later.
    behind.note(used)
    await behind.write()
    # Nothing is written twice.
    clock.pass_by(hours=1)
    await here.work()
    assert await last() == {used: noted, idle: None}
    here.note(idle)
    await here.write()
    assert await last() == {used: noted, idle: noted + timedelta(hours=1)}


async def test_who_could_not_be_written_down_is_written_later(tmp_path: Path, sqlite_template: Path) -> None:
    here, away = tmp_path / "here", tmp_path / "away"
    here.mkdir()
    shutil.copy(sqlite_template, here / "hub.db")
    known = Database(f"sqlite:///{here / 'hub.db'}")
    used, _ = await Clients(known).add("示例银行", Role.BANK)
    await known.close()
    database = Database(f"sqlite:///{here / 'hub.db'}")
    uses = Uses(database, lambda: NOW)
    uses.note(used)
    here.rename(away)
    with pytest.raises(HubError) as caught:
        await uses.work()
    assert caught.value.code is ErrorCode.UNAVAILABLE
    away.rename(here)
    await uses.work()
    assert [row.last_used_at for row in await Clients(database).list()] == [NOW]
    await database.close()


async def test_operators_see_who_may_ask_and_nobody_sees_by_what(database: Database, ask: Ask) -> None:
    clients = Clients(database, lambda: NOW)
    bank, _ = await clients.add("示例银行", Role.BANK)
    office, _ = await clients.add("示例局", Role.DEPARTMENT, Department.ECOLOGY, "530100", ["read"])
    await clients.set_must_bind(office, True)
    await clients.revoke(bank)
    told = (await ask(OPERATOR, _LIST))["data"]["clients"]
    moment = NOW.isoformat().replace("+00:00", "Z")
    common = {"createdAt": moment, "lastUsedAt": None}
    assert sorted(told, key=lambda one: str(one["role"])) == [
        {
            "clientId": bank,
            "name": "示例银行",
            "role": "BANK",
            "department": None,
            "divisionCode": "530000",
            "scopes": ["read"],
            "mustBind": False,
            "revokedAt": moment,
            **common,
        },
        {
            "clientId": office,
            "name": "示例局",
            "role": "DEPARTMENT",
            "department": "ECOLOGY",
            "divisionCode": "530100",
            "scopes": ["read"],
            "mustBind": True,
            "revokedAt": None,
            **common,
        },
    ]
    for secret in ("secretHash", "keys", "externalId"):
        assert (await ask(OPERATOR, f"{{ clients {{ {secret} }} }}"))["errors"]
    for who in (BANK, CREDIT, ECOLOGY, LOCAL):
        assert (await ask(who, "{ clients { clientId } }"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
