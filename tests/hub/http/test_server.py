"""`hub serve` as a process: slow heads and slow bodies are cut, and what is in flight ends well on SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import shutil
import signal
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from auth.principals import Role
from hub.demo import free_port
from hub.http.cutting import taken
from hub.http.server import MOST_HEAD_BYTES, WEBSOCKETS, Protocol, Sockets
from hub.http.whole import come, whole, written
from tests.benchmark.serving import Serving, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = b'{"query": "{ __typename }"}'
IMPATIENT = {"HUB_HEAD_SECONDS": "0.5", "HUB_BODY_SECONDS": "0.5"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """One process for all that leave it running."""
    path = tmp_path_factory.mktemp("served") / "hub.db"
    shutil.copy(sqlite_template, path)
    async with serving(f"sqlite:///{path}", **IMPATIENT) as running:
        yield running


async def head(served: Serving, *more: str) -> bytes:
    token = await served.token(Role.OPERATOR)
    lines = ["POST /graphql HTTP/1.1", "host: 127.0.0.1", f"authorization: Bearer {token}", "content-type: application/json"]
    return "\r\n".join([*lines, f"content-length: {len(BODY)}", *more, "", ""]).encode()


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n", b"POST /graphql HT", b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nx: "])
async def test_a_head_that_does_not_come_is_cut(served: Serving, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        assert (await reader.read()).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_head_that_drips_is_cut_also_on_a_connection_that_was_used(served: Serving) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(await head(served) + BODY)
    assert (await reader.readuntil(b"}}}")).startswith(b"HTTP/1.1 200")
    answer = asyncio.create_task(reader.read())
    async with asyncio.timeout(10):
        while not answer.done():
            writer.write(b"x")
            await asyncio.wait([answer], timeout=0.05)
    assert answer.result().startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))
    writer.close()


async def test_a_head_without_end_is_cut(served: Serving) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nx: " + b"x" * (MOST_HEAD_BYTES + 1))
    async with asyncio.timeout(10):
        assert (await reader.read()).startswith(b"HTTP/1.1 431")
    writer.close()


async def test_a_body_that_does_not_come_is_cut(served: Serving) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(await head(served) + BODY[:5])
    async with asyncio.timeout(10):
        assert (await reader.read()).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_request_in_flight_is_answered_after_sigterm(sqlite_url: str) -> None:
    async with serving(sqlite_url) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(await head(served, "expect: 100-continue"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        os.kill(served.pid, signal.SIGTERM)
        async with asyncio.timeout(20):
            while await _listens(served.port):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
            writer.write(BODY)
            assert b'{"data":{"__typename":"Query"}' in await reader.read()
        writer.close()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_several_processes_serve_one_port(sqlite_url: str) -> None:
    async with serving(sqlite_url, HUB_WORKERS="2") as served, httpx.AsyncClient(trust_env=False) as http:
        token = await served.token(Role.OPERATOR)
        asked = {"json": {"query": "{ __typename }"}, "headers": {"authorization": f"Bearer {token}", "connection": "close"}}
        for _ in range(10):
            assert (await http.post(f"{served.url}/graphql", **asked)).json()["data"] == {"__typename": "Query"}  # type: ignore[arg-type]


async def test_what_would_go_on_for_ever_is_cut_when_the_hub_drains(sqlite_url: str) -> None:
    follow = "subscription { recordPosted { position } }"
    async with serving(sqlite_url, **IMPATIENT) as served:
        headers = {"Authorization": f"Bearer {await served.token(Role.OPERATOR)}"}
        stream = headers | {"Accept": "text/event-stream"}
        async with (
            connect(
                f"ws://127.0.0.1:{served.port}/graphql",
                additional_headers=headers,
                subprotocols=[Subprotocol("graphql-transport-ws")],
                proxy=None,
            ) as socket,
            httpx.AsyncClient(trust_env=False, timeout=10) as client,
            client.stream("POST", f"{served.url}/graphql", json={"query": follow}, headers=stream) as answer,
        ):
            assert answer.status_code == 200
            await socket.send('{"type": "connection_init"}')
            assert "connection_ack" in str(await socket.recv())
            # Longer than a head may take to come: a websocket has none.
            await asyncio.wait_for(_ponged(socket), 10)
            os.kill(served.pid, signal.SIGTERM)
            # Cut rather than completed: a client then knows that it has to come back.
            with pytest.raises(httpx.RemoteProtocolError):
                await answer.aread()
            async with asyncio.timeout(10):
                await socket.wait_closed()
            assert socket.close_code == 1012


async def _ponged(socket: ClientConnection) -> None:
    for _ in range(4):
        await asyncio.sleep(0.2)  # together longer than HUB_HEAD_SECONDS
        await socket.send('{"type": "ping"}')
        assert "pong" in str(await socket.recv())


@asynccontextmanager
async def within(app: Any, **more: Any) -> AsyncIterator[int]:
    """A server of this application in this process; its port."""
    port = free_port(0)
    settings: dict[str, Any] = {"http": Protocol, "lifespan": "off", "log_config": None} | WEBSOCKETS | more
    server = uvicorn.Server(uvicorn.Config(app, port=port, **settings))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells no other way
        await asyncio.sleep(0)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving


async def test_an_answer_that_goes_whole_is_the_one_that_goes_by_messages() -> None:
    headers, went = [(b"content-type", b"text/plain"), (b"content-length", b"2")], []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        taking = whole(send) if scope["path"] == "/1" else None
        if taking is not None:
            went.append(taking(200, written(headers), b"ok"))
            if went[-1]:
                # There is one answer to a request.
                assert not taking(200, written(headers), b"ok")
                assert (await receive())["type"] == "http.disconnect"
                return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    def request(method: str, path: str, version: str = "1.1", *more: str) -> bytes:
        return "\r\n".join([f"{method} {path} HTTP/{version}", "host: 127.0.0.1", *more, "", ""]).encode()

    close = "connection: close"
    async with within(app, access_log=False) as port:

        async def answered(sent: bytes) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            told = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            return re.sub(rb"\r\ndate: [^\r]+", b"\r\ndate: now", told)

        for method, version, more in (("GET", "1.1", [close]), ("GET", "1.0", []), ("HEAD", "1.1", [close])):
            told = await answered(request(method, "/1", version, *more))
            assert told == await answered(request(method, "/2", version, *more))
            assert told.startswith(b"HTTP/1.1 200 OK\r\ndate: now\r\n")
            assert b"\r\nconnection: close\r\n" in told
        assert went == [True, True, False]
        # Who asks again before it is answered is answered in turn, however each is.
        told = await answered(request("GET", "/1") + request("GET", "/2") + request("GET", "/1", "1.1", close))
        assert told == await answered(request("GET", "/2") * 2 + request("GET", "/2", "1.1", close))
        assert told.count(b"\r\n\r\nok") == 3


async def test_a_body_that_has_come_is_given_at_once_and_another_is_received() -> None:
    given: list[bytes | None] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        given.append(come(receive, 4))
        body = given[-1]
        if body is None:
            body = b""
            more = True
            while more:
                message = await receive()
                body, more = body + message["body"], message["more_body"]
        left = asyncio.create_task(receive())
        await asyncio.wait([left], timeout=0.02)
        # Nothing else comes of it but that the client leaves.
        assert not left.done()
        left.cancel()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async with within(app, access_log=False) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def answered(*pieces: bytes, expects: bytes = b"") -> bytes:
            length = sum(map(len, pieces))
            writer.write(b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n%bcontent-length: %d\r\n\r\n" % (expects, length))
            for number, piece in enumerate(pieces):
                if number or expects:
                    # The head and what came with it have been seen by now.
                    await asyncio.sleep(0.05)
                writer.write(piece)
            await reader.readuntil(b"\r\n\r\n" + b"HTTP/1.1 200" if expects else b"HTTP/1.1 200")
            await reader.readuntil(b"\r\n\r\n")
            return await reader.readexactly(length)

        async with asyncio.timeout(10):
            assert [await answered(body) for body in (b"", b"four", b"fives")] == [b"", b"four", b"fives"]
            assert await answered(b"fo", b"ur") == b"four"
            assert await answered(b"four", expects=b"expect: 100-continue\r\n") == b"four"
        writer.close()
    assert given == [b"", b"four", None, None, None]


async def test_a_websocket_whose_reader_does_not_read_ends() -> None:
    """A message waits for its reader, who answers no ping then; without an end it would wait for ever."""
    left, began, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "x" * 32_000_000})
        began.set()
        await taken(scope)
        left.set()
        ended.set() if (await receive())["type"] == "websocket.disconnect" else None

    async with within(app, ws_ping_interval=0.05, ws_ping_timeout=0.05) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        lines = (
            "GET / HTTP/1.1",
            f"host: 127.0.0.1:{port}",
            "upgrade: websocket",
            "connection: upgrade",
            "sec-websocket-version: 13",
        )
        writer.write("\r\n".join([*lines, "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]).encode())
        async with asyncio.timeout(30):
            await began.wait()
            await left.wait()
            await ended.wait()
        writer.transport.abort()


async def test_nothing_is_kept_of_a_connection_that_ended() -> None:
    """What holds itself would stay until circles are collected, which a busy process does not do for minutes."""
    known: weakref.WeakSet[object] = weakref.WeakSet()
    made: Counter[type] = Counter()

    class Counted(Protocol):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            known.add(self)
            made[Counted] += 1

    class CountedSockets(Sockets):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            known.add(self)
            made[CountedSockets] += 1

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()
            return
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    request = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    gc.collect()
    gc.disable()
    try:
        async with within(app, http=Counted, ws=CountedSockets) as port:
            for sent, seconds in (
                (request, 0.01),
                (request * 3, 0.01),
                # It leaves before any of them is answered.
                (request * 3, 0),
                (request[:9], 0.01),
                (b"x\r\n\r\n", 0.01),
                (request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), 0.01),
            ):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(sent)
                await asyncio.sleep(seconds)
                writer.close()
            async with connect(f"ws://127.0.0.1:{port}/", proxy=None):
                pass
            async with asyncio.timeout(10):
                while known:  # noqa: ASYNC110 - it tells no other way
                    await asyncio.sleep(0.01)
        assert made == {Counted: 7, CountedSockets: 1}
    finally:
        gc.enable()
