"""Pulls as standing work: each system by its own interval, in a compartment of its own, and left alone while it is down.

A system that fails time and again is paused (`hub.services.work.ingest`), longer each time.  One that gave nothing at all is
asked meanwhile, by one light call, whether it is back, and pulled as soon as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta

from connectors.base import Connector, Manifest
from connectors.errors import ConnectorError, RefusedForGood, TryAgain
from hub.services.work.ingest import Ingest, lease_name
from hub.services.work.leases import EndingError, Lease, TakenOverError, about
from hub.services.work.reports import Report
from hub.services.work.standing import Piece
from hub.storage.engine.database import Database

#: What fails is tried again so soon until it is paused; what is paused is asked so often whether it is back, and so long.
_AGAIN = timedelta(seconds=10)
_ASKED = timedelta(seconds=12)
_PATIENCE_SECONDS = 5.0
#: What others' records point to comes first, but is waited for no longer than this.
_REGISTERS_FIRST_SECONDS = 60.0
_LOOKED_AGAIN = timedelta(seconds=1)
#: Beyond a run's own deadline: settling and comparing.
_MORE_SECONDS = 900.0


class Pulls:
    """The pulls of these connectors."""

    def __init__(self, database: Database, ingest: Ingest, connectors: Mapping[str, Connector]) -> None:
        self._database = database
        self._ingest = ingest
        self._connectors = connectors
        #: Systems that gave nothing when they were last pulled, nor named a time.
        self._silent: set[str] = set()
        self._began: float | None = None

    @property
    def pieces(self) -> Iterator[Piece]:
        """A piece for each system that can be pulled."""
        for connector in self._connectors.values():
            manifest = connector.manifest

            async def run(lease: Lease, connector: Connector = connector) -> str:
                return await self._pull(connector, lease)

            every = timedelta(minutes=manifest.refresh_minutes)
            yield Piece(lease_name(manifest), run, every, 60 * manifest.run_minutes + _MORE_SECONDS)

    async def _pull(self, connector: Connector, lease: Lease) -> str:
        manifest = connector.manifest
        if await self._waits(manifest):
            lease.due_in(_LOOKED_AGAIN)
            return "waits for the registers, which are pulled first"
        is_back = False
        if (pause := await self._ingest.pause_of(manifest)) is not None:
            if manifest.code not in self._silent:
                lease.due_in(pause)
                return "paused after failures"
            if not (is_back := await self._is_back(connector)):
                lease.due_in(min(pause, about(_ASKED)))
                return "paused after failures; it was asked whether it is back, and is not"
            await self._ingest.resume(manifest.code)
        self._silent.discard(manifest.code)
        report = Report()
        try:
            await self._ingest.run_under(lease, connector, report=report)
        except (EndingError, TakenOverError):
            raise
        except ConnectorError as error:
            # Whoever answers when asked and fails when pulled is not asked in vain again, but left alone.
            if _is_asked_again(error) and not is_back and not report.taken:
                self._silent.add(manifest.code)
            pause = await self._ingest.pause_of(manifest) or about(_AGAIN)
            lease.due_in(min(pause, about(_ASKED)) if manifest.code in self._silent else pause)
            raise
        return lease.outcome

    async def _is_back(self, connector: Connector) -> bool:
        with suppress(ConnectorError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await connector.check()
                return True
        return False

    async def _waits(self, manifest: Manifest) -> bool:
        """Whether a system that was never pulled had better wait: what it points to comes in another's first pull."""
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        if now - self._began > _REGISTERS_FIRST_SECONDS or not await self._ingest.is_new(manifest):
            return False
        others = [one.manifest for one in self._connectors.values() if one.manifest.code != manifest.code]
        return not self._ingest.is_register(manifest) and any(
            [not await self._ingest.has_succeeded(other) for other in others if self._ingest.is_register(other)]
        )


def _is_asked_again(error: ConnectorError) -> bool:
    """Whether it may pass at any time, by nobody's doing here."""
    return isinstance(error, RefusedForGood) or (isinstance(error, TryAgain) and error.retry_after is None)
