"""What all commands share: the terminal, progress bars, and a hub to work with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.settings import Settings
from hub.storage.engine.migrations import check

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def with_hub(work: Callable[[Hub], Awaitable[None]], *, migrates: bool = False) -> None:
    """Do some work with the hub that the environment's settings describe, whose database must be of this version's age."""

    async def run() -> None:
        made = Hub.make(Settings.read())
        try:
            await check(made.database, may_be_older=migrates)
            if not migrates:
                await made.divisions.refresh()
            try:
                with made.database.away.quiet():
                    await work(made)
            except HubError as error:
                if error.code is ErrorCode.UNAVAILABLE:
                    # What lasts has a reason that can be told: a file or a server that takes no writes.
                    await check(made.database, may_be_older=migrates, writes=True)
                raise
        finally:
            await made.database.close()

    asyncio.run(run())


def progress() -> Progress:
    """A progress bar for pulls."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
    )


def shower(bar: Progress) -> Callable[[str, int, int | None], None]:
    """Shows on a bar how far each system's pull is."""
    tasks: dict[str, Any] = {}
    most: dict[str, int] = {}

    def show(code: str, done: int, left: int | None) -> None:
        if code not in tasks:
            tasks[code] = bar.add_task(code, total=left)
        # A system says how much a resource still holds; the bar's end only moves outwards.
        most[code] = max(most.get(code, 0), done, left or 0)
        bar.update(tasks[code], completed=done, total=most[code])

    return show
