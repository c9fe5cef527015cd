"""Where a mine stands, and whether it must be built, is the same by the rules and by the database, on any day."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hub.domain.declaring.fields import Payload, validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.records.assessments import Assessment
from hub.domain.records.contracts import Contract
from hub.domain.records.directory import DirectoryEntry, DirectoryLevel, DirectoryStep
from hub.domain.records.duties import build_duty, must_contract
from hub.domain.records.mines import LifeCycle, Mine, MineScale
from hub.domain.records.standing import Standing, standing
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Outcome
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, entry, licence, posted, uscc

MINES = 300
DAYS = [date(2025, 3, 1), date(2025, 9, 15), date(2026, 2, 10), date(2026, 11, 2), date(2045, 1, 1)]


def mines(dice: Random) -> list[dict[str, Any]]:
    return [
        makers.mine(
            number,
            enterpriseUscc=uscc(1),
            remainingYears=dice.choice(["2.99", "3.00", "12.00", None]),
            lifeCycle=dice.choice(list(LifeCycle)).value,
            scale=dice.choice(list(MineScale)).value,
            normalProduction3Years=dice.choice([True, False, None]),
            licenceValidUntil=dice.choice(["2025-06-30", "2040-01-14"]),
        )
        for number in range(1, MINES + 1)
    ]


def entries(dice: Random, number: int) -> list[dict[str, Any]]:
    """Steps in any order of words but in order of days: those that may not follow one another are refused."""
    count = dice.randrange(12)
    days = sorted(date(2025, 1, 5).toordinal() + dice.randrange(650) for _ in range(count))
    return [
        entry(
            number * 100 + place,
            licenceNo=licence(number),
            level=dice.choice([DirectoryLevel.PROVINCIAL, DirectoryLevel.PROVINCIAL, DirectoryLevel.NATIONAL]).value,
            step=dice.choice(list(DirectoryStep)).value,
            effectiveOn=date.fromordinal(day).isoformat(),
            rectificationDueOn=date.fromordinal(day + 30).isoformat(),
            reasonCode="EXHAUSTED",
            legalBasis="示例依据",
        )
        for place, day in enumerate(days)
    ]


async def test_the_rules_and_the_statement_agree(posting: Posting, ask: Ask) -> None:
    dice = Random(1)  # noqa: S311
    known: dict[RecordKind, list[Any]] = {}

    async def post(kind: RecordKind, items: list[dict[str, Any]]) -> None:
        """Post what there is, and note what was taken."""
        for start in range(0, len(items), 1000):
            batch = items[start : start + 1000]
            results = await posted(posting, NATURAL_RESOURCES, kind, *batch)
            known.setdefault(kind, []).extend(
                read(kind, item) for item, result in zip(batch, results, strict=True) if result.outcome is Outcome.ACCEPTED
            )

    numbers = range(1, MINES + 1)
    await post(RecordKind.MINE, mines(dice))
    await post(RecordKind.INDICATOR_SYSTEM, [duties.system()])
    await post(RecordKind.ASSESSOR, [duties.assessor()])
    await post(RecordKind.EXPERT, [duties.expert(1), duties.expert(2)])
    await post(
        RecordKind.ASSESSMENT,
        [
            duties.assessment(
                number, licenceNo=licence(number), steps=duties.steps(count, year=dice.choice([2025, 2026]), failed=count == 3)
            )
            for number in numbers
            if (count := dice.choice([0, 0, 3, 4, 6, 8]))
        ],
    )
    await post(
        RecordKind.CONTRACT,
        [
            duties.contract(number, licenceNo=licence(number), terminatedOn=dice.choice([None, None, "2026-01-01"]))
            for number in numbers
            if dice.random() < 0.6
        ],
    )
    await post(RecordKind.DIRECTORY_ENTRY, [one for number in numbers for one in entries(dice, number)])

    def of(kind: RecordKind, number: str) -> list[Any]:
        return [record for record in known[kind] if record.licence_no == number]

    def by_the_rules(mine: Mine, on: date) -> tuple[str, str, bool]:
        number = mine.licence_no
        found: list[DirectoryEntry] = of(RecordKind.DIRECTORY_ENTRY, number)
        contracts: list[Contract] = of(RecordKind.CONTRACT, number)
        assessments: list[Assessment] = of(RecordKind.ASSESSMENT, number)
        told = standing(found, mine.remaining_years, on=on, contracts=contracts, assessments=assessments)
        return told.value, build_duty(mine, on).value, must_contract(mine, on)

    told = "licenceNo standing(on: $on) buildDuty(on: $on) mustContract(on: $on)"
    query = f"query($on: Date) {{ mines(first: 500) {{ nodes {{ {told} }} }} }}"
    seen: set[str] = set()
    for on in DAYS:
        answer = await ask(ECOLOGY, query, on=on.isoformat())
        by_statement = {
            node["licenceNo"]: (node["standing"], node["buildDuty"], node["mustContract"])
            for node in answer["data"]["mines"]["nodes"]
        }
        assert by_statement == {mine.licence_no: by_the_rules(mine, on) for mine in known[RecordKind.MINE]}, on
        seen |= {told for told, _, _ in by_statement.values()}
    assert seen == {word.value for word in Standing}


def read(kind: RecordKind, item: dict[str, Any]) -> Payload:
    record, problems = validate(KINDS[kind].payload, item, NOW.date())
    assert record is not None, problems
    return record


async def test_today_is_meant_where_no_day_is_given(posting: Posting, ask: Ask) -> None:
    await makers.a_province(posting, mines=1)
    answer = await ask(
        ECOLOGY,
        """query($licence: String!, $none: Date, $before: Date) { mine(licenceNo: $licence) {
            now: standing  absent: standing(on: $none)  before: standing(on: $before)
            entry: provincialEntry { step effectiveOn }  none: provincialEntry(on: $before) { step }
            nationalEntry { step } } }""",
        licence=licence(1),
        before="2025-03-19",
    )
    assert answer["data"]["mine"] == {
        "now": "LISTED_PROVINCIAL",
        "absent": "LISTED_PROVINCIAL",
        "before": "NOT_STARTED",
        "entry": {"step": "LISTED", "effectiveOn": "2025-03-20"},
        "none": None,
        "nationalEntry": None,
    }
