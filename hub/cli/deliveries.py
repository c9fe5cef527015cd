"""Commands for what goes out to other systems."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.console import AsJson, operator, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.moments import china_time
from hub.domain.words.deliveries import ENDED_BADLY, DeliveryChoice, DeliveryState
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.work.redelivery import Deliveries

deliveries = typer.Typer(help="What goes out to other systems: penalties to credit disclosure.", no_args_is_help=True)

_COLUMNS = ("id", "to", "document", "version", "state", "due", "sent (China)", "why")


@deliveries.command("list")
def deliveries_list(
    state: Annotated[
        list[DeliveryState] | None, typer.Option(help="In which state; REFUSED and DEAD when none is named.")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Instead: what was owed by a day before today.")] = False,
    due_soon: Annotated[bool, typer.Option("--due-soon", help="Instead: what is owed within two days.")] = False,
    as_json: AsJson = False,
) -> None:
    """How many are where, and the oldest of those that people must see to."""

    async def work(made: Hub) -> None:
        known = Deliveries(made.database, made.database.clock.now)
        if not as_json:
            for (destination, which), count in (await known.counts()).items():
                out.print(f"{destination}: {which} {count}", markup=False)
            for destination, (late, soon) in (await known.owed()).items():
                out.print(f"{destination}: overdue {late}, due soon {soon}", markup=False)
        rows = []
        for row in await known.listed(state or ENDED_BADLY, overdue=overdue, due_soon=due_soon):
            sent = f"{china_time(row['sent_at']):%Y-%m-%d %H:%M:%S}" if row["sent_at"] else ""
            due = str(row["due_on"] or "")
            told = (row["destination"], row["document_number"], str(row["version"]), row["state"], due, sent)
            rows.append((row["id"], *told, row["detail"]))
        tell_list(_COLUMNS, rows, as_json=as_json)

    with_hub(work)


@deliveries.command("redeliver")
def deliveries_redeliver(
    delivery: Annotated[str, typer.Argument(help="A delivery, as `hub deliveries list` names it.")] = "",
    dead: Annotated[str, typer.Option("--dead", help="Instead: all that were given up at this destination.")] = "",
    lost: Annotated[
        str, typer.Option("--lost", help="Instead: all that this destination had acknowledged and its list does not show.")
    ] = "",
    reason: Annotated[str | None, typer.Option(help="Why; it is kept with who did it.")] = None,
) -> None:
    """Send anew what was refused or given up, or lost where it had arrived, under the same key."""
    if [bool(one) for one in (delivery, dead, lost)].count(True) != 1:
        raise HubError(ErrorCode.INVALID_INPUT, "a delivery, --dead DESTINATION or --lost DESTINATION", field="DELIVERY")

    async def work(made: Hub) -> None:
        known = Deliveries(made.database, made.database.clock.now)
        if delivery:
            await known.redeliver(operator(), DeliveryChoice(ids=[delivery]), reason)
            out.print(f"{delivery} is sent anew", markup=False)
            return
        state = DeliveryState.DEAD if dead else DeliveryState.ACKNOWLEDGED
        meant, done, left = DeliveryChoice(destination=dead or lost, state=state), 0, 1
        while left:
            again = await known.redeliver(operator(), meant, reason)
            done, left = done + again.done, again.left if again.done else 0
        out.print(f"{done} are sent anew")

    with_hub(work)
