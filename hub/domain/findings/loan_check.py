"""The loan check: what the records say of a mine on a day, each finding with its evidence, as the JSON that is told and kept.

Money is in yuan.  Nothing here decides a loan.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hub.domain.findings import departments, holder, penalties
from hub.domain.findings.declaring import Finding
from hub.domain.findings.finding_set import BY_CODE, FINDINGS, RULES
from hub.domain.findings.sources import Silent, Waiting
from hub.domain.findings.words import FindingCode, LoanAnswer, Severity, answer_of
from hub.domain.record_kinds import kind_of
from hub.domain.records.penalties import PublicationClass
from hub.domain.records.standing import by_the_directory
from hub.domain.records.supports import Eligibility
from hub.domain.rules import bars
from hub.domain.rules.doubts import BY_PENALTY
from hub.domain.rules.duties import CONTRACT_STATE
from hub.domain.rules.standing import STANDING
from hub.domain.rules.supports import SUPPORT, as_shown
from hub.domain.rules.timelines import Fact, Facts, Rule, State
from hub.domain.words.departments import DEPARTMENTS, Department

#: What is told besides findings is read with them.
DETAILS = Rule(
    name="LOAN_CHECK",
    reads={
        "mine": (
            "version",
            "department",
            "name",
            "mineral",
            "scale",
            "life_cycle",
            "enterprise_uscc",
            "licence_valid_from",
            "licence_valid_until",
            "mining_right_until",
            "remaining_years",
        ),
        "enterprise": (
            "version",
            "department",
            "uscc",
            "name",
            "registration_status",
            "abnormal_operation",
            "abnormal_since",
            "serious_breach",
            "serious_breach_since",
        ),
        "directory_entry": (
            "version",
            "department",
            "document_number",
            "level",
            "step",
            "effective_on",
            "batch",
            "certificate_no",
        ),
        "opinion": ("version", "department", "nature", "verdict", "issued_on", "valid_until", "document_number"),
        "assessment": (
            "version",
            "department",
            "assessment_no",
            "indicator_system_code",
            "applied_on",
            "total_points",
            "result",
            "passed_on",
            "ended_on",
        ),
        "penalty": ("version", *penalties.READ),
        penalties.OF_HOLDER: ("version", *penalties.READ),
        penalties.OF_PREDECESSOR: ("version", "party_uscc", *penalties.READ),
        holder.PREDECESSOR: ("version", "department"),
        "mining_right_listing": ("version", "department"),
        "screening": ("version", "department"),
        "contract": ("version", "department", "document_number"),
        "restoration_plan": ("version", "department"),
        "forest_land_use": ("version", "department"),
        "pollutant_permit": ("version", "department"),
    },
    on=lambda _facts, _day: (),
    after=(STANDING.name, SUPPORT.name, CONTRACT_STATE.name, *BY_PENALTY),
)

#: What a statement must bring for a check.
READS: tuple[Rule, ...] = (DETAILS, *RULES)
_NUMBERS = ("document_number", "assessment_no", "licence_no", "uscc")


@dataclass(frozen=True, slots=True)
class Held:
    """A finding that holds of a mine, and by which state."""

    finding: Finding
    state: State


@dataclass(frozen=True, slots=True)
class Subject:
    """A mine as it is asked about: its facts, the day, today, and what is not known of it."""

    licence_no: str
    facts: Facts
    on: date
    today: date
    silent: Silent = field(default_factory=dict)
    waiting: Collection[Waiting] = ()


def held(facts: Facts, day: date, today: date) -> list[Held]:
    """The findings that hold on a day.  What banks are shown of penalties follows today's law for every day: those of which
    publication has ended by now are shown for no day."""
    shown = {fact.id for fact in penalties.penalties(facts, day) if penalties.in_publication(fact.record, max(day, today))}
    of_penalties = {one.code for one in penalties.FINDINGS}
    return [
        Held(finding, state)
        for finding in FINDINGS
        if finding.rule is not None
        for state in finding.rule.on(facts, day)
        if finding.code not in of_penalties or state.about in shown
    ]


def mine_answer(asked: Subject) -> dict[str, Any]:
    """What is told of one mine that the hub knows."""
    holds = held(asked.facts, asked.on, asked.today)
    evidence = _evidence(asked, {record for one in holds for record in one.state.because})
    findings = [_told(one, asked, evidence) for one in holds]
    findings += _of_sources(asked)
    mine = asked.facts.version("mine", asked.on)
    shown = [fact for fact in penalties.penalties(asked.facts, asked.on) if _is_shown(fact, asked)]
    return {
        "licenceNo": asked.licence_no,
        "answer": _answer(findings) if mine else LoanAnswer.UNKNOWN,
        "problem": None,
        **_of_mine(asked, mine),
        **_of_directory(asked),
        "holder": _of_holder(asked, mine),
        "verdicts": _verdicts(asked),
        "assessment": _assessment(asked),
        "penalties": _penalties([fact.record for fact in shown]),
        "openTransfers": _transfers(asked),
        "contractState": _state(asked, CONTRACT_STATE),
        "supportEligibility": _eligibility(asked, {fact.id for fact in shown}),
        "findings": findings,
    }


def _answer(findings: Iterable[Mapping[str, Any]]) -> LoanAnswer:
    return answer_of(Severity(one["severity"]) for one in findings)


def _evidence(asked: Subject, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
    """Those of the records that are wanted, by id, as evidence is told."""
    found: dict[str, dict[str, Any]] = {}
    for word in DETAILS.reads:
        for fact in asked.facts.of(word):
            if fact.id in wanted and (fact.known_from <= asked.on < fact.known_until or fact.id not in found):
                number = next((getattr(fact.record, name) for name in _NUMBERS if hasattr(fact.record, name)), None)
                found[fact.id] = {
                    "recordId": fact.id,
                    "version": fact.record.version,
                    "kind": kind_of(fact.id) or word,
                    "documentNumber": asked.licence_no if word == "mine" else number,
                    "department": fact.record.department,
                }
    return found


def _told(one: Held, asked: Subject, evidence: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    finding, state = one.finding, one.state
    by = [evidence[record] for record in state.because if record in evidence]
    unknown = _is_unknown(finding, state, by, asked)
    chinese, english = finding.sentences(state)
    return {
        "code": finding.code,
        "severity": Severity.UNKNOWN if unknown else finding.severity,
        "lastKnown": finding.severity if unknown and finding.severity is not Severity.UNKNOWN else None,
        "chinese": chinese,
        "english": english,
        "section": finding.section,
        "day": _day(state.due_on),
        "about": state.about or None,
        "evidence": by,
        "departments": sorted(_tellers(finding, state, by)),
    }


def _tellers(finding: Finding, state: State, by: Sequence[Mapping[str, Any]]) -> set[Department]:
    """Whose word a finding is: whose records tell it, else the department that it is about, else those that it needs."""
    if by:
        return {Department(one["department"]) for one in by}
    return {Department(state.about)} if state.about in set(Department) else set(finding.needs)


def _is_unknown(finding: Finding, state: State, by: Sequence[Mapping[str, Any]], asked: Subject) -> bool:
    if not asked.silent.keys().isdisjoint(_tellers(finding, state, by)):
        return True
    told = {(one["department"], one["kind"]) for one in by}
    return any((w.department, kind) in told for w in asked.waiting for kind in _kinds(w, told))


def _kinds(waiting: Waiting, told: set[tuple[Any, Any]]) -> Iterator[Any]:
    """Of what has no kind nobody knows what it would say."""
    return iter([waiting.kind] if waiting.kind else {kind for _, kind in told})


def _of_sources(asked: Subject) -> Iterator[dict[str, Any]]:
    found: list[tuple[FindingCode, Department | None, str | None]] = []
    found += [(FindingCode.SOURCE_SILENT, who, str(why)) for who, why in asked.silent.items()]
    found += [(FindingCode.QUARANTINED, who, None) for who in {waiting.department for waiting in asked.waiting}]
    for code, who, why in sorted(found, key=lambda one: (one[0], one[1] or "")):
        finding = BY_CODE[code]
        chinese, english = sentences_of_source(code, who)
        yield {
            "code": code,
            "severity": finding.severity,
            "lastKnown": None,
            "chinese": chinese,
            "english": english,
            "section": finding.section,
            "day": None,
            "about": why,
            "evidence": [],
            "departments": [who] if who else [],
        }


def sentences_of_source(code: FindingCode, who: Department | None) -> tuple[str, str]:
    """What is told of a department's source, or of the credit-disclosure system, in Chinese and in English."""
    names = (DEPARTMENTS[who].chinese, DEPARTMENTS[who].english) if who else ("信用公示系统", "credit disclosure")
    return BY_CODE[code].chinese.format(label=names[0]), BY_CODE[code].english.format(label=names[1])


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _state(asked: Subject, rule: Rule) -> str | None:
    return next((str(told.state) for told in asked.facts.states(rule.name, asked.on)), None)


