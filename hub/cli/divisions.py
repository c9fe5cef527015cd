"""Commands about administrative divisions: what was added to the shipped table, and adding to it."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.console import AsJson, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.words.divisions import DIVISIONS, current_code

divisions = typer.Typer(help="Administrative divisions, and codes of before.", no_args_is_help=True)


@divisions.command("list")
def divisions_list(as_json: AsJson = False) -> None:
    """What operators have added to the shipped table."""

    async def work(opened: Hub) -> None:
        added, former = await opened.divisions.added()
        told: list[tuple[str | None, ...]] = [
            (place.code, place.name, DIVISIONS[str(place.parent_code)].name, None, None) for place in added
        ]
        told += [(one.code, DIVISIONS[one.today].name, None, str(one.ended), one.today) for one in former]
        tell_list(("code", "name", "in", "until", "today"), told, as_json=as_json)

    with_hub(work)


@divisions.command("add")
def divisions_add(
    code: Annotated[str, typer.Argument(help="Six digits (GB/T 2260).")],
    name: Annotated[str, typer.Option(help="Name of a county that is new.")] = "",
    now: Annotated[str, typer.Option(help="For a code of before: what the place is today.")] = "",
    ended: Annotated[int, typer.Option(help="For a code of before: the year in which it ended.")] = 0,
) -> None:
    """Add a county that is new, or a code of before that records still carry.

    Items that wait for it in quarantine are taken by the next `hub sync`.
    """
    if bool(name) == bool(now):
        raise typer.BadParameter("either --name, for a county that is new, or --now and --ended, for a code of before")

    async def work(opened: Hub) -> None:
        if now:
            await opened.divisions.add_former(code, now, ended)
            out.print(f"{code} is read as {current_code(code)} {DIVISIONS[now].name}", markup=False)
        else:
            place = await opened.divisions.add(code, name)
            out.print(f"{code} {place.name} is known, in {DIVISIONS[str(place.parent_code)].name}", markup=False)

    with_hub(work)
