"""What a client may still ask for: its budget of a minute, and its operations at once."""

from __future__ import annotations

import asyncio

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from schema.budgets import Budgets, Place


class Ticks:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_spent_is_told_and_comes_back_after_a_minute() -> None:
    ticks = Ticks()
    budgets = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1), ticks=ticks)
    assert budgets.policy == b'"cost";q=100;w=60'
    budgets.take("bank", 70)
    ticks.now += 20
    assert budgets.left("bank") == b'"cost";r=30;t=40'
    with pytest.raises(HubError) as refused:
        budgets.take("bank", 31)
    assert (refused.value.code, refused.value.retry_after) == (ErrorCode.RATE_LIMITED, 40)
    budgets.take("bank", 30)
    with pytest.raises(HubError):
        budgets.enter("bank")
    budgets.take("another", 100)
    ticks.now += 40
    budgets.take("bank", 100)


def test_only_so_many_operations_of_a_client_run_at_once() -> None:
    budgets = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 2))
    for _ in range(2):
        budgets.enter("bank")
    with pytest.raises(HubError) as refused:
        budgets.enter("bank")
    assert (refused.value.code, refused.value.retry_after) == (ErrorCode.RATE_LIMITED, 1)
    budgets.enter("another")
    budgets.enter("bank", Place.SUBSCRIPTION)
    budgets.leave("bank")
    budgets.enter("bank")


async def test_operations_that_may_wait_are_let_in_one_by_one() -> None:
    budgets = Budgets(per_minute=100, at_once={Place.OPERATION: 1, Place.SUBSCRIPTION: 2, Place.SOCKET: 1})
    await budgets.enter_in_turn("bank", 1)
    first, second = (asyncio.ensure_future(budgets.enter_in_turn("bank", 30)) for _ in range(2))
    await asyncio.sleep(0)
    # More than may be open need not wait.
    with pytest.raises(HubError) as refused:
        await budgets.enter_in_turn("bank", 30)
    assert refused.value.code is ErrorCode.RATE_LIMITED
    await budgets.enter_in_turn("another", 1)
    budgets.leave("bank")
    await first
    assert not second.done()
    with pytest.raises(HubError):
        budgets.enter("bank")
    # Who gives up gives its turn up.
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    budgets.leave("bank")
    budgets.enter("bank")


async def test_who_waits_too_long_is_refused_and_leaves_nothing_behind() -> None:
    budgets = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1))
    budgets.enter("bank")
    with pytest.raises(HubError) as refused:
        await budgets.enter_in_turn("bank", 0)
    assert (refused.value.code, refused.value.retry_after) == (ErrorCode.RATE_LIMITED, 1)
    budgets.leave("bank")
    budgets.enter("bank")
