"""Supports are for mines that were in the directory, in good order, on the day; bad faith bars them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode
from tests import duties, makers
from tests.hub.domain.records.judging import facts, problems_against

LISTING = (RecordKind.DIRECTORY_ENTRY, makers.entry())
WARNED = makers.entry(2, step="RECTIFICATION", effectiveOn="2026-03-01", rectificationDueOn="2026-06-01")
NATIONAL = makers.entry(3, level="NATIONAL", effectiveOn="2025-03-25")


@pytest.mark.parametrize(
    ("known", "fits"),
    [
        ([], False),
        ([LISTING], True),
        ([LISTING, (RecordKind.DIRECTORY_ENTRY, NATIONAL)], True),
        ([LISTING, (RecordKind.DIRECTORY_ENTRY, WARNED)], False),
        ([(RecordKind.DIRECTORY_ENTRY, makers.entry(effectiveOn="2026-04-02"))], False),
        ([(RecordKind.DIRECTORY_ENTRY, makers.entry(licenceNo=makers.licence(2)))], False),
    ],
)
def test_a_grant_is_to_a_mine_that_stood_in_the_directory_that_day(known: list[Any], fits: bool) -> None:
    found = facts(problems_against(RecordKind.SUPPORT_GRANT, duties.support_grant(), *known))
    assert found == (set() if fits else {("licenceNo", ErrorCode.NOT_ALLOWED_HERE)})
