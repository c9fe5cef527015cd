"""Commands about the graph: its schema, and how a query is run."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from hub.cli.clients import active_client
from hub.cli.console import out, with_hub
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import principal_of
from schema.answers import Operation
from schema.root import build_schema

commands = typer.Typer()


@commands.command()
def schema() -> None:
    """Print the schema of the graph (SDL)."""
    print(build_schema().as_str())


@commands.command()
def explain(
    query: Annotated[str, typer.Argument(help="The GraphQL query.")],
    client_id: Annotated[str, typer.Option("--as", help="The client as whom to ask; `hub clients list` names them.")],
    variables: Annotated[str, typer.Option(help="Its variables, as JSON.")] = "{}",
) -> None:
    """Print the one SQL statement that a query becomes for a client, and the database's own plan of it."""

    async def work(opened: Hub) -> None:
        try:
            values = json.loads(variables)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise HubError(ErrorCode.INVALID_INPUT, "--variables: a JSON object", field="variables")
        await opened.database.start()
        caller = principal_of(await active_client(opened, client_id))
        sql, plan = await opened.graph.explain(Operation(query, None, values), caller)
        out.print(sql, markup=False)
        out.print()
        for line in plan:
            out.print(line, markup=False)

    with_hub(work)
