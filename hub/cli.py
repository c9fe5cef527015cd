"""The command `hub`.  Every command tells errors in one plain line."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from auth.principals import Role
from connectors.errors import ConnectorError
from connectors.registry import CONNECTORS
from connectors.sandboxes import running
from connectors.scaffold import scaffold
from connectors.world import World
from hub.app import Hub, create_app
from hub.demo import Demo
from hub.domain.departments import Department
from hub.domain.divisions import PROVINCE
from hub.domain.errors import ErrorCode, HubError
from hub.services.clients import principal_of
from hub.settings import Settings
from hub.storage.migrating import head, migrate, revision
from schema.root import build_schema

hub = typer.Typer(
    help="绿色矿山部门协同枢纽 / the Green Mine Hub: one shared graph of every mine, joined from a province's departments.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Start with: hub demo",
)
clients = typer.Typer(help="Clients that may ask for tokens.", no_args_is_help=True)
connectors = typer.Typer(help="The connectors to the departments' systems.", no_args_is_help=True)
hub.add_typer(clients, name="clients")
hub.add_typer(connectors, name="connectors")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def _with(work: Callable[[Hub], Awaitable[None]]) -> None:
    made = Hub.make(Settings.read())
    try:
        await work(made)
    finally:
        await made.database.close()


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
    )


def _shower(bar: Progress) -> Callable[[str, int, int | None], None]:
    tasks: dict[str, Any] = {}
    most: dict[str, int] = {}

    def show(code: str, done: int, left: int | None) -> None:
        if code not in tasks:
            tasks[code] = bar.add_task(code, total=left)
        # A system says how much a resource still holds; the bar's end only moves outwards.
        most[code] = max(most.get(code, 0), done, left or 0)
        bar.update(tasks[code], completed=done, total=most[code])

    return show


@hub.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [HUB_HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [HUB_PORT].")] = None,
) -> None:
    """Serve the graph.  The database must be migrated: `hub migrate`."""
    settings = Settings.read()
    made = Hub.make(settings)

    async def check() -> None:
        if await revision(made.database) != head():
            raise HubError(ErrorCode.INVALID_INPUT, "the database needs `hub migrate`")
        await made.database.engine.dispose()

    asyncio.run(check())
    app = create_app(made)
    # What was made up to here lives as long as the process; requests make and drop much, and little of it in circles.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    uvicorn.run(
        app,
        host=host or settings.host,
        port=port or settings.port,
        server_header=False,
        timeout_graceful_shutdown=20,
        ws="none",
    )


@hub.command()
def demo(
    mines: Annotated[int, typer.Option(help="How many mines the fictional province has.", min=1)] = 600,
    seed: Annotated[int, typer.Option(help="The same seed gives the same province.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="Show it once, print the mine's graph as JSON, and end.")] = False,
) -> None:
    """The main job: sandboxed departments are pulled and post, the credit system pushes, a bank asks."""
    began = time.monotonic()

    async def work() -> None:
        shown = Demo(Settings.read(), mines, seed, err.print)
        try:
            with _progress() as bar:
                running_demo = shown.running(_shower(bar))
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
                err.print("Ctrl-C ends the demo.")
                await shown.stay()
            finally:
                await running_demo.__aexit__(None, None, None)
        finally:
            await shown.hub.database.close()

    try:
        _run(work())
    except KeyboardInterrupt:
        err.print("ended")


@hub.command("migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version, all or nothing."""

    async def work(made: Hub) -> None:
        await migrate(made.database)
        out.print(f"{made.database.dialect_name} is at revision {head()}")

    _run(_with(work))


@hub.command()
def sync(
    codes: Annotated[
        list[str] | None, typer.Argument(help="Connectors to pull; all that have settings when none is named.")
    ] = None,
) -> None:
    """Pull departments' systems once.  Settings come from HUB_CONNECTOR_<CODE>_<NAME>; run it by a timer."""

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
        failed = False
        with _progress() as bar:
            show = _shower(bar)
            for code, connector in chosen.items():
                try:
                    report = await made.ingest.run(connector, lambda done, left, code=code: show(code, done, left))  # type: ignore[misc]
                    bar.console.print(
                        f"{code}: {report.accepted} new, {report.new_versions} new versions, {report.unchanged} unchanged, "
                        f"{report.quarantined} quarantined"
                    )
                except ConnectorError as error:
                    failed = True
                    bar.console.print(f"{code}: {type(error).__name__}: {error}", style="red")
        if failed:
            raise typer.Exit(1)

    _run(_with(work))


