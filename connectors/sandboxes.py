"""All sandboxes together, as real HTTP servers on loopback, one port each."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from connectors.world.life import go_on
from connectors.world.shelves import Shelf
from hub.domain.calendar.moments import china_day, utc_now
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

_HOST = "127.0.0.1"

#: Connector code → the settings with which it reaches its sandbox.
Addresses = dict[str, dict[str, str]]


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the sandboxes."""
        yield


@asynccontextmanager
async def running(world: World, changes: float = 0.0) -> AsyncIterator[Addresses]:
    """Start every sandbox on a free port; stop them on leaving.  Every `changes` seconds something is decided in the province,
    by a department whose system tells penalties; never where that is 0."""
    shelves: dict[Department, Shelf] = {}
    servers: list[_Server] = []
    tasks: list[asyncio.Task[None]] = []
    addresses: Addresses = {}
    for code in CONNECTORS:
        played = sandbox(code)
        listener = socket.create_server((_HOST, 0))
        app = played.make_app(world)
        for resource in app.state.resources.values():
            if played.department and resource.mapped.kind is RecordKind.PENALTY:
                shelves[played.department] = resource.shelf
        config = uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False)
        server = _Server(config)
        servers.append(server)
        tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
        addresses[code] = played.settings(f"http://{_HOST}:{listener.getsockname()[1]}")
    if changes and shelves:
        tasks.append(asyncio.create_task(go_on(world, shelves, changes, china_day(utc_now()))))
    try:
        # The ports listen already: what comes before a server has started waits for it.
        yield addresses
    finally:
        for server in servers:
            server.should_exit = True
        for task in tasks[len(servers) :]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