def _eligibility(asked: Subject, shown: Collection[str]) -> str | None:
    """Whether the mine may have supports, as far as a bank is shown why not: of penalties, of these."""
    told = next(iter(asked.facts.states(SUPPORT.name, asked.on)), None)
    if told is None:
        return None
    hidden = {
        code.value for code in BY_PENALTY if all(one.about not in shown for one in asked.facts.states(code.value, asked.on))
    }
    return as_shown(Eligibility(told.state), json.loads(told.label or "[]"), hidden).value


def _is_shown(penalty: Fact, asked: Subject) -> bool:
    """Publication that has ended by now is shown for no day."""
    days = {asked.on, max(asked.on, asked.today)}
    return all(penalties.in_publication(penalty.record, day) for day in days)


def _of_mine(asked: Subject, mine: Fact | None) -> dict[str, Any]:
    record = mine.record if mine else None
    since = next((s.from_day for s in asked.facts.line(STANDING.name) if s.from_day <= asked.on < s.until_day), None)
    return {
        "name": record and record.name,
        "mineral": record and record.mineral,
        "scale": record and str(record.scale),
        "lifeCycle": record and str(record.life_cycle),
        "licenceValidFrom": record and _day(record.licence_valid_from),
        "licenceValidUntil": record and _day(record.licence_valid_until),
        "miningRightUntil": record and _day(record.mining_right_until),
        "remainingYears": record and _number(record.remaining_years),
        "standing": _state(asked, STANDING),
        # What held before anything happened has held for ever.
        "standingSince": _day(since) if since and since > date.min else None,
    }


