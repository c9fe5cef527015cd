"""What a bank is told of a mine: never greener than what is known, kept as it was told, and its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hub.domain.findings.finding_set import RULE_SET
from hub.domain.findings.loan_check import READS
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import RejectionState
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.services.banks.loan_checks import MOST_MINES, Question
from hub.services.log.sequencer import Sequencer
from hub.services.posting.refusals import refusal
from hub.storage.banks.grounds import statement
from hub.storage.engine.database import Database
from hub.storage.views import rejections
from tests import duties
from tests.hub.services.banks.conftest import NOW, OTHER_BANK, Bank, add_source, renew
from tests.makers import (
    BANK,
    ECOLOGY,
    LOAN,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    OPERATOR,
    enterprise,
    entry,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    uscc,
)

#: For what depends on no database.
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MUCH_WAITS = (
    "INSERT INTO rejections (id, received_at, client_id, source, problems, payload, outline, seen_at) SELECT 'rejection_' || n,"
    " now(), 'x', 'connector:ecology', '[]', '{}', '{}', now() FROM generate_series(1, 5000) AS n",
    "INSERT INTO rejection_numbers SELECT 'C' || n, 'rejection_' || n FROM generate_series(1, 5000) AS n",
    "ANALYZE rejections, rejection_numbers",
)


def codes(told: dict[str, Any]) -> dict[str, str]:
    return {finding["code"]: finding["severity"] for finding in told["findings"]}


async def test_a_mine_in_good_order_is_clear_and_every_department_is_named(bank: Bank) -> None:
    told = await bank.one(borrower=uscc(1))
    assert (told["answer"], told["standing"], told["standingSince"]) == ("CLEAR", "LISTED_PROVINCIAL", "2025-03-20")
    assert codes(told) == {"LISTED": "INFO"}
    assert told["findings"][0]["evidence"][0]["documentNumber"] == entry(1)["documentNumber"]
    assert told["holder"] == {
        "uscc": uscc(1),
        "name": enterprise(1)["name"],
        "registrationStatus": "IN_OPERATION",
        "seriousBreach": False,
        "abnormalOperation": False,
        "isBorrower": True,
    }
    assert [(one["department"], one["verdict"]) for one in told["verdicts"]] == [
        ("ECOLOGY", "AGREE"),
        ("FORESTRY_GRASSLAND", "AGREE"),
        ("NATURAL_RESOURCES", "AGREE"),
    ]
    assert (told["directoryLevel"], told["directoryDocument"]) == ("PROVINCIAL", entry(1)["documentNumber"])
    assert told["penalties"] == {"count": 0, "fines": "0.00", "confiscated": "0.00", "byClass": []}


async def test_what_is_posted_is_told_at_once_with_its_evidence(bank: Bank) -> None:
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="SERIOUS"), penalty(2, publishedOn=None))
    await bank.post(ECOLOGY, RecordKind.CASE_TRANSFER, duties.transfer(1))
    told = await bank.one(borrower=uscc(2))
    assert told["answer"] == "BLOCKED"
    assert codes(told) == {
        "LISTED": "INFO",
        "BORROWER_DIFFERS": "BLOCKING",
        "CASE_OPEN": "ATTENTION",
        "PENALTY_SERIOUS": "BLOCKING",
    }
    assert told["penalties"]["byClass"] == [{"publicationClass": "SERIOUS", "count": 1, "fines": "200000.00"}]
    serious = next(one for one in told["findings"] if one["code"] == "PENALTY_SERIOUS")
    assert [one["documentNumber"] for one in serious["evidence"]] == [penalty(1)["documentNumber"]]
    case = next(one for one in told["findings"] if one["code"] == "CASE_OPEN")
    assert (case["evidence"], case["about"], case["day"]) == ([], None, "2026-01-05")
    assert told["openTransfers"] == {"count": 1, "oldestOn": "2026-01-05"}


async def test_a_penalty_of_the_holder_that_names_another_mine_or_none_is_found_too(bank: Bank) -> None:
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[]))
    assert codes(await bank.one()) == {"LISTED": "INFO", "PENALTY_GENERAL": "ATTENTION"}


async def test_of_a_department_that_has_never_posted_nothing_is_known(database: Database) -> None:
    bank = Bank(database)
    await bank.post(NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    told = await bank.one()
    silent = {who for one in told["findings"] if one["code"] == "SOURCE_SILENT" for who in one["departments"]}
    assert told["answer"] == "UNKNOWN"
    assert silent == {"ECOLOGY", "FORESTRY_GRASSLAND", "MARKET_REGULATION"}
    before, day = bank.now, bank.now.date()
    bank.now += timedelta(days=40)
    await Sequencer(bank.database).step()
    assert (await bank.one())["answer"] == "UNKNOWN"
    await bank.post(ECOLOGY, RecordKind.OPINION, opinion(1))
    # What is acknowledged is known, whether it has its position in the log yet or not, and stays known.
    for _ in range(2):
        assert [one["departments"] for one in (await bank.one())["findings"] if one["code"] == "SOURCE_SILENT"] == [
            ["FORESTRY_GRASSLAND"],
            ["MARKET_REGULATION"],
        ]
        await Sequencer(bank.database).step()
    check = await bank.check(licence(1), known_at=before)
    assert (check["on"], check["mines"]) == (day.isoformat(), [told]), "without a day it is that of the moment"


@ONCE
@pytest.mark.parametrize(("minutes", "answer"), [(120, "CLEAR"), (121, "UNKNOWN")])
async def test_a_source_that_is_late_by_more_than_twice_its_minutes_makes_its_word_unknown(
    bank: Bank, minutes: int, answer: str
) -> None:
    await add_source(bank, "directory", "NATURAL_RESOURCES", NOW + timedelta(seconds=30) - timedelta(minutes=minutes - 1))
    bank.now = NOW + timedelta(minutes=1)
    told = await bank.one()
    assert told["answer"] == answer
    if answer == "UNKNOWN":
        listed = next(one for one in told["findings"] if one["code"] == "LISTED")
        assert (listed["severity"], listed["lastKnown"]) == ("UNKNOWN", "INFO")


async def test_a_source_that_was_never_pulled_and_one_pulled_in_the_future_are_silent(bank: Bank) -> None:
    await add_source(bank, "market", "MARKET_REGULATION", None)
    assert (await bank.one())["answer"] == "UNKNOWN"
    await add_source(bank, "market", "MARKET_REGULATION", NOW + timedelta(hours=1))
    assert (await bank.one())["answer"] == "UNKNOWN"
    await add_source(bank, "market", "MARKET_REGULATION", NOW)
    assert (await bank.one())["answer"] == "CLEAR"
    await add_source(bank, "credit", None, None)
    assert (await bank.one())["answer"] == "UNKNOWN"


@pytest.mark.parametrize(
    "names", [licence(1), licence(1).translate(str.maketrans("0123456789", "０１２３４５６７８９")), uscc(1)]
)
async def test_what_waits_in_quarantine_about_the_mine_makes_the_answer_unknown(bank: Bank, names: str) -> None:
    await add_source(bank, "ecology", "ECOLOGY", NOW)
    received = bank.now
    row = refusal(
        ECOLOGY,
        "connector:ecology",
        bank.now,
        [Problem("x", ErrorCode.REQUIRED)],
        {"矿": names},
        kind=RecordKind.OPINION,
        reference="1",
        partial={},
    )
    async with bank.database.transaction() as connection:
        await rejections.insert(connection, [row])
    told = await bank.one()
    assert told["answer"] == "UNKNOWN"
    assert codes(told)["QUARANTINED"] == "UNKNOWN"
    assert (await bank.check(licence(2)))["mines"][0]["findings"] != told["findings"]
    assert "QUARANTINED" not in codes((await bank.check(licence(2)))["mines"][0])
    then = bank.now
    bank.now += timedelta(minutes=1)
    async with bank.database.transaction() as connection:
        await rejections.settle_each(connection, {row["id"]: None}, bank.now, RejectionState.TAKEN)
    assert (await bank.one())["answer"] == "CLEAR"
    assert await bank.one(known_at=then) == told
    assert "QUARANTINED" not in codes(await bank.one(known_at=received - timedelta(microseconds=1)))
    assert "QUARANTINED" not in codes(await bank.one(known_at=bank.now))


async def waits(bank: Bank, sent: dict[str, Any], reference: str) -> str:
    """Let something of the ecology department's system wait that names a mine or somebody."""
    problems = [Problem("x", ErrorCode.REQUIRED)]
    told: dict[str, Any] = {"kind": RecordKind.OPINION, "reference": reference, "partial": {}}
    row = refusal(ECOLOGY, "connector:ecology", bank.now, problems, sent, **told)
    async with bank.database.transaction() as connection:
        await rejections.insert(connection, [row])
    return str(row["id"])


