"""Findings of duties that are not met: contract, restoration, vegetation, and the permit to discharge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hub.domain.findings.declaring import Finding, On, finding, told_by
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import Severity
from hub.domain.records.duties import ContractState
from hub.domain.rules.duties import CONTRACT_STATE
from hub.domain.rules.timelines import Fact, Facts, State
from hub.domain.words.departments import Department

_LEADS = (Department.NATURAL_RESOURCES,)


def _contract(code: Code, word: ContractState) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        for told in facts.states(CONTRACT_STATE.name, day):
            if told.state == word:
                yield State(code, because=told.because)

    return on


def _last_plan(facts: Facts, day: date) -> Fact | None:
    approved = [fact for fact in facts.of("restoration_plan") if fact.record.approved_on <= day]
    return max(approved, key=lambda fact: (fact.record.approved_on, fact.id), default=None)


def _restoration_overdue(facts: Facts, day: date) -> Iterator[State]:
    plan = _last_plan(facts, day)
    if plan and facts.version("mine", day) and plan.record.owed_since is not None and plan.record.owed_since < day:
        yield told_by(Code.RESTORATION_OVERDUE, plan, due_on=plan.record.owed_since, label=plan.record.document_number)


def _plan_ended(facts: Facts, day: date) -> Iterator[State]:
    plan = _last_plan(facts, day)
    if plan and facts.version("mine", day) and plan.record.valid_until < day:
        yield told_by(Code.RESTORATION_PLAN_ENDED, plan, due_on=plan.record.valid_until, label=plan.record.document_number)


def _vegetation_overdue(facts: Facts, day: date) -> Iterator[State]:
    if facts.version("mine", day) is None:
        return
    for fact in facts.of("forest_land_use"):
        owed = fact.record.owed_since
        if fact.record.approved_on <= day and owed is not None and owed < day:
            yield told_by(Code.VEGETATION_OVERDUE, fact, about=fact.id, due_on=owed, label=fact.record.document_number)


def _permit_lapsed(facts: Facts, day: date) -> Iterator[State]:
    """The last permit counts; a registration has no end."""
    issued = [fact for fact in facts.of("pollutant_permit") if fact.record.issued_on <= day]
    last = max(issued, key=lambda fact: (fact.record.issued_on, fact.id), default=None)
    if last is None or facts.version("mine", day) is None:
        return
    permit = last.record
    revoked = permit.revoked_on is not None and permit.revoked_on <= day
    ended = permit.valid_until is not None and permit.valid_until < day
    if revoked or ended:
        over = permit.revoked_on if revoked else permit.valid_until
        yield told_by(Code.PERMIT_LAPSED, last, due_on=over, label=permit.document_number)


def _of_contract(code: Code, word: ContractState, chinese: str, english: str) -> Finding:
    return finding(
        code,
        Severity.ATTENTION,
        chinese,
        english,
        section="plan 2.2",
        needs=_LEADS,
        on=_contract(code, word),
        reads={},
        after=(CONTRACT_STATE,),
    )


FINDINGS: tuple[Finding, ...] = (
    _of_contract(
        Code.CONTRACT_MISSING,
        ContractState.MISSING,
        "应签未签绿色矿山建设合同",
        "a construction contract is due and not signed",
    ),
    _of_contract(
        Code.CONTRACT_OVERDUE,
        ContractState.OVERDUE,
        "绿色矿山建设合同任务逾期",
        "a task of the construction contract is overdue",
    ),
    _of_contract(
        Code.CONTRACT_BREACHED, ContractState.BREACHED, "绿色矿山建设合同违约", "the construction contract is in breach"
    ),
    finding(
        Code.RESTORATION_OVERDUE,
        Severity.ATTENTION,
        "矿山地质环境修复任务逾期（{label}，到期日 {day}）",
        "restoration is overdue ({label}, due {day})",
        section="矿产资源法 art. 71",
        needs=_LEADS,
        on=_restoration_overdue,
        reads={"mine": (), "restoration_plan": ("approved_on", "owed_since", "document_number")},
    ),
    finding(
        Code.RESTORATION_PLAN_ENDED,
        Severity.ATTENTION,
        "矿山地质环境保护与土地复垦方案已过适用期（{label}，{day}）",
        "the restoration plan has ended ({label}, {day})",
        section="矿产资源法 art. 71",
        needs=_LEADS,
        on=_plan_ended,
        reads={"mine": (), "restoration_plan": ("approved_on", "valid_until", "document_number")},
    ),
    finding(
        Code.VEGETATION_OVERDUE,
        Severity.ATTENTION,
        "恢复植被逾期（{label}，到期日 {day}）",
        "restoration of vegetation is overdue ({label}, due {day})",
        section="plan, annex 7",
        needs=(Department.FORESTRY_GRASSLAND,),
        on=_vegetation_overdue,
        reads={"mine": (), "forest_land_use": ("approved_on", "owed_since", "document_number")},
    ),
    finding(
        Code.PERMIT_LAPSED,
        Severity.ATTENTION,
        "排污许可已失效（{label}，{day}）",
        "the permit to discharge has lapsed ({label}, {day})",
        section="plan, annex 2",
        needs=(Department.ECOLOGY,),
        on=_permit_lapsed,
        reads={"mine": (), "pollutant_permit": ("issued_on", "valid_until", "revoked_on", "document_number")},
    ),
)
