"""Findings of what the departments say of a mine: audit opinions, screenings, and cases that were handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from hub.domain.findings.declaring import Finding, On, finding, told_by
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import Severity
from hub.domain.records.opinions import OpinionNature, Verdict
from hub.domain.records.transfers import AnswerStep
from hub.domain.records.zones import SCREENED_BY, ZoneKind
from hub.domain.rules.timelines import Fact, Facts, State
from hub.domain.words.departments import AUDITING, Department

#: Under these words facts hold what was handed over about the mine's holder and no mine, and the answers to either.
HOLDERS_TRANSFER, HOLDERS_ANSWER = "holder_transfer", "holder_answer"

_ANNEX = "plan, annex 1, 2, 7"
_OPINION = ("nature", "verdict", "issued_on", "valid_until", "document_number", "department")
_ENDED = frozenset({AnswerStep.RETURNED, AnswerStep.HANDLED})


def _is_audit(opinion: Any) -> bool:
    return opinion.nature is OpinionNature.AUDIT


def last_opinions(facts: Facts, day: date) -> dict[Department, list[Fact]]:
    """The last audit opinions of each department, by its name: those of one day all count."""
    return facts.once(_last_opinions, day)


def _last_opinions(facts: Facts, day: date) -> dict[Department, list[Fact]]:
    found: dict[Department, list[Fact]] = {department: [] for department in sorted(AUDITING)}
    for fact in facts.of("opinion"):
        one = fact.record
        if _is_audit(one) and one.issued_on <= day and one.department in found:
            own = found[one.department]
            if own and own[0].record.issued_on < one.issued_on:
                own.clear()
            if not own or own[0].record.issued_on == one.issued_on:
                own.append(fact)
    return found


def _has_lapsed(opinion: Any, day: date) -> bool:
    return opinion.valid_until is not None and opinion.valid_until < day


def _says(code: Code, verdict: Verdict) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        if facts.version("mine", day) is None:
            return
        for department, opinions in last_opinions(facts, day).items():
            for fact in opinions:
                if fact.record.verdict is verdict and not _has_lapsed(fact.record, day):
                    yield told_by(code, fact, about=fact.id, due_on=fact.record.issued_on, label=department)

    return on


def _lapsed(facts: Facts, day: date) -> Iterator[State]:
    if facts.version("mine", day) is None:
        return
    for department, opinions in last_opinions(facts, day).items():
        if opinions and all(_has_lapsed(fact.record, day) for fact in opinions):
            ended = max(fact.record.valid_until for fact in opinions)
            yield told_by(Code.OPINION_LAPSED, *opinions, about=department, due_on=ended, label=department)


def _missing(facts: Facts, day: date) -> Iterator[State]:
    if facts.version("mine", day) is None:
        return
    for department, opinions in last_opinions(facts, day).items():
        if not opinions:
            yield told_by(Code.OPINION_MISSING, about=department, label=department)


def _last_screenings(facts: Facts, zone: ZoneKind, day: date) -> list[Fact]:
    screened = [f for f in facts.of("screening") if f.record.zone_kind is zone and f.record.screened_on <= day]
    last = max((fact.record.screened_on for fact in screened), default=None)
    return [fact for fact in screened if fact.record.screened_on == last]


def _touches(code: Code, zone: ZoneKind) -> On:
    """The last screening counts; of two on one day the one that touches."""

    def on(facts: Facts, day: date) -> Iterator[State]:
        if facts.version("mine", day) is None:
            return
        for fact in _last_screenings(facts, zone, day):
            if fact.record.touches:
                label = fact.record.document_number
                yield told_by(code, fact, about=fact.id, due_on=fact.record.screened_on, label=label)

    return on


def _not_screened(code: Code, zone: ZoneKind) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        mine = facts.version("mine", day)
        if mine and not _last_screenings(facts, zone, day):
            yield told_by(code, mine)

    return on


def open_transfers(facts: Facts, day: date) -> list[Any]:
    """What was handed over about the mine or its holder and is neither returned nor handled."""
    answers = [fact.record for fact in (*facts.of("transfer_answer"), *facts.of(HOLDERS_ANSWER))]
    ended = {one.transfer_id for one in answers if one.step in _ENDED and one.answered_on <= day}
    handed = (*facts.of("case_transfer"), *facts.of(HOLDERS_TRANSFER))
    return [fact.record for fact in handed if fact.id not in ended and fact.record.transferred_on <= day]


def _case_open(facts: Facts, day: date) -> Iterator[State]:
    """That there are open cases, how many and since when, by no record: which they are is no bank's affair."""
    if facts.version("mine", day) is not None and (cases := open_transfers(facts, day)):
        yield told_by(Code.CASE_OPEN, due_on=min(one.transferred_on for one in cases), label=str(len(cases)))


