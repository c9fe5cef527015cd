"""What a bank watches: each change told once, by posts and by days, to its bank alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.calendar.working_days import Calendar, Notice
from hub.domain.findings.finding_set import RULE_SET
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.record_kinds import RecordKind
from hub.domain.rules.rule_set import VERSION
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.portfolios import MOST_MINES, MOST_PORTFOLIOS, MOST_REFERENCE, Portfolios, Row
from hub.services.upkeep.calendar import Calendars
from hub.services.upkeep.rules import Rules
from hub.storage.banks import portfolios
from hub.storage.engine.database import Database
from hub.storage.timelines import rebuilding
from hub.storage.work import positions
from tests.hub.services.banks.conftest import NOW, OTHER_BANK, Watch, add_source, astray, renew
from tests.makers import BANK, ECOLOGY, NATURAL_RESOURCES, OPERATOR, licence, mine, penalty, uscc


async def test_each_change_is_told_once_with_the_banks_own_reference(watch: Watch) -> None:
    told = await watch.put(licence(1))
    assert (told["accepted"], await watch.events(told)) == (1, [])
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[]))
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]
    await astray(watch.bank.database, -5)
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]
    await astray(watch.bank.database)
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[], repairedOn="2026-10-30", repairDocument="修1"))
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL"), ("GONE", "PENALTY_GENERAL")]
    [first, second] = await watch.portfolios.events(told["portfolio"]["id"], 0, 100, BANK)
    assert (first["reference"], first["loanOn"], first["now"]["severity"]) == ("贷0", "2026-01-05", "ATTENTION")
    assert await watch.portfolios.events(told["portfolio"]["id"], first["position"], 100, BANK) == [second]


async def by_another_finding_set(database: Database) -> None:
    async with database.transaction() as connection:
        await positions.end(connection, f"portfolios by {RULE_SET}")


async def by_other_rules(database: Database) -> None:
    async with database.transaction() as connection:
        await rebuilding.note_version(connection, VERSION - 1)
    await Rules(database).bring_up()


async def by_a_notice_of_working_days(database: Database) -> None:
    notice = Notice.read("day,working,notice\n2027-01-01,no,示例通知\n2027-01-04,no,示例通知\n")
    assert await Calendars(database, Calendar()).add(notice) > 0


@pytest.mark.parametrize("worked_out", [by_another_finding_set, by_other_rules, by_a_notice_of_working_days])
async def test_what_follows_otherwise_though_nothing_was_posted_is_told(
    watch: Watch, worked_out: Callable[[Database], Awaitable[None]]
) -> None:
    watch.bank.now = datetime(2026, 12, 30, tzinfo=UTC)
    told = await watch.put(licence(1))
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, decidedOn="2026-12-29", publishedOn="2026-12-30", mines=[]))
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]
    async with watch.bank.database.transaction() as connection:
        # As if it did not follow before.
        await connection.execute(sa.update(portfolios.watched).values(told="{}"))
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]
    await worked_out(watch.bank.database)
    watch.portfolios = Portfolios(watch.bank.database, clock=lambda: watch.bank.now)
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")] * 2
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")] * 2


async def test_of_a_penalty_that_is_shown_no_more_it_is_told_that_it_is_gone_and_why_and_nothing_else(watch: Watch) -> None:
    told = await watch.put(licence(1))
    ends = watch.bank.now.date().isoformat()
    for n, more in ((1, {}), (2, {}), (3, {"publicationEndsOn": ends}), (4, {})):
        await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(n, mines=[], **more))
    await watch.settle()

    async def whys() -> list[tuple[str, str | None]]:
        await watch.settle()
        found = await watch.portfolios.events(told["portfolio"]["id"], 0, 100, BANK)
        for one in found:
            said = one["now"] or one["before"]
            assert (one["gone"] is None) == ("示例罚" in said["chinese"]), one
        return [(one["change"], one["gone"]) for one in found]

    assert await whys() == [("NEW", None)] * 4
    annulled = penalty(2, mines=[], annulledOn="2026-10-30")
    repaired = penalty(1, mines=[], repairedOn="2026-10-30", repairDocument="修1")
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, repaired)
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, annulled)
    watch.bank.now += timedelta(1)
    found = await whys()
    assert sorted(str(why) for _, why in found[:4]) == ["ANNULLED", "EXPIRED", "None", "REPAIRED"]
    assert sorted(found[4:]) == [("GONE", "ANNULLED"), ("GONE", "EXPIRED"), ("GONE", "REPAIRED")]


async def test_days_tell_of_themselves_each_once(watch: Watch) -> None:
    until = watch.bank.now.date() + timedelta(91)
    ending = mine(1, scale="SMALL", licenceValidUntil=until.isoformat())
    await watch.bank.post(NATURAL_RESOURCES, RecordKind.MINE, ending)
    told = await watch.put(licence(1), least=Severity.INFO)
    seen: list[tuple[int, int]] = []
    for days in (0, 1, 60, 61, 91, 92):
        watch.bank.now += timedelta(days - (seen[-1][0] if seen else 0))
        seen.append((days, len(await watch.events(told))))
    assert [count for _, count in seen] == [0, 1, 1, 3, 3, 5]
    assert await watch.events(told) == [
        ("NEW", "LICENCE_ENDS_IN_90_DAYS"),
        ("NEW", "LICENCE_ENDS_IN_30_DAYS"),
        ("GONE", "LICENCE_ENDS_IN_90_DAYS"),
        ("GONE", "LICENCE_ENDS_IN_30_DAYS"),
        ("NEW", "LICENCE_EXPIRED"),
    ]


async def test_what_is_below_the_portfolios_severity_is_no_event(watch: Watch) -> None:
    told = await watch.put(licence(1), least=Severity.BLOCKING)
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    assert await watch.events(told) == []
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, publicationClass="SERIOUS"))
    assert await watch.events(told) == [("NEW", "PENALTY_SERIOUS")]


async def test_each_row_has_its_result_and_a_portfolio_put_anew_loses_no_change(watch: Watch) -> None:
    told = await watch.put(licence(1), "x", licence(77), licence(1))
    assert [one["problem"] and one["problem"]["code"] for one in told["results"]] == [
        None,
        "BAD_LICENCE_NUMBER",
        "UNKNOWN_MINE",
        "DUPLICATE",
    ]
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    rows = [Row(licence(1)), Row(licence(2))]
    again = await watch.portfolios.put("公司部", Severity.ATTENTION, rows, BANK)
    assert again["portfolio"]["id"] == told["portfolio"]["id"]
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]


async def test_what_is_new_is_looked_at_in_portions_each_watched_from_then_on(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.services.banks.portfolios._AT_ONCE", 1)
    told = await watch.put(licence(1), licence(2))
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, mines=[licence(2)], partyUscc=uscc(2)))
    assert (told["looked"], await watch.events(told)) == (2, [("NEW", "PENALTY_GENERAL")])
    # What is watched is not looked at again: its reference is, and what is not among them goes.
    again = await watch.portfolios.put("公司部", Severity.ATTENTION, [Row(licence(2), "新")], BANK)
    assert (again["looked"], await watch.portfolios.watched(told["portfolio"]["id"], BANK, "")) == (0, [licence(2)])
    [event] = await watch.portfolios.events(told["portfolio"]["id"], 0, 10, BANK)
    assert (event["reference"], event["loanOn"]) == ("新", None)


async def test_of_two_who_put_a_portfolio_at_once_the_later_counts_and_the_other_is_told(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.services.banks.portfolios._AT_ONCE", 1)
    commit, puts = watch.bank.database.commit, 0

    async def interrupted(work: Any) -> Any:
        nonlocal puts
        found = await commit(work)
        puts += 1
        if puts == 1:
            await watch.portfolios.put("公司部", Severity.ATTENTION, [Row(licence(2))], BANK)
        return found

    monkeypatch.setattr(watch.bank.database, "commit", interrupted)
    with pytest.raises(HubError) as refused:
        await watch.portfolios.put("公司部", Severity.ATTENTION, [Row(licence(1)), Row(licence(2))], BANK)
    assert (refused.value.code, refused.value.field) == (ErrorCode.CONFLICT, "name")
    [one] = await watch.portfolios.all(BANK)
    assert await watch.portfolios.watched(one["id"], BANK, "") == [licence(2)]


async def test_a_reference_that_cannot_be_kept_costs_its_row(watch: Watch) -> None:
    rows = [Row(licence(1), "贷\x00"), Row(licence(2), " ")]
    told = await watch.portfolios.put("公司部", Severity.INFO, rows, BANK)
    assert [one["problem"]["code"] for one in told["results"]] == ["FORBIDDEN_CHARACTER", "REQUIRED"]


async def test_what_is_kept_for_one_bank_is_bounded(watch: Watch) -> None:
    rows = [Row(licence(1), "贷" * MOST_REFERENCE), Row(licence(2), "贷" * (MOST_REFERENCE + 1))]
    told = await watch.portfolios.put("0", Severity.INFO, rows, BANK)
    assert [one["problem"] and one["problem"]["path"] for one in told["results"]] == [None, "reference"]
    for number in range(1, MOST_PORTFOLIOS):
        await watch.portfolios.put(str(number), Severity.INFO, [], BANK)
    with pytest.raises(HubError) as refused:
        await watch.portfolios.put("还有", Severity.INFO, [], BANK)
    assert (refused.value.code, refused.value.field) == (ErrorCode.TOO_MANY, "name")
    # One that is there is put anew, another bank has its own, and a place comes back.
    await watch.portfolios.put("0", Severity.INFO, rows, BANK)
    await watch.portfolios.put("还有", Severity.INFO, [], OTHER_BANK)
    await watch.portfolios.remove(told["portfolio"]["id"], BANK)
    await watch.portfolios.put("还有", Severity.INFO, [], BANK)


async def test_two_banks_with_the_same_mine_and_name_cross_nowhere(watch: Watch) -> None:
    mine_of, other = await watch.put(licence(1)), await watch.put(licence(1), who=OTHER_BANK)
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    assert await watch.events(mine_of) == await watch.events(other, OTHER_BANK) == [("NEW", "PENALTY_GENERAL")]
    portfolio = mine_of["portfolio"]["id"]
    assert [one["id"] for one in await watch.portfolios.all(BANK)] == [portfolio]
    [event] = await watch.portfolios.events(portfolio, 0, 10, BANK)
    assert await watch.portfolios.acknowledge(portfolio, event["position"], BANK) == 1
    assert await watch.portfolios.acknowledge(portfolio, event["position"], BANK) == 0
    [seen] = await watch.portfolios.events(portfolio, 0, 10, BANK)
    [unseen] = await watch.portfolios.events(other["portfolio"]["id"], 0, 10, OTHER_BANK)
    assert (seen["acknowledgedBy"], unseen["acknowledgedBy"]) == (BANK.client_id, None)
    for ask in (
        watch.portfolios.events(portfolio, 0, 10, OTHER_BANK),
        watch.portfolios.acknowledge(portfolio, 1, OTHER_BANK),
        watch.portfolios.remove(portfolio, OTHER_BANK),
    ):
        with pytest.raises(HubError) as refused:
            await ask
        assert refused.value.code is ErrorCode.NOT_FOUND
    await watch.portfolios.remove(portfolio, BANK)
    assert await watch.portfolios.all(BANK) == []
    assert len(await watch.events(other, OTHER_BANK)) == 1


async def test_only_banks_keep_portfolios_and_within_bounds(watch: Watch) -> None:
    for rows, name, who, code in (
        ([], "公司部", OPERATOR, ErrorCode.FORBIDDEN),
        ([], " ", BANK, ErrorCode.INVALID_INPUT),
        ([Row("x")] * (MOST_MINES + 1), "公司部", BANK, ErrorCode.TOO_MANY),
    ):
        with pytest.raises(HubError) as refused:
            await watch.portfolios.put(name, Severity.INFO, rows, who)
        assert refused.value.code is code


async def test_a_mine_is_watched_on_under_its_new_number_once_and_a_number_alone_is_no_event(watch: Watch) -> None:
    told = await watch.put(licence(1), licence(2))
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[licence(1)]))
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]
    await renew(watch.bank, 1, 31)
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL")]
    repaired = penalty(1, mines=[licence(1)], repairedOn="2026-10-30", repairDocument="修1")
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, repaired)
    assert await watch.events(told) == [("NEW", "PENALTY_GENERAL"), ("GONE", "PENALTY_GENERAL")]
    found = await watch.portfolios.events(told["portfolio"]["id"], 0, 100, BANK)
    assert [(one["licenceNo"], one["reference"]) for one in found] == [(licence(31), "贷0")] * 2
    again = await watch.put(licence(31), licence(1))
    assert [one["problem"] and one["problem"]["code"] for one in again["results"]] == [None, ErrorCode.DUPLICATE]


async def test_of_a_mine_whose_fines_come_to_the_threshold_each_penalty_is_an_event_however_grave(watch: Watch) -> None:
    """A cent below it, one that is corrected to come to it, one without a fine, and what falls below again."""
    await watch.settle()
    for name, fine in (("按额", Decimal("50000.00")), ("不按额", None)):
        await watch.portfolios.put(name, Severity.BLOCKING, [Row(licence(1))], BANK, least_fine=fine)
    by_severity, by_fine = await watch.portfolios.all(BANK)
    assert (by_fine["leastFine"], by_severity["leastFine"]) == ("50000.00", None)

    async def told() -> list[tuple[str, str | None]]:
        await watch.settle()
        assert await watch.portfolios.events(by_severity["id"], 0, 100, BANK) == []
        found = await watch.portfolios.events(by_fine["id"], 0, 100, BANK)
        return [(one["change"], (one["now"] or one["before"])["fine"]) for one in found]

    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, fine="30000.00", mines=[]))
    assert await told() == []
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, fine="19999.99", mines=[]))
    assert await told() == []
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, fine="20000.00", mines=[]))
    assert await told() == [("OTHERWISE", "20000.00")]
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(3, fine=None, kinds=["WARNING"], mines=[]))
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, fine="30000.00", mines=[], annulledOn="2026-10-30"))
    later = sorted((await told())[1:])
    assert later == [("GONE", None), ("NEW", None)], "of what is shown no more the fine is not told either"
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(4, fine="1.00", mines=[]))
    assert len(await told()) == 3
    with pytest.raises(HubError) as refused:
        await watch.portfolios.put("按额", Severity.INFO, [], BANK, least_fine=Decimal("-0.01"))
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "leastFine")


async def test_a_source_that_falls_silent_is_told_once_of_all_mines_and_once_that_it_is_heard_again(watch: Watch) -> None:
    await add_source(watch.bank, "market", "MARKET_REGULATION", NOW)
    told, other = await watch.put(licence(1), licence(2)), await watch.put(licence(1), who=OTHER_BANK)
    grave = await watch.portfolios.put("只看阻断", Severity.BLOCKING, [Row(licence(1))], BANK)
    assert await watch.events(told) == []
    late = NOW + timedelta(minutes=120)
    for now, count in ((late, 0), (late + timedelta(microseconds=1), 1), (late + timedelta(days=1), 1)):
        watch.bank.now = now
        # Two processes at once, and whoever comes after a restart.
        others = [Portfolios(watch.bank.database, clock=lambda: watch.bank.now) for _ in range(3)]
        await asyncio.gather(*(one.work() for one in others))
        assert [len(await watch.events(told)), len(await watch.events(other, OTHER_BANK))] == [count, count], now
    await add_source(watch.bank, "market", "MARKET_REGULATION", watch.bank.now)
    assert await watch.events(told) == [("NEW", "SOURCE_SILENT"), ("GONE", "SOURCE_SILENT")]
    assert await watch.events(grave) == [], "what is not known blocks nothing"
    first, last = await watch.portfolios.events(told["portfolio"]["id"], 0, 10, BANK)
    assert (first["licenceNo"], first["now"]["department"], first["now"]["about"]) == (None, "MARKET_REGULATION", "LATE")
    assert (first["now"]["severity"], last["now"]) == ("UNKNOWN", None)
    assert "市场监管" in first["now"]["chinese"]
    # What is put later begins with what is known then.
    await add_source(watch.bank, "market", "MARKET_REGULATION", None)
    await watch.settle()
    later = await watch.portfolios.put("后来", Severity.ATTENTION, [Row(licence(1))], BANK)
    assert await watch.events(later) == []
    assert (await watch.events(told))[2:] == [("NEW", "SOURCE_SILENT")]


async def test_where_no_bank_has_a_portfolio_nothing_is_asked_of_sources_or_mines(watch: Watch) -> None:
    """And who puts the first one is told what is posted from then on, and nothing of before."""
    await add_source(watch.bank, "market", "MARKET_REGULATION", None)
    await watch.settle()
    asked: list[str] = []

    async def rounds() -> None:
        await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
        while await watch.sequencer.work():
            pass
        sa.event.listen(watch.bank.database.engine.sync_engine, "before_cursor_execute", note)
        while await watch.portfolios.work():
            pass
        sa.event.remove(watch.bank.database.engine.sync_engine, "before_cursor_execute", note)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    await rounds()
    assert asked
    assert not [one for one in asked if any(f"FROM {name}" in one for name in ("sources", "mines", "penalties"))], asked
    told = await watch.put(licence(1))
    assert await watch.events(told) == []
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, publicationClass="SERIOUS"))
    assert await watch.events(told) == [("NEW", "PENALTY_SERIOUS")]
    await watch.portfolios.remove(told["portfolio"]["id"], BANK)
    asked.clear()
    await rounds()
    assert not [one for one in asked if "FROM sources" in one or "FROM penalties" in one]


async def test_what_is_posted_waits_for_no_days_that_have_come(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.services.banks.portfolios._TURNS_AT_ONCE", 1)
    ends = (watch.bank.now.date() + timedelta(90)).isoformat()
    ending = [mine(n, scale="SMALL", licenceValidUntil=ends) for n in range(1, 4)]
    await watch.bank.post(NATURAL_RESOURCES, RecordKind.MINE, *ending)
    told = await watch.put(*map(licence, range(1, 4)), least=Severity.INFO)
    watch.bank.now += timedelta(60)
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, mines=[licence(2)], partyUscc=uscc(2)))
    while await watch.sequencer.work():
        pass
    assert await watch.portfolios.work(), "there is more"
    found = await watch.portfolios.events(told["portfolio"]["id"], 0, 100, BANK)
    assert {one["licenceNo"] for one in found if one["code"] == "PENALTY_GENERAL"} == {licence(2)}
    assert len({one["licenceNo"] for one in found}) == 2, "of those whose day has come one so far"
    assert len(await watch.events(told)) == 7


async def test_who_read_a_portfolio_that_was_removed_goes_on_in_the_one_that_is_put_again(watch: Watch) -> None:
    """The number of an event, or of a digest, that is gone is given to no other: nothing is missed, nothing told twice."""
    told = await watch.put(licence(1), digest=DigestPeriod.DAILY)
    portfolio = told["portfolio"]["id"]
    for number in (1, 2):
        await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(number, mines=[]))
    await watch.settle()
    watch.bank.now += timedelta(days=1)
    await watch.settle()
    [*_, event] = await watch.portfolios.events(portfolio, 0, 10, BANK)
    [digest] = await watch.portfolios.digests(portfolio, 0, 10, BANK)
    place, day = event["position"], digest["position"]
    await watch.portfolios.remove(portfolio, BANK)
    assert (await watch.put(licence(1), digest=DigestPeriod.DAILY))["portfolio"]["id"] == portfolio
    assert await watch.portfolios.start(portfolio, place, BANK, "watch") == place
    assert await watch.portfolios.events(portfolio, place, 10, BANK) == []
    await watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(3, mines=[]))
    await watch.settle()
    watch.bank.now += timedelta(days=1)
    await watch.settle()
    [event] = await watch.portfolios.events(portfolio, place, 10, BANK)
    [digest] = await watch.portfolios.digests(portfolio, day, 10, BANK)
    assert (event["code"], digest["events"]) == ("PENALTY_GENERAL", 1)
    assert event["position"] > place
    # What is yet to come nobody has read, or seen.
    ahead = event["position"] + 1, digest["position"] + 1
    for ask, field in (
        *((watch.portfolios.events(portfolio, one, 10, BANK), "after") for one in (ahead[0], -1)),
        *((watch.portfolios.start(portfolio, one, BANK, "watch"), "after") for one in (ahead[0], -1)),
        *((watch.portfolios.digests(portfolio, one, 10, BANK), "after") for one in (ahead[1], -1)),
        *((watch.portfolios.acknowledge(portfolio, one, BANK), "upto") for one in (ahead[0], -1)),
    ):
        with pytest.raises(HubError) as refused:
            await ask
        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, field)
