"""A prefecture reports on years of the plan that have begun (plan, section 5.1)."""

from __future__ import annotations

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode
from tests import duties
from tests.hub.domain.records.judging import problems_of

OUTSIDE = {("year", ErrorCode.OUT_OF_RANGE)}


@pytest.mark.parametrize(
    ("year", "signed", "problems"),
    [
        (2024, "2026-01-01", OUTSIDE),
        (2025, "2024-12-31", OUTSIDE),
        (2025, "2025-01-01", set()),
        (2025, "2026-02-01", set()),  # late, and taken all the same
        (2026, "2025-12-31", OUTSIDE),
        (2026, "2026-11-02", set()),
        (2029, "2026-11-02", OUTSIDE),
    ],
)
def test_a_year_is_one_of_the_plans_that_has_begun(year: int, signed: str, problems: set[tuple[str, ErrorCode]]) -> None:
    item = duties.progress_report(year=year, signedOffOn=signed)
    assert problems_of(RecordKind.PROGRESS_REPORT, item) == problems
