"""Only who may say it: organ, department, level and division, of what is posted and of what stands."""

from __future__ import annotations

from typing import Any

import pytest

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from tests import duties
from tests.makers import (
    ECOLOGY,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    a_province,
    an_authority,
    caller,
    enterprise,
    entry,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    seat,
    uscc,
)

NR, ECO, MARKET = Department.NATURAL_RESOURCES, Department.ECOLOGY, Department.MARKET_REGULATION
#: Mine 1 lies in 530112, a county of 530100.
OWN_COUNTY = caller(Role.DEPARTMENT, NR, "530112")
OWN_PREFECTURE = caller(Role.DEPARTMENT, NR, "530100")
OTHER_COUNTY = caller(Role.DEPARTMENT, NR, "530402")
OTHER_PREFECTURE = caller(Role.DEPARTMENT, NR, "530400")
OTHER_ECOLOGY = caller(Role.DEPARTMENT, ECO, "530400")


async def refused(posting: Posting, who: Principal, kind: RecordKind, item: dict[str, Any]) -> set[tuple[str, ErrorCode]]:
    """What is wrong with an item; nothing when it is taken."""
    [result] = await posted(posting, who, kind, item)
    return {(problem.path, problem.code) for problem in result.problems}


@pytest.mark.parametrize("code", [uscc(1), uscc(77, "11530000")], ids=["an enterprise", "an organ that nobody registered"])
async def test_an_organ_is_registered(posting: Posting, code: str) -> None:
    await a_province(posting)
    wrong = await refused(posting, ECOLOGY, RecordKind.OPINION, opinion(7, authorityCode=code))
    assert wrong == {("authorityCode", ErrorCode.UNKNOWN_AUTHORITY)}


async def test_an_organ_acts_in_its_division(posting: Posting) -> None:
    """Though the system that posts may speak for the whole province."""
    await a_province(posting)
    elsewhere = opinion(7, authorityCode=seat(ECO, "530400"))
    assert await refused(posting, ECOLOGY, RecordKind.OPINION, elsewhere) == {("licenceNo", ErrorCode.OUTSIDE_JURISDICTION)}
    assert await refused(posting, ECOLOGY, RecordKind.OPINION, opinion(7, authorityCode=seat(ECO, "530100"))) == set()


async def test_an_organ_that_is_withdrawn_issues_nothing(posting: Posting) -> None:
    await a_province(posting)
    [organ] = await posted(posting, NATURAL_RESOURCES, RecordKind.AUTHORITY, an_authority(3))
    item = opinion(7, authorityCode=an_authority(3)["code"])
    assert await refused(posting, ECOLOGY, RecordKind.OPINION, item) == set()
    await posting.withdraw(NATURAL_RESOURCES, str(organ.record_id), "撤销", source="test")
    wrong = await refused(posting, ECOLOGY, RecordKind.OPINION, item | {"documentNumber": "示例审〔2025〕8号"})
    assert wrong == {("authorityCode", ErrorCode.UNKNOWN_AUTHORITY)}


async def test_what_is_said_of_a_mine_that_is_withdrawn_is_taken_back_where_it_lay(posting: Posting) -> None:
    """A mine that is not registered any more lies nowhere now; its records are not everybody's all the same."""
    await a_province(posting)
    here, elsewhere = (caller(Role.DEPARTMENT, ECO, division) for division in ("530112", "530402"))
    [told] = await posted(posting, ECOLOGY, RecordKind.ENERGY_USE, duties.energy_use(1))
    [gone] = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    await posting.withdraw(NATURAL_RESOURCES, str(gone.record_id), "示例", source="test")
    for act in (posting.withdraw, posting.reinstate):
        with pytest.raises(HubError) as refused:
            await act(elsewhere, str(told.record_id), "示例", source="test")
        assert refused.value.code is ErrorCode.FORBIDDEN
        assert (await act(here, str(told.record_id), "示例", source="test")).outcome is Outcome.NEW_VERSION


STEPS = ["PROPOSED", "PUBLIC_NOTICE", "LISTED", "RECTIFICATION", "REMOVED"]


