"""Whoever leaves is not read for any longer; whoever is answered soon is not looked after at all."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextlib import ExitStack
from typing import Any

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from hub.http import leaving
from hub.http.leaving import Leavers, WhileThere


class Line:
    """What a server says of a request whose body has come."""

    def __init__(self) -> None:
        self.asked = 0
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        if self.asked == 1:
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "PATIENCE_SECONDS", 0.0)


async def waited(*blocks: WhileThere, seconds: float = 10) -> None:
    """Wait for a minute within these blocks, though not longer than so many seconds."""
    async with asyncio.timeout(seconds):
        with ExitStack() as stack:
            for block in blocks:
                stack.enter_context(block)
            await asyncio.sleep(60)


@pytest.mark.usefixtures("at_once")
async def test_what_is_done_for_who_has_left_ends() -> None:
    line = Line()
    asyncio.get_running_loop().call_later(0.01, line.gone.set)
    with pytest.raises(HubError) as ended:
        await waited(Leavers().while_there(line.receive))
    assert ended.value.code is ErrorCode.DEADLINE_EXCEEDED
    # It was this block that ended, and nothing else.
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


@pytest.mark.usefixtures("at_once")
async def test_another_end_stays_what_it_is() -> None:
    with pytest.raises(TimeoutError):
        await waited(Leavers().while_there(Line().receive), seconds=0.01)
    with pytest.raises(ValueError, match="of its own"), Leavers().while_there(Line().receive):
        raise ValueError("of its own")


@pytest.mark.usefixtures("at_once")
async def test_who_is_answered_soon_is_not_looked_after_and_who_comes_later_is() -> None:
    leavers, soon = Leavers(), Line()
    with leavers.while_there(soon.receive):
        await asyncio.sleep(0)
    # The timer that rings for nobody is set anew for the next, and each ends by its own client alone.
    for _ in range(2):
        left, stays = Line(), Line()
        left.gone.set()
        with pytest.raises(HubError):
            await waited(leavers.while_there(stays.receive), leavers.while_there(left.receive))
        assert stays.asked
    assert not soon.asked


@pytest.mark.usefixtures("at_once")
async def test_nothing_is_kept_of_who_was_looked_after() -> None:
    leavers, line = Leavers(), Line()
    kept = weakref.ref(line)
    gc.collect()
    gc.disable()
    try:
        with leavers.while_there(line.receive):
            while not line.asked:  # noqa: ASYNC110 - it tells no other way
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        del line
        async with asyncio.timeout(10):
            while kept() is not None:  # noqa: ASYNC110
                await asyncio.sleep(0)
    finally:
        gc.enable()