async def settled(bank: Bank, rejection_id: str) -> None:
    bank.now += timedelta(seconds=1)
    async with bank.database.transaction() as connection:
        await rejections.settle_each(connection, {rejection_id: None}, bank.now, RejectionState.TAKEN)


async def test_what_waits_is_about_a_mine_by_whichever_number_or_holder_it_names(bank: Bank) -> None:
    await add_source(bank, "ecology", "ECOLOGY", NOW + timedelta(minutes=30))
    merged = [
        enterprise(9, successorUscc=uscc(8), succeededOn="2026-05-01"),
        enterprise(8, successorUscc=uscc(1), succeededOn="2026-05-02"),
    ]
    await bank.post(MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise(8), enterprise(9))
    await bank.post(MARKET_REGULATION, RecordKind.ENTERPRISE, *merged)
    await renew(bank, 1, 31)
    long = {"说明": "示" * 70_000, "矿": licence(31)}
    for place, sent in enumerate(
        ({"矿": licence(1)}, {"矿": licence(31).lower()}, {"当事人": uscc(9)}, {"当事人": uscc(8)}, long)
    ):
        other = await waits(bank, {"矿": licence(2), "当事人": uscc(2)}, f"other {place}")
        for number in (31, 1):
            [told] = (await bank.check(licence(number)))["mines"]
            assert "QUARANTINED" not in codes(told), (place, number)
        one = await waits(bank, sent, f"one {place}")
        then = bank.now
        for number in (31, 1):
            [told] = (await bank.check(licence(number)))["mines"]
            assert codes(told)["QUARANTINED"] == "UNKNOWN", (place, number)
        await settled(bank, one)
        await settled(bank, other)
        [told] = (await bank.check(licence(31), known_at=then))["mines"]
        assert codes(told)["QUARANTINED"] == "UNKNOWN", place


