"""What bars a mine from every support: the lists of bad faith that its right or its holder is on, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.domain.records.mining_right_listings import BlackList
from hub.domain.records.supports import Bar
from hub.domain.rules.timelines import BEGINNING, Fact, Facts, Rule, State

_OF_RIGHTS = {BlackList.ABNORMAL: Bar.RIGHT_HOLDER_ABNORMAL, BlackList.SERIOUS_BREACH: Bar.RIGHT_HOLDER_SERIOUS_BREACH}


def holder(facts: Facts, day: date) -> Fact | None:
    """What the hub knew on a day of the enterprise that held the mine then; nothing of one that holds it no more."""
    mine = facts.version("mine", day)
    if mine is None:
        return None
    known = (fact for fact in facts.of("enterprise") if fact.known_from <= day < fact.known_until)
    return next((fact for fact in known if fact.record.uscc == mine.record.enterprise_uscc), None)


def _on_the_list(listing: Any, day: date) -> bool:
    entered: bool = listing.entered_on <= day
    return entered and (listing.removed_on is None or day < listing.removed_on)


def _bars(facts: Facts, day: date) -> Iterator[State]:
    if facts.version("mine", day) is None:
        return
    for fact in facts.of("mining_right_listing"):
        if _on_the_list(fact.record, day):
            listed = _OF_RIGHTS[fact.record.black_list]
            yield State(listed, about=fact.id, because=(fact.id,), due_on=fact.record.entered_on)
    holds = holder(facts, day)
    if holds and holds.record.serious_breach:
        stated = holds.record.serious_breach_since
        if stated is None or stated <= day:
            known = None if holds.known_from == BEGINNING else holds.known_from
            yield State(Bar.HOLDER_SERIOUS_BREACH, about=holds.id, because=(holds.id,), due_on=stated or known)


def _may_be_barred(facts: Facts) -> bool:
    return bool(facts.of("mining_right_listing")) or any(one.record.serious_breach for one in facts.of("enterprise"))


BARRED = Rule(
    name="BARRED",
    reads={
        "mine": ("enterprise_uscc",),
        "mining_right_listing": ("black_list", "entered_on", "removed_on"),
        "enterprise": ("uscc", "serious_breach", "serious_breach_since"),
    },
    applies=_may_be_barred,
    on=_bars,
)
