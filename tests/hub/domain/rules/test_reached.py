"""What is reached from a subject is locked by the key that one record names and the other is named by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.rules.reached import NAMED_BY, keys
from hub.domain.rules.timelines import Subject

RECORD = SimpleNamespace(
    uscc="OWN",
    enterprise_uscc="HOLDER",
    assessor_uscc="ASSESSOR",
    party_uscc="PARTY",
    policy_number="POLICY",
    indicator_system_code="SYSTEM",
    expert_nos=("E1", "E2"),
    expert_no="E1",
    code="CODE",
    document_number="NO",
)
NONE = SimpleNamespace(**dict.fromkeys(vars(RECORD)))


@pytest.mark.parametrize(
    ("subject", "kind", "named"),
    [
        (Subject.MINE, "mine", ["HOLDER"]),
        (Subject.MINE, "enterprise", ["OWN"]),
        (Subject.MINE, "assessment", ["ASSESSOR", "E1", "E2", "SYSTEM"]),
        (Subject.MINE, "assessor", ["OWN"]),
        (Subject.MINE, "expert", ["E1"]),
        (Subject.MINE, "indicator_system", ["CODE"]),
        (Subject.MINE, "support_grant", ["POLICY"]),
        (Subject.MINE, "support_policy", ["NO"]),
        (Subject.DECISION, "penalty", ["PARTY"]),
        (Subject.DECISION, "enterprise", ["OWN"]),
        # Nothing is reached through these.
        (Subject.MINE, "penalty", []),
        (Subject.DECISION, "mine", []),
    ],
)
def test_a_record_is_locked_by_what_it_names_and_by_what_it_is_named_by(subject: Subject, kind: str, named: list[Any]) -> None:
    assert sorted(keys(subject, kind, [RECORD, RECORD])) == sorted(named * 2)
    assert list(keys(subject, kind, [NONE])) == []


def test_a_subject_is_named_by_its_own_number() -> None:
    assert NAMED_BY == {Subject.MINE: "licence_no", Subject.DECISION: "document_number"}
