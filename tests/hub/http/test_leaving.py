"""Whoever leaves is not read for any longer; whoever is answered soon is not looked after at all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from hub.http import leaving
from hub.http.leaving import WhileThere


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


@pytest.mark.usefixtures("at_once")
async def test_what_is_done_for_who_has_left_ends() -> None:
    line = Line()
    asyncio.get_running_loop().call_later(0.01, line.gone.set)
    with pytest.raises(HubError) as ended:
        async with asyncio.timeout(10), WhileThere(line.receive):
            await asyncio.sleep(60)
    assert ended.value.code is ErrorCode.DEADLINE_EXCEEDED
    # It was this block that ended, and nothing else.
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


@pytest.mark.usefixtures("at_once")
async def test_another_end_stays_what_it_is() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), WhileThere(Line().receive):
            await asyncio.sleep(60)
    with pytest.raises(ValueError, match="of its own"):
        async with WhileThere(Line().receive):
            raise ValueError("of its own")


async def test_who_is_answered_soon_is_not_looked_after() -> None:
    line = Line()
    line.gone.set()
    async with WhileThere(line.receive):
        await asyncio.sleep(0)
    assert line.asked == 0