async def test_however_much_waits_what_is_about_a_mine_is_found_by_indexes(bank: Bank) -> None:
    if bank.database.is_sqlite:
        pytest.skip("SQLite knows no numbers of rows")
    async with bank.database.transaction() as connection:
        for said in MUCH_WAITS:
            await connection.exec_driver_sql(said)
    for is_past in (False, True):
        sql, names = statement(READS, "postgresql", is_past, looks=True)
        plan = " ".join(await bank.database.explain(sql, names))
        assert "pk_rejection_numbers" in plan
        assert "Seq Scan on rejection" not in plan
        assert "Seq Scan on log" not in plan
        # Beside numbers that are looked through, those of before, no index would serve the numbers of today either.
        assert "OR (ANY" not in plan


async def test_a_bulk_never_fails_for_one_mine(bank: Bank) -> None:
    told = await bank.check(licence(1), "no number", licence(77), licence(1), is_single=False)
    assert [(one["licenceNo"], one["answer"]) for one in told["mines"]] == [
        (licence(1), "CLEAR"),
        ("no number", "UNKNOWN"),
        (licence(77), "UNKNOWN"),
    ]
    assert [one["problem"] and one["problem"]["code"] for one in told["mines"]] == [None, "BAD_LICENCE_NUMBER", "UNKNOWN_MINE"]
    assert [one["problem"] and one["problem"]["path"] for one in told["mines"]] == [None, "licenceNos.1", "licenceNos.2"]
    assert told["answer"] == "UNKNOWN"


async def test_an_enterprise_is_checked_by_all_its_mines(bank: Bank) -> None:
    await bank.post(NATURAL_RESOURCES, RecordKind.MINE, mine(3, enterpriseUscc=uscc(1)))
    told = await bank.check(usccs=[uscc(1), "x", uscc(9)], is_single=False)
    assert [
        (one["licenceNo"], one["problem"] and (one["problem"]["code"], one["problem"]["path"])) for one in told["mines"]
    ] == [
        (licence(1), None),
        (licence(3), None),
        ("x", ("BAD_CREDIT_CODE", "usccs.1")),
        (uscc(9), ("UNKNOWN_MINE", "usccs.2")),
    ]