@pytest.mark.parametrize("step", STEPS[1:])
@pytest.mark.parametrize("division", ["530112", "530100"])
@pytest.mark.parametrize("level", ["PROVINCIAL", "NATIONAL"])
async def test_the_directory_is_the_provinces(posting: Posting, step: str, division: str, level: str) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine())
    who = caller(Role.DEPARTMENT, NR, division)
    item = entry(
        step=step,
        level=level,
        authorityCode=seat(NR, division),
        reasonCode="X",
        legalBasis="示例",
        rectificationDueOn="2025-06-01",
    )
    assert await refused(posting, who, RecordKind.DIRECTORY_ENTRY, item) == {("step", ErrorCode.OUTSIDE_LEVEL)}


@pytest.mark.parametrize(
    ("who", "wrong"),
    [
        (OWN_COUNTY, set()),
        (OWN_PREFECTURE, set()),
        (NATURAL_RESOURCES, set()),
        (OTHER_COUNTY, {("licenceNo", ErrorCode.UNKNOWN_MINE)}),
        (OTHER_PREFECTURE, {("licenceNo", ErrorCode.UNKNOWN_MINE)}),
    ],
    ids=lambda given: given.division_code if isinstance(given, Principal) else "",
)
async def test_a_mine_is_proposed_by_its_own_county_and_prefecture(
    posting: Posting, who: Principal, wrong: set[tuple[str, ErrorCode]]
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine())
    item = entry(step="PROPOSED", authorityCode=seat(NR, who.division_code))
    assert await refused(posting, who, RecordKind.DIRECTORY_ENTRY, item) == wrong


@pytest.mark.parametrize(
    ("steps", "county", "prefecture"), [(2, True, True), (3, False, True), (5, False, True), (6, False, False)]
)
async def test_verification_is_the_provinces_and_reviews_go_up_from_the_county(
    posting: Posting, steps: int, county: bool, prefecture: bool
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine())
    for kind in (RecordKind.INDICATOR_SYSTEM, RecordKind.ASSESSOR):
        await posted(posting, NATURAL_RESOURCES, kind, duties.MADE[kind](1))
    await posted(posting, NATURAL_RESOURCES, RecordKind.EXPERT, duties.expert(1), duties.expert(2))
    for who, may in ((OWN_COUNTY, county), (OWN_PREFECTURE, prefecture), (NATURAL_RESOURCES, True)):
        item = duties.assessment(assessmentNo=who.client_id, steps=duties.steps(steps))
        wrong = await refused(posting, who, RecordKind.ASSESSMENT, item)
        assert {code for _, code in wrong} == (set() if may else {ErrorCode.OUTSIDE_LEVEL})


@pytest.mark.parametrize(
    ("organ", "wrong"),
    [
        ("530112", set()),
        ("530102", {("licenceNo", ErrorCode.OUTSIDE_JURISDICTION)}),
        ("530100", {("authorityCode", ErrorCode.OUTSIDE_LEVEL)}),
        ("530000", {("authorityCode", ErrorCode.OUTSIDE_LEVEL)}),
    ],
)
async def test_the_county_of_the_mine_signs_construction_contracts(
    posting: Posting, organ: str, wrong: set[tuple[str, ErrorCode]]
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine())
    item = duties.contract(authorityCode=seat(NR, organ))
    assert await refused(posting, NATURAL_RESOURCES, RecordKind.CONTRACT, item) == wrong


@pytest.mark.parametrize("kind", [RecordKind.PROGRESS_REPORT, RecordKind.PREFECTURE_TARGET])
async def test_reports_and_targets_are_the_prefectures_own(posting: Posting, kind: RecordKind) -> None:
    made = duties.MADE[kind](1)
    assert await refused(posting, OWN_PREFECTURE, kind, made) == set()
    assert await refused(posting, OTHER_PREFECTURE, kind, made | {"authorityCode": seat(NR, "530400")}) == {
        ("prefectureCode", ErrorCode.OUTSIDE_JURISDICTION)
    }
    province = made | {"authorityCode": seat(NR)}
    assert await refused(posting, NATURAL_RESOURCES, kind, province) == {("prefectureCode", ErrorCode.OUTSIDE_LEVEL)}


@pytest.mark.parametrize("more", [{"divisionCode": "530402"}, {"divisionCode": "530402", "lifeCycle": "CLOSED"}])
async def test_a_mine_cannot_be_pulled_away_or_closed_by_another_prefecture(posting: Posting, more: dict[str, Any]) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine())
    wrong = await refused(posting, OTHER_PREFECTURE, RecordKind.MINE, mine(**more))
    assert wrong == {("divisionCode", ErrorCode.OUTSIDE_JURISDICTION)}
    assert await refused(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(**more)) == set()


