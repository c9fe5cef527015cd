"""Of what comes from another machine the next is asked for while this is worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from hub.services.work.ahead import one_ahead


async def source(asked: list[int], many: int = 3, error: Exception | None = None) -> AsyncIterator[int]:
    for number in range(many):
        asked.append(number)
        yield number
    if error:
        raise error


async def test_all_comes_in_order_and_one_is_asked_for_ahead() -> None:
    asked: list[int] = []
    given = []
    async for number in one_ahead(source(asked)):
        await asyncio.sleep(0)
        given.append(number)
        assert asked == list(range(min(number + 2, 3)))
    assert given == [0, 1, 2]


async def test_an_error_comes_after_what_came_before_it() -> None:
    numbers = one_ahead(source([], error=ConnectionError()))
    assert [await anext(numbers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ConnectionError):
        await anext(numbers)


async def test_who_ends_early_leaves_nothing_that_runs_on() -> None:
    before = asyncio.all_tasks()
    async with aclosing(one_ahead(source([], many=1000))) as numbers:
        async for _ in numbers:
            break
    assert asyncio.all_tasks() == before