async def test_of_an_enterprise_those_mines_are_told_that_it_was_known_to_hold_then(bank: Bank) -> None:
    """What it got or gave away since, and what was taken over since, does not leak into the past."""
    then = bank.now
    bank.now += timedelta(seconds=1)
    await bank.post(NATURAL_RESOURCES, RecordKind.MINE, mine(2, scale="SMALL", enterpriseUscc=uscc(1)))
    merged = enterprise(1, successorUscc=uscc(2), succeededOn="2026-10-01")
    await bank.post(MARKET_REGULATION, RecordKind.ENTERPRISE, merged)

    async def held(number: int, **more: Any) -> list[str]:
        return [one["licenceNo"] for one in (await bank.check(usccs=[uscc(number)], is_single=False, **more))["mines"]]

    assert (await held(1), await held(2)) == ([licence(1), licence(2)], [uscc(2)])
    assert (await held(1, known_at=then), await held(2, known_at=then)) == ([licence(1)], [licence(2)])


async def test_who_was_merged_is_checked_by_its_successors_mines_and_leaves_its_penalties_with_them(bank: Bank) -> None:
    before = [enterprise(8, successorUscc=uscc(9), succeededOn="2026-05-01")]
    before += [enterprise(9, successorUscc=uscc(1), succeededOn="2026-05-02")]
    await bank.post(MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise(9))
    await bank.post(MARKET_REGULATION, RecordKind.ENTERPRISE, *before)
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[], partyUscc=uscc(8)))
    [told] = (await bank.check(usccs=[uscc(8)]))["mines"]
    assert codes(told) == {"LISTED": "INFO", "HOLDER_TOOK_OVER": "INFO", "PENALTY_GENERAL": "ATTENTION"}
    over = [one for one in told["findings"] if one["code"] == "HOLDER_TOOK_OVER"]
    assert sorted((one["english"].split()[4], one["evidence"][0]["documentNumber"]) for one in over) == [
        (code, code) for code in sorted([uscc(8), uscc(9)])
    ]
    assert told["penalties"]["count"] == 1
    # Before both were taken over neither was the holder's; and what is asked as of then was not known.
    assert codes(await bank.one(on=date(2026, 5, 1))) == {"LISTED": "INFO"}
    assert codes(await bank.one(known_at=NOW + timedelta(seconds=9))) == {"LISTED": "INFO"}
    # A licence in the name of who was merged is told of.
    moved = enterprise(2, registrationStatus="CANCELLED", successorUscc=uscc(1), succeededOn="2026-06-01")
    await bank.post(MARKET_REGULATION, RecordKind.ENTERPRISE, moved)
    held = (await bank.check(usccs=[uscc(2)], is_single=False))["mines"]
    assert [one["licenceNo"] for one in held] == [licence(1), licence(2)]
    assert codes(held[1])["HOLDER_SUCCEEDED"] == "ATTENTION"


MANY = [licence(1)] * (MOST_MINES + 1)
BEFORE, AHEAD = NOW - timedelta(days=1), NOW + timedelta(hours=1)
#: What cannot be asked, its code, and the argument that is the matter.
REFUSED: dict[str, tuple[Question, ErrorCode, str]] = {
    "nothing": (Question(), ErrorCode.REQUIRED, "licenceNo"),
    "nothing of many": (Question(is_single=False), ErrorCode.REQUIRED, "licenceNos"),
    "no number": (Question(["x"]), ErrorCode.BAD_LICENCE_NUMBER, "licenceNo"),
    "a blank": (Question([""], borrower=uscc(1)), ErrorCode.BAD_LICENCE_NUMBER, "licenceNo"),
    "no code": (Question(usccs=["x"]), ErrorCode.BAD_CREDIT_CODE, "uscc"),
    "a blank code": (Question(usccs=[""]), ErrorCode.BAD_CREDIT_CODE, "uscc"),
    "a borrower's code that is none": (Question([licence(1)], borrower="x"), ErrorCode.BAD_CREDIT_CODE, "uscc"),
    "a blank borrower": (Question([licence(1)], borrower=" "), ErrorCode.BAD_CREDIT_CODE, "uscc"),
    "a mine that is none": (Question([licence(5)]), ErrorCode.NOT_FOUND, "licenceNo"),
    "who holds none": (Question(usccs=[uscc(9)]), ErrorCode.NOT_FOUND, "uscc"),
    "tomorrow": (Question([licence(1)], on=date(2026, 11, 3)), ErrorCode.IN_THE_FUTURE, "on"),
    "before all": (Question([licence(1)], on=date(1949, 9, 30)), ErrorCode.OUT_OF_RANGE, "on"),
    "later": (Question([licence(1)], known_at=AHEAD), ErrorCode.IN_THE_FUTURE, "knownAt"),
    "before the log": (Question([licence(1)], known_at=BEFORE), ErrorCode.BEFORE_THE_LOG, "knownAt"),
    "many before the log": (
        Question([licence(1), "x"], known_at=BEFORE, is_single=False),
        ErrorCode.BEFORE_THE_LOG,
        "knownAt",
    ),
    "too many": (Question(MANY, is_single=False), ErrorCode.TOO_MANY, "licenceNos"),
    "too many enterprises": (Question([licence(1)], [uscc(1)] * len(MANY), is_single=False), ErrorCode.TOO_MANY, "usccs"),
}


