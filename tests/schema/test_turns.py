"""Fairness at what is scarce: no client holds all places, and the next place is another's."""

from __future__ import annotations

import asyncio

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from schema.turns import Turns


def test_one_client_never_holds_all_places() -> None:
    turns = Turns(8)
    assert [turns.take("hostile") for _ in range(8)] == [True] * 6 + [False] * 2
    assert turns.take("bank")
    assert turns.take("department")
    assert not turns.take("another")


async def test_who_waits_is_served_client_by_client() -> None:
    turns = Turns(1)
    served: list[str] = []

    async def work(client: str) -> None:
        await turns.wait(client, 60)
        served.append(client)
        turns.leave(client)

    assert turns.take("hostile")
    waiting = [asyncio.create_task(work(client)) for client in ["hostile"] * 5 + ["bank", "department"]]
    await asyncio.sleep(0)
    turns.leave("hostile")
    await asyncio.gather(*waiting)
    assert served[:3] == ["hostile", "bank", "department"]
    assert turns.take("bank")


async def test_whoever_gives_up_leaves_no_place_taken() -> None:
    turns = Turns(1)
    assert turns.take("bank")
    with pytest.raises(HubError) as late:
        await turns.wait("department", 0)
    assert late.value.code is ErrorCode.DEADLINE_EXCEEDED
    given_up = asyncio.create_task(turns.wait("department", 60))
    served_and_cancelled = asyncio.create_task(turns.wait("department", 60))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    turns.leave("bank")
    served_and_cancelled.cancel()
    await asyncio.wait([served_and_cancelled])
    assert turns.take("bank")


async def test_a_place_that_comes_as_somebody_gives_up_is_the_next_ones() -> None:
    turns = Turns(1)
    assert turns.take("bank")
    given_up, patient = (asyncio.create_task(turns.wait(client, 60)) for client in ("department", "operator"))
    await asyncio.sleep(0)
    given_up.cancel()
    # Nobody has run since: who gave up stands in its queue still.
    turns.leave("bank")
    await patient
    await asyncio.wait([given_up])
    assert given_up.cancelled()
    turns.leave("operator")
    assert turns.take("department")
