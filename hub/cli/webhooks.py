"""Commands for webhooks: whose they are, how they stand, and what operators do about them."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.console import AsJson, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError

webhooks = typer.Typer(help="Receivers to which the hub sends by itself.", no_args_is_help=True)

_COLUMNS = ("name", "client", "state", "cursor", "delivered", "behind", "failures", "the last", "again at", "url")

Client = Annotated[str, typer.Argument(help="The id of the client whose it is.")]
Name = Annotated[str, typer.Argument(help="Its name.")]


@webhooks.command("list")
def list_webhooks(as_json: AsJson = False) -> None:
    """All webhooks: whose they are, how they stand, and how far they were delivered."""

    async def work(opened: Hub) -> None:
        end = (await opened.following.last()).position
        told = []
        for row in await opened.webhooks.every():
            state = row.state + (f" ({row.reason})" if row.reason else "")
            again = row.next_at.isoformat(timespec="seconds") if row.failures and row.next_at else None
            last = str(row.last_status or row.last_error or "") if row.failures else None
            counts = (str(row.delivered), str(end - row.cursor.position), str(row.failures))
            told.append((row.name, row.client_id, state, str(row.cursor), *counts, last, again, row.url))
        tell_list(_COLUMNS, told, as_json=as_json)

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
