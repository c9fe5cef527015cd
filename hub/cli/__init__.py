"""The command `hub`.  Every command tells errors in one plain line."""

from __future__ import annotations

import logging
import sys

import typer

from connectors.errors import ConnectorError
from hub.cli import clients, graph, running, serving, zones
from hub.cli.access import access
from hub.cli.calendar import calendar
from hub.cli.connectors import connectors
from hub.cli.console import err
from hub.cli.documents import documents
from hub.cli.experts import experts
from hub.cli.keys import keys
from hub.cli.sessions import sessions
from hub.domain.words.errors import HubError

hub = typer.Typer(
    help="绿色矿山部门协同枢纽 / the Green Mine Hub: one shared graph of every mine, joined from a province's departments.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Start with: hub demo",
)
for commands in (serving.commands, running.commands, clients.commands, graph.commands, zones.commands):
    hub.add_typer(commands)
hub.add_typer(connectors, name="connectors")
hub.add_typer(calendar, name="calendar")
hub.add_typer(documents, name="documents")
hub.add_typer(experts, name="experts")
hub.add_typer(keys, name="keys")
hub.add_typer(sessions, name="sessions")
hub.add_typer(access, name="access")


def main() -> None:
    """The entry point: errors that a user can mend are one line, without a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        hub()
    except (HubError, ConnectorError, ValueError, OSError) as error:
        err.print(f"hub: {error}", style="red", markup=False)
        sys.exit(1)
