"""Standing work: each piece when it is due, by one process at a time, whatever becomes of the others or of a process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.errors import TryAgain
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.work.leases import LEASE_SECONDS, Lease, Leases
from hub.services.work.standing import TICK_SECONDS, Piece, Standing
from hub.storage.engine.database import Database
from hub.storage.work import leases
from tests.background import at_work

HOUR = timedelta(hours=1)


class Panic(BaseException):
    """What a library in another language raises."""


class Done:
    """A piece's runs: what each says, and when so many have begun or ended."""

    def __init__(self, *ends: str | BaseException, wait: Callable[[Lease], Awaitable[object]] | None = None) -> None:
        self._ends = list(ends)
        self._wait = wait
        self.began = 0
        self.tokens: list[int] = []
        self._changed = asyncio.Condition()

    async def run(self, lease: Lease) -> str:
        self.began += 1
        await self._tell()
        if self._wait is not None:
            await self._wait(lease)
        self.tokens.append(lease.token)
        await self._tell()
        end = self._ends.pop(0) if self._ends else "OK"
        if isinstance(end, BaseException):
            raise end
        return end

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def runs(self, number: int, *, begun: bool = False) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: (self.began if begun else len(self.tokens)) >= number)


async def row(database: Database, name: str) -> leases.Standing:
    async with database.connection() as connection:
        return next(one for one in await leases.standing(connection) if one.name == name)


async def settled(database: Database, name: str) -> leases.Standing:
    """Where a piece stands once it was given back."""
    async with asyncio.timeout(10):
        while (found := await row(database, name)).holder is not None:  # noqa: ASYNC110 - it is seen in the database alone
            await asyncio.sleep(0.01)
    return found


async def write(database: Database, name: str, **values: Any) -> None:
    """Edit a row by hand."""
    async with database.transaction() as connection:
        await connection.execute(sa.update(leases.table).where(leases.table.c.name == name).values(values))


def test_a_killed_holders_work_goes_on_within_thirty_seconds() -> None:
    assert LEASE_SECONDS + TICK_SECONDS < 30


async def test_of_two_processes_one_does_what_is_due_and_both_leave_what_is_not(database: Database) -> None:
    done = Done("OK: all")
    pieces = [Piece("x", done.run, HOUR)]
    async with at_work(Standing(database, pieces), Standing(database, pieces)):
        await done.runs(1)
        found = await settled(database, "x")
        await asyncio.sleep(0.2)
    assert (done.tokens, found.outcome) == ([1], "OK: all")
    assert found.next_at is not None
    assert 0.9 * HOUR < found.next_at - database.clock.now() < 1.1 * HOUR


async def test_what_fails_is_tried_again_sooner_and_what_is_slow_or_fails_costs_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    never = asyncio.Event()
    slow, broken, well = Done(wait=lambda _: never.wait()), Done(TryAgain("down"), RuntimeError("示例")), Done()
    pieces = [Piece(name, done.run, HOUR) for name, done in (("slow", slow), ("broken", broken), ("well", well))]
    async with at_work(Standing(database, pieces, grace=0.01)):
        await asyncio.gather(slow.runs(1, begun=True), broken.runs(1), well.runs(1))
        found = await settled(database, "broken")
        assert found.next_at is not None
        assert (found.outcome, found.next_at - database.clock.now() < timedelta(minutes=1)) == ("TryAgain: down", True)
        await write(database, "broken", next_at=None)
        await broken.runs(2)
        # What other errors say may hold what was posted.
        assert (await settled(database, "broken")).outcome == "failed (RuntimeError)"
        await write(database, "broken", next_at=None)
        await broken.runs(3)
    assert "示例" not in caplog.text
    assert [message.split(":")[1] for message in caplog.messages] == [" failed and is tried again", " well again"]


