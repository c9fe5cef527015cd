"""The command that serves, and the application that each of its processes makes."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import date, timedelta
from typing import Annotated

import typer
import uvicorn
from starlette.types import ASGIApp

from hub.app import create_app
from hub.composition.exposure import check_exposure
from hub.composition.hub import Hub
from hub.composition.memory import settle
from hub.domain.calendar.moments import china_day
from hub.domain.calendar.working_days import CALENDAR
from hub.http.logs import LOGGING, tell_of_the_rest
from hub.http.server import WEBSOCKETS, Protocol
from hub.services.upkeep.rules import Rules
from hub.settings import Settings
from hub.storage.engine.database import Unreachable
from hub.storage.engine.migrations import check, check_whole

commands = typer.Typer()

#: How long requests in flight may take to end after SIGTERM.
_DRAIN_SECONDS = 20
_SWITCH_SECONDS = 0.0002
#: How far ahead working days should be known; the State Council's notice of a year comes in November of the one before.
_CALENDAR_AHEAD = timedelta(days=31)
_log = logging.getLogger("hub")


def application() -> ASGIApp:
    """The application of one process."""
    tell_of_the_rest()
    settings = Settings.read()
    Protocol.head_seconds = settings.head_seconds
    app = create_app(Hub.make(settings))
    settle()
    # Statements are made in a thread beside the loop, which waits this long each time that it wants to go on.
    sys.setswitchinterval(_SWITCH_SECONDS)
    return app


@commands.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [HUB_HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [HUB_PORT].")] = None,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Print a line for each request, at a tenth of the speed.")
    ] = False,
) -> None:
    """Serve the graph.  The database must be migrated: `hub migrate`."""
    settings = Settings.read()
    check_exposure(settings, host or settings.host)

    async def check_all() -> date:
        """Today, by the database's clock."""
        made = Hub.make(settings)
        try:
            await check(made.database, writes=True)
            await Rules(made.database, made.database.clock.now).check()
            # Settings that make no sense are told here, once, and not by every process.
            create_app(made)
            await made.database.start()
            return china_day(made.database.clock.now())
        except Unreachable as error:
            check_whole(error)
            raise
        finally:
            await made.database.close()

    today = asyncio.run(check_all())
    if CALENDAR.known_until - today < _CALENDAR_AHEAD:
        _log.warning(
            "working days are known until %s: later deadlines are provisional, see `hub calendar add --help`",
            CALENDAR.known_until,
        )
    uvicorn.run(
        "hub.cli.serving:application",
        factory=True,
        workers=settings.workers,
        host=host or settings.host,
        port=port or settings.port,
        http=Protocol,
        **WEBSOCKETS,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
        server_header=False,
        proxy_headers=False,
        access_log=access_log,
        log_config=LOGGING,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
