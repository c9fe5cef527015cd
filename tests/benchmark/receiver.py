"""A receiver of webhooks in a process of its own, as cheap as can be: it stands for another machine, and shares this one with
what is measured.  It acknowledges all, and tells how many messages came to each of its addresses."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import defaultdict
from contextlib import AbstractAsyncContextManager
from typing import cast

import uvloop

from tests.benchmark.running import Running, started

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_MESSAGE = re.compile(rb"POST /hook/(\S+) .*?\r\nwebhook-id: (\S+)", re.DOTALL)
_came: defaultdict[str, set[bytes]] = defaultdict(set)


class _Line(asyncio.Protocol):
    """Takes what is sent to `/hook/NAME`, and tells at every other place how much came, by name."""

    def __init__(self) -> None:
        self._waits = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are called so by their shape alone.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        # Nobody sends the next before this one is answered.
        self._waits += data
        head, found, body = self._waits.partition(b"\r\n\r\n")
        if not found or ((length := _LENGTH.search(head)) and len(body) < int(length[1])):
            return
        self._waits = b""
        if message := _MESSAGE.match(head):
            # One that is sent again is the same message.
            _came[message[1].decode()].add(message[2])
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        else:
            told = json.dumps({name: len(ids) for name, ids in _came.items()}).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(told), told))


def receiving() -> AbstractAsyncContextManager[Running]:
    """A receiver at a port of its own."""
    return started(["tests.benchmark.receiver"], "/count")


async def _receive(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Line, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_receive(int(sys.argv[1])))
