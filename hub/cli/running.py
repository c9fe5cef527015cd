"""Commands that run something: the demo, the sandboxes, migrations and pulls."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from connectors.errors import ConnectorError, Incomplete
from connectors.registry import CONNECTORS
from connectors.sandboxes import running
from connectors.world import World
from hub.cli.console import err, out, progress, shower, with_hub
from hub.composition.exposure import check_exposure
from hub.composition.hub import Hub
from hub.demo import Demo
from hub.domain.rules.rule_set import VERSION
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.upkeep.rules import Rules
from hub.services.work.ingest import Report
from hub.settings import Settings
from hub.storage.engine.migrations import head, migrate

commands = typer.Typer()

Mines = Annotated[int, typer.Option(help="How many mines the fictional province has.", min=1)]
Seed = Annotated[int, typer.Option(help="The same seed gives the same province.")]


@commands.command()
def demo(
    mines: Mines = 600,
    seed: Seed = 1,
    once: Annotated[bool, typer.Option("--once", help="Show it once, print the mine's graph as JSON, and end.")] = False,
) -> None:
    """The main job: sandboxed departments are pulled and post, the credit system pushes, a bank asks."""
    began = time.monotonic()

    async def work() -> None:
        shown = Demo(Settings.read(), mines, seed, err.print)
        check_exposure(shown.settings, shown.settings.host)
        try:
            with progress() as bar:
                running_demo = shown.running(shower(bar))
                tokens = await running_demo.__aenter__()
            try:
                mine = await shown.show_main_job(tokens)
                print(json.dumps(mine, ensure_ascii=False, indent=2))
                if once:
                    return
                err.print(f"\n就绪 / ready after {time.monotonic() - began:.1f} s: [bold]{shown.url}[/bold]")
                err.print("Three commands to paste (the tokens live ten minutes; var/demo.json always has fresh ones):\n")
                for line in shown.curls(tokens):
                    err.print(line + "\n", markup=False)
                err.print("登录为演示管理员（仅一次） / sign in as the demo's operator, once:")
                err.print(shown.sign_in_link + "\n", markup=False)
                err.print("Ctrl-C ends the demo.")
                await shown.stay()
            finally:
                await running_demo.__aexit__(None, None, None)
        finally:
            await shown.hub.database.close()

    try:
        asyncio.run(work())
    except KeyboardInterrupt:
        err.print("ended")


@commands.command("migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version, all or nothing."""

    async def work(made: Hub) -> None:
        await migrate(made.database)
        out.print(f"{made.database.dialect_name} is at revision {head()}")
        if rebuilt := await Rules(made.database).bring_up():
            out.print(f"{rebuilt.mines} mines have their timelines by rule set {VERSION}", markup=False)

    with_hub(work, migrates=True)


def _exit_code(ended: Report | Exception) -> int:
    return 2 if isinstance(ended, Exception) else 1 if ended.missing else 0


def _summary(ended: Report | Exception) -> str:
    match ended:
        case ConnectorError():
            return f"{type(ended).__name__}: {ended}"
        case Exception():
            return f"failed ({type(ended).__name__})"
    counts = (
        f"{ended.accepted} new, {ended.new_versions} new versions, {ended.unchanged} unchanged, {ended.quarantined} quarantined"
    ) + (f", {ended.stale} older than what was said since" if ended.stale else "")
    return f"{counts}; INCOMPLETE: {Incomplete(ended.missing)}" if ended.missing else counts


@commands.command()
def sync(
    codes: Annotated[
        list[str] | None, typer.Argument(help="Connectors to pull; all that have settings when none is named.")
    ] = None,
    all_over: Annotated[
        bool, typer.Option("--all-over", help="Everything from the start; what is here changes nothing.")
    ] = False,
) -> None:
    """Pull departments' systems once, side by side.  Settings come from HUB_CONNECTOR_<CODE>_<NAME>; run it by a timer.

    Ends with 1 when a system did not give all that it says is there, with 2 when one failed; the others are pulled all
    the same.
    """

    async def work(made: Hub) -> None:
        known = made.connectors()
        for code in codes or []:
            if code not in CONNECTORS:
                raise HubError(ErrorCode.INVALID_INPUT, f"no connector {code}; there are {', '.join(CONNECTORS)}")
            if code not in known:
                raise HubError(ErrorCode.INVALID_INPUT, f"{code} has no settings: HUB_CONNECTOR_{code.upper()}_…")
        chosen = {code: known[code] for code in codes} if codes else known
        if not chosen:
            raise HubError(ErrorCode.INVALID_INPUT, "no connector has settings: HUB_CONNECTOR_<CODE>_<NAME>")
        worst = 0
        with progress() as bar:
            show = shower(bar)
            async for code, ended in made.ingest.run_all(chosen, lambda code: partial(show, code), whole=all_over):
                worst = max(worst, _exit_code(ended))
                bar.console.print(f"{code}: {_summary(ended)}", style="red" if _exit_code(ended) else None, markup=False)
            if taken := await made.ingest.settle(connector.manifest for connector in chosen.values()):
                bar.console.print(f"{taken} quarantined items were taken after all: what they point to has come")
        if worst:
            raise typer.Exit(worst)

    with_hub(work)


@commands.command()
def sandbox(
    mines: Mines = 600,
    seed: Seed = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one line of JSON.")] = False,
) -> None:
    """Play the systems of all departments, as real HTTP servers on loopback, until Ctrl-C."""

    async def work() -> None:
        async with running(World(mines, seed)) as addresses:
            if as_json:
                print(json.dumps(addresses), flush=True)
                # Whoever started us holds our input; when it goes, so do we.
                await asyncio.to_thread(sys.stdin.read)
                return
            for code, settings in addresses.items():
                for name, value in settings.items():
                    out.print(f"export HUB_CONNECTOR_{code.upper()}_{name.upper()}={value}", markup=False)
            err.print("\nCtrl-C ends the sandboxes.")
            await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(work())
