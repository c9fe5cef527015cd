"""Commands for connectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from connectors.registry import CONNECTORS
from connectors.scaffold import scaffold
from hub.cli.console import out

connectors = typer.Typer(help="The connectors to the departments' systems.", no_args_is_help=True)


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