def _opinion(code: Code, severity: Severity, chinese: str, english: str, on: On) -> Finding:
    return finding(
        code,
        severity,
        chinese,
        english,
        section=_ANNEX,
        needs=AUDITING,
        on=on,
        reads={"mine": (), "opinion": _OPINION},
        rows={"opinion": _is_audit},
    )


def _screening(
    code: Code, severity: Severity, chinese: str, english: str, *, of: Callable[[Code, ZoneKind], On], zone: ZoneKind
) -> Finding:
    return finding(
        code,
        severity,
        chinese,
        english,
        section=_ANNEX,
        needs=(SCREENED_BY[zone],),
        on=of(code, zone),
        reads={"mine": (), "screening": ("zone_kind", "screened_on", "touches", "document_number")},
        rows={"screening": lambda one: one.zone_kind is zone},
    )


FINDINGS: tuple[Finding, ...] = (
    _opinion(
        Code.OPINION_DISAGREES,
        Severity.BLOCKING,
        "{label}审核意见为不同意（{day}）",
        "the last audit opinion disagrees: {label}, {day}",
        _says(Code.OPINION_DISAGREES, Verdict.DISAGREE),
    ),
    _opinion(
        Code.OPINION_CONDITIONAL,
        Severity.ATTENTION,
        "{label}审核意见为有条件同意（{day}）",
        "the last audit opinion agrees with conditions: {label}, {day}",
        _says(Code.OPINION_CONDITIONAL, Verdict.AGREE_WITH_CONDITIONS),
    ),
    _opinion(
        Code.OPINION_LAPSED,
        Severity.ATTENTION,
        "{label}审核意见已于 {day} 失效",
        "the last audit opinion has lapsed: {label}, {day}",
        _lapsed,
    ),
    _opinion(
        Code.OPINION_MISSING,
        Severity.INFO,
        "{label}未出具审核意见",
        "no audit opinion was issued: {label}",
        _missing,
    ),
    _screening(
        Code.INSIDE_RED_LINE,
        Severity.BLOCKING,
        "矿区涉及生态保护红线（{label}，{day}）",
        "the mine touches an ecological red line ({label}, {day})",
        of=_touches,
        zone=ZoneKind.ECOLOGICAL_RED_LINE,
    ),
    _screening(
        Code.INSIDE_PROTECTED_AREA,
        Severity.BLOCKING,
        "矿区涉及自然保护地（{label}，{day}）",
        "the mine touches a protected area ({label}, {day})",
        of=_touches,
        zone=ZoneKind.PROTECTED_AREA,
    ),
    _screening(
        Code.RED_LINE_NOT_SCREENED,
        Severity.UNKNOWN,
        "未作生态保护红线审查",
        "not screened against ecological red lines",
        of=_not_screened,
        zone=ZoneKind.ECOLOGICAL_RED_LINE,
    ),
    _screening(
        Code.PROTECTED_AREA_NOT_SCREENED,
        Severity.UNKNOWN,
        "未作自然保护地审查",
        "not screened against protected areas",
        of=_not_screened,
        zone=ZoneKind.PROTECTED_AREA,
    ),
    finding(
        Code.CASE_OPEN,
        Severity.ATTENTION,
        "有 {label} 件问题移交未办结，最早自 {day}",
        "{label} cases that were handed over are open, the oldest since {day}",
        section="plan, annex",
        needs=(Department.NATURAL_RESOURCES,),
        on=_case_open,
        reads={
            "mine": ("enterprise_uscc",),
            "case_transfer": ("transferred_on",),
            HOLDERS_TRANSFER: ("transferred_on",),
            "transfer_answer": ("transfer_id", "step", "answered_on"),
            HOLDERS_ANSWER: ("transfer_id", "step", "answered_on"),
        },
    ),
)
