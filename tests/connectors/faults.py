"""A proxy before a system that goes wrong on purpose, over real sockets, from one request on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a system answered, and the line on which it goes to who asked."""

    answer: httpx.Response
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, head: str, body: bytes = b"") -> None:
        self.writer.write(f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n".encode() + body)
        await self.writer.drain()

    async def pass_on(self) -> None:
        """The answer as it is."""
        kind, size = self.answer.headers.get("content-type", ""), len(self.answer.content)
        await self.send(f"{self.answer.status_code} X\r\nContent-Type: {kind}\r\nContent-Length: {size}", self.answer.content)


Fault = Callable[[Exchange], Awaitable[None]]


async def refuse(exchange: Exchange) -> None:
    exchange.writer.close()


async def black_hole(exchange: Exchange) -> None:
    await exchange.reader.read()


async def reset(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def half(exchange: Exchange) -> None:
    body = exchange.answer.content
    await exchange.send(f"200 OK\r\nContent-Length: {len(body)}", body[: len(body) // 2])


async def drip(exchange: Exchange) -> None:
    await exchange.send(f"200 OK\r\nContent-Length: {len(exchange.answer.content) + 1000}")
    while True:
        exchange.writer.write(b" ")
        await exchange.writer.drain()
        await asyncio.sleep(0.05)


async def endless(exchange: Exchange) -> None:
    await exchange.send("200 OK\r\nContent-Type: application/json")
    while True:
        exchange.writer.write(b" " * 65536)
        await exchange.writer.drain()


async def broken(exchange: Exchange) -> None:
    await exchange.send("500 X\r\nContent-Length: 0")


async def busy(exchange: Exchange) -> None:
    await exchange.send("429 X\r\nRetry-After: 20\r\nContent-Length: 0")


async def error_page(exchange: Exchange) -> None:
    page = b"<html><body>Gateway</body>"
    await exchange.send(f"200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}", page)


async def wrong_json(exchange: Exchange) -> None:
    body = b'{"data": 7, "code": "0", "rows": {}, "files": 1, "result": []}'
    await exchange.send(f"200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}", body)


async def huge(exchange: Exchange) -> None:
    await exchange.send(f"200 OK\r\nContent-Length: {MOST_BYTES + 1}", b" " * (MOST_BYTES + 1))


async def slow_start(exchange: Exchange) -> None:
    await asyncio.sleep(0.1)
    await exchange.pass_on()


#: Each is answered so from one request on.
FAULTS: dict[str, Fault] = {
    "refuses": refuse,
    "black hole": black_hole,
    "resets": reset,
    "answers half": half,
    "drips": drip,
    "endless": endless,
    "500": broken,
    "429": busy,
    "a proxy's page": error_page,
    "wrong JSON": wrong_json,
    "huge": huge,
    "slow start": slow_start,
    "flaps": broken,
}
#: What is got over within the run.
GOT_OVER = frozenset({"slow start", "flaps"})


@dataclass(slots=True)
class Proxy:
    """Stands before a system; from the request `since` on it does what `fault` says, or only every other time (`flaps`)."""

    app: Any
    address: str = ""
    fault: str | None = None
    since: int = 0
    asked: int = 0
    _lines: set[asyncio.StreamWriter] = field(default_factory=set)

    async def turn(self, fault: str | None) -> None:
        """Go wrong so from now on, or be well again: what hung until then is dropped."""
        self.fault, self.since = fault, self.asked + 1
        for line in self._lines:
            line.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            method, target, _ = first.split(" ")
            headers = dict(line.split(": ", 1) for line in lines)
            size = int({name.lower(): value for name, value in headers.items()}.get("content-length", "0"))
            request = httpx.Request(method, self.address + target, headers=headers, content=await reader.readexactly(size))
            answer = await httpx.ASGITransport(self.app).handle_async_request(request)
            await answer.aread()
            self.asked += 1
            past = self.asked - self.since
            goes_wrong = self.fault and past >= 0 and (self.fault != "flaps" or past % 2 == 0)
            exchange = Exchange(answer, reader, writer)
            await (FAULTS[self.fault](exchange) if self.fault and goes_wrong else exchange.pass_on())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._lines.discard(writer)
            writer.close()


@asynccontextmanager
async def proxied(app: Any) -> AsyncIterator[Proxy]:
    """A proxy before a system, at an address of its own."""
    proxy = Proxy(app)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
