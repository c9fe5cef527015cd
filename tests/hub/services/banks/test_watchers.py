"""Who follows a portfolio is woken by what is told of it, and of no other, whichever process tells it."""

from __future__ import annotations

import asyncio

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.portfolios import Portfolios
from hub.services.banks.watchers import Watchers
from hub.services.log import followers
from hub.storage.engine.database import Database
from tests.hub.services.banks.conftest import OTHER_BANK, Watch
from tests.makers import ECOLOGY, licence, penalty, uscc


async def test_each_is_woken_by_what_is_told_of_its_portfolio_whichever_process_tells_it(watch: Watch) -> None:
    own, other = await watch.put(licence(1)), await watch.put(licence(2), who=OTHER_BANK)
    here = Portfolios(watch.bank.database, clock=lambda: watch.bank.now)
    first, second = (here.watchers.grown(one["portfolio"]["id"]) for one in (own, other))
    await here.work()
    assert first.is_set(), "who has come is woken once: what was told before nobody knows"
    assert second.is_set()
    first, second = (here.watchers.grown(one["portfolio"]["id"]) for one in (own, other))
    await here.work()
    assert not first.is_set()
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, mines=[licence(2)], partyUscc=uscc(2)))
    await watch.settle()
    assert not second.is_set(), "it was told elsewhere, and is not yet looked for"
    await here.work()
    assert (first.is_set(), second.is_set()) == (False, True)
    assert here.watchers.grown(own["portfolio"]["id"]) is first, "all who follow one wait for one thing"
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[licence(1)]))
    await watch.settle()
    await here.work()
    assert first.is_set()


@pytest.mark.parametrize(("seconds", "is_sent_away"), [(10.0, False), (10.1, True)])
async def test_who_waits_while_nobody_looks_for_more_than_ten_seconds_is_sent_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, seconds: float, is_sent_away: bool
) -> None:
    monkeypatch.setattr(followers, "_PATIENCE_SECONDS", 0.01)
    at = [100.0]
    found = Watchers(database, ticks=lambda: at[0])
    at[0] += 3600
    await found.look()
    waiting = asyncio.ensure_future(found.wait(found.grown("portfolio_示例")))
    at[0] += seconds
    done, _ = await asyncio.wait([waiting], timeout=10 if is_sent_away else 0.1)
    assert bool(done) is is_sent_away
    waiting.cancel()
    [ended] = await asyncio.gather(waiting, return_exceptions=True)
    assert (isinstance(ended, HubError) and ended.code is ErrorCode.UNAVAILABLE) is is_sent_away
