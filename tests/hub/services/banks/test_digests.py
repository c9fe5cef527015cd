"""What was told of a portfolio in a day or a week comes in one piece: each event in one of them, each of them once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.digests import MOST_MINES, content_of, next_day
from hub.services.banks.portfolios import MOST_DIGESTS, Portfolios, Row
from hub.storage.work import digests as kept
from tests.hub.services.banks.conftest import OTHER_BANK, Watch
from tests.makers import BANK, ECOLOGY, licence, penalty

#: 16:00 UTC is midnight in China.
MIDNIGHT = datetime(2026, 11, 2, 16, tzinfo=UTC)
DAILY, WEEKLY = DigestPeriod.DAILY, DigestPeriod.WEEKLY


async def told(watch: Watch, portfolio: dict[str, Any], after: int = 0, who: Any = BANK) -> list[dict[str, Any]]:
    await watch.settle()
    return await watch.portfolios.digests(portfolio["portfolio"]["id"], after, MOST_DIGESTS, who)


async def fined(watch: Watch, number: int, at: datetime, **more: Any) -> None:
    """A penalty that the watch comes upon at an instant."""
    watch.bank.now = at - timedelta(seconds=1)
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(number, mines=[], **more))
    await watch.settle()


def days(found: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(one["fromDay"], one["untilDay"], one["events"]) for one in found]


@pytest.mark.parametrize(
    ("period", "today", "on"),
    [
        (DAILY, date(2026, 12, 31), date(2027, 1, 1)),
        (WEEKLY, date(2026, 11, 1), date(2026, 11, 2)),
        (WEEKLY, date(2026, 11, 2), date(2026, 11, 9)),
        (WEEKLY, date(2026, 11, 3), date(2026, 11, 9)),
    ],
    ids=["every day", "on a Sunday", "on a Monday", "on a Tuesday"],
)
def test_the_next_is_made_tomorrow_or_on_monday(period: DigestPeriod, today: date, on: date) -> None:
    assert next_day(period, today) == on


async def test_each_event_is_in_the_digest_of_its_day_in_china_and_every_day_has_one(watch: Watch) -> None:
    portfolio = await watch.put(licence(1), licence(2), digest=DAILY)
    await fined(watch, 1, MIDNIGHT - timedelta(seconds=2))
    await fined(watch, 2, MIDNIGHT - timedelta(seconds=1), publicationClass="SERIOUS")
    assert await told(watch, portfolio) == []
    await fined(watch, 3, MIDNIGHT)
    [first] = await told(watch, portfolio)
    assert days([first]) == [("2026-11-02", "2026-11-02", 2)]
    counts = {one["severity"]: one["events"] for one in first["severities"]}
    assert counts == {"BLOCKING": 1, "UNKNOWN": 0, "ATTENTION": 1, "INFO": 0}
    assert first["mines"] == [{"licenceNo": licence(1), "reference": "贷0", "events": 2, "severity": "BLOCKING"}]
    assert await watch.portfolios.events(first["portfolio"], first["lastEvent"], 10, BANK) != []
    watch.bank.now = MIDNIGHT + timedelta(days=1)
    assert days(await told(watch, portfolio, first["position"])) == [("2026-11-03", "2026-11-03", 1)]
    # While nothing ran for three days, and nothing happened.
    watch.bank.now = MIDNIGHT + timedelta(days=4)
    assert days(await told(watch, portfolio))[2:] == [("2026-11-04", "2026-11-06", 0)]


async def test_a_week_is_told_on_monday_and_how_often_may_change_without_loss(watch: Watch) -> None:
    portfolio = await watch.put(licence(1), digest=DAILY)
    await fined(watch, 1, MIDNIGHT - timedelta(seconds=1))
    await watch.portfolios.put("公司部", Severity.ATTENTION, [Row(licence(1))], BANK, WEEKLY)
    watch.bank.now = MIDNIGHT + timedelta(days=6, seconds=-1)
    assert await told(watch, portfolio) == []
    watch.bank.now += timedelta(seconds=1)
    assert days(await told(watch, portfolio)) == [("2026-11-02", "2026-11-08", 1)]
    await watch.portfolios.put("公司部", Severity.ATTENTION, [Row(licence(1))], BANK)
    await fined(watch, 2, watch.bank.now + timedelta(days=8))
    assert len(await told(watch, portfolio)) == 1
    # From now on: what was told before is not told again.
    await watch.portfolios.put("公司部", Severity.ATTENTION, [Row(licence(1))], BANK, DAILY)
    watch.bank.now += timedelta(days=1)
    assert days(await told(watch, portfolio))[1:] == [("2026-11-17", "2026-11-17", 0)]


async def test_one_that_breaks_off_is_made_anew_and_of_two_who_make_one_there_is_one(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio = await watch.put(licence(1), digest=DAILY)
    await fined(watch, 1, MIDNIGHT - timedelta(seconds=1))
    watch.bank.now = MIDNIGHT
    with monkeypatch.context() as broken:

        async def crash(*_: Any) -> None:
            await add(*_)
            raise KeyboardInterrupt

        add = kept.add
        broken.setattr(kept, "add", crash)
        with pytest.raises(KeyboardInterrupt):
            await watch.portfolios.work()
    assert await watch.portfolios.digests(portfolio["portfolio"]["id"], 0, 1, BANK) == []
    others = [Portfolios(watch.bank.database, clock=lambda: watch.bank.now) for _ in range(4)]
    await asyncio.gather(*(one.work() for one in others))
    assert days(await told(watch, portfolio)) == [("2026-11-02", "2026-11-02", 1)]


async def test_nobody_elses_and_gone_with_the_portfolio(watch: Watch) -> None:
    portfolio, other = await watch.put(licence(1), digest=DAILY), await watch.put(licence(1), who=OTHER_BANK, digest=DAILY)
    await fined(watch, 1, MIDNIGHT - timedelta(seconds=1))
    watch.bank.now = MIDNIGHT
    assert days(await told(watch, portfolio)) == days(await told(watch, other, who=OTHER_BANK))
    for ask, code in (
        (watch.portfolios.digests(portfolio["portfolio"]["id"], 0, 1, OTHER_BANK), ErrorCode.NOT_FOUND),
        (watch.portfolios.digests(portfolio["portfolio"]["id"], 0, MOST_DIGESTS + 1, BANK), ErrorCode.INVALID_INPUT),
        (watch.portfolios.digests(portfolio["portfolio"]["id"], 0, -1, BANK), ErrorCode.INVALID_INPUT),
    ):
        with pytest.raises(HubError) as refused:
            await ask
        assert refused.value.code is code
    await watch.portfolios.remove(portfolio["portfolio"]["id"], BANK)
    again = await watch.put(licence(1), digest=DAILY)
    assert (await told(watch, again), len(await told(watch, other, who=OTHER_BANK))) == ([], 1)


def test_of_very_many_mines_the_gravest_are_named_and_all_are_counted() -> None:
    last = MOST_MINES + 1
    said = dict.fromkeys(range(1, last), b'{"severity":"INFO"}') | {last: b'{"severity":"BLOCKING"}'}
    told = content_of([{"entry": n, "licence_no": licence(n), "before": None, "now": one} for n, one in said.items()], {})
    assert (told["mineCount"], len(told["mines"]), told["mines"][0]["licenceNo"]) == (last, MOST_MINES, licence(last))
    assert content_of([], {})["lastEvent"] is None
