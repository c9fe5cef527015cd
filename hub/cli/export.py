"""Exporting lists as files, as a client sees them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.clients import active_client
from hub.cli.console import err, with_hub
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import read_purpose
from hub.services.access.clients import principal_of
from schema.export_files import Format, begin
from schema.exports import Page, pages, tables

commands = typer.Typer()


@contextmanager
def _opened(kind: Format, file: Path | None) -> Iterator[Callable[[bytes], object]]:
    """What writes into a file; one that is not whole is not left behind."""
    if file is None:
        if kind is not Format.CSV:
            raise HubError(ErrorCode.REQUIRED, "--out")
        yield lambda some: sys.stdout.write(some.decode())
        sys.stdout.flush()
        return
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as opened:
            yield opened.write
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(file)


@commands.command()
def export(
    kind: Annotated[str, typer.Argument(help="A list of the graph, such as penalties.")],
    *,
    client_id: Annotated[str, typer.Option("--as", help="The client as whom to read; `hub clients list` names them.")],
    format_: Annotated[Format, typer.Option("--format", help="The format of the file.")] = Format.CSV,
    wanted: Annotated[str, typer.Option("--filter", help="The list's filter, as JSON.")] = "null",
    purpose: Annotated[str, typer.Option(help="Why, for banks: PRE_LOAN_REVIEW; ref=…")] = "",
    out: Annotated[Path | None, typer.Option(help="The file; without it, CSV goes to the terminal or the pipe.")] = None,
) -> None:
    """Write a list of the graph into a file: CSV, a workbook, or Parquet, as a client sees it."""
    table = tables().get(kind)
    if table is None:
        raise HubError(ErrorCode.NOT_A_CHOICE, f"{kind[:80]}: {', '.join(tables())}")
    try:
        condition: Any = json.loads(wanted)
    except ValueError:
        raise HubError(ErrorCode.INVALID_INPUT, "--filter: JSON", field="filter") from None

    async def work(opened: Hub) -> None:
        await opened.database.start()
        caller = principal_of(await active_client(opened, client_id))
        count = 0
        with _opened(format_, out) as write:
            file = begin(format_, table)

            async def add(page: Page) -> int:
                file.add(page)
                write(file.take())
                return len(page)

            asked = (opened.graph, table, caller, condition, read_purpose(purpose))
            async for added in pages(*asked, made=add, most=format_.most_rows):
                count += added
            file.end()
            write(file.take())
        await opened.reads.write()
        if out is not None:
            err.print(f"{count} rows: {out}", markup=False)

    with_hub(work)
