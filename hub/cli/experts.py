"""Commands about the pool of experts: drawing some for a mine's assessment."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from hub.cli.clients import active_client
from hub.cli.console import with_hub
from hub.composition.hub import Hub
from hub.domain.records.experts import Speciality
from hub.services.access.clients import principal_of
from hub.services.upkeep.draws import Draws

experts = typer.Typer(help="The pool of experts for assessments.", no_args_is_help=True)


@experts.callback()
def _experts() -> None:
    """Keeps `draw` a command of its own."""


@experts.command("draw")
def experts_draw(
    mine: Annotated[str, typer.Option(help="Licence number of the mine that is assessed.")],
    count: Annotated[int, typer.Option(help="How many experts.", min=1)],
    client_id: Annotated[str, typer.Option("--as", help="The client as whom to act, of natural resources.")],
    speciality: Annotated[list[Speciality] | None, typer.Option(help="One expert of each; may be repeated.")] = None,
    seed: Annotated[str | None, typer.Option(help="Draw again what was drawn with this seed.")] = None,
) -> None:
    """Propose experts by lot, without those who have ties to the mine's holder; print the draw as JSON, for the file.

    The same seed over the same pool gives the same draw: lots are SHA-256 of the seed, 0x1F and the expert's number.
    """

    async def work(opened: Hub) -> None:
        caller = principal_of(await active_client(opened, client_id))
        draw = await Draws(opened.database, opened.database.clock.now).propose(
            caller, mine, count=count, specialities=speciality or [], seed=seed
        )
        answer = {
            "mine": mine,
            "seed": draw.seed,
            "pool": draw.pool,
            "tied": draw.tied,
            "drawn": [{"expertNo": one.expert_no, "specialities": one.specialities} for one in draw.drawn],
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))

    with_hub(work)
