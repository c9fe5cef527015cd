"""Each department says only what its duties let it say (plan, annex): opinions, zones, screenings and supports."""

from __future__ import annotations

from itertools import product

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.opinions import AUDIT_TOPICS, OpinionTopic
from hub.domain.records.supports import SUPPORTS, Support
from hub.domain.records.zones import SCREENED_BY, ZoneKind
from hub.domain.words.departments import AUDITING, Department
from hub.domain.words.errors import ErrorCode
from tests import duties, makers
from tests.hub.domain.records.judging import facts, read

K = RecordKind
REFUSED = ErrorCode.OUTSIDE_DUTIES
DEPARTMENT = pytest.mark.parametrize("department", list(Department))


def test_three_departments_audit_and_no_more() -> None:
    assert (
        set(AUDIT_TOPICS)
        == AUDITING
        == {
            Department.NATURAL_RESOURCES,
            Department.ECOLOGY,
            Department.FORESTRY_GRASSLAND,
        }
    )


@DEPARTMENT
@pytest.mark.parametrize("topic", list(OpinionTopic))
def test_a_department_audits_on_its_own_topics_alone(department: Department, topic: OpinionTopic) -> None:
    opinion = read(K.OPINION, makers.opinion(topics=[topic.value]))
    found = facts(opinion.allowed_for(department))
    if department not in AUDITING:
        assert found == {("nature", REFUSED)}
    else:
        assert found == (set() if topic in AUDIT_TOPICS[department] else {("topics.0", REFUSED)})


@DEPARTMENT
def test_every_department_may_comment_on_anything(department: Department) -> None:
    comment = read(K.OPINION, makers.opinion(nature="COMMENT", verdict=None, topics=[topic.value for topic in OpinionTopic]))
    assert comment.allowed_for(department) == []


@pytest.mark.parametrize(("department", "zone"), list(product(Department, ZoneKind)))
def test_zones_are_kept_and_screened_by_one_department_for_each_kind(department: Department, zone: ZoneKind) -> None:
    wanted = set() if SCREENED_BY[zone] is department else {("zoneKind", REFUSED)}
    assert facts(read(K.ZONE, duties.zone(zoneKind=zone.value)).allowed_for(department)) == wanted
    assert facts(read(K.SCREENING, duties.screening(zoneKind=zone.value)).allowed_for(department)) == wanted


@pytest.mark.parametrize(("department", "support"), list(product(Department, Support)))
def test_each_support_has_its_departments(department: Department, support: Support) -> None:
    wanted = set() if department in SUPPORTS[support].granted_by else {("support", REFUSED)}
    assert facts(read(K.SUPPORT_POLICY, duties.support_policy(support=support.value)).allowed_for(department)) == wanted
    assert facts(read(K.SUPPORT_GRANT, duties.support_grant(support=support.value)).allowed_for(department)) == wanted


def test_each_support_names_its_section_of_the_plan() -> None:
    assert {support.value: facts.section for support, facts in SUPPORTS.items()} == {
        "LAND": "3.1",
        "MINING_RIGHT": "3.2",
        "RESOURCE_TAX": "3.3",
        "GREEN_CREDIT": "3.4",
        "FUND": "3.4",
        "STOCK_LISTING": "3.4",
    }
