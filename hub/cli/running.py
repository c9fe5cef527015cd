"""Commands that run something: the demo, the sandboxes, migrations and pulls."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
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
from hub.domain.calendar.moments import china_time
from hub.domain.rules.rule_set import VERSION
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.upkeep.rules import Rules
from hub.services.upkeep.searching import Searching
from hub.services.work.reports import Ended
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
    as_json: Annotated[bool, typer.Option("--json", help="Say nothing but that JSON, for scripts.")] = False,
) -> None:
    """The main job: sandboxed departments are pulled and post, the credit system pushes, a bank asks."""
    began = time.monotonic()
    err.quiet = as_json

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
                err.print("以任一角色登录（仅限本机） / sign in as a person of any role and department, at this machine:")
                err.print(shown.sign_in_link + "\n", markup=False)
                err.print("Ctrl-C ends the demo.")
                await shown.stay(tokens)
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
        if rebuilt := await Rules(made.database, made.database.clock.now).bring_up():
            out.print(f"{rebuilt.mines} mines have their timelines by rule set {VERSION}", markup=False)
        if findable := await Searching(made.database).bring_up():
            out.print(f"{findable} records can be searched for", markup=False)

    with_hub(work, migrates=True)


def _exit_code(ended: Ended) -> int:
    return 2 if ended.error else 1 if ended.report.missing else 0


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, ConnectorError) else f"failed ({type(error).__name__})"


def _summary(ended: Ended) -> str:
    if ended.error:
        return _error(ended.error)
    report = ended.report
    counts = (
        f"{report.accepted} new, {report.new_versions} new versions, {report.unchanged} unchanged, "
        f"{report.quarantined} quarantined"
    ) + (f", {report.stale} older than what was said since" if report.stale else "")
    if report.vanished:
        counts += f", {report.vanished} VANISHED (they stand here and are listed no longer)"
    return f"{counts}; INCOMPLETE: {Incomplete(report.missing)}" if report.missing else counts


def _told(ended: Ended) -> dict[str, object]:
    """How a run ended, for a machine."""
    report = ended.report
    return {
        "outcome": ("OK", "INCOMPLETE", "FAILED")[_exit_code(ended)],
        "error": _error(ended.error) if ended.error else None,
        "seconds": round(ended.seconds, 3),
        "told": report.told,
        "taken": report.taken,
        "new": report.accepted,
        "newVersions": report.new_versions,
        "unchanged": report.unchanged,
        "stale": report.stale,
        "quarantined": report.quarantined,
        "vanished": report.vanished,
        "missing": dict(report.missing),
        "drift": sorted(report.drift),
    }


def _write(file: Path, told: Mapping[str, object]) -> None:
    try:
        file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise HubError(ErrorCode.INVALID_INPUT, f"{file}: {error.strerror}", field="--report") from None


@commands.command()
def sync(
    codes: Annotated[
        list[str] | None, typer.Argument(help="Connectors to pull; all that have settings when none is named.")
    ] = None,
    all_over: Annotated[
        bool, typer.Option("--all-over", help="Everything from the start; what is here changes nothing.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Write how it went to this file, as JSON.")] = None,
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
        if report:
            # What cannot be written is told before anything is pulled.
            _write(report, {})
        clock = made.database.clock
        worst, began, sources, taken = 0, china_time(clock.now()), {}, 0
        with progress() as bar:
            show = shower(bar)
            async for ended in made.ingest.run_all(chosen, lambda code: partial(show, code), whole=all_over):
                worst, sources[ended.code] = max(worst, _exit_code(ended)), _told(ended)
                style = "red" if _exit_code(ended) else None
                bar.console.print(f"{ended.code}: {_summary(ended)}", style=style, markup=False)
                if report:
                    _write(report, {"began": began.isoformat(), "sources": sources})
            if taken := await made.ingest.settle(connector.manifest for connector in chosen.values()):
                bar.console.print(f"{taken} quarantined items were taken after all: what they point to has come")
        if report:
            ended_at = china_time(clock.now()).isoformat()
            _write(report, {"began": began.isoformat(), "ended": ended_at, "settled": taken, "sources": sources})
        if worst:
            raise typer.Exit(worst)

    with_hub(work)


@commands.command()
def sandbox(
    mines: Mines = 600,
    seed: Seed = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one line of JSON.")] = False,
    changes: Annotated[
        float, typer.Option(help="Every so many seconds a department decides something more; 0: never.", min=0)
    ] = 0,
) -> None:
    """Play the systems of all departments, as real HTTP servers on loopback, until Ctrl-C."""

    async def work() -> None:
        async with running(World(mines, seed), changes) as addresses:
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
