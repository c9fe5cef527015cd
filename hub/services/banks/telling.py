"""What is told of a mine or of a source to who watches it, and what of that is new, worse, better or gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from hub.domain.findings import penalties
from hub.domain.findings.finding_set import RULES
from hub.domain.findings.loan_check import Held, held, sentences_of_source
from hub.domain.findings.words import ChangeOfFinding, FindingCode, LoanAnswer, Severity, answer_of, is_worse
from hub.domain.rules.timelines import next_turn
from hub.domain.words.departments import Department
from hub.storage.banks.portfolios import Portfolio
from hub.storage.timelines.facts import Known

OF_PENALTIES = frozenset(one.code for one in penalties.FINDINGS)
_GRAVE = (Severity.INFO, Severity.ATTENTION, Severity.UNKNOWN, Severity.BLOCKING)


def says(one: Known, today: date) -> tuple[str, date]:
    """What the records say of a mine today, and the next day on which that may change by itself."""
    facts = one.facts()
    fines = {fact.id: fact.record.fine for fact in penalties.penalties(facts, today)}
    found = {f"{one.finding.code} {one.state.about}".strip(): _told(one, fines) for one in held(facts, today, today)}
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode(), next_turn(RULES, facts, today)


def _told(one: Held, fines: Mapping[str, Decimal | None]) -> dict[str, Any]:
    fine = fines.get(one.state.about)
    chinese, english = one.finding.sentences(one.state)
    return {
        "code": one.finding.code.value,
        "severity": one.finding.severity.value,
        "chinese": chinese,
        "english": english,
        "day": one.state.due_on and one.state.due_on.isoformat(),
        "about": one.state.about or None,
        "fine": None if fine is None else str(fine),
        "department": None,
    }


def told_of_source(who: Department | None, why: str) -> dict[str, Any]:
    chinese, english = sentences_of_source(FindingCode.SOURCE_SILENT, who)
    return {
        "code": FindingCode.SOURCE_SILENT.value,
        "severity": Severity.UNKNOWN.value,
        "chinese": chinese,
        "english": english,
        "day": None,
        "about": str(why),
        "fine": None,
        "department": who,
    }


Change = tuple[ChangeOfFinding, str, dict[str, Any] | None, dict[str, Any] | None]


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """What is new, otherwise, or gone between what was told of a mine and what is told now."""
    found: list[Change] = []
    for key in sorted(before.keys() | now.keys()):
        old, new = before.get(key), now.get(key)
        if old is not None and new is not None:
            # What was not yet said then is no change.
            old = {**new, **old}
        if old != new:
            found.append((_change(old, new), (new or old or {})["code"], old, new))
    return found


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> ChangeOfFinding:
    if old is None or new is None:
        return ChangeOfFinding.GONE if new is None else ChangeOfFinding.NEW
    was, stands = (answer_of([Severity(one["severity"])]) for one in (old, new))
    if was is stands:
        return ChangeOfFinding.OTHERWISE
    return ChangeOfFinding.WORSE if is_worse(LoanAnswer(stands), LoanAnswer(was)) else ChangeOfFinding.BETTER


def fines_of(told: Mapping[str, Any]) -> Decimal:
    """What the fines in publication of a mine come to, by what is told of it, in yuan."""
    return sum((Decimal(one["fine"]) for one in told.values() if one.get("fine")), Decimal(0))


def is_grave(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, portfolio: Portfolio, fines: Decimal | None = None
) -> bool:
    """Whether what changed is an event of a portfolio; of a penalty `fines` is what its mine's come to, before or now."""
    if fines is not None and portfolio.least_fine is not None and fines >= portfolio.least_fine:
        return True
    least = _GRAVE.index(Severity(portfolio.least_severity))
    return any(one is not None and _GRAVE.index(Severity(one["severity"])) >= least for one in (old, new))
