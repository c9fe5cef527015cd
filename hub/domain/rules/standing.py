"""Where a mine stands on any day (plan, sections 2.2 and 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hub.domain.records.assessments import open_on
from hub.domain.records.contracts import in_force_on
from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.records.mines import LifeCycle
from hub.domain.records.standing import Standing, by_the_directory
from hub.domain.rules.timelines import Fact, Facts, Rule, State

_OF_THE_WORKS = {LifeCycle.CLOSED: Standing.CLOSED, LifeCycle.CLOSING: Standing.CLOSING}
#: What goes before too little being left: the directory has the mine, or has had it.
_DECIDED = frozenset({Standing.REMOVED, Standing.WARNED, Standing.LISTED_PROVINCIAL, Standing.LISTED_NATIONAL})


def standing(facts: Facts, day: date) -> Iterator[State]:
    """A mine that closes stands in no directory in good order, whatever the directory says; nor does one that was removed."""
    mine = facts.version("mine", day)
    if mine is None:
        return
    word, because = _word(facts, mine, day)
    yield State(word, because=tuple(fact.id for fact in because))


def _word(facts: Facts, mine: Fact, day: date) -> tuple[Standing, list[Fact]]:
    if closes := _OF_THE_WORKS.get(mine.record.life_cycle):
        return closes, [mine]
    entries = facts.of("directory_entry")
    listed, deciding = by_the_directory((fact.record for fact in entries), day) or (None, ())
    by_entries = [fact for fact in entries if any(fact.record is entry for entry in deciding)]
    if listed in _DECIDED:
        return Standing(listed), by_entries
    left = mine.record.remaining_years
    if left is not None and left < CLOSING_YEARS:
        return Standing.EXEMPT_CLOSING, [mine]
    if listed:
        return listed, by_entries
    if assessed := [fact for fact in facts.of("assessment") if open_on(fact.record, day)]:
        return Standing.UNDER_ASSESSMENT, assessed[:1]
    if signed := [fact for fact in facts.of("contract") if in_force_on(fact.record, day)]:
        return Standing.CONTRACTED, signed[:1]
    return Standing.NOT_STARTED, []


STANDING = Rule(
    name="STANDING",
    reads={
        "mine": ("life_cycle", "remaining_years"),
        "directory_entry": ("level", "step", "effective_on"),
        "assessment": ("applied_on", "ended_on"),
        "contract": ("signed_on", "terminated_on"),
    },
    on=standing,
)
