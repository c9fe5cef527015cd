"""Whether a mine may have the plan's supports (section 3): listed in good order, on no list of bad faith, and in no doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from hub.domain.declaring.fields import canonical
from hub.domain.records.standing import LISTED
from hub.domain.records.supports import Eligibility
from hub.domain.rules.bars import BARRED
from hub.domain.rules.doubts import DOUBTS
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import Facts, Rule, State

_DOUBTS = sorted(rule.name for rule in DOUBTS)


def _supports(facts: Facts, day: date) -> Iterator[State]:
    """One word for all supports, and in `label` the conflict codes that make it doubtful, as a JSON list."""
    stands = facts.states(STANDING.name, day)
    if not stands:
        return
    listed = any(told.state in LISTED for told in stands)
    doubts = {name: told for name in _DOUBTS if (told := facts.states(name, day))} if listed else {}
    reasons = list(doubts)
    if bars := facts.states(BARRED.name, day):
        word, deciding = Eligibility.BARRED, bars
    elif not listed:
        word, deciding = Eligibility.NOT_LISTED, stands
    elif reasons:
        word, deciding = Eligibility.IN_DOUBT, [one for told in doubts.values() for one in told]
    else:
        word, deciding = Eligibility.ELIGIBLE, stands
    # What is kept of other rules comes in no order.
    because = sorted({record for told in deciding for record in told.because})
    yield State(word, because=tuple(because), label=canonical(reasons))


def as_shown(word: Eligibility, doubts: Iterable[str], hidden: Collection[str]) -> Eligibility:
    """What of it is told to whom some of the doubts are hidden, as are the penalties that make them."""
    return Eligibility.ELIGIBLE if word is Eligibility.IN_DOUBT and all(one in hidden for one in doubts) else word


SUPPORT = Rule(
    name="SUPPORT",
    reads={},
    on=_supports,
    after=(STANDING.name, BARRED.name, *(rule.name for rule in DOUBTS)),
)