@ONCE
@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_asked_is_told_with_its_code(bank: Bank, name: str) -> None:
    question, code, field = REFUSED[name]
    with pytest.raises(HubError) as refused:
        await bank.checks.make(question, BANK, LOAN)
    assert (refused.value.code, refused.value.field) == (code, field)


@ONCE
async def test_the_day_is_that_of_china(bank: Bank) -> None:
    """16:00 UTC is midnight there."""
    midnight = NOW.replace(hour=16, minute=0, second=0)
    for now, day in ((midnight - timedelta(seconds=1), date(2026, 11, 2)), (midnight, date(2026, 11, 3))):
        bank.now = now - timedelta(seconds=1)
        assert (await bank.check(licence(1)))["on"] == day.isoformat()
        bank.now = now - timedelta(seconds=1)
        assert (await bank.check(licence(1), on=day))["on"] == day.isoformat()
        bank.now = now - timedelta(seconds=1)
        with pytest.raises(HubError) as refused:
            await bank.check(licence(1), on=day + timedelta(1))
        assert refused.value.code is ErrorCode.IN_THE_FUTURE


@ONCE
async def test_only_banks_make_checks(bank: Bank) -> None:
    for who in (OPERATOR, ECOLOGY):
        with pytest.raises(HubError) as refused:
            await bank.check(licence(1), who=who)
        assert refused.value.code is ErrorCode.FORBIDDEN


async def test_a_check_is_kept_as_it_was_told_for_its_bank_and_for_auditors(bank: Bank) -> None:
    told = await bank.check(licence(1))
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    for who in (BANK, OPERATOR):
        kept = await bank.checks.made(told["id"], who)
        assert kept.answer["mines"] == told["mines"]
        assert (kept.purpose, kept.reference, kept.rule_set) == ("PRE_LOAN_REVIEW", "2026-17", RULE_SET)
    for who in (OTHER_BANK, ECOLOGY):
        with pytest.raises(HubError) as refused:
            await bank.checks.made(told["id"], who)
        assert refused.value.code is ErrorCode.NOT_FOUND


async def test_asked_again_it_says_finding_by_finding_what_changed_and_by_which_records(bank: Bank) -> None:
    first = await bank.check(licence(1))
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    await bank.post(NATURAL_RESOURCES, RecordKind.MINE, mine(1, scale="SMALL", remainingYears="2"))
    again = await bank.checks.again(first["id"], BANK, LOAN)
    assert [(one["change"], (one["now"] or one["before"])["code"]) for one in again["changes"]] == [
        ("NEW", "PENALTY_GENERAL"),
        ("NEW", "TOO_LITTLE_LEFT"),
    ]
    assert again["changes"][0]["evidence"][0]["documentNumber"] == penalty(1)["documentNumber"]
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, repairedOn="2026-10-30", repairDocument="修1"))
    later = await bank.checks.again(again["now"]["id"], BANK, LOAN)
    assert [(one["change"], one["before"]["code"]) for one in later["changes"]] == [("GONE", "PENALTY_GENERAL")]


