"""Against the path that anybody may push to: no body is read for nobody, held without bound, or taken twice."""

from __future__ import annotations

import asyncio
import stat
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from auth.principals import Role
from connectors.credentials import gateway_headers
from connectors.credit_disclosure import sandbox as credit
from hub.domain.words.departments import Department
from hub.http.strangers import MOST_FAILURES
from tests.acceptance.conftest import Client, a_client
from tests.attacks.wire import head, request, sent
from tests.makers import penalty, seat

PATH = "/push/credit_disclosure"
MOST = 100_000
SETTINGS = credit.SANDBOX.settings("http://127.0.0.1:9")


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with a_client(sqlite_url, tmp_path, max_push_bytes=MOST) as made:
        yield made


def good(body: bytes = b"") -> dict[str, str]:
    return gateway_headers(SETTINGS["push_id"], SETTINGS["push_secret"], body)


def spools() -> set[Path]:
    """The open files of this process that are in no folder any more."""
    found = set()
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            if "(deleted)" in str(path.readlink()):
                found.add(path)
    return found


def old() -> dict[str, str]:
    return good() | {"X-Timestamp": str(int((time.time() - 3600) * 1000))}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        good() | {"X-Client-Id": "another"},
        good() | {"X-Signature": ""},
        good() | {"X-Signature": "x" * 44},
        good() | {"X-Nonce": ""},
        good() | {"X-Nonce": "n" * 1000},
        good() | {"X-Timestamp": "1_790_000_000"},
        good() | {"X-Timestamp": "9" * 30},
        old(),
    ],
    # Not by what they hold: each process signs for itself, and all must name the tests alike.
    ids=["none", "another id", "no signature", "another form", "no nonce", "long nonce", "other digits", "far off", "old"],
)
async def test_a_head_that_cannot_be_the_systems_is_refused_before_its_body_comes(door: Client, wrong: dict[str, str]) -> None:
    status, answer = await sent(door.hub.settings.port, head(PATH, {"content-length": str(MOST), **wrong}))
    assert status == 403
    assert b"connection: close" in answer.lower()


async def test_a_body_that_will_be_too_large_is_refused_before_it_comes(door: Client) -> None:
    status, _ = await sent(door.hub.settings.port, head(PATH, {"content-length": str(MOST + 1), **good()}))
    assert status == 413


async def test_bodies_that_wait_for_their_proof_have_a_bound_in_all(door: Client) -> None:
    port, waiting = door.hub.settings.port, []
    for _ in range(8):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(PATH, {"content-length": str(MOST), **good()}) + b" " * (MOST - 1))
        waiting.append((asyncio.create_task(reader.readuntil(b"\r\n")), writer))
    done, held = await asyncio.wait([answer for answer, _ in waiting], timeout=5)
    assert {(await answer).split(b" ")[1] for answer in done} == {b"503"}
    assert len(held) == 2
    for answer, writer in waiting:
        answer.cancel()
        writer.close()
    # What they held is given back, and whoever is the system gets in.
    body = b'{"rows": []}'
    for _ in range(100):
        status, _ = await sent(port, request(PATH, good(body), body))
        if status == 200:
            break
    assert status == 200


async def test_a_large_body_waits_in_a_private_file_and_is_read_whole(sqlite_url: str, tmp_path: Path) -> None:
    body = b'{"rows": [' + b" " * 1_000_000 + b"]}"
    async with a_client(sqlite_url, tmp_path, max_push_bytes=2_000_000) as door:
        port, sending, before = door.hub.settings.port, request(PATH, good(body), body), spools()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sending[: len(sending) // 2])
        async with asyncio.timeout(10):
            while not (made := spools() - before):  # noqa: ASYNC110 - nobody tells of files
                await asyncio.sleep(0.01)
        assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
        writer.close()
        assert (await sent(port, sending))[0] == 200
        async with asyncio.timeout(10):
            while spools() - before:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_message_that_is_sent_again_is_not_taken_again(door: Client) -> None:
    body, headers = credit.pushed([credit.row(penalty(9, authorityCode=seat(Department.WATER)), Department.WATER)])
    statuses = [(await door.http.post(PATH, content=body, headers=headers)).status_code for _ in range(2)]
    assert statuses == [200, 403]
    again = await door.http.post(PATH, content=body, headers=credit.pushed([])[1] | good(body))
    assert [result["outcome"] for result in again.json()["results"]] == ["UNCHANGED"]


async def test_forged_pushes_meet_a_429_beside_which_the_system_gets_in(door: Client) -> None:
    statuses = [(await door.http.post(PATH, content=b"{}")).status_code for _ in range(MOST_FAILURES + 2)]
    assert statuses == [403] * MOST_FAILURES + [429] * 2
    body, headers = credit.pushed([])
    assert (await door.http.post(PATH, content=body, headers=headers)).status_code == 200
    assert await door.token(Role.BANK)
