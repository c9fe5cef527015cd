"""Commands for the sessions of people who have signed in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from hub.cli.console import out, with_hub
from hub.composition.hub import Hub

sessions = typer.Typer(help="Sessions of people who have signed in.", no_args_is_help=True)


@sessions.command("list")
def sessions_list() -> None:
    """The sessions that have not ended."""

    async def work(opened: Hub) -> None:
        table = Table(Column("session", no_wrap=True), Column("person", no_wrap=True), "name", "role", "department", "division")
        for column in ("began", "used", "until"):
            table.add_column(column)
        for row in await opened.sessions.list():
            moments = (moment.isoformat(timespec="seconds") for moment in (row.began_at, row.used_at, row.until))
            table.add_row(row.id, row.client_id, row.name, row.role, row.department or "", row.division_code, *moments)
        out.print(table)

    with_hub(work)


@sessions.command("end")
def sessions_end(
    name: Annotated[str, typer.Argument(help="A session, or a person, all of whose sessions end.")],
) -> None:
    """End a session, or every session of a person; every process refuses it within five seconds."""

    async def work(opened: Hub) -> None:
        out.print(f"ended: {await opened.sessions.end_named(name)}")

    with_hub(work)
