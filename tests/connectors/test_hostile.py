"""Systems that misbehave on purpose, over real sockets: always a typed error, within the deadline, and in bounded memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from connectors.errors import ConnectorError, Incomplete, RefusedForGood, TryAgain
from connectors.http import ConnectorLimits, Http
from connectors.natural_resources.connector import NaturalResources
from connectors.registry import CONNECTORS, sandbox
from tests.connectors.conftest import pulled

SECONDS = 0.6
LIMITS = ConnectorLimits(seconds=SECONDS, most_bytes=1_000_000, attempts=2, first_wait=0.01)

Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(body: bytes, kind: str = "application/json") -> Behave:
    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    return behave


async def hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    # Until the other side goes.
    await reader.read()


async def drips(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def floods(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def halves(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data": [')


XML_BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">"""
    + b"".join(f'<!ENTITY {c} "{("&" + chr(ord(c) - 1) + ";") * 10}">'.encode() for c in "bcdefghij")
    + b"]><l>&j;</l>"
)

BEHAVIOURS: dict[str, Behave] = {
    "hangs": hangs,
    "drips": drips,
    "sends 1 GB": floods,
    "resets": resets,
    "answers half": halves,
    "broken JSON": answering(b'{"data": [{'),
    "JSON nested without end": answering(b"[" * 200_000),
    "another shape": answering(b'{"data": 7, "code": "0", "rows": {}, "files": 1, "result": []}'),
    "broken XML": answering(b"<soap:Envelope><x>", "text/xml"),
    "XML bomb": answering(XML_BOMB, "text/xml"),
}


@asynccontextmanager
async def system(behave: Behave) -> AsyncIterator[str]:
    """A server that behaves so; its address."""

    serving = set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            serving.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        ended = [task for task in serving if task.cancel()]
        await asyncio.gather(*ended)


@pytest.mark.parametrize("behaviour", list(BEHAVIOURS))
@pytest.mark.parametrize("code", list(CONNECTORS))
async def test_a_hostile_system_gives_a_typed_error_in_time(code: str, behaviour: str) -> None:
    async with system(BEHAVIOURS[behaviour]) as address:
        connector = CONNECTORS[code](sandbox(code).settings(address), limits=LIMITS)  # type: ignore[call-arg]
        began = time.monotonic()
        with pytest.raises(ConnectorError):
            await pulled(connector)
        # A second resource shows that it is the system.
        assert time.monotonic() - began < 2 * SECONDS * LIMITS.attempts + 2


async def test_a_call_ends_when_the_manifest_says() -> None:
    class Hasty(NaturalResources):
        manifest = replace(NaturalResources.manifest, call_seconds=0.3)

    async with system(hangs) as address:
        with pytest.raises(TryAgain, match=r"within 0\.3 s"):
            await pulled(Hasty(sandbox("natural_resources").settings(address)))


async def test_an_answer_without_end_is_refused_at_its_limit() -> None:
    async with system(floods) as address:
        with pytest.raises(RefusedForGood, match="larger than 1000000 bytes"):
            await Http(address, limits=ConnectorLimits(seconds=5, most_bytes=1_000_000, attempts=1)).get("/")


async def test_an_xml_bomb_is_not_unpacked() -> None:
    async with system(BEHAVIOURS["XML bomb"]) as address:
        answer = await Http(address, limits=LIMITS).get("/")
        with pytest.raises((RefusedForGood, TryAgain)):
            answer.xml()


async def test_other_hosts_are_never_asked() -> None:
    with pytest.raises(RefusedForGood, match="another host"):
        await Http("http://127.0.0.1:9", limits=LIMITS).get("http://elsewhere.example/x")


async def test_a_system_that_tells_the_same_page_for_ever_ends_the_pull() -> None:
    import httpx

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "x", "expires_in": 60})
        row = {"tyshxydm": "x", "updatedAt": "2026-01-01T00:00:01"}
        return httpx.Response(200, json={"data": [row], "hasMore": True, "total": 1})

    settings = sandbox("natural_resources").settings("http://department.example")
    connector = NaturalResources(settings, limits=LIMITS, transport=httpx.MockTransport(answer))
    with pytest.raises(Incomplete):
        await pulled(connector)
