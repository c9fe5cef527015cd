"""Nothing that a hub does by itself ends unseen: whatever fails is told once, counted, and tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from hub.composition import background_tasks
from hub.composition.background_tasks import BackgroundTasks, Work
from hub.services.bells import Bell
from hub.services.log.followers import LATE_SECONDS


class Ticks:
    """Seconds that tests let pass."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class Panic(BaseException):
    """What a library in another language raises."""


class Rounds:
    """A work whose rounds end as they are told, and go well after that."""

    def __init__(self, *ends: BaseException) -> None:
        self._ends = list(ends)
        self.well = asyncio.Event()

    async def step(self) -> bool:
        if self._ends:
            raise self._ends.pop(0)
        self.well.set()
        return False


@pytest.mark.parametrize(
    "error",
    [
        sa.exc.TimeoutError("示例"),
        ConnectionRefusedError(),
        TimeoutError(),
        RuntimeError("示例"),
        AssertionError(),
        asyncio.CancelledError(),
        Panic("示例"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_round_that_fails_by_whatever_is_tried_again_counted_and_told_once(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Rounds(error, error, error)
    tasks = BackgroundTasks([Work("example", rounds.step, 0.001)])
    with caplog.at_level(logging.WARNING):
        async with tasks.running():
            await asyncio.wait_for(rounds.well.wait(), 10)
            await asyncio.sleep(0)
            [task] = tasks.tasks
            assert (task.failures, task.is_running, task.is_late) == (3, True, False)
    failed, well = [record.getMessage() for record in caplog.records]
    assert failed.startswith(f"example: a round failed and is tried again: {type(error).__name__}")
    assert "示例" not in failed
    assert well == "example: well again after 3 rounds that failed"


async def test_who_has_failed_for_an_hour_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_tasks, "_LONGEST_WAIT", 0.0)
    rounds = Rounds(*[OSError() for _ in range(1100)])
    async with BackgroundTasks([Work("example", rounds.step, 0.00001)]).running():
        await asyncio.wait_for(rounds.well.wait(), 30)


async def waits() -> bool:
    await asyncio.Event().wait()
    return True


@pytest.mark.parametrize(("seconds", "late"), [(LATE_SECONDS, False), (LATE_SECONDS + 0.1, True)])
async def test_what_gets_nowhere_for_more_than_ten_seconds_is_late(seconds: float, late: bool) -> None:
    ticks = Ticks()
    tasks = BackgroundTasks([Work("example", waits, 1)], ticks=ticks)
    async with tasks.running():
        ticks.at = seconds
        assert [task.name for task in tasks.late] == ["example"] * late
        assert tasks.tasks[0].behind == seconds
    assert LATE_SECONDS == 10


@pytest.mark.parametrize(("seconds", "late"), [(70.0, False), (70.1, True)])
async def test_what_is_done_once_a_minute_is_late_only_past_its_minute(seconds: float, late: bool) -> None:
    ticks, rounds = Ticks(), Rounds()
    tasks = BackgroundTasks([Work("example", rounds.step, 60)], ticks=ticks)
    async with tasks.running():
        await asyncio.wait_for(rounds.well.wait(), 60)
        await asyncio.sleep(0)
        assert tasks.tasks[0].behind == 0
        ticks.at = seconds
        assert bool(tasks.late) == late


async def test_what_is_done_seldom_is_tried_again_soon_when_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_tasks, "_LONGEST_WAIT", 0.0)
    rounds = Rounds(RuntimeError("示例"), RuntimeError("示例"))
    async with BackgroundTasks([Work("example", rounds.step, 3600)]).running():
        await asyncio.wait_for(rounds.well.wait(), 60)


@pytest.mark.parametrize(("behind", "late"), [(10.0, False), (10.1, True)])
async def test_work_that_goes_well_and_is_behind_all_the_same_is_late(behind: float, late: bool) -> None:
    tasks = BackgroundTasks([Work("example", Rounds().step, 1, behind=lambda: behind)], ticks=Ticks())
    async with tasks.running():
        assert bool(tasks.late) == late


async def test_what_is_not_running_is_late() -> None:
    tasks = BackgroundTasks([Work("example", Rounds().step, 1)])
    assert tasks.late
    async with tasks.running():
        assert not tasks.late
    assert tasks.late


async def test_what_has_more_to_do_does_not_pause_and_what_remains_is_done_at_the_end() -> None:
    left = [True, True, False]
    ended: list[bool] = []

    async def step() -> bool:
        more = left.pop(0)
        if not more:
            done.set()
        return more

    async def at_end() -> None:
        ended.append(True)

    done = asyncio.Event()
    async with BackgroundTasks([Work("example", step, 3600, at_end=at_end)]).running():
        await asyncio.wait_for(done.wait(), 10)
        assert not ended
    assert ended == [True]


@pytest.mark.parametrize("error", [OSError, asyncio.CancelledError, Panic])
async def test_an_end_that_fails_keeps_nobody_from_stopping(
    caplog: pytest.LogCaptureFixture, error: type[BaseException]
) -> None:
    def fails(name: str) -> Callable[[], object]:
        async def at_end() -> None:
            raise error(name)

        return at_end

    works = [Work(name, waits, 1, at_end=fails(name)) for name in ("first", "second")]  # type: ignore[arg-type]
    async with BackgroundTasks(works).running():
        pass
    assert len(caplog.records) == 2


async def test_a_bell_ends_the_pause() -> None:
    bell, rounds = Bell(spacing=0), asyncio.Queue[None]()

    async def step() -> bool:
        rounds.put_nowait(None)
        return False

    async with BackgroundTasks([Work("example", step, 3600, bell=bell)]).running(), asyncio.timeout(10):
        await rounds.get()
        bell.ring()
        await rounds.get()


async def test_what_has_failed_is_not_hurried_by_a_bell() -> None:
    bell, rounds = Bell(spacing=0), Rounds(*(RuntimeError() for _ in range(50)))
    tasks = BackgroundTasks([Work("example", rounds.step, 3600, bell=bell)])
    async with tasks.running():
        for _ in range(20):
            bell.ring()
            await asyncio.sleep(0)
        assert tasks.tasks[0].failures == 1
