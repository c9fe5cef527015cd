"""What all commands share: the terminal, progress bars, and a hub to work with."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from auth.principals import Principal, Role
from auth.scopes import OPERATE
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.logs import tell_of_tasks
from hub.settings import Settings
from hub.storage.engine.database import Unreachable
from hub.storage.engine.migrations import check, check_whole

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


#: The option of every list, for scripts.
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")]
#: Wider than anything: what goes into a pipe is never cut.
_BOUNDLESS = 100_000
#: Narrower than this a column is no reading.
_READABLE = 8


def tell_list(columns: Sequence[str], rows: Iterable[Sequence[str | None]], *, as_json: bool) -> None:
    """Print a list: as a table that fits the terminal, its columns folded and never without width, or as JSON objects."""
    if as_json:
        names = [column.replace(" ", "_") for column in columns]
        out.print_json(json.dumps([dict(zip(names, row, strict=True)) for row in rows], ensure_ascii=False), indent=2)
        return
    told = [[Text(value or "") for value in row] for row in rows]
    wide = out if out.is_terminal or "COLUMNS" in os.environ else Console(highlight=False, width=_BOUNDLESS)
    if _least_width(columns, told) > wide.width:
        _tell_below(columns, told, wide)
        return
    # What a row is called is copied from there.
    first, *others = columns
    folded = (Column(name, overflow="fold", min_width=min(len(name), _READABLE)) for name in others)
    table = Table(Column(first, no_wrap=True), *folded, box=SIMPLE_HEAD)
    for row in told:
        table.add_row(*row)
    wide.print(table)


def _least_width(columns: Sequence[str], rows: Iterable[Sequence[Text]]) -> int:
    """How wide a table must be for what its rows are called to stand in one line, and the rest to be read."""
    cells = zip(columns, *([value.plain for value in row] for row in rows), strict=True)
    first, *others = (max(map(cell_len, column)) for column in cells)
    # Two blanks and a gap beside each.
    return first + sum(min(width, _READABLE) for width in others) + 3 * len(columns)


def _tell_below(columns: Sequence[str], rows: Iterable[Sequence[Text]], wide: Console) -> None:
    """Print what no table has room for: row by row, each value in a line of its own."""
    for row in rows:
        # The terminal itself breaks what a row is called, so that it can still be copied.
        wide.print(row[0], style="bold", soft_wrap=True)
        below = Table.grid(Column(overflow="fold"), Column(overflow="fold"), padding=(0, 2), pad_edge=True)
        for name, value in zip(columns[1:], row[1:], strict=True):
            if value.plain:
                below.add_row(name, value)
        wide.print(below)


def operator() -> Principal:
    """Who works at the hub's own machine."""
    return Principal(f"cli:{getpass.getuser()}", Role.OPERATOR, frozenset({OPERATE}))


def with_hub(work: Callable[[Hub], Awaitable[None]], *, migrates: bool = False, writes: bool = False) -> None:
    """Do some work with the hub that the environment's settings describe, whose database must be of this version's age.

    With `writes` it must take writes before anything is begun.
    """

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(tell_of_tasks)
        made = Hub.make(Settings.read())
        try:
            await check(made.database, may_be_older=migrates, writes=writes)
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
        except Unreachable as error:
            check_whole(error)
            raise
        finally:
            await made.database.close()

    asyncio.run(run())


def progress() -> Progress:
    """A progress bar for what takes minutes."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
    )


def counter(bar: Progress) -> Callable[[str, int], None]:
    """Counts on a bar how many of each sort are done."""
    tasks: dict[str, TaskID] = {}

    def count(what: str, more: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=None)
        bar.advance(tasks[what], more)

    return count


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
