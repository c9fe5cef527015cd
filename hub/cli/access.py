"""Commands about who may see and post what."""

from __future__ import annotations

import typer

from schema.access import matrix
from schema.root import build_schema

access = typer.Typer(help="Who may see and post what.", no_args_is_help=True)


@access.callback()
def _access() -> None:
    """Keeps `matrix` a command of its own."""


@access.command("matrix")
def access_matrix() -> None:
    """Print the access table as Markdown: every field × every class of callers, and who may post what."""
    print(matrix(build_schema()), end="")
