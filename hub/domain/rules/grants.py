"""Supports that were given against the plan (section 3): to a mine that was not listed, to who is on a list of bad faith, or
by a policy that nobody knows.

The state of either is the department that gave the support, which is to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.domain.records.standing import LISTED, by_the_directory
from hub.domain.rules.bars import BARRED
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.timelines import Fact, Facts, Rule, State, having


def _running(facts: Facts, day: date) -> Iterator[Fact]:
    """The supports that were given by a day and have not ended."""
    for fact in facts.of("support_grant"):
        grant = fact.record
        if grant.granted_on <= day and (grant.ends_on is None or day <= grant.ends_on):
            yield fact


def _contradicts(fact: Fact) -> State:
    return State(fact.record.department, fact.id, (fact.id,), label=fact.record.document_number)


def _granted_to_unlisted(facts: Facts, day: date) -> Iterator[State]:
    """A support that was given on a day on which the directory did not have its mine in good order."""
    if facts.version("mine", day) is None:
        return
    entries = [fact.record for fact in facts.of("directory_entry")]
    for fact in _running(facts, day):
        stands, _ = by_the_directory(entries, fact.record.granted_on) or (None, ())
        if stands not in LISTED:
            yield _contradicts(fact)


def _granted_to_barred(facts: Facts, day: date) -> Iterator[State]:
    """A support that was given on a day on which its mine was barred, and one with a term while its mine is barred: what has
    none was given once and for all."""
    for fact in _running(facts, day):
        grant = fact.record
        weighed = grant.granted_on if grant.ends_on is None else day
        bars = {bar.about: bar for on in (grant.granted_on, weighed) for bar in facts.states(BARRED.name, on)}
        for about, bar in sorted(bars.items()):
            because = fact.id, *bar.because
            yield State(grant.department, f"{fact.id}:{about}", because, label=grant.document_number)


def _granted_by_no_policy(facts: Facts, day: date) -> Iterator[State]:
    """A support by a policy that no department has posted for that support, or that was not in force on the day."""
    if facts.version("mine", day) is None:
        return
    policies = [fact.record for fact in facts.of("support_policy")]
    for fact in _running(facts, day):
        grant = fact.record
        if _names_its_policy(grant) and not any(_covers(policy, grant) for policy in policies):
            yield _contradicts(fact)


def _covers(policy: Any, grant: Any) -> bool:
    same: bool = (policy.document_number, policy.support) == (grant.policy_number, grant.support)
    return same and policy.effective_on <= grant.granted_on and (policy.ends_on is None or grant.granted_on <= policy.ends_on)


def _names_its_policy(grant: Any) -> bool:
    return grant.policy_number is not None


_GRANT = ("granted_on", "ends_on", "document_number", "department")

GRANTS: tuple[Rule, ...] = (
    Rule(
        name=ConflictCode.GRANTED_TO_UNLISTED.value,
        reads={"mine": (), "directory_entry": ("level", "step", "effective_on"), "support_grant": _GRANT},
        applies=having("mine", "support_grant"),
        on=_granted_to_unlisted,
    ),
    Rule(
        name=ConflictCode.GRANTED_TO_BARRED.value,
        reads={"support_grant": _GRANT},
        applies=having("support_grant"),
        on=_granted_to_barred,
        after=(BARRED.name,),
    ),
    Rule(
        name=ConflictCode.GRANTED_BY_NO_POLICY.value,
        reads={
            "mine": (),
            "support_grant": (*_GRANT, "support", "policy_number"),
            "support_policy": ("document_number", "support", "effective_on", "ends_on"),
        },
        rows={"support_grant": _names_its_policy},
        applies=having("mine", "support_grant"),
        on=_granted_by_no_policy,
    ),
)
