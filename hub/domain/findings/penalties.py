"""Findings of penalties: of the mine's and of its holder's, those in publication, as today's law shows them.

What is repaired or annulled is found on no day, not even on one before: repair ends publication, sharing and use.  A dispute
hides nothing (Administrative Penalty Law, art. 73).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from hub.domain.findings.declaring import Finding, On, finding, told_by
from hub.domain.findings.holder import PREDECESSOR, TAKES_OVER, taken_over
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import Severity
from hub.domain.records.penalties import PenaltyKind, PublicationClass
from hub.domain.rules.publication import why_hidden
from hub.domain.rules.timelines import Fact, Facts, State
from hub.domain.words.departments import Department

#: Under this word facts hold the penalties of the mine's holder, whichever mine they name.
OF_HOLDER = "holder_penalty"
#: … and those of the enterprises that the holder has taken over.
OF_PREDECESSOR = "holder_predecessor_penalty"
#: All words under which facts hold penalties.
WORDS = ("penalty", OF_HOLDER, OF_PREDECESSOR)
#: Departments without whose word nobody knows what penalties there are; what others post counts with theirs.
NEEDED = frozenset({Department.NATURAL_RESOURCES, Department.ECOLOGY})

_DECIDING = (
    "document_number",
    "publication_class",
    "kinds",
    "published_on",
    "publication_earliest_end",
    "publication_latest_end",
    "repaired_on",
    "annulled_on",
)
#: What is read of a penalty for all that is told of it.
READ = (*_DECIDING, "department", "fine", "confiscated_value")
_REVOKING = frozenset({PenaltyKind.LICENCE_REVOCATION, PenaltyKind.CLOSURE})
_SUSPENDING = frozenset({PenaltyKind.PRODUCTION_SUSPENSION, PenaltyKind.LICENCE_SUSPENSION, PenaltyKind.OPERATION_RESTRICTION})
_REPAIR = "信用修复管理办法 (2026-04-01)"


def in_publication(penalty: Any, day: date) -> bool:
    """Whether a bank is shown a penalty on a day: published, its last day included, and neither repaired nor annulled."""
    return why_hidden(penalty, day) is None


def penalties(facts: Facts, day: date) -> list[Fact]:
    """The penalties of a mine, of its holder and of whom that has taken over by a day, each once."""
    return facts.once(_penalties, day)


def _penalties(facts: Facts, day: date) -> list[Fact]:
    own = *facts.of("penalty"), *facts.of(OF_HOLDER)
    if inherited := facts.of(OF_PREDECESSOR):
        parties = {one.record.uscc for one in taken_over(facts, day)}
        own = *own, *(one for one in inherited if one.record.party_uscc in parties)
    return list({fact.id: fact for fact in own}.values())


def code_of(penalty: Any) -> Code:
    """By the gravest thing in it, a decision is one finding."""
    if not _REVOKING.isdisjoint(penalty.kinds):
        return Code.PENALTY_REVOKING
    if penalty.publication_class is PublicationClass.SERIOUS:
        return Code.PENALTY_SERIOUS
    if not _SUSPENDING.isdisjoint(penalty.kinds):
        return Code.PENALTY_SUSPENDING
    return Code.PENALTY_MINOR if penalty.publication_class is PublicationClass.MINOR else Code.PENALTY_GENERAL


def _shown_by_code(facts: Facts, day: date) -> dict[Code, list[Fact]]:
    """Those of a mine's penalties that are in publication."""
    found: dict[Code, list[Fact]] = {}
    for fact in penalties(facts, day):
        if in_publication(fact.record, day):
            found.setdefault(code_of(fact.record), []).append(fact)
    return found


def _is(code: Code) -> Callable[[Any], bool]:
    return lambda penalty: code_of(penalty) is code


def _shown(code: Code) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        if facts.version("mine", day) is None:
            return
        for fact in facts.once(_shown_by_code, day).get(code, ()):
            one = fact.record
            yield told_by(code, fact, about=fact.id, due_on=one.publication_latest_end, label=one.document_number)

    return on


def _penalty(code: Code, severity: Severity, chinese: str, english: str) -> Finding:
    return finding(
        code,
        severity,
        f"{chinese}（{{label}}），公示至 {{day}}",
        f"{english} ({{label}}), published until {{day}}",
        section=_REPAIR,
        needs=NEEDED,
        on=_shown(code),
        reads={
            "mine": ("enterprise_uscc",),
            "penalty": _DECIDING,
            OF_HOLDER: _DECIDING,
            PREDECESSOR: TAKES_OVER,
            OF_PREDECESSOR: ("party_uscc", *_DECIDING),
        },
        rows={"penalty": _is(code), OF_HOLDER: _is(code), OF_PREDECESSOR: _is(code)},
    )


FINDINGS: tuple[Finding, ...] = (
    _penalty(
        Code.PENALTY_REVOKING, Severity.BLOCKING, "吊销许可证或责令关闭的处罚", "a penalty that revokes a licence or closes"
    ),
    _penalty(Code.PENALTY_SERIOUS, Severity.BLOCKING, "严重失信类处罚", "a penalty of the serious class"),
    _penalty(Code.PENALTY_SUSPENDING, Severity.ATTENTION, "责令停产停业等处罚", "a penalty that suspends or restricts"),
    _penalty(Code.PENALTY_GENERAL, Severity.ATTENTION, "一般失信类处罚", "a penalty of the general class, or of none"),
    _penalty(Code.PENALTY_MINOR, Severity.INFO, "轻微失信类处罚", "a penalty of the minor class"),
)
