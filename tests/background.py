"""Services at the work that they do by themselves in a serving hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Protocol

from hub.composition.background_tasks import BackgroundTasks, Work


class Worker(Protocol):
    """What works in rounds."""

    def work(self) -> Awaitable[bool]: ...


@asynccontextmanager
async def at_work(*workers: Worker) -> AsyncIterator[BackgroundTasks]:
    """The services' own work, as in a running hub, with shorter pauses."""

    def work_of(worker: Worker) -> Work:
        async def step() -> bool:
            return await worker.work()

        return Work(type(worker).__name__, step, 0.02, at_end=getattr(worker, "end", None))

    tasks = BackgroundTasks(map(work_of, workers))
    async with tasks.running():
        yield tasks
