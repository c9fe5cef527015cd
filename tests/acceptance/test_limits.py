"""Limits as clients meet them: cost in the answer, what is left in the headers, and 429 with the time to wait."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from auth.principals import Role
from hub.http import leaving
from schema.budgets import Place
from tests.acceptance.conftest import Client, a_client

MINES = "{ mines(first: 7) { nodes { name } } }"
MANY = "{ mines(first: 500) { nodes { name } } }"


async def test_every_answer_tells_its_cost_and_what_is_left(door: Client) -> None:
    token = await door.token(Role.BANK)
    answer = await door.ask(token, MINES)
    assert answer.json()["extensions"]["cost"] == {"operation": 9, "most": 500_000}
    assert answer.headers["ratelimit-policy"] == '"cost";q=20000000;w=60'
    # The document was new, so reading it and making its statement was paid for as well.
    first = left(answer)
    assert 20_000_000 - 20_000 < first < 20_000_000 - 9 - 5 * len(MINES)
    assert left(await door.ask(token, MINES)) == first - 9


def left(answer: httpx.Response) -> int:
    """What is left of the minute, as the answer's header tells it."""
    return int(answer.headers["ratelimit"].split("r=")[1].split(";")[0])


async def test_an_operation_that_may_cost_too_much_is_refused_and_told_so(door: Client) -> None:
    token = await door.token(Role.BANK)
    query = "query ($n: Int) { mines(first: $n) { nodes { opinions(first: $n) { nodes { id documentNumber } } } } }"
    answer = (await door.ask(token, query, n=500)).json()
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert answer["extensions"]["cost"] == {"operation": 2 + 500 * (2 + 500 * 2), "most": 500_000}
    assert "data" in (await door.ask(token, query, n=100)).json()


async def test_who_has_spent_its_minute_is_told_when_to_come_back(sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, cost_per_minute=20_000) as door:
        token, another = await door.token(Role.BANK), await door.token(Role.BANK)
        answers = [await door.ask(token, MANY) for _ in range(60)]
        assert answers[0].status_code == 200
        last = answers[-1]
        assert last.status_code == 429
        assert last.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert 1 <= int(last.headers["retry-after"]) <= 60
        assert (await door.ask(another, MINES)).status_code == 200


async def test_too_many_operations_at_once_are_refused_and_the_place_comes_back(sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, operations_at_once=2, body_seconds=300.0) as door:
        token = await door.token(Role.BANK)
        head = (
            "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 99\r\n"
            f"authorization: Bearer {token}\r\n\r\n{{"
        ).encode()
        waiting = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", door.hub.settings.port)
            writer.write(head)
            waiting.append((reader, writer))
        async with asyncio.timeout(60):
            while (refused := await door.ask(token, MINES)).status_code == 200:
                pass
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        for _, writer in waiting:
            writer.close()
        async with asyncio.timeout(60):
            while (await door.ask(token, MINES)).status_code != 200:
                pass


LONG = "{ mines(first: 500) { nodes { " + " ".join(f"n{number}: name" for number in range(16)) + " } } }"


async def test_a_client_has_a_part_of_the_places_for_long_reads_and_none_of_those_for_others(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs long is held, and asked for by those who leave: nothing is done for them, and their places come back."""
    monkeypatch.setattr(leaving, "PATIENCE_SECONDS", 0.0)
    async with a_client(sqlite_url, tmp_path, operations_at_once=2) as door:
        client_id, token = await door.registered(Role.OPERATOR)
        await door.hub.graph._queries._desk._long.wait(client_id, 0)
        patient = httpx.AsyncClient(base_url=door.address, trust_env=False, timeout=60)
        waiting = [asyncio.create_task(patient.post("/graphql", json={"query": LONG}, headers=bearer(token)))]
        waiting.append(asyncio.create_task(patient.get("/export/mines.csv", headers=bearer(token))))
        await until_taken(door, client_id, 2)
        assert (await door.ask(token, MINES)).status_code == 429
        another = await door.token(Role.OPERATOR)
        assert (await door.ask(another, LONG)).status_code == 200
        assert (await door.http.get("/export/mines.csv", headers=bearer(another))).status_code == 200
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        await patient.aclose()
        # While their turn has not come: it would by the deadline of reads, in ten seconds.
        await until_taken(door, client_id, 0)
        assert (await door.ask(token, MINES)).status_code == 200


async def until_taken(door: Client, client_id: str, places: int) -> None:
    async with asyncio.timeout(8):
        while True:
            if door.hub.budgets._account(client_id).taken[Place.OPERATION] == places:
                return
            await asyncio.sleep(0.01)


async def test_the_schema_is_paid_for_like_introspection_and_made_once(sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, cost_per_minute=12_000) as door:
        token = await door.token(Role.OPERATOR)
        answers = [await door.http.get("/schema.graphql", headers=bearer(token)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].content == answers[1].content
        assert 1 <= int(answers[2].headers["retry-after"]) <= 60


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
