"""Commands about the graph: its schema, and how a query is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.clients import active_client
from hub.cli.console import out, with_hub
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import principal_of
from schema.answers import Operation
from schema.life import Broken, broken, changes, read_schema
from schema.root import build_schema

commands = typer.Typer()

schema = typer.Typer(
    help="Print the schema of the graph (SDL); `schema check` says whom a change breaks.", invoke_without_command=True
)


@schema.callback()
def print_schema(context: typer.Context) -> None:
    """Print the schema of the graph (SDL); `schema check` says whom a change breaks."""
    if context.invoked_subcommand is None:
        print(build_schema().as_str())


@schema.command("check")
def check(
    new: Annotated[Path, typer.Argument(help="The schema to judge, as SDL.")],
    against: Annotated[Path | None, typer.Option(help="The schema to compare it with; without it, this version's.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Only compare the two.")] = False,
) -> None:
    """Say whom a changed schema breaks, by the documents that clients have registered; ends with 1 where it breaks any."""
    then = read_schema(new.read_text(encoding="utf-8"), str(new))
    now = read_schema(against.read_text(encoding="utf-8"), str(against)) if against else build_schema()._schema
    breaking, dangerous = changes(now, then)
    for word, told in (("breaking", breaking), ("dangerous", dangerous)):
        for one in told:
            out.print(f"{word}: {one}", markup=False)
    harmed: list[Broken] = []

    async def work(opened: Hub) -> None:
        rows, _ = await opened.documents.list()
        harmed.extend(broken(now, then, ((row.owner, row.name, row.body) for row in rows)))
        out.print(f"{len(rows)} registered documents, {len(harmed)} of them broken")

    if not offline:
        with_hub(work)
    for each in harmed:
        out.print(f"breaks {each.owner} {each.name}: {'; '.join(each.reasons)}", markup=False)
    if harmed or (offline and breaking):
        raise typer.Exit(1)


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
