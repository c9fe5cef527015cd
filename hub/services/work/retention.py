"""Retention: what is kept for a time only is removed when it is over.  The log and records are never removed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.unread import Unread
from hub.services.work.leases import Lease
from hub.services.work.standing import Piece

_EVERY = timedelta(hours=1)
#: Between two parts of what is removed, so that nobody waits for it.
_PAUSE_SECONDS = 1.0


class Retention:
    """Removes old rows of the read ledger, and of what was refused."""

    def __init__(self, ledger: ReadLedger, unread: Unread, *, pause: float = _PAUSE_SECONDS) -> None:
        self._ledger = ledger
        self._unread = unread
        self._pause = pause

    @property
    def piece(self) -> Piece:
        return Piece("retention", self.run, _EVERY)

    async def run(self, lease: Lease) -> str:
        """Remove what is old, a part at a time."""
        while await self._ledger.forget():
            lease.go_on()
            await asyncio.sleep(self._pause)
        await self._unread.sweep()
        return "OK"
