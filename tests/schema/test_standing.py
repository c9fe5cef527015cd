"""The standing of a mine is the same by the rule and by the database."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from hub.domain.departments import Department
from hub.domain.directory import DirectoryEntry, DirectoryLevel, DirectoryStep
from hub.domain.fields import validate
from hub.domain.record_kinds import RecordKind, identify
from hub.domain.standing import Standing, standing
from hub.services.posting import Outcome, Posting
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, entry, licence, mine, posted

MINES = 400


def history(dice: Random, number: int) -> list[dict[str, Any]]:
    """Up to five steps of a mine on few days, so that some fall on the same day."""
    return [
        entry(
            number * 10 + place,
            licenceNo=licence(number),
            level=dice.choice(list(DirectoryLevel)).value,
            step=dice.choice(list(DirectoryStep)).value,
            effectiveOn=f"2026-0{dice.randrange(1, 4)}-01",
            rectificationDueOn="2026-12-31",
            reasonCode="EXHAUSTED",
        )
        for place in range(dice.randrange(6))
    ]


async def test_the_rule_and_the_statement_agree(posting: Posting, ask: Ask) -> None:
    dice = Random(1)  # noqa: S311
    told: dict[str, tuple[list[dict[str, Any]], str | None]] = {}
    for number in range(1, MINES + 1):
        told[licence(number)] = (history(dice, number), dice.choice(["2.99", "3.00", "12.00", None]))
    mines = [mine(n, remainingYears=told[licence(n)][1]) for n in range(1, MINES + 1)]
    entries = [one for steps, _ in told.values() for one in steps]
    for kind, items in ((RecordKind.MINE, mines), (RecordKind.DIRECTORY_ENTRY, entries)):
        for start in range(0, len(items), 1000):
            results = await posted(posting, NATURAL_RESOURCES, kind, *items[start : start + 1000])
            assert {result.outcome for result in results} == {Outcome.ACCEPTED}

    def by_the_rule(steps: list[dict[str, Any]], years: str | None) -> Standing:
        found = [validate(DirectoryEntry, step, NOW.date())[0] for step in steps]
        # On one day the database takes the entry with the greater id for the later one.
        known = [record for record in found if record is not None]
        known.sort(key=lambda record: identify(RecordKind.DIRECTORY_ENTRY, Department.NATURAL_RESOURCES, record))
        return standing(known, Decimal(years) if years else None)

    answer = await ask(ECOLOGY, "{ mines(first: 500) { nodes { licenceNo standing } } }")
    by_statement = {node["licenceNo"]: node["standing"] for node in answer["data"]["mines"]["nodes"]}
    assert by_statement == {number: by_the_rule(*facts).value for number, facts in told.items()}
    assert set(by_statement.values()) == {word.value for word in Standing}
