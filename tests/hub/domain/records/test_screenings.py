"""A screening says how much of a mine lies in any zone; where several were touched it is known only if it is stated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode
from tests import duties
from tests.hub.domain.records.judging import problems_of, read

ONE = [{"zoneCode": "Z1", "area": "1.5", "share": "1.2448"}]
TWO = [*ONE, {"zoneCode": "Z2", "area": "2.0", "share": "1.6598"}]


@pytest.mark.parametrize(
    ("overlaps", "stated", "told"),
    [
        ([], None, "0"),
        (ONE, None, "1.5"),
        (ONE, "1.5", "1.5"),
        (TWO, None, None),  # they may cover one another: nobody has said
        (TWO, "2.0", "2.0"),  # one within the other
        (TWO, "3.5", "3.5"),  # apart
    ],
)
def test_the_area_inside_any_zone(overlaps: list[Any], stated: str | None, told: str | None) -> None:
    record = read(RecordKind.SCREENING, duties.screening(overlaps=overlaps, statedOverlapArea=stated))
    assert record.overlap_area == (None if told is None else Decimal(told))
    assert record.touches is bool(overlaps)


@pytest.mark.parametrize(
    ("overlaps", "mine_area", "stated"),
    [
        (TWO, "120.5", "1.9999"),  # less than one of them
        (TWO, "120.5", "3.5001"),  # more than their sum
        (TWO, "3.0", "3.0001"),  # more than the mine
        (ONE, "120.5", "1.4"),
        ([], "120.5", "0.1"),
    ],
)
def test_an_area_that_cannot_be_is_refused(overlaps: list[Any], mine_area: str, stated: str) -> None:
    item = duties.screening(overlaps=overlaps, mineArea=mine_area, statedOverlapArea=stated)
    assert problems_of(RecordKind.SCREENING, item) == {("statedOverlapArea", ErrorCode.OUT_OF_RANGE)}