async def test_asked_again_a_mine_goes_by_its_number_of_today_and_one_that_is_no_more_has_not_become_better(bank: Bank) -> None:
    first, both = await bank.check(licence(1)), await bank.check(licence(1), licence(2), is_single=False)
    await renew(bank, 1, 31)
    again = await bank.checks.again(first["id"], BANK, LOAN)
    assert ([one["licenceNo"] for one in again["now"]["mines"]], again["changes"]) == ([licence(31)], [])
    [taken] = await posted(bank.posting, NATURAL_RESOURCES, RecordKind.MINE, mine(2, scale="SMALL"))
    assert taken.record_id is not None
    bank.now += timedelta(seconds=1)
    await bank.posting.withdraw(NATURAL_RESOURCES, taken.record_id, "示例撤回", source="test")
    again = await bank.checks.again(both["id"], BANK, LOAN)
    assert [(one["licenceNo"], one["problem"] and one["problem"]["code"]) for one in again["now"]["mines"]] == [
        (licence(31), None),
        (licence(2), "UNKNOWN_MINE"),
    ]
    assert again["changes"] == []
    [alone] = (await bank.checks.again((await bank.check(licence(2), is_single=False))["id"], BANK, LOAN))["now"]["mines"]
    assert (alone["answer"], alone["problem"]["path"]) == ("UNKNOWN", "licenceNos.0")


async def test_as_known_before_a_post_it_tells_what_it_told_then(bank: Bank) -> None:
    told = await bank.one()
    before = bank.now
    await bank.post(
        NATURAL_RESOURCES,
        RecordKind.DIRECTORY_ENTRY,
        entry(9, step="RECTIFICATION", effectiveOn="2026-10-01", rectificationDueOn="2026-12-01"),
    )
    await bank.post(NATURAL_RESOURCES, RecordKind.MINE, mine(1, scale="SMALL", remainingYears="1"))
    assert (await bank.one())["answer"] == "ATTENTION"
    assert await bank.one(known_at=before) == told


async def test_a_penalty_that_may_be_shown_no_more_is_told_of_no_moment_but_in_what_was_told_then(bank: Bank) -> None:
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1), penalty(2), penalty(3, partyUscc=uscc(1), mines=[]))
    check = await bank.check(licence(1))
    then = bank.now
    assert check["mines"][0]["penalties"]["count"] == 3
    await bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, repairedOn="2026-10-30", repairDocument="修1"))
    penalties = [one["about"] for one in check["mines"][0]["findings"] if one["code"] == "PENALTY_GENERAL"]
    [withdrawn] = [one["about"] for one in check["mines"][0]["findings"] if penalty(3)["documentNumber"] in one["chinese"]]
    bank.now += timedelta(seconds=1)
    await bank.posting.withdraw(ECOLOGY, withdrawn, "示例撤回", source="test")
    again = await bank.one(known_at=then)
    assert again["penalties"]["count"] == 1
    [left] = [one["about"] for one in again["findings"] if one["code"] == "PENALTY_GENERAL"]
    kept = await bank.checks.told_then(check["id"], BANK)
    gone = {one["about"]: one["gone"] for one in kept["mines"][0]["findings"]}
    assert gone == {None: None} | {one: {left: None, withdrawn: "WITHDRAWN"}.get(one, "REPAIRED") for one in penalties}
    recheck = await bank.checks.again(check["id"], BANK, LOAN)
    assert [one["change"] for one in recheck["changes"]] == ["GONE", "GONE"]
    assert {one["gone"] for one in recheck["before"]["mines"][0]["findings"]} == {None, "WITHDRAWN", "REPAIRED"}


async def test_on_a_day_before_it_tells_what_held_then(bank: Bank) -> None:
    told = await bank.one(on=date(2025, 3, 19))
    assert (told["standing"], told["standingSince"]) == ("NOT_STARTED", None)
    assert "NOT_LISTED" in codes(told)


async def test_a_mine_is_checked_by_any_of_its_numbers_and_once(bank: Bank) -> None:
    before = await bank.one()
    await renew(bank, 1, 31)
    check = await bank.check(licence(1), licence(31), licence(1))
    [told] = check["mines"]
    assert told["licenceNo"] == licence(31)
    assert {name: told[name] for name in ("answer", "standing", "standingSince", "verdicts")} == {
        name: before[name] for name in ("answer", "standing", "standingSince", "verdicts")
    }
    assert codes(told) == codes(before)
    # Also where its numbers stand so far apart that they are looked at one after another.
    far = await bank.check(licence(1), *(licence(n) for n in range(1000, 1120)), licence(31), is_single=False)
    assert [one["licenceNo"] for one in far["mines"] if one["problem"] is None] == [licence(31)]
    assert len(far["mines"]) == 121
