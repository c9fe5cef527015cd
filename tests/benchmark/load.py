"""A load of requests over a few kept connections, cheap enough to leave the machine to the server."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

#: How long a load runs before it is measured: a hub writes its read ledger once a second, so that only then it does all that
#: its requests ask of it, and what it still did for an earlier load is over.
LEAD_SECONDS = 1.1
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """Who is asked: its port and its process, and the first process of its database server."""

    port: int
    pid: int
    database: int


@dataclass(frozen=True, slots=True)
class Load:
    """What a run measured: requests a second, latencies in milliseconds, the server's CPU seconds a second and memory in MiB.

    `work` is the CPU time of all that a request takes, in milliseconds: of the server, of the database, and of who asks.  It is
    what decides how many requests a machine of its own answers, and other work on the machine disturbs it least.
    """

    rate: float
    p50: float
    p99: float
    cpu: float
    memory: float
    work: float


class _Connection(asyncio.Protocol):
    """Sends one request after another, each when the answer to the one before is complete."""

    def __init__(self, requests: Iterator[bytes], until: float, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._until = until
        self._done = done
        self._waits = b""
        self._left = -1
        self.times: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        self._began = time.perf_counter()
        request = next(self._requests, None) if self._began <= self._until else None
        if request is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._waits += data
            head, found, body = self._waits.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self._done.set_exception(RuntimeError(self._waits[:500].decode()))
                self._transport.abort()
                return
            lower = head.lower()
            self._left = int(lower[lower.index(b"content-length:") + 15 :].split(b"\r\n", 1)[0])
            if body.startswith(b'{"errors"'):
                self._done.set_exception(RuntimeError(body[:500].decode()))
                self._transport.abort()
                return
            data, self._waits = body, b""
        self._left -= len(data)
        if self._left == 0:
            self._left = -1
            self.times.append(time.perf_counter() - self._began)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))


def request(path: str, body: bytes, **headers: str) -> bytes:
    """A POST of JSON as it goes over the wire; in the names of more headers `_` stands for `-`."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def run(server: Server, requests: Sequence[bytes], *, seconds: float, connections: int = 16, once: bool = False) -> Load:
    """Send the requests, over and over, and measure for some seconds; each of them `once` at the most."""
    loop = asyncio.get_running_loop()
    turn = iter(requests) if once else cycle(requests)
    until = time.perf_counter() + LEAD_SECONDS + seconds
    waiting: list[asyncio.Future[None]] = []
    protocols = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        _, protocol = await loop.create_connection(
            lambda done=done: _Connection(turn, until, done),  # type: ignore[misc]
            "127.0.0.1",
            server.port,
        )
        protocols.append(protocol)
        waiting.append(done)
    await asyncio.sleep(LEAD_SECONDS)
    began, cpu, work = time.perf_counter(), cpu_of(server.pid), _work(server)
    for protocol in protocols:
        protocol.times.clear()
    await asyncio.gather(*waiting)
    spent = time.perf_counter() - began
    times = sorted(taken for protocol in protocols for taken in protocol.times)
    return Load(
        rate=len(times) / spent,
        p50=1000 * times[len(times) // 2],
        p99=1000 * times[int(len(times) * 0.99)],
        cpu=(cpu_of(server.pid) - cpu) / spent,
        memory=_memory(server.pid),
        work=1000 * _since(work, _work(server)) / len(times),
    )


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _work(server: Server) -> dict[int, float]:
    """The CPU seconds of a server, of the database server's processes, and of this one, by process."""
    found = {os.getpid(): time.process_time(), server.pid: cpu_of(server.pid)}
    for pid in _children(server.database):
        # Backends come and go; what the database server does by itself is nobody's request.
        with suppress(FileNotFoundError, ProcessLookupError):
            if b" bench_" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found[pid] = cpu_of(pid)
    return found


def _since(before: dict[int, float], now: dict[int, float]) -> float:
    return sum(spent - before.get(pid, 0.0) for pid, spent in now.items())


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
