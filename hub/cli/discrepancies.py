"""Commands for what other systems hold otherwise than the hub: found by their copies, and by the daily reconciliation."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.console import AsJson, operator, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.moments import china_time
from hub.domain.discrepancies import Nature
from hub.domain.words.departments import Department
from hub.storage.views import discrepancies as views

discrepancies = typer.Typer(
    help="What other systems hold otherwise than the hub: missing there, missing here, fields that differ.",
    no_args_is_help=True,
)

_SHOWN = ("id", "department", "document_number", "nature", "field", "own_value", "copied_value")
_COLUMNS = ("id", "department", "document", "nature", "field", "here", "there", "found (China)")


@discrepancies.command("list")
def discrepancies_list(
    department: Annotated[Department | None, typer.Option(help="Whose records they are of.")] = None,
    nature: Annotated[Nature | None, typer.Option(help="Which side misses it, or that a field differs.")] = None,
    most: Annotated[int, typer.Option(help="How many lines.", min=1, max=10_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """How many are open, and those that are, the longest first."""

    async def work(made: Hub) -> None:
        async with made.database.connection() as connection:
            counts = await views.counts(connection)
            rows = await views.open_ones(connection, department, nature, most)
        if not as_json:
            for (whose, which), count in counts.items():
                out.print(f"{whose}: {which} {count}", markup=False)
        told = ((*(row[name] for name in _SHOWN), f"{china_time(row['found_at']):%Y-%m-%d %H:%M:%S}") for row in rows)
        tell_list(_COLUMNS, told, as_json=as_json)

    with_hub(work)


@discrepancies.command("resolve")
def discrepancies_resolve(
    discrepancy: Annotated[str, typer.Argument(help="A discrepancy, as `hub discrepancies list` names it.")],
    reason: Annotated[str, typer.Option(help="Why it is settled; it is kept with who did it.")],
) -> None:
    """Settle one by hand.  It opens again when either side says something else than now."""

    async def work(made: Hub) -> None:
        await made.posting.resolve_discrepancy(operator(), discrepancy, reason)
        out.print(f"{discrepancy} is settled", markup=False)

    with_hub(work)
