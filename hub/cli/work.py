"""Commands for standing work: doing it, and seeing how it stands."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from hub.cli.console import AsJson, err, out, tell_list, with_hub
from hub.composition.background_tasks import BackgroundTasks
from hub.composition.hub import Hub
from hub.composition.standing_work import round_of, standing_work
from hub.domain.calendar.moments import china_time
from hub.domain.words.work import WorkState
from hub.services.work.leases import Leases
from hub.storage.work import leases

work = typer.Typer(
    help="Do the standing work (pulls, deliveries, removals) without serving; see how it stands, or run a piece.",
    invoke_without_command=True,
)


@work.callback()
def work_alone(context: typer.Context) -> None:
    """Without a command: do the standing work and serve nothing, until SIGTERM or Ctrl-C."""
    if context.invoked_subcommand is not None:
        return

    async def do(made: Hub) -> None:
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        joined = made.connectors()
        for connector in joined.values():
            await made.ingest.declare(connector.manifest)
        doing = standing_work(made, joined)
        async with BackgroundTasks((round_of(doing), *made.upkeep)).running():
            err.print(f"works: {', '.join(doing.names)}", markup=False)
            await ended.wait()

    # It would fail at all that it does, and go on.
    with_hub(do, writes=True)


@work.command("list")
def work_list(as_json: AsJson = False) -> None:
    """Each piece: whether it runs, is due, waits or has nothing to do, by whom, until when, and how it went last."""

    async def show(made: Hub) -> None:
        async with made.database.connection() as connection:
            await made.database.clock.look(connection)
            rows = await leases.standing(connection)
        now, length = made.database.clock.now(), Leases(made.database).length
        told = []
        for row in rows:
            state = row.state(now, length)
            due = f"{china_time(row.next_at):%Y-%m-%d %H:%M:%S}" if row.next_at and state is not WorkState.IDLE else ""
            holder = row.holder if state is WorkState.RUNNING else None
            told.append((row.name, state.value, due, holder, row.outcome))
        tell_list(("name", "state", "next (China)", "held by", "last outcome"), told, as_json=as_json)

    with_hub(show)


@work.command("run")
def work_run(name: Annotated[str, typer.Argument(help="The piece, as `hub work list` names it.")]) -> None:
    """Do one piece now, whether it is due or not; ends with 1 when it fails."""

    async def do(made: Hub) -> None:
        doing = standing_work(made, made.connectors())
        outcome, failed = await doing.run_now(name)
        out.print(f"{name}: {outcome}", style="red" if failed else None, markup=False)
        if failed:
            raise typer.Exit(1)

    with_hub(do)
