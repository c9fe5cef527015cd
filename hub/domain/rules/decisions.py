"""Contradictions over penalties, which may be about no registered mine: lines of the decisions, by their numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

from hub.domain.records.penalties import unlawful
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.timelines import Facts, Rule, State, Subject, having


def _stands(penalty: Any, day: date) -> bool:
    annulled: date | None = penalty.annulled_on
    begun: bool = penalty.decided_on <= day
    return begun and (annulled is None or day < annulled)


def _names_differ(facts: Facts, day: date) -> Iterator[State]:
    """A decision that names its party otherwise than it was registered on its day: a name is right until the day on which the
    register tells another, and on the days on which the register says that it was the party's.  The state is the party, by its
    credit code."""
    known = [fact for fact in facts.of("enterprise") if fact.known_from <= day]
    for fact in facts.of("penalty"):
        penalty = fact.record
        registered = [one for one in known if one.record.uscc == penalty.party_uscc]
        right = (one for one in registered if one.record.name == penalty.party_name)
        if (
            registered
            and _stands(penalty, day)
            and all(one.known_until < penalty.decided_on for one in right)
            and not _had_name(registered[-1].record, penalty)
        ):
            both = fact.id, registered[0].id
            yield State(penalty.party_uscc, fact.id, both, due_on=penalty.decided_on, label=penalty.party_name)


def _had_name(enterprise: Any, penalty: Any) -> bool:
    return any(one.name == penalty.party_name and one.was_right_on(penalty.decided_on) for one in enterprise.former_names)


def _decision_twice(facts: Facts, day: date) -> Iterator[State]:
    """One decision that two organs posted each as its own: the same number, party and day.  The state is the first mine that
    either names, empty where none does; the label is the party's credit code.  It is known by both records, and names neither
    to who may look up one of them alone."""
    standing = sorted(
        (fact for fact in facts.of("penalty") if _stands(fact.record, day)), key=lambda fact: fact.record.authority_code
    )
    for one, other in combinations(standing, 2):
        if one.record.authority_code != other.record.authority_code and _said(one.record) == _said(other.record):
            both = one.id, other.id
            mine = min((*one.record.mines, *other.record.mines), default="")
            about = hashlib.sha256(":".join(both).encode()).hexdigest()[:30]
            yield State(mine, about, both, due_on=one.record.decided_on, label=one.record.party_uscc)


def _unlawful(code: ConflictCode) -> Rule:
    """A decision of which the credit system tells what no organ may decide; state and label are as of one decided twice."""

    def fits_not(penalty: Any) -> bool:
        return any(problem.code.value == code.value for problem in unlawful(penalty))

    def on(facts: Facts, day: date) -> Iterator[State]:
        for fact in facts.of("penalty"):
            penalty = fact.record
            if _stands(penalty, day) and fits_not(penalty):
                mine, since = min(penalty.mines, default=""), penalty.decided_on
                yield State(mine, fact.id, (fact.id,), due_on=since, label=penalty.party_uscc)

    def applies(facts: Facts) -> bool:
        return any(fits_not(fact.record) for fact in facts.of("penalty"))

    reads, rows = {"penalty": _UNLAWFUL}, {"penalty": fits_not}
    return Rule(name=code.value, of=Subject.DECISION, reads=reads, rows=rows, applies=applies, on=on)


def _said(penalty: Any) -> tuple[date, str]:
    return penalty.decided_on, penalty.party_uscc or penalty.party_name


#: What `unlawful` reads, and what is told with it.
_UNLAWFUL = (
    *("decided_on", "annulled_on", "party_uscc", "mines"),
    *("publication_earliest_end", "publication_ends_on", "repaired_on", "repair_document"),
    *("kinds", "fine", "confiscated_value"),
)

DECISIONS: tuple[Rule, ...] = (
    Rule(
        name=ConflictCode.NAMES_DIFFER.value,
        of=Subject.DECISION,
        reads={
            "penalty": ("party_uscc", "party_name", "decided_on", "annulled_on"),
            "enterprise": ("uscc", "name", "former_names"),
        },
        applies=having("penalty", "enterprise"),
        on=_names_differ,
    ),
    Rule(
        name=ConflictCode.DECISION_TWICE.value,
        of=Subject.DECISION,
        reads={"penalty": ("authority_code", "party_uscc", "party_name", "decided_on", "annulled_on", "mines")},
        applies=lambda facts: len(facts.of("penalty")) > 1,
        on=_decision_twice,
    ),
    _unlawful(ConflictCode.PUBLICATION_TOO_SHORT),
    _unlawful(ConflictCode.REPAIR_WITHOUT_DOCUMENT),
    _unlawful(ConflictCode.MONEY_WITHOUT_KIND),
)
