"""Commands about red lines and protected areas: loading zones, and screening mines against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.clients import active_client
from hub.cli.console import err, out, with_hub
from hub.composition.hub import Hub
from hub.domain.records.zones import ZoneKind
from hub.domain.words.outcomes import Outcome
from hub.services.access.clients import principal_of
from hub.services.upkeep.zones import Zones, read_features

commands = typer.Typer()
zones = typer.Typer(help="Ecological red lines and protected areas.", no_args_is_help=True)
commands.add_typer(zones, name="zones")

As = Annotated[str, typer.Option("--as", help="The client as whom to act, of the department that keeps the zones.")]


@zones.callback()
def _zones() -> None:
    """Keeps `load` a command of its own."""


@zones.command("load")
def zones_load(  # noqa: PLR0917 - each is an option of the command
    file: Annotated[Path, typer.Argument(help="A GeoJSON FeatureCollection of polygons in CGCS2000 degrees (EPSG:4490).")],
    kind: Annotated[ZoneKind, typer.Option(help="What the file holds.")],
    client_id: As,
    code: Annotated[str, typer.Option(help="The property that holds a zone's code.")] = "zoneCode",
    name: Annotated[str, typer.Option(help="The property that holds its name.")] = "name",
    level: Annotated[str, typer.Option(help="The property that holds its level, if any.")] = "level",
    effective_on: Annotated[
        str, typer.Option(help="The property that holds the day from which it is in force.")
    ] = "effectiveOn",
) -> None:
    """Post every feature of a file as a zone; what cannot be taken is told by its place, from 0, and kept as a rejection."""
    features = read_features(
        file.read_text(encoding="utf-8"), kind, {"zoneCode": code, "name": name, "level": level, "effectiveOn": effective_on}
    )

    async def work(opened: Hub) -> None:
        caller = principal_of(await active_client(opened, client_id))
        results = await Zones(opened.database, opened.posting, opened.database.clock.now).load(caller, features, file.name)
        for index, result in enumerate(results):
            for problem in result.problems:
                err.print(f"feature {index}: {problem.message}", style="red", markup=False)
        counts = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
        out.print(", ".join(f"{count} {outcome.value}" for outcome, count in counts.items()), markup=False)
        if counts[Outcome.REJECTED]:
            raise typer.Exit(1)

    with_hub(work)


@commands.command()
def screen(
    client_id: As,
    mine: Annotated[list[str] | None, typer.Option(help="A mine's licence number; may be repeated.")] = None,
    division: Annotated[str | None, typer.Option(help="All mines of a prefecture or county, GB/T 2260.")] = None,
    zone: Annotated[str | None, typer.Option(help="All mines that a zone meets, or met before it was changed.")] = None,
    authority: Annotated[
        str | None, typer.Option(help="Credit code of the organ that screens, where there are several.")
    ] = None,
) -> None:
    """Screen mines against the zones that the client's department keeps, and post what is found."""

    async def work(opened: Hub) -> None:
        caller = principal_of(await active_client(opened, client_id))
        report = await opened.screenings.run(
            caller, licence_nos=mine, division=division, zone_code=zone, authority_code=authority
        )
        out.print(
            f"{report.kind.value}: {report.screened} mines screened against {report.zones} zones, {report.touching} touch one"
        )
        if report.without_boundary:
            out.print(f"{len(report.without_boundary)} mines have no boundary: {', '.join(report.without_boundary[:5])} …")
        for number, problems in report.refused:
            err.print(f"{number}: {'; '.join(p.message for p in problems)}", style="red", markup=False)
        if report.refused:
            raise typer.Exit(1)

    with_hub(work)
