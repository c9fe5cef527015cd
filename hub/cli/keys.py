"""Commands for the signing keys: listing, rotating, retiring.  Running hubs see the change by themselves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli.console import AsJson, err, out, tell_list
from hub.domain.words.errors import ErrorCode, HubError
from hub.settings import Settings
from hub.signing import SigningKey, SigningKeys
from hub.storage.engine.clock import DatabaseClock
from hub.storage.engine.database import Database

keys = typer.Typer(help="The keys that sign tokens.", no_args_is_help=True)


def _opened() -> SigningKeys:
    settings = Settings.read()
    return SigningKeys.load_or_create(settings.key_path, now=asyncio.run(_clock(settings)).seconds)


async def _clock(settings: Settings) -> DatabaseClock:
    """The database's; keys can be changed while it is away, by this machine's own."""
    database = Database(settings.database_url)
    try:
        # A file has this machine's, and is not made by looking.
        if not database.is_sqlite:
            with database.away.quiet():
                async with database.connection() as connection:
                    await database.clock.look(connection)
    except HubError as error:
        if error.code is not ErrorCode.UNAVAILABLE:
            raise
        err.print("the database is away: what time it is is told by this machine's clock", style="yellow")
    finally:
        await database.close()
    return database.clock


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


@keys.command("list")
def keys_list(as_json: AsJson = False) -> None:
    """All keys, the newest first, and what each is doing."""
    signing = _opened()

    def doing(one: SigningKey) -> str:
        if one.key.kid == signing.signer.kid:
            return "signs"
        return f"signs from {_day(one.begins)}" if signing.waits(one) else "verifies"

    tell_list(("key", "what it does"), [(str(one.key.kid), doing(one)) for one in signing.keys], as_json=as_json)


@keys.command("rotate")
def keys_rotate() -> None:
    """Make a new key: published now, signing when everybody has seen it.  The old one goes on verifying."""
    key = _opened().rotate()
    out.print(f"{key.key.kid} signs from {_day(key.begins)}", markup=False)


@keys.command("retire")
def keys_retire(kid: Annotated[str, typer.Argument(help="The key, as `hub keys list` names it.")]) -> None:
    """Drop an old key whose last token has ended; whatever else it signed can no longer be checked."""
    _opened().retire(kid)
    out.print(f"{kid} is dropped", markup=False)
