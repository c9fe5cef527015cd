"""Checks that wait at once are kept together, and each by itself where one of them breaks off."""

from __future__ import annotations

import asyncio

from hub.services.banks.loan_checks import Question
from tests.hub.services.banks.conftest import Bank
from tests.makers import BANK, LOAN, licence


async def test_all_that_are_made_at_once_are_kept_before_they_are_told(bank: Bank) -> None:
    async def made(number: int) -> dict[str, object]:
        told = await bank.checks.make(Question([licence(number)]), BANK, LOAN)
        kept = await bank.checks.made(told["id"], BANK)
        assert kept.answer["mines"] == told["mines"]
        return told

    # More than are kept at once.
    told = await asyncio.gather(*(made(1 + place % 2) for place in range(20)))
    assert len({one["id"] for one in told}) == 20


async def test_who_breaks_off_takes_nobody_along(bank: Bank) -> None:
    waiting = [asyncio.create_task(bank.checks.make(Question([licence(1)]), BANK, LOAN)) for _ in range(6)]
    async with bank.database.transaction():
        # As it may be at any time: while it is looked, while it waits for its turn, while it is kept.
        for _ in range(50):
            await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[3].cancel()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    whole = [one for one in told if not isinstance(one, BaseException)]
    assert len(whole) >= 4
    for one in whole:
        assert (await bank.checks.made(one["id"], BANK)).answer["mines"] == one["mines"]
