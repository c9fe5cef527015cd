"""The command `hub`.  Every command tells errors in one plain line, and is imported when it is called."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from importlib.metadata import version
from json import JSONDecodeError
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_group

from connectors.errors import ConnectorError
from hub.domain.words.errors import HubError, UnfitError
from hub.http.logs import set_up, trace

#: Each command or group of commands: the module that has it, and what it says of itself, so that help imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("serving", "Serve the graph.  The database must be migrated: `hub migrate`."),
    "demo": ("running", "The main job: sandboxed departments are pulled and post, the credit system pushes, a bank asks."),
    "migrate": ("running", "Bring the database to the schema of this version, all or nothing."),
    "sync": (
        "running",
        "Pull departments' systems once, side by side.  Settings come from HUB_CONNECTOR_<CODE>_<NAME>; run it by a timer.",
    ),
    "work": ("work", "Do the standing work (pulls, deliveries, removals) without serving; see how it stands, or run a piece."),
    "deliveries": ("deliveries", "What goes out to other systems: penalties to credit disclosure."),
    "discrepancies": (
        "discrepancies",
        "What other systems hold otherwise than the hub: missing there, missing here, fields that differ.",
    ),
    "sandbox": ("running", "Play the systems of all departments, as real HTTP servers on loopback, until Ctrl-C."),
    "token": (
        "clients",
        "Print an access token for a client, for trying things out on the hub's own machine; it lives ten minutes.",
    ),
    "clients": ("clients", "Clients that may ask for tokens."),
    "schema": ("graph", "Print the schema of the graph (SDL); `schema check` says whom a change breaks."),
    "export": ("export", "Write a list of the graph into a file: CSV, a workbook, or Parquet, as a client sees it."),
    "explain": ("graph", "Print the one SQL statement that a query becomes for a client, and the database's own plan of it."),
    "screen": ("zones", "Screen mines against the zones that the client's department keeps, and post what is found."),
    "zones": ("zones", "Ecological red lines and protected areas."),
    "connectors": ("connectors", "The connectors to the departments' systems."),
    "quarantine": ("quarantine", "What departments' systems sent and could not be taken."),
    "calendar": ("calendar", "Working days, and the deadlines that are counted in them."),
    "divisions": ("divisions", "Administrative divisions, and codes of before."),
    "documents": ("documents", "Documents that clients have registered to ask by."),
    "experts": ("experts", "The pool of experts for assessments."),
    "attest": ("attest", "Attestations of loan checks: verify one offline."),
    "portfolios": ("portfolios", "What a bank watches: put a portfolio from a file."),
    "keys": ("keys", "The keys that sign tokens."),
    "rules": ("rules", "What follows from records by days: standing, duties, contracts."),
    "sessions": ("sessions", "Sessions of people who have signed in."),
    "webhooks": ("webhooks", "Receivers to which the hub sends by itself."),
    "access": ("access", "Who may see and post what."),
}


class _Rooms(TyperGroup):
    """A command's module is imported when the command is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, loaded(str(name)), rest


def loaded(name: str) -> Any:
    """A command, or group of commands, with its options."""
    # What is imported stays: to look for garbage in it while it grows takes a seventh of the time.
    gc.disable()
    try:
        module = import_module(f"hub.cli.{COMMANDS[name][0]}")
    finally:
        gc.enable()
    single = get_group(module.commands).commands if hasattr(module, "commands") else {}
    return single.get(name) or get_group(getattr(module, name))


hub = typer.Typer(
    cls=_Rooms,
    help="绿色矿山部门协同枢纽 / the Green Mine Hub: one shared graph of every mine, joined from a province's departments.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    epilog="Start with: hub demo",
)


def _version(asked: bool) -> None:
    if asked:
        print(f"hub {version('greenmine-hub')}")
        raise typer.Exit


@hub.callback()
def _hub(
    _asked: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Nothing of its own to do."""


def _in_its_room() -> None:
    """Never called: `_Rooms` finds the command itself."""


for _name, (_, _help) in COMMANDS.items():
    hub.command(_name, help=_help)(_in_its_room)


def main() -> None:
    """The entry point: errors that a user can mend are one line; of all others what kind they are, and where they came from."""
    set_up()
    try:
        hub()
    except (HubError, ConnectorError, UnfitError, OSError, UnicodeError, JSONDecodeError) as error:
        is_unfit = isinstance(error, UnfitError) or getattr(error, "field", None) == "HUB_DATABASE_URL"
        _end(str(error), 2 if is_unfit else 1)
    except Exception as error:
        # What they say may be of what is stored.
        _end(f"意外错误 / unexpected: {trace(error)}", 1)


def _end(said: str, code: int) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"hub: {said}", style="red", markup=False)
    sys.exit(code)
