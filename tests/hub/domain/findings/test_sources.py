"""Whose word is not known: a source that never was pulled, one that is late, and a department that never posted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.findings.finding_set import NEEDED
from hub.domain.findings.sources import Silence, SourceState, silent
from hub.domain.words.departments import Department

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ECOLOGY = Department.ECOLOGY


def source(pulled: datetime | None, department: Department | None = ECOLOGY, code: str = "one") -> SourceState:
    """A system that is to be pulled every hour."""
    return SourceState(code, department, 60, pulled)


@pytest.mark.parametrize(
    ("pulled", "why"),
    [
        (None, Silence.NEVER),
        (NOW, None),
        # Two hours, twice what it is given; a pull that is to come was noted by a wrong clock, but for five minutes.
        (NOW - timedelta(hours=2), None),
        (NOW - timedelta(hours=2) - SECOND, Silence.LATE),
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5) + SECOND, Silence.LATE),
    ],
    ids=str,
)
def test_a_source_is_silent_from_twice_its_minutes_on(pulled: datetime | None, why: Silence | None) -> None:
    assert source(pulled).silence(NOW) is why
    assert silent([source(pulled)], NEEDED, NOW) == ({ECOLOGY: why} if why else {})


def test_of_two_systems_of_a_department_the_one_that_was_never_heard_tells_why() -> None:
    late, never, good = source(NOW - timedelta(days=1)), source(None, code="two"), source(NOW, code="three")
    for systems in ([late, never, good], [never, late, good], [good, never, late]):
        assert silent(systems, NEEDED, NOW) == {ECOLOGY: Silence.NEVER}
    assert silent([good, late], NEEDED, NOW) == {ECOLOGY: Silence.LATE}


def test_a_department_that_has_no_system_is_silent_until_it_has_posted() -> None:
    assert silent([source(NOW)], NEEDED - {ECOLOGY}, NOW) == {}
    others = NEEDED - {ECOLOGY, Department.MARKET_REGULATION}
    assert silent([source(NOW)], others, NOW) == {Department.MARKET_REGULATION: Silence.NEVER}
    # Whether one posts that nobody needs is no matter, nor is what one with a system posts.
    assert silent([source(NOW)], {*NEEDED, Department.FINANCE}, NOW) == {}
    assert silent([source(None)], NEEDED, NOW) == {ECOLOGY: Silence.NEVER}


def test_the_credit_system_is_a_source_without_a_department() -> None:
    assert silent([source(None, None)], NEEDED, NOW) == {None: Silence.NEVER}