@hub.command()
def sandbox(
    mines: Annotated[int, typer.Option(help="How many mines the fictional province has.", min=1)] = 600,
    seed: Annotated[int, typer.Option(help="The same seed gives the same province.")] = 1,
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
        _run(work())


@clients.command("add")
def clients_add(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    role: Annotated[Role, typer.Option(help="What kind of caller it is.")],
    department: Annotated[Department | None, typer.Option(help="For role DEPARTMENT: whose system it is.")] = None,
    division: Annotated[str, typer.Option(help="Division within which it may post, GB/T 2260.")] = PROVINCE,
    scope: Annotated[list[str] | None, typer.Option(help="Narrow what it may do; may be repeated.")] = None,
) -> None:
    """Register a client and print its secret, once."""

    async def work(made: Hub) -> None:
        client_id, secret = await made.clients.add(name, role, department, division, scope)
        out.print(json.dumps({"client_id": client_id, "client_secret": secret}), markup=False)
        err.print("The secret is shown this once; only a hash of it is kept.")

    _run(_with(work))


@clients.command("list")
def clients_list() -> None:
    """All clients, revoked ones included."""

    async def work(made: Hub) -> None:
        table = Table(Column("client_id", no_wrap=True), "name", "role", "department", "division", "scopes", "revoked")
        for row in await made.clients.list():
            revoked = row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else ""
            table.add_row(
                row.client_id, row.name, row.role, row.department or "", row.division_code, " ".join(row.scopes), revoked
            )
        out.print(table)

    _run(_with(work))


@clients.command("revoke")
def clients_revoke(client_id: str) -> None:
    """End a client; its tokens stop within five seconds."""

    async def work(made: Hub) -> None:
        await made.clients.revoke(client_id)
        out.print(f"{client_id} is revoked", markup=False)

    _run(_with(work))


@hub.command()
def token(client_id: str) -> None:
    """Print an access token for a client, for trying things out on the hub's own machine; it lives ten minutes."""

    async def work(made: Hub) -> None:
        row = next((row for row in await made.clients.list() if row.client_id == client_id and not row.revoked_at), None)
        if row is None:
            raise HubError(ErrorCode.INVALID_INPUT, f"no client {client_id}")
        print(made.tokens.issue(principal_of(row)))

    _run(_with(work))


@hub.command()
def schema() -> None:
    """Print the schema of the graph (SDL)."""
    print(build_schema().as_str())


@connectors.command("list")
def connectors_list() -> None:
    """All connectors and what they speak."""
    table = Table("code", "department", "directions", "kinds", "interface")
    for connector in CONNECTORS.values():
        m = connector.manifest
        table.add_row(m.code, m.department or "", " ".join(m.directions), " ".join(m.kinds), m.interface)
    out.print(table)


@connectors.command("new")
def connectors_new(
    code: Annotated[str, typer.Argument(help="Its code, which is also its folder: letters, digits and underscores.")],
    folder: Annotated[Path, typer.Option(help="Where the connectors lie.")] = Path("connectors"),
) -> None:
    """Make a connector with a mapping and a sandbox that passes the contract suite at once."""
    made = scaffold(code, folder)
    out.print(f"made {made}; now add it to connectors/registry.py:", markup=False)
    name = "".join(part.capitalize() for part in code.split("_"))
    out.print(f"  from connectors.{code} import sandbox as {code}_sandbox", markup=False)
    out.print(f"  from connectors.{code}.connector import {name}", markup=False)


def main() -> None:
    """The entry point: errors that a user can mend are one line, without a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        hub()
    except (HubError, ConnectorError, ValueError, OSError) as error:
        err.print(f"hub: {error}", style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
