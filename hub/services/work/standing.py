"""Standing work: what the hub does by itself, each piece when its time comes, by one process at a time.

Any number of processes may do it.  Each looks once a second which pieces are due and held by nobody, and begins them; a piece
that takes its time, or fails, costs no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from connectors.errors import ConnectorError
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.logs import trace
from hub.services.tasks import ends_task
from hub.services.work.leases import EndingError, Lease, Leases, TakenOverError, about
from hub.storage.engine.database import Database
from hub.storage.work import leases

TICK_SECONDS = 1.0
#: How long what is under way may go on when the hub is stopped: to the end of its batch.
_GRACE_SECONDS = 10.0
_FIRST_WAIT = 5.0
_MOST_DOUBLINGS = 12
#: A next time that lies further ahead than this beyond a piece's own interval was never meant.
_SLACK = timedelta(hours=2)

_log = logging.getLogger("hub.work")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: `run` does it, and says how it went in a line.  It is due again after `every`, give or take a tenth, unless
    its run says otherwise (`Lease.next_at`); one that fails is tried again sooner.  A run ends after `seconds`."""

    name: str
    run: Callable[[Lease], Awaitable[str]]
    every: timedelta
    seconds: float = 3600.0

    @property
    def furthest(self) -> timedelta:
        """How far ahead it may be due."""
        return 2 * self.every + _SLACK


def told(error: BaseException) -> str:
    """What an error says to operators: only the hub's own and connectors' are known to hold no secret."""
    if isinstance(error, ConnectorError | HubError):
        return f"{type(error).__name__}: {error}"
    return "TIMEOUT: it took too long" if isinstance(error, TimeoutError) else f"failed ({type(error).__name__})"


def _logged(error: BaseException) -> str:
    """What a log says of an error: where ours names what was sent, only its code."""
    if isinstance(error, HubError):
        return error.code
    return told(error) if isinstance(error, ConnectorError | TimeoutError) else trace(error)


class Standing:
    """Does these pieces for one process."""

    def __init__(
        self, database: Database, pieces: Iterable[Piece], leasing: Leases | None = None, *, grace: float = _GRACE_SECONDS
    ) -> None:
        self._database = database
        self._leases = leasing or Leases(database)
        self._pieces = {piece.name: piece for piece in pieces}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._ending = asyncio.Event()
        self._grace = grace

    @property
    def failures(self) -> Mapping[str, int]:
        """How often each piece has failed in a row when it was done here."""
        return {name: self._failures.get(name, 0) for name in self._pieces}

    @property
    def names(self) -> Sequence[str]:
        """What there is to do here."""
        return list(self._pieces)

    async def work(self) -> bool:
        """One round: begin what is due."""
        async with self._database.connection() as connection:
            await self._database.clock.look(connection)
            rows = {row.name: row for row in await leases.standing(connection)}
        now = self._database.clock.now()
        for name, piece in self._pieces.items():
            row = rows.get(name)
            is_due = row is None or (row.is_due(now, piece.furthest) and not row.is_held(now, self._leases.length))
            if is_due and name not in self._under_way and not self._ending.is_set():
                task = asyncio.create_task(self._begin(piece), name=name)
                self._under_way[name] = task
                task.add_done_callback(lambda _, name=name: self._under_way.pop(name, None))  # type: ignore[misc]
        return False

    async def run_now(self, name: str) -> tuple[str, bool]:
        """Do a piece whether it is due or not; how it went, and whether it failed.  INVALID_INPUT for one that is not
        done here, HeldElsewhereError while another does it."""
        if name not in self._pieces:
            raise HubError(ErrorCode.INVALID_INPUT, ", ".join(self._pieces), field="NAME")
        async with self._leases.held(name) as lease:
            await self._run(self._pieces[name], lease)
            return lease.outcome, name in self._failures

    async def end(self) -> None:
        """Let what is under way finish its batch and give its leases back."""
        self._ending.set()
        if under_way := list(self._under_way.values()):
            _, slow = await asyncio.wait(under_way, timeout=self._grace)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    async def _begin(self, piece: Piece) -> None:
        # Where the database is away the next round tries again.
        with suppress(HubError):
            async with self._leases.held_if_due(piece.name, piece.furthest, self._ending) as lease:
                if lease is not None:
                    await self._run(piece, lease)

    async def _run(self, piece: Piece, lease: Lease) -> None:
        try:
            async with asyncio.timeout(piece.seconds):
                lease.outcome = await piece.run(lease) or "OK"
        except EndingError as ending:
            # It is due at once, for whoever goes on.
            lease.outcome, lease.next_at = told(ending), None
            return
        except TakenOverError as over:
            lease.outcome = told(over)
            return
        except BaseException as error:
            if ends_task(error):
                raise
            self._failed(piece, lease, error)
            return
        if self._failures.pop(piece.name, 0):
            _log.warning("%s: well again", piece.name)
        if lease.next_at is None:
            lease.due_in(about(piece.every))

    def _failed(self, piece: Piece, lease: Lease, error: BaseException) -> None:
        failures = self._failures[piece.name] = self._failures.get(piece.name, 0) + 1
        lease.outcome = told(error)
        if failures == 1:
            _log.warning("%s: failed and is tried again: %s", piece.name, _logged(error))
        if lease.next_at is None:
            wait = timedelta(seconds=_FIRST_WAIT * 2 ** min(failures - 1, _MOST_DOUBLINGS))
            lease.due_in(about(min(wait, piece.every)))
