"""Commands for the sessions of people who have signed in."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.console import AsJson, out, tell_list, with_hub
from hub.composition.hub import Hub

sessions = typer.Typer(help="Sessions of people who have signed in.", no_args_is_help=True)


@sessions.command("list")
def sessions_list(as_json: AsJson = False) -> None:
    """The sessions that have not ended."""

    async def work(opened: Hub) -> None:
        columns = ("session", "person", "name", "role", "department", "division", "began", "used", "until")
        told = []
        for row in await opened.sessions.list():
            moments = (moment.isoformat(timespec="seconds") for moment in (row.began_at, row.used_at, row.until))
            told.append((row.id, row.client_id, row.name, row.role, row.department, row.division_code, *moments))
        tell_list(columns, told, as_json=as_json)

    with_hub(work)


@sessions.command("end")
def sessions_end(
    name: Annotated[str, typer.Argument(help="A session, or a person, all of whose sessions end.")],
) -> None:
    """End a session, or every session of a person; every process refuses it within five seconds."""

    async def work(opened: Hub) -> None:
        out.print(f"ended: {await opened.sessions.end_named(name)}")

    with_hub(work)