async def test_whatever_a_run_fails_by_is_told_once_counted_and_tried_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Ours, which names what was sent; a library is cancelled beside us, or panics."""
    ours = HubError(ErrorCode.CONFLICT, "示例")
    done = Done(ours, asyncio.CancelledError("示例"), Panic("示例"))
    outcomes = [f"HubError: {ours}", "failed (CancelledError)", "failed (Panic)"]
    doing = Standing(database, [Piece("x", done.run, HOUR)])
    async with at_work(doing):
        for runs, outcome in enumerate(outcomes, start=1):
            await done.runs(runs)
            found = await settled(database, "x")
            assert found.next_at is not None
            assert (found.outcome, doing.failures) == (outcome, {"x": runs})
            assert timedelta() < found.next_at - database.clock.now() < timedelta(minutes=1)
            await write(database, "x", next_at=None)
        await done.runs(4)
        await settled(database, "x")
    assert doing.failures == {"x": 0}
    assert caplog.messages == ["x: failed and is tried again: CONFLICT", "x: well again"]
    assert "示例" not in caplog.text


async def test_a_run_ends_at_its_deadline(database: Database) -> None:
    done = Done(wait=lambda _: asyncio.Event().wait())
    async with at_work(Standing(database, [Piece("x", done.run, HOUR, seconds=0.05)])):
        await done.runs(1, begun=True)
        assert (await settled(database, "x")).outcome == "TIMEOUT: it took too long"


@pytest.mark.parametrize(
    ("edit", "is_done"),
    [
        ({"next_at": +1.0}, False),
        ({"next_at": 3.9}, False),
        # Beyond what any piece of this interval is due in, and leases longer than any that is given.
        ({"next_at": 4.1}, True),
        ({"next_at": 1e5}, True),
        ({"next_at": -1e5}, True),
        ({"next_at": None, "until": 1e5, "holder": "somebody"}, True),
        ({"next_at": None, "until": LEASE_SECONDS / 3600, "holder": "somebody"}, False),
        ({"next_at": None, "until": -1.0, "holder": "somebody"}, True),
        ({"next_at": None, "token": -7, "outcome": "?" * 9000}, True),
    ],
)
async def test_rows_edited_by_hand_or_by_a_clock_that_was_wrong_do_no_harm(
    database: Database, edit: dict[str, Any], is_done: bool
) -> None:
    done = Done()
    doing = Standing(database, [Piece("x", done.run, HOUR)])
    await doing.run_now("x")
    now = database.clock.now()
    moments = {name: value and now + value * HOUR for name, value in edit.items() if name in ("next_at", "until")}
    await write(database, "x", **edit | moments)
    async with at_work(doing):
        if is_done:
            await done.runs(2)
        else:
            await asyncio.sleep(0.15)
    assert done.began == 1 + is_done


async def test_whatever_is_written_into_a_row_by_hand_stops_neither_its_piece_nor_another(database: Database) -> None:
    """Words where a moment belongs, days that no calendar has, the ends of time, the last token of all."""
    is_sqlite = database.dialect_name == "sqlite"
    kinds = ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'294276-12-31'"]
    if is_sqlite:
        kinds = ["'soon'", "''", "7", "-1.5", "'2026-13-99T08:61:00'"]
    tokens = ["9223372036854775807", "-9223372036854775808", "0", *(["'abc'", "1.5"] if is_sqlite else [])]
    edits = [f"next_at = {kind}, until = NULL" for kind in kinds] + [f"until = {kind}, next_at = NULL" for kind in kinds]
    edits += [f"token = {token}, next_at = NULL" for token in tokens]
    done, other = Done(), Done()
    doing = Standing(database, [Piece("x", done.run, HOUR), Piece("y", other.run, HOUR)])
    await doing.run_now("x")
    for times, edit in enumerate(edits, start=1):
        async with database.transaction() as connection:
            await connection.execute(sa.delete(leases.table).where(leases.table.c.name == "y"))
            edited = f"UPDATE standing_work SET holder = 'somebody', {edit} WHERE name = 'x'"  # noqa: S608
            await connection.execute(sa.text(edited))
        async with database.connection() as connection:
            assert (await leases.shown(connection, "x"))["holder"] == "somebody", edit
        await doing.work()
        await done.runs(times + 1)
        await other.runs(times)
        assert (await settled(database, "x")).next_at is not None, edit
        # Else the next round would find it at work still, and leave it.
        await settled(database, "y")


async def test_whose_row_was_taken_away_writes_nothing_more_and_the_piece_is_done_again(database: Database) -> None:
    gate, refused = asyncio.Event(), asyncio.Event()

    async def late(lease: Lease) -> None:
        if lease.token == 1 and not refused.is_set():
            await gate.wait()
            refused.set()
            async with database.transaction() as connection:
                await lease.hold(connection)
                raise AssertionError("held on")

    done = Done(wait=late)
    pieces = [Piece("x", done.run, HOUR)]
    async with at_work(Standing(database, pieces)):
        await done.runs(1, begun=True)
        async with database.transaction() as connection:
            await connection.execute(sa.delete(leases.table))
        gate.set()
        await done.runs(1)
    assert refused.is_set()


async def test_who_is_stopped_finishes_the_batch_and_another_goes_on_at_once(database: Database) -> None:
    batches: list[str] = []
    gate = asyncio.Event()

    async def batch(lease: Lease) -> None:
        batches.append("begun")
        await gate.wait()
        batches.append("stored")
        lease.go_on()
        batches.append("further")

    first, second = Done(wait=batch), Done()
    doing = Standing(database, [Piece("x", first.run, HOUR)])
    async with at_work(doing):
        await first.runs(1, begun=True)
        ending = asyncio.create_task(doing.end())
        await asyncio.sleep(0)
        gate.set()
        await ending
        found = await row(database, "x")
        assert (batches, found.holder, found.until) == (["begun", "stored"], None, None)
    async with at_work(Standing(database, [Piece("x", second.run, HOUR)])):
        await second.runs(1)


async def test_what_takes_longer_than_the_grace_is_cut_and_its_lease_given_back(database: Database) -> None:
    done = Done(wait=lambda _: asyncio.Event().wait())
    doing = Standing(database, [Piece("x", done.run, HOUR)], grace=0.01)
    async with at_work(doing):
        await done.runs(1, begun=True)
        await doing.end()
        assert (await row(database, "x")).holder is None
        await asyncio.sleep(0.1)
    assert done.began == 1


async def test_a_piece_is_done_now_on_request_and_one_that_is_not_done_here_is_named(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    done = Done("OK", TryAgain("down"))
    doing = Standing(database, [Piece("x", done.run, HOUR)])
    assert await doing.run_now("x") == ("OK", False)
    assert await doing.run_now("x") == ("TryAgain: down", True)
    with pytest.raises(HubError, match=r"INVALID_INPUT|输入无效"):
        await doing.run_now("y")
    await database.close()


async def test_a_killed_process_is_followed_by_another(database: Database, database_url: str) -> None:
    seconds = 1.0
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.hub.services.work.holder", database_url, "x", str(seconds), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"began 1\n"
    done = Done()
    async with at_work(Standing(database, [Piece("x", done.run, HOUR)], Leases(database, seconds))):
        await asyncio.sleep(1.2 * seconds)
        assert done.began == 0, "it lives"
        holder.kill()
        await holder.wait()
        await done.runs(1)
    assert done.tokens == [2]
