"""All rules, in the order in which they read one another, and the version of what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from hub.domain.rules.assessments import ASSESSMENTS
from hub.domain.rules.bars import BARRED
from hub.domain.rules.closure import CLOSURE_DUTY
from hub.domain.rules.contradictions import CONTRADICTIONS
from hub.domain.rules.decisions import DECISIONS
from hub.domain.rules.doubts import DOUBTS
from hub.domain.rules.duties import BUILD_DUTY, CONTRACT_STATE, MUST_CONTRACT
from hub.domain.rules.grants import GRANTS
from hub.domain.rules.standing import STANDING
from hub.domain.rules.supports import SUPPORT
from hub.domain.rules.timelines import During, Facts, Rule, Span, Subject

#: Goes up with every change of what a rule says: what is kept is then worked out anew (`hub rules rebuild`).
VERSION = 12

RULES: tuple[Rule, ...] = (
    STANDING,
    BUILD_DUTY,
    MUST_CONTRACT,
    CONTRACT_STATE,
    CLOSURE_DUTY,
    BARRED,
    *ASSESSMENTS,
    *DOUBTS,
    *CONTRADICTIONS,
    *GRANTS,
    SUPPORT,
    *DECISIONS,
)


def rules_of(subject: Subject) -> tuple[Rule, ...]:
    """The rules whose lines are of such subjects."""
    return tuple(rule for rule in RULES if rule.of is subject)


#: The kinds of records from which anything follows.
READ: tuple[str, ...] = tuple(sorted({kind for rule in RULES for kind in rule.reads}))


#: Of these a rule may say since when the hub has known it: a version says something by being another one.
_DATED = frozenset({"enterprise", "assessor"})


@cache
def reading(kind: str, subject: Subject = Subject.MINE) -> tuple[Rule, ...]:
    """The rules whose lines a record of a kind may change: those that read the kind, and those that read these."""
    return _with_readers(frozenset(rule.name for rule in _looking_at(kind, subject)))


@cache
def _looking_at(kind: str, subject: Subject) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules_of(subject) if kind in rule.reads)


@cache
def _looked_at(kind: str, subject: Subject) -> frozenset[str]:
    """The fields of a kind that rules read."""
    return frozenset(name for rule in _looking_at(kind, subject) for name in rule.reads[kind])


@cache
def _with_readers(names: frozenset[str]) -> tuple[Rule, ...]:
    """These rules, and those that read them, or these again."""
    found = set(names)
    for rule in RULES:
        if found.intersection(rule.after):
            found.add(rule.name)
    return tuple(rule for rule in RULES if rule.name in found)


def concerned(kind: str, record: Any) -> bool:
    """Whether a record may change what any rule says of a mine."""
    return any(rule.concerns(kind, record) for rule in _looking_at(kind, Subject.MINE))


def touched(kind: str, subject: Subject, *records: Any) -> tuple[Rule, ...]:
    """The rules whose lines a record may change by being posted or taken back; of two, by taking the place of the other."""
    rules, fields = _looking_at(kind, subject), _looked_at(kind, subject)
    if len(records) > 1 and kind not in _DATED:
        one, other = records
        changed = {name for name in fields if getattr(one, name, None) != getattr(other, name, None)}
        rules = tuple(rule for rule in rules if not changed.isdisjoint(rule.reads[kind])) if changed else ()
    meant = (r.name for r in rules if kind not in r.rows or any(r.rows[kind](record) for record in records))
    return _with_readers(frozenset(meant)) if rules else ()


@cache
def only(kind: str, rules: tuple[Rule, ...]) -> During | None:
    """Of which subjects alone a record of a kind may change what these rules say, where that is known without its records: the
    rules that read the kind rest on one thing, which comes before them and so is changed by none of them."""
    rested = {rule.only for rule in rules if kind in rule.reads}
    [one, *others] = rested or {None}
    return None if others else one


def lines(rules: Iterable[Rule], facts: Facts, kept: Mapping[str, list[Span]]) -> dict[str, list[Span]]:
    """What these rules say of a subject; of the others that they read, what is kept."""
    known: dict[str, list[Span]] = dict(kept)
    found: dict[str, list[Span]] = {}
    beside = facts.beside(known)
    for rule in rules:
        found[rule.name] = known[rule.name] = rule.line(beside)
    return found
