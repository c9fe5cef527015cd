"""Commands for webhooks: whose they are, how they stand, and what operators do about them."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.console import out, with_hub
from hub.composition.hub import Hub
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError

webhooks = typer.Typer(help="Receivers to which the hub sends by itself.", no_args_is_help=True)

Client = Annotated[str, typer.Argument(help="The id of the client whose it is.")]
Name = Annotated[str, typer.Argument(help="Its name.")]


@webhooks.command("list")
def list_webhooks() -> None:
    """All webhooks: whose they are, how they stand, and how far they were delivered."""

    async def work(opened: Hub) -> None:
        end = (await opened.following.last()).position
        for row in await opened.webhooks.every():
            state = row.state + (f" ({row.reason})" if row.reason else "")
            counts = f"{row.delivered} delivered, {end - row.cursor.position} behind"
            said = [f"{row.client_id} {row.name}: {state}, at {row.cursor}, {counts}, to {row.url}"]
            if row.failures:
                due = f", again {row.next_at.isoformat(timespec='seconds')}" if row.next_at else ""
                said.append(f"  {row.failures} failures, the last: {row.last_status or row.last_error}{due}")
            for line in said:
                out.print(line, markup=False)

    with_hub(work)


@webhooks.command("pause")
def pause(client: Client, name: Name) -> None:
    """Send no more until it is resumed; it keeps its place."""

    async def work(opened: Hub) -> None:
        row = await opened.webhooks.pause(client, name)
        out.print(f"{name} is paused at {row.cursor}", markup=False)

    with_hub(work)


@webhooks.command("resume")
def resume(
    client: Client,
    name: Name,
    after: Annotated[str | None, typer.Option(help="Go on from this cursor, and not from where it was.")] = None,
) -> None:
    """Send again."""

    async def work(opened: Hub) -> None:
        row = await opened.webhooks.resume(client, name, _cursor(after) if after is not None else None)
        out.print(f"{name} goes on from {row.cursor}", markup=False)

    with_hub(work)


@webhooks.command("ping")
def ping(client: Client, name: Name) -> None:
    """Send a message for a try, and tell what came of it."""

    async def work(opened: Hub) -> None:
        attempt = await opened.webhooks.ping(client, name)
        out.print(f"{name}: {attempt.status or attempt.error}", markup=False)
        if not attempt.is_good:
            raise typer.Exit(1)

    with_hub(work)


@webhooks.command("remove")
def remove(client: Client, name: Name) -> None:
    """Forget a webhook; its consumer stays, and the feed goes on from there."""

    async def work(opened: Hub) -> None:
        row = await opened.webhooks.remove(client, name)
        out.print(f"{name} is removed; it had come to {row.cursor}", markup=False)

    with_hub(work)


def _cursor(text: str) -> Cursor:
    try:
        return Cursor.read(text)
    except ValueError as error:
        raise HubError(ErrorCode.INVALID_INPUT, f"--after: {error}", field="after") from None
