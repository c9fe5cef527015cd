"""Servers in processes of their own, any ASGI application on the very server that the hub runs on among them; and waiting until
one answers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpx
import uvicorn

from hub.composition.memory import settle
from hub.demo import free_port
from hub.http.server import Protocol


@dataclass(frozen=True, slots=True)
class Running:
    """A server: its port and its process."""

    port: int
    pid: int


def running(application: str, path: str, **told: str) -> AbstractAsyncContextManager[Running]:
    """Serve an application, named `module:attribute`, once `path` can be asked; `told` are variables of its environment, beside
    the port by which a hub knows its own address."""
    return started(["tests.benchmark.running", application], path, **told)


@asynccontextmanager
async def started(module: Sequence[str], path: str, **told: str) -> AsyncIterator[Running]:
    """Run a module that serves, with its arguments and after them the port, once `path` can be asked."""
    port = free_port(0)
    command = [sys.executable, "-m", *module, str(port)]
    child = await asyncio.create_subprocess_exec(*command, env=os.environ | {"HUB_PORT": str(port)} | told)
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            while child.returncode is None:
                try:
                    await client.get(f"http://127.0.0.1:{port}{path}")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        if child.returncode is not None:
            raise RuntimeError(f"{module} ended by itself")
        yield Running(port, child.pid)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


def main(application: str, port: str) -> None:
    """As `hub serve` does it."""
    settle()
    uvicorn.run(
        application,
        port=int(port),
        http=Protocol,
        ws="none",
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
