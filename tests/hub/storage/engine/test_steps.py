"""Long work in steps: nobody waits for all of it."""

from __future__ import annotations

import asyncio

from hub.storage.engine.steps import in_steps


async def test_others_go_on_after_each_step_and_nothing_is_left_out() -> None:
    told: list[int | str] = []

    async def other() -> None:
        for _ in range(3):
            told.append("other")
            await asyncio.sleep(0)

    waiting = asyncio.create_task(other())
    async for number in in_steps(range(7), 3):
        told.append(number)
    await waiting
    assert told == [0, 1, 2, "other", 3, 4, 5, "other", 6, "other"]
    nothing: list[int] = []
    assert [number async for number in in_steps(nothing, 3)] == []
