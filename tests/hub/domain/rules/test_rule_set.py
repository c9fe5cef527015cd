"""The version of the rules goes up with every change of what they say: what is kept was worked out by one version."""

from __future__ import annotations

import hashlib
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.records.opinions import OpinionNature, OpinionTopic, Verdict
from hub.domain.rules.rule_set import RULES, VERSION, only, reading, touched
from hub.domain.rules.timelines import Subject
from hub.storage.engine.database import Database
from hub.storage.timelines.table import timelines
from tests.histories import history

#: What the rules of each version say of the history below.
SAID = {
    6: "a6c6fb8fd1f2191f",
    7: "b3405af4e092d6e8",
    8: "b3405af4e092d6e8",
    9: "f2ef857b5ef9cac9",
    10: "3acc6490f7023681",
    11: "a6b1389ca8f03a1a",
    12: "f14afe341a8dd5ee",
}


async def test_a_rule_that_says_something_else_has_another_version(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await history(database, Random(6))  # noqa: S311
    kept = timelines.c
    columns = (kept.subject, kept.rule, kept.from_day, kept.until_day, kept.state, kept.due_on)
    async with database.connection() as connection:
        rows = await connection.execute(sa.select(*columns).where(kept.superseded_at.is_(None)).order_by(*columns))
        lines = ["|".join(map(str, row)) for row in rows]
    await database.close()
    assert {line.split("|")[1] for line in lines} == {rule.name for rule in RULES}, "the history has no line of some rule"
    said = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    assert said == SAID.get(VERSION), (
        f"{len(lines)} lines say something else than version {VERSION} said.  Did a rule change? Raise VERSION in"
        f" hub/domain/rules/rule_set.py, and add it here with {said!r}.  Did only the history? Write {said!r} here."
    )


_FIELDS = {name for rule in reading("opinion") for name in rule.reads.get("opinion", ())}
_AUDIT, _ZONE = "LISTED_DESPITE_DISAGREE", "AGREED_DESPITE_OVERLAP"


def opinion(**more: Any) -> SimpleNamespace:
    silent = dict.fromkeys(_FIELDS)
    return SimpleNamespace(**silent | {"nature": OpinionNature.AUDIT, "topics": (OpinionTopic.GENERAL,)} | more)


@pytest.mark.parametrize(
    ("records", "names"),
    [
        # By its row; and with it who reads what is said of it.
        ([opinion()], {_AUDIT, "SUPPORT"}),
        ([opinion(nature=OpinionNature.COMMENT)], set()),
        ([opinion(nature=OpinionNature.COMMENT, topics=(OpinionTopic.PROTECTED_AREA,))], {_ZONE}),
        # By what becomes of it: other words of the same are nothing; one becomes a matter of the rule, or is none any more.
        ([opinion(), opinion(text="other")], set()),
        ([opinion(), opinion(verdict=Verdict.DISAGREE)], {_AUDIT, "SUPPORT"}),
        ([opinion(), opinion(nature=OpinionNature.COMMENT)], {_AUDIT, "SUPPORT"}),
        ([opinion(nature=OpinionNature.COMMENT), opinion()], {_AUDIT, "SUPPORT"}),
    ],
)
def test_a_record_touches_the_rules_to_which_it_is_something_else(records: list[Any], names: set[str]) -> None:
    assert {rule.name for rule in touched("opinion", Subject.MINE, *records)} == names


def test_a_version_of_an_enterprise_says_since_when_it_is_known_to_be_so() -> None:
    one = SimpleNamespace(**{name: None for rule in RULES for name in rule.reads.get("enterprise", ())})
    assert touched("enterprise", Subject.MINE, one, one) == reading("enterprise")


def test_mines_that_were_never_listed_are_passed_over_where_all_that_may_change_rests_on_that() -> None:
    resting = only("opinion", touched("opinion", Subject.MINE, opinion()))
    assert resting is not None
    assert resting.rule == "STANDING"
    # Not where something may be said of any mine, nor where the standing itself may change.
    assert only("opinion", touched("opinion", Subject.MINE, opinion(topics=(OpinionTopic.PROTECTED_AREA,)))) is None
    assert only("directory_entry", reading("directory_entry")) is None
