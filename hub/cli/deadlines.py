"""Commands about deadlines in working days: up to when they are known, and filling in those that were not."""

from __future__ import annotations

import typer
from rich.table import Table

from hub.cli.console import out, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.working_days import CALENDAR
from hub.services.upkeep.deadlines import Deadlines

deadlines = typer.Typer(help="Deadlines that are counted in working days.", no_args_is_help=True)


@deadlines.command("list")
def deadlines_list() -> None:
    """Up to when working days are known, and which records lack a deadline because a year is not."""

    async def work(made: Hub) -> None:
        out.print(f"working days are known until {CALENDAR.known_until}", markup=False)
        empty = await Deadlines(made.database).empty()
        if empty:
            table = Table("kind", "deadline", "basis", "counted from", "records without it")
            for one in empty:
                table.add_row(one.kind.value, one.field, one.basis, str(one.year), str(one.records))
            out.print(table)

    with_hub(work)


@deadlines.command("fill")
def deadlines_fill() -> None:
    """Work out the deadlines that are empty and can be told by now; run it after a year was added to the calendar."""

    async def work(made: Hub) -> None:
        out.print(f"{await Deadlines(made.database).fill()} deadlines filled in", markup=False)

    with_hub(work)
