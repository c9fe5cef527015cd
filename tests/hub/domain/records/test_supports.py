"""Supports and the policies that they stand on: each is its departments' to give (plan, section 3; annex 5 and 6)."""

from __future__ import annotations

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.supports import SUPPORTS, Support
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode
from tests import duties
from tests.hub.domain.records.judging import read


@pytest.mark.parametrize("support", Support)
def test_each_support_is_given_by_its_departments_alone(support: Support) -> None:
    for kind, made in (
        (RecordKind.SUPPORT_POLICY, duties.support_policy),
        (RecordKind.SUPPORT_GRANT, duties.support_grant),
    ):
        record = read(kind, made(1, support=support.value))
        fits = {one for one in Department if not record.allowed_for(one)}
        assert fits == SUPPORTS[support].granted_by
        refused = record.allowed_for(Department.FORESTRY_GRASSLAND)
        assert [(one.path, one.code) for one in refused] == [("support", ErrorCode.OUTSIDE_DUTIES)]
