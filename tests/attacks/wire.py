"""Requests as an attacker writes them, byte by byte: what a client's library would never send."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping


async def sent(port: int, request: bytes, seconds: float = 20) -> tuple[int, bytes]:
    """The status and the rest of what the hub answers to these bytes before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(seconds):
            answer = await reader.read()
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]), answer


def request(path: str, headers: Mapping[str, str], body: bytes = b"", method: str = "POST") -> bytes:
    """A request of a known length, the last of its connection."""
    return head(path, {"content-length": str(len(body)), **headers}, method) + body


def chunked(path: str, headers: Mapping[str, str], body: bytes, trailer: Mapping[str, str], method: str = "POST") -> bytes:
    """A request in one chunk, with more fields after it."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in trailer.items())
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
    return head(path, {"transfer-encoding": "chunked", **headers}, method) + chunk + f"0\r\n{fields}\r\n".encode()


def head(path: str, headers: Mapping[str, str], method: str = "POST") -> bytes:
    given = {"host": "127.0.0.1", "connection": "close", **headers}
    return "\r\n".join([f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]).encode()
