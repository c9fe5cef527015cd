"""Commands about what follows from records: working it out anew, and the proof that what is kept is right."""

from __future__ import annotations

import typer

from hub.cli.console import counter, err, out, progress, with_hub
from hub.composition.hub import Hub
from hub.services.upkeep.rules import Rules

rules = typer.Typer(help="What follows from records by days: standing, duties, contracts.", no_args_is_help=True)


@rules.command("rebuild")
def rules_rebuild() -> None:
    """Work out every mine's timelines anew and prove that they are what the rules say; broken off, the next goes on."""

    async def work(opened: Hub) -> None:
        with progress() as bar:
            done = await Rules(opened.database, opened.database.clock.now).rebuild(counter(bar))
        out.print(f"{done.mines} mines, {done.decisions} decisions, {done.changed} spans changed", markup=False)
        _tell(done.differing)

    with_hub(work)


@rules.command("check")
def rules_check() -> None:
    """Hold what is kept against what the rules say, without changing anything."""

    async def work(opened: Hub) -> None:
        with progress() as bar:
            differing = await Rules(opened.database, opened.database.clock.now).differing(counter(bar))
        _tell(differing)

    with_hub(work)


def _tell(differing: tuple[str, ...]) -> None:
    if differing:
        err.print(f"kept is not what the rules say: {', '.join(differing)}", style="red", markup=False)
        raise typer.Exit(1)
    out.print("what is kept is what the rules say", markup=False)
