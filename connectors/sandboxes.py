"""All sandboxes together, as real HTTP servers on loopback, one port each."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from connectors.registry import CONNECTORS, sandbox
from connectors.world import World

_HOST = "127.0.0.1"

#: Connector code → the settings with which it reaches its sandbox.
Addresses = dict[str, dict[str, str]]


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the sandboxes."""
        yield


@asynccontextmanager
async def running(world: World) -> AsyncIterator[Addresses]:
    """Start every sandbox on a free port; stop them on leaving."""
    servers: list[_Server] = []
    tasks: list[asyncio.Task[None]] = []
    addresses: Addresses = {}
    for code in CONNECTORS:
        played = sandbox(code)
        listener = socket.create_server((_HOST, 0))
        config = uvicorn.Config(played.make_app(world), log_level="warning", lifespan="off", server_header=False)
        server = _Server(config)
        servers.append(server)
        tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
        addresses[code] = played.settings(f"http://{_HOST}:{listener.getsockname()[1]}")
    try:
        # The ports listen already: what comes before a server has started waits for it.
        yield addresses
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
