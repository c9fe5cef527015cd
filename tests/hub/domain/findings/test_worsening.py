"""What makes a statement untrue for the worse: each piece of it may be shown alone."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.findings.words import LoanAnswer
from hub.domain.findings.worsening import by_records, worsened

HOLDER = {"uscc": "A", "isBorrower": True}


def found(code: str, severity: str, about: str | None = None, known: str | None = None) -> dict[str, Any]:
    return {"code": code, "severity": severity, "about": about, "lastKnown": known}


def told(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What is told of a mine that is listed, with its borrower."""
    said = {"name": "示例", "standing": "LISTED_PROVINCIAL", "holder": HOLDER, "findings": list(findings)} | more
    return {"answer": by_records(said), **said}


BLOCKED = found("OPINION_DISAGREES", "BLOCKING", "opinion_1")
SILENT = found("SOURCE_SILENT", "UNKNOWN")
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "nothing changed": (told(), told(), None),
    "the answer": (told(), told(found("CASE_OPEN", "ATTENTION")), "CLEAR → ATTENTION"),
    "the answer is better": (told(BLOCKED), told(), None),
    "a mine that is none any more": (told(), told(name=None, standing=None, holder=None), "CLEAR → UNKNOWN"),
    "one that was none": (told(name=None, standing=None, holder=None), told(), None),
    "the standing, blocked as it was": (told(BLOCKED), told(BLOCKED, standing="REMOVED"), "LISTED_PROVINCIAL → REMOVED"),
    "from the national directory": (
        told(standing="LISTED_NATIONAL"),
        told(),
        "LISTED_NATIONAL → LISTED_PROVINCIAL",
    ),
    "into the national directory": (told(), told(standing="LISTED_NATIONAL"), None),
    "a standing that was not green": (told(standing="CONTRACTED"), told(standing="NOT_STARTED"), None),
    "another thing blocks": (told(BLOCKED), told(BLOCKED, found("PENALTY_SERIOUS", "BLOCKING", "p")), "PENALTY_SERIOUS"),
    "another of the same": (told(BLOCKED), told(BLOCKED, BLOCKED | {"about": "opinion_2"}), "OPINION_DISAGREES"),
    "another that does not block": (told(BLOCKED), told(BLOCKED, found("CASE_OPEN", "ATTENTION")), None),
    "what a silent source said blocked": (
        told(BLOCKED | {"severity": "UNKNOWN", "lastKnown": "BLOCKING"}),
        told(BLOCKED),
        None,
    ),
    "silence alone": (told(SILENT), told(), None),
    "silence hid what is worse": (told(SILENT), told(found("CASE_OPEN", "ATTENTION")), "CLEAR → ATTENTION"),
    "the borrower holds it no more": (told(), told(holder={"uscc": "B", "isBorrower": None}), "BORROWER_DIFFERS"),
    "who was no borrower": (told(holder=HOLDER | {"isBorrower": None}), told(holder={"uscc": "B"}), None),
    "what is told no more by the rules": (told(found("A_CODE_OF_BEFORE", "ATTENTION")), told(), None),
}


@pytest.mark.parametrize("name", CASES)
def test_whatever_of_it_is_worse_is_named(name: str) -> None:
    said, now, worse = CASES[name]
    assert worsened(said, now) == worse


def test_by_records_alone_neither_silence_nor_the_borrower_counts() -> None:
    assert by_records(told(SILENT, found("QUARANTINED", "UNKNOWN"), found("BORROWER_DIFFERS", "BLOCKING"))) is LoanAnswer.CLEAR
    assert by_records(told(found("LISTED", "UNKNOWN", known="INFO"))) is LoanAnswer.CLEAR
