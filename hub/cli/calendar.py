"""Commands about working days: the years that are known, adding one, and the deadlines that wait for a notice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.console import AsJson, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.working_days import CALENDAR, Notice

calendar = typer.Typer(help="Working days, and the deadlines that are counted in them.", no_args_is_help=True)


@calendar.command("list")
def calendar_list(as_json: AsJson = False) -> None:
    """Up to when working days are known, which years were added, and which deadlines are provisional until then."""

    async def work(opened: Hub) -> None:
        calendars = opened.calendars
        await calendars.refresh()
        notices, provisional = await calendars.notices(), await calendars.provisional()
        told = [(row.kind.value, row.field, row.basis, str(row.year), str(row.records)) for row in provisional]
        if not as_json:
            out.print(f"working days are known until {CALENDAR.known_until}", markup=False)
            for notice in notices:
                out.print(f"{notice.year}: {notice.number}, {len(notice.days)} days that differ from the week", markup=False)
        if as_json or told:
            tell_list(("kind", "deadline", "basis", "counted from", "records with a provisional one"), told, as_json=as_json)

    with_hub(work)


@calendar.command("add")
def calendar_add(
    file: Annotated[Path, typer.Argument(help="CSV of one year: day,working,notice.", exists=True, dir_okay=False)],
) -> None:
    """Add a year's notice, or replace it, and count again the deadlines that it may concern.

    A row for each weekday that is free and each weekend day that is worked:

        day,working,notice
        2027-01-01,no,国办发明电〔2026〕示例号
        2027-02-20,yes,国办发明电〔2026〕示例号
    """
    notice = Notice.read(file.read_text(encoding="utf-8"))

    async def work(opened: Hub) -> None:
        changed = await opened.calendars.add(notice)
        out.print(f"{notice.year} is known; {changed} deadlines counted again", markup=False)

    with_hub(work)