async def test_an_enterprise_is_changed_where_it_is_registered_or_by_the_province(posting: Posting) -> None:
    here, there = (caller(Role.DEPARTMENT, MARKET, division) for division in ("530100", "530400"))
    own = enterprise(registrationAuthorityCode=seat(MARKET, "530100"))
    assert await refused(posting, here, RecordKind.ENTERPRISE, own) == set()
    taken = own | {"registrationStatus": "REVOKED", "registrationAuthorityCode": seat(MARKET, "530400")}
    assert await refused(posting, there, RecordKind.ENTERPRISE, taken) == {
        ("registrationAuthorityCode", ErrorCode.OUTSIDE_JURISDICTION)
    }
    assert await refused(posting, there, RecordKind.ENTERPRISE, enterprise(5)) == {
        ("registrationAuthorityCode", ErrorCode.OUTSIDE_LEVEL)
    }
    assert await refused(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, taken) == set()


async def test_what_names_no_place_is_the_provinces(posting: Posting) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system())
    wrong = await refused(posting, OWN_COUNTY, RecordKind.INDICATOR_SYSTEM, duties.system(passPoints="1"))
    assert wrong == {("", ErrorCode.OUTSIDE_LEVEL)}


async def test_a_prefecture_does_not_take_back_what_the_province_decided(posting: Posting) -> None:
    await a_province(posting)
    below = caller(Role.DEPARTMENT, ECO, "530100")
    [made] = await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(7, verdict="DISAGREE"))
    with pytest.raises(HubError) as caught:
        await posting.withdraw(below, str(made.record_id), "示例", source="test")
    assert (caught.value.code, caught.value.field) == (ErrorCode.FORBIDDEN, "authorityCode")
    taken = await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    assert taken.outcome is Outcome.NEW_VERSION


async def test_every_mine_of_either_version_is_the_posters(posting: Posting) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1), mine(2, divisionCode="530402"))
    [made] = await posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSMENT, _begun(2))
    assert made.outcome is Outcome.REJECTED, "no system yet"
    await posted(posting, NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system())
    assert await refused(posting, OTHER_COUNTY, RecordKind.ASSESSMENT, _begun(2)) == set()
    pulled = await refused(posting, OWN_COUNTY, RecordKind.ASSESSMENT, _begun(1))
    assert pulled == {("licenceNo", ErrorCode.OUTSIDE_JURISDICTION)}


def _begun(of: int) -> dict[str, Any]:
    more: dict[str, Any] = {"assessorUscc": None, "expertNos": [], "preconditions": [], "scores": []}
    return duties.assessment(licenceNo=licence(of), steps=duties.steps(1), **more)


async def test_a_mine_that_an_office_does_not_see_is_told_as_if_there_were_none(posting: Posting) -> None:
    """By every kind that names mines: neither that it is there, nor where, nor by which number it goes on."""
    await a_province(posting)
    renumbered = duties.MADE[RecordKind.LICENCE_SUCCESSION](1)
    [[old], [new]] = renumbered["predecessors"], renumbered["successors"]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(licenceNo=old))
    [told] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, renumbered)
    assert told.outcome is Outcome.ACCEPTED, told.problems
    who, named = caller(Role.DEPARTMENT, ECO, "530302"), {"authorityCode": seat(ECO, "530302")}
    for kind, item in (
        (RecordKind.OPINION, opinion(7) | named),
        (RecordKind.PENALTY, penalty(7) | named),
        (RecordKind.ENERGY_USE, duties.energy_use()),
    ):
        said = []
        for number in (licence(999), old, new):
            about = {"mines": [number]} if kind is RecordKind.PENALTY else {"licenceNo": number}
            [result] = await posted(posting, who, kind, item | about)
            said.append([(one.path, one.code, one.detail.replace(number, "…")) for one in result.problems])
        assert said[0] == said[1] == said[2]
        assert said[0][0][1] is ErrorCode.UNKNOWN_MINE


async def test_of_several_mines_the_one_that_lies_outside_is_named(posting: Posting) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1), mine(2, divisionCode="530402"))
    county = caller(Role.DEPARTMENT, ECO, "530112")
    item = penalty(7, mines=[licence(1), licence(2)], authorityCode=seat(ECO, "530112"))
    assert await refused(posting, county, RecordKind.PENALTY, item) == {("mines.1", ErrorCode.UNKNOWN_MINE)}
    assert await refused(posting, county, RecordKind.PENALTY, item | {"mines": [licence(1)]}) == set()
