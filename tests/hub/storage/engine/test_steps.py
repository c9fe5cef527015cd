"""Long work in steps: nobody waits for all of it."""

from __future__ import annotations

import asyncio

from hub.storage.engine.steps import STEP_SECONDS, in_steps


class Clock:
    """Seconds that are told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_others_go_on_after_each_step_however_many_items_it_had_and_nothing_is_left_out() -> None:
    told: list[float | str] = []
    clock = Clock()

    async def other() -> None:
        for _ in range(3):
            told.append("other")
            # What others take is not the work's.
            clock.now += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(other())
    # What each item takes of a step.
    async for part in in_steps([0.25, 0.25, 0.5, 0.75, 0.25, 3, 0.5, 0.25], ticks=clock):
        told.append(part)
        clock.now += part * STEP_SECONDS
    await waiting
    assert told == [0.25, 0.25, 0.5, "other", 0.75, 0.25, "other", 3, "other", 0.5, 0.25]
    nothing: list[int] = []
    assert [number async for number in in_steps(nothing)] == []