def _of_directory(asked: Subject) -> dict[str, Any]:
    told = by_the_directory((fact.record for fact in asked.facts.of("directory_entry")), asked.on)
    entry: Any = told[1][-1] if told else None
    return {
        "directoryLevel": entry and str(entry.level),
        "directoryStep": entry and str(entry.step),
        "directoryBatch": entry and entry.batch,
        "directoryDocument": entry and entry.document_number,
        "directorySince": entry and _day(entry.effective_on),
        "certificateNo": entry and entry.certificate_no,
    }


def _of_holder(asked: Subject, mine: Fact | None) -> dict[str, Any] | None:
    if mine is None:
        return None
    uscc, known = mine.record.enterprise_uscc, bars.holder(asked.facts, asked.on)
    wanted = [fact.record for fact in asked.facts.of(holder.BORROWER)]
    return {
        "uscc": uscc,
        "name": known and known.record.name,
        "registrationStatus": known and str(known.record.registration_status),
        "seriousBreach": known and known.record.serious_breach,
        "abnormalOperation": known and known.record.abnormal_operation,
        "isBorrower": all(one == uscc for one in wanted) if wanted else None,
    }


def _verdicts(asked: Subject) -> list[dict[str, Any]]:
    return [
        {
            "department": department,
            "verdict": fact.record.verdict and str(fact.record.verdict),
            "issuedOn": _day(fact.record.issued_on),
            "validUntil": _day(fact.record.valid_until),
            "documentNumber": fact.record.document_number,
        }
        for department, opinions in departments.last_opinions(asked.facts, asked.on).items()
        for fact in opinions
    ]


def _assessment(asked: Subject) -> dict[str, Any] | None:
    applied = [fact for fact in asked.facts.of("assessment") if fact.record.applied_on <= asked.on]
    last = max(applied, key=lambda fact: (fact.record.applied_on, fact.id), default=None)
    if last is None:
        return None
    return {
        "assessmentNo": last.record.assessment_no,
        "indicatorSystemCode": last.record.indicator_system_code,
        "totalPoints": _number(last.record.total_points),
        "result": str(last.record.result),
        "passedOn": _day(last.record.passed_on),
    }


def _penalties(shown: Sequence[Any]) -> dict[str, Any]:
    """Those in publication, counted and added by class."""
    return {
        "count": len(shown),
        "fines": _sum(one.fine for one in shown),
        "confiscated": _sum(one.confiscated_value for one in shown),
        "byClass": [
            {"publicationClass": word, "count": len(of), "fines": _sum(one.fine for one in of)}
            for word in (*PublicationClass, None)
            if (of := [one for one in shown if one.publication_class == word])
        ],
    }


def _sum(values: Iterable[Decimal | None]) -> str:
    return str(sum((value for value in values if value is not None), Decimal("0.00")))


def _transfers(asked: Subject) -> dict[str, Any]:
    cases = departments.open_transfers(asked.facts, asked.on)
    return {"count": len(cases), "oldestOn": _day(min((one.transferred_on for one in cases), default=None))}
