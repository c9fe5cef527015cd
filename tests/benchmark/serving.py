"""A hub as its users meet it: `hub serve` in a process of its own, a registered client, real HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from auth.principals import Role
from auth.tokens import Bound
from hub.composition.hub import Hub
from hub.demo import free_port
from hub.domain.words.departments import Department
from hub.services.access.clients import principal_of
from hub.settings import Settings
from hub.storage.engine.migrations import migrate


@dataclass(frozen=True)
class Serving:
    """A running hub: its address, its process, and what makes tokens for it."""

    url: str
    port: int
    pid: int
    hub: Hub

    async def token(self, role: Role, department: Department | None = None, bound: Bound | None = None) -> str:
        name = f"bench {role.value} {department or ''}".strip()
        if not any(row.name == name for row in await self.hub.clients.list()):
            await self.hub.clients.add(name, role, department)
        row = next(row for row in await self.hub.clients.list() if row.name == name)
        return self.hub.tokens.issue(principal_of(row), bound=bound)


@asynccontextmanager
async def serving(database_url: str, **more: str) -> AsyncIterator[Serving]:
    """`hub serve` over a migrated database, for as long as the block runs; `more` are variables of its environment."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=database_url, key_file=str(Path(folder) / "keys.json"), port=free_port(0))
        hub = Hub.make(settings)
        await migrate(hub.database)
        said = {
            "HUB_DATABASE_URL": database_url,
            "HUB_KEY_FILE": settings.key_file,
            "HUB_PORT": str(settings.port),
            "HUB_COST_PER_MINUTE": str(10**12),
        }
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.cli", "serve", env=os.environ | said | more, stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                while not await _ready(client, settings.public_address):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
            yield Serving(settings.public_address, settings.port, child.pid, hub)
        finally:
            with suppress(ProcessLookupError):
                child.terminate()
            await child.wait()
            await hub.database.close()


async def _ready(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/readyz")).status_code == 200
    except httpx.TransportError:
        return False
