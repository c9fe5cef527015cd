"""Enterprises that are merged into others: each has one successor, registered, and no line of them comes back."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode
from tests import makers
from tests.hub.domain.records.judging import Facts, facts, problems_against
from tests.makers import uscc

K = RecordKind.ENTERPRISE
_MISDATED = {("succeededOn", ErrorCode.DATES_OUT_OF_ORDER)}


def merged(number: int, into: int | None, on: str | None) -> dict[str, Any]:
    return makers.enterprise(number, successorUscc=into and uscc(into), succeededOn=on)


@pytest.mark.parametrize(
    ("on", "known", "problems"),
    [
        ("2026-05-01", [], {("successorUscc", ErrorCode.UNKNOWN_REFERENCE)}),
        ("2026-05-01", [merged(2, None, None)], set()),
        # What takes over and is taken over in its turn does the one before the other.
        ("2026-05-01", [merged(2, 3, "2026-05-02")], set()),
        ("2026-05-02", [merged(2, 3, "2026-05-02")], _MISDATED),
        ("2026-05-02", [merged(2, None, None), merged(3, 1, "2026-05-01")], set()),
        ("2026-05-01", [merged(2, None, None), merged(3, 1, "2026-05-01")], _MISDATED),
        # Round in a circle one of the days must be too early, or too late.
        ("2026-05-02", [merged(2, 1, "2026-05-01")], _MISDATED),
        (
            "2026-05-02",
            [merged(2, 3, "2026-05-03"), merged(3, 1, "2026-05-04")],
            _MISDATED,
        ),
    ],
)
def test_a_successor_is_registered_and_days_follow_one_another(on: str, known: list[dict[str, Any]], problems: Facts) -> None:
    assert facts(problems_against(K, merged(1, 2, on), *((K, one) for one in known))) == problems
