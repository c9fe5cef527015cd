"""Commands for what goes out to other systems."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from hub.cli.console import out, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.moments import china_time
from hub.domain.words.deliveries import DeliveryState
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.work.redelivery import Deliveries

deliveries = typer.Typer(help="What goes out to other systems: penalties to credit disclosure.", no_args_is_help=True)


@deliveries.command("list")
def deliveries_list(
    state: Annotated[
        list[DeliveryState] | None, typer.Option(help="In which state; REFUSED and DEAD when none is named.")
    ] = None,
) -> None:
    """How many are where, and the oldest of those that people must see to."""

    async def work(made: Hub) -> None:
        known = Deliveries(made.database)
        for (destination, which), count in (await known.counts()).items():
            out.print(f"{destination}: {which} {count}", markup=False)
        table = Table("id", "to", "document", "version", "state", "due", "sent (China)", "why")
        for row in await known.listed(state or [DeliveryState.REFUSED, DeliveryState.DEAD]):
            sent = f"{china_time(row['sent_at']):%Y-%m-%d %H:%M:%S}" if row["sent_at"] else ""
            due = str(row["due_on"] or "")
            told = (row["destination"], row["document_number"], str(row["version"]), row["state"], due, sent)
            table.add_row(row["id"], *told, row["detail"] or "")
        out.print(table, markup=False)

    with_hub(work)


@deliveries.command("redeliver")
def deliveries_redeliver(
    delivery: Annotated[str, typer.Argument(help="A delivery, as `hub deliveries list` names it.")] = "",
    dead: Annotated[str, typer.Option("--dead", help="Instead: all that were given up at this destination.")] = "",
) -> None:
    """Send anew what was refused or given up, under the same key."""
    if bool(delivery) is bool(dead):
        raise HubError(ErrorCode.INVALID_INPUT, "a delivery, or --dead DESTINATION", field="DELIVERY")

    async def work(made: Hub) -> None:
        known = Deliveries(made.database)
        if dead:
            out.print(f"{await known.redeliver_dead(dead)} are sent anew")
        else:
            await known.redeliver(delivery)
            out.print(f"{delivery} is sent anew", markup=False)

    with_hub(work)
