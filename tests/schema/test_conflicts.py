"""What departments' records say against one another, on both sides of the day from which it is so."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind as K
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, licence, posted, uscc

_LISTED = "{ conflicts%s { nodes { id code department } } }"


async def listed_mines(posting: Posting, *numbers: int) -> None:
    """Mines of registered holders, listed in good order."""
    await posted(posting, makers.MARKET_REGULATION, K.ENTERPRISE, *(makers.enterprise(n) for n in numbers))
    await posted(posting, NATURAL_RESOURCES, K.MINE, *(makers.mine(n) for n in numbers))
    entries = (makers.entry(n, licenceNo=licence(n)) for n in numbers)
    results = await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, *entries)
    assert all(result.record_id for result in results), results


async def test_one_penalty_on_two_listed_mines_is_two_conflicts_with_ids_of_their_own(posting: Posting, ask: Ask) -> None:
    await listed_mines(posting, 1, 2)
    serious = makers.penalty(1, publicationClass="SERIOUS", mines=[licence(1), licence(2)])
    [result] = await posted(posting, ECOLOGY, K.PENALTY, serious)
    page = "{ conflicts(filter: {code: {eq: LISTED_WITH_SERIOUS_PENALTY}}) { totalCount nodes { id licenceNo } } }"
    told = (await ask(ECOLOGY, page))["data"]["conflicts"]
    code = "LISTED_WITH_SERIOUS_PENALTY"
    assert told == {
        "totalCount": 2,
        "nodes": [{"id": f"{code}:{licence(n)}:{result.record_id}", "licenceNo": licence(n)} for n in (1, 2)],
    }


async def test_an_opinion_on_two_kinds_of_zones_is_a_conflict_with_each_screening(posting: Posting, ask: Ask) -> None:
    await listed_mines(posting, 1)
    both = makers.opinion(1, nature="COMMENT", topics=["ECOLOGICAL_RED_LINE", "PROTECTED_AREA"])
    await posted(posting, NATURAL_RESOURCES, K.OPINION, both)
    for number, who, zone in ((1, NATURAL_RESOURCES, "ECOLOGICAL_RED_LINE"), (2, makers.FORESTRY, "PROTECTED_AREA")):
        await posted(posting, who, K.SCREENING, duties.screening(number, zoneKind=zone))
    told = (await ask(ECOLOGY, _LISTED % ""))["data"]["conflicts"]["nodes"]
    agreed = [node for node in told if node["code"] == "AGREED_DESPITE_OVERLAP"]
    assert sorted(node["department"] for node in agreed) == ["FORESTRY_GRASSLAND", "NATURAL_RESOURCES"]
    assert len({node["id"] for node in agreed}) == 2
    # Whether the code alone tells who should act, or what it is about as well: whoever is asked for is told.
    assert {node["code"] for node in told} > {"AGREED_DESPITE_OVERLAP"}
    for word in Department:
        theirs = [node for node in told if node["department"] == word]
        for asked in (f"department: {{eq: {word}}}", f"department: {{in: [{word}, TAXATION]}}"):
            assert (await ask(ECOLOGY, _LISTED % f"(filter: {{{asked}}})"))["data"]["conflicts"]["nodes"] == theirs
        others = (await ask(ECOLOGY, _LISTED % f"(filter: {{not: {{department: {{eq: {word}}}}}}})"))["data"]["conflicts"]
        assert others["nodes"] == [node for node in told if node not in theirs]
    for empty, there in (("true", []), ("false", told)):
        asked = _LISTED % f"(filter: {{department: {{isNull: {empty}}}}})"
        assert (await ask(ECOLOGY, asked))["data"]["conflicts"]["nodes"] == there


async def test_what_an_entitled_organ_decides_against_the_plan_is_taken_and_shown(
    posting: Posting, ask: Ask, database: Database
) -> None:
    await posted(posting, makers.MARKET_REGULATION, K.ENTERPRISE, makers.enterprise(1))
    await posted(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1, remainingYears="2.50"))
    made = []
    for kind, item in (
        (K.SUPPORT_GRANT, duties.support_grant(1, policyNumber=None)),
        (K.CONTRACT, duties.contract(1, contractKind="CONSTRUCTION")),
    ):
        made += await posted(posting, duties.poster(kind), kind, item)
    assert all(result.record_id for result in made), made
    page = "{ conflicts { nodes { code department section evidence } } }"

    async def told() -> dict[str, Any]:
        return {node.pop("code"): node for node in (await ask(ECOLOGY, page))["data"]["conflicts"]["nodes"]}

    first = await told()
    assert first.keys() == {"GRANTED_TO_UNLISTED", "CONTRACTED_TOO_LITTLE_LEFT"}
    assert (first["GRANTED_TO_UNLISTED"]["section"], first["CONTRACTED_TOO_LITTLE_LEFT"]["section"]) == ("3", "2.2")
    assert first["CONTRACTED_TOO_LITTLE_LEFT"]["department"] == "NATURAL_RESOURCES"
    assert first["GRANTED_TO_UNLISTED"]["evidence"] == [made[0].record_id]
    # It was listed that day, as is told only now.
    await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, makers.entry(1))
    assert "GRANTED_TO_UNLISTED" not in await told()
    assert await Rules(database).differing() == ()


async def test_what_the_province_judges_and_lists_against_the_rules_is_taken_shown_and_in_doubt(
    posting: Posting, ask: Ask, database: Database
) -> None:
    """Who may decide decides; the plan's supports wait until it is put right."""
    await listed_mines(posting, 1, 2, 3)
    await posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system(passPoints="89"))
    await posted(posting, NATURAL_RESOURCES, K.EXPERT, duties.expert(1), duties.expert(2))
    agencies = [duties.assessor(1), duties.assessor(2, suspendedUntil="2025-01-06")]
    await posted(posting, NATURAL_RESOURCES, K.ASSESSOR, *agencies)
    results = await posted(
        posting,
        NATURAL_RESOURCES,
        K.ASSESSMENT,
        *(duties.assessment(n, licenceNo=licence(n), assessorUscc=agencies[n == 2]["uscc"]) for n in (1, 2, 3)),
    )
    away = {"step": "REMOVED", "reasonCode": "NOT_MEETING_STANDARD", "legalBasis": "示例依据"}
    long = {"step": "RECTIFICATION", "effectiveOn": "2026-01-05", "rectificationDueOn": "2026-07-06"}
    for item in (
        {"licenceNo": licence(3), "effectiveOn": "2026-01-04"} | away,
        {"licenceNo": licence(3), "level": "NATIONAL", "step": "PROPOSED", "effectiveOn": "2026-01-05"},
        {"licenceNo": licence(3), "step": "PROPOSED", "effectiveOn": "2026-01-06"},
        {"licenceNo": licence(3), "step": "PUBLIC_NOTICE", "effectiveOn": "2026-02-02"},
        {"licenceNo": licence(3), "step": "LISTED", "effectiveOn": "2026-03-02"},
        {"licenceNo": licence(2)} | long,
    ):
        results += await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, makers.entry(9, **item))
    assert all(result.record_id for result in results), results
    page = """{
      conflicts { nodes { code licenceNo section } }
      mines { nodes { licenceNo supports { eligibility reasons } } }
    }"""

    async def told() -> tuple[dict[tuple[str, str], str], list[tuple[str, list[str]]]]:
        data = (await ask(ECOLOGY, page))["data"]
        found = {(one["code"], one["licenceNo"]): one["section"] for one in data["conflicts"]["nodes"]}
        mines = sorted(data["mines"]["nodes"], key=lambda one: str(one["licenceNo"]))
        return found, [(one["supports"][0]["eligibility"], one["supports"][0]["reasons"]) for one in mines]

    unfit = {("ASSESSOR_UNFIT", licence(2)): "5.3"}
    listed = {
        ("RECTIFICATION_TOO_LONG", licence(2)): "5.4",
        ("RECTIFICATION_OVERDUE", licence(2)): "5.4",
        ("NATIONAL_WITHOUT_PROVINCIAL", licence(3)): "5.4",
        ("LISTED_WITHOUT_ASSESSMENT", licence(3)): "5.2, 5.4",
    }
    alone = ["LISTED_WITHOUT_ASSESSMENT", "NATIONAL_WITHOUT_PROVINCIAL"]
    # With 89 points of 89 the first is in order.
    conflicts, supports = await told()
    assert conflicts == unfit | listed
    assert supports == [("ELIGIBLE", []), ("NOT_LISTED", []), ("IN_DOUBT", alone)]
    # A system that is put right puts right what was judged by it; so does one by which they fall short.
    await posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system(passPoints="89.01"))
    conflicts, supports = await told()
    short = {("PASSED_BELOW_STANDARD", licence(n)): "5.3, annex 1" for n in (1, 2, 3)}
    assert conflicts == unfit | listed | short | {("LISTED_ON_DOUBTFUL_ASSESSMENT", licence(1)): "5.3, 5.4"}
    assert supports == [("IN_DOUBT", ["LISTED_ON_DOUBTFUL_ASSESSMENT"]), ("NOT_LISTED", []), ("IN_DOUBT", alone)]
    # Who is suspended only now was free to assess.
    await posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system(passPoints="89"))
    await posted(posting, NATURAL_RESOURCES, K.ASSESSOR, agencies[0] | {"suspendedUntil": "2030-01-01"})
    in_order = unfit | listed, [("ELIGIBLE", []), ("NOT_LISTED", []), ("IN_DOUBT", alone)]
    assert await told() == in_order
    # Whom the pool knows to have ties, or knows no more, was not to assess, until it is put right.
    barred = {n: {("EXPERT_UNFIT", licence(n)): "5.3, annex 1"} for n in (1, 2, 3)}
    doubtful = {("LISTED_ON_DOUBTFUL_ASSESSMENT", licence(1)): "5.3, 5.4"}
    for tie in ({"employerUscc": uscc(1)}, {"avoids": [uscc(70), uscc(1)]}):
        [expert] = await posted(posting, NATURAL_RESOURCES, K.EXPERT, duties.expert(2, **tie))
        conflicts, supports = await told()
        assert conflicts == unfit | listed | barred[1] | doubtful
        assert supports[0] == ("IN_DOUBT", ["LISTED_ON_DOUBTFUL_ASSESSMENT"])
    await posting.withdraw(NATURAL_RESOURCES, str(expert.record_id), "示例", source="test")
    assert (await told())[0] == unfit | listed | barred[1] | barred[2] | barred[3] | doubtful
    await posting.reinstate(NATURAL_RESOURCES, str(expert.record_id), "示例", source="test")
    await posted(posting, NATURAL_RESOURCES, K.EXPERT, duties.expert(2))
    assert await told() == in_order
    assert await Rules(database, clock=lambda: NOW).differing() == ()


async def test_a_conflict_of_an_enterprise_is_known_by_the_enterprise(posting: Posting, ask: Ask) -> None:
    await listed_mines(posting, 1)
    [result] = await posted(posting, ECOLOGY, K.PENALTY, makers.penalty(1, partyName="示例旧名有限公司"))
    told = (await ask(ECOLOGY, "{ conflicts { nodes { id } } }"))["data"]["conflicts"]["nodes"]
    assert told == [{"id": f"NAMES_DIFFER:{uscc(1)}:{result.record_id}"}]


@pytest.mark.parametrize(
    ("penalty", "differs"),
    [
        # The register tells another name since 31 October: until then the old one was right.
        ({"decidedOn": "2026-10-30"}, False),
        ({"decidedOn": "2026-10-31"}, False),
        ({"decidedOn": "2026-11-01"}, True),
        ({"decidedOn": "2026-11-01", "partyName": "示例新名有限公司"}, False),
        ({"decidedOn": "2026-10-30", "partyName": "示例它名有限公司"}, True),
        ({"decidedOn": "2026-11-01", "annulledOn": "2026-11-02"}, False),
    ],
    ids=repr,
)
async def test_a_name_that_was_right_on_the_day_does_not_differ(
    database: Database, posting: Posting, ask: Ask, penalty: dict[str, Any], differs: bool
) -> None:
    for days, name in ((9, "示例1号矿业有限公司"), (2, "示例新名有限公司")):
        then = Posting(database, clock=lambda days=days: NOW - timedelta(days=days))  # type: ignore[misc]
        await posted(then, makers.MARKET_REGULATION, K.ENTERPRISE, makers.enterprise(1, name=name))
    item = makers.penalty(1, publishedOn=None, mines=[]) | penalty
    [result] = await posted(posting, ECOLOGY, K.PENALTY, item)
    assert result.record_id, result.problems
    answer = await ask(ECOLOGY, "{ conflicts(filter: {code: {eq: NAMES_DIFFER}}) { totalCount } }")
    assert answer["data"]["conflicts"]["totalCount"] == differs


async def test_a_name_that_the_register_declares_for_the_day_does_not_differ(
    database: Database, posting: Posting, ask: Ask
) -> None:
    """Renamed before the hub knew it: a decision of then is right, one of the day after is not."""
    former = {"name": "示例1号矿业有限公司", "usedFrom": "2026-10-01", "usedUntil": "2026-10-30"}
    query = "{ conflicts(filter: {code: {eq: NAMES_DIFFER}}) { nodes { id } } enterprises { nodes { formerNames {"
    query += " name usedFrom usedUntil } } } }"
    days = ("2026-09-30", "2026-10-01", "2026-10-30", "2026-10-31")
    decisions = [makers.penalty(n, publishedOn=None, mines=[], decidedOn=day) for n, day in enumerate(days)]
    ids = [result.record_id for result in await posted(posting, ECOLOGY, K.PENALTY, *decisions)]
    renamed = makers.enterprise(1, name="示例新名有限公司", formerNames=[former])
    await posted(posting, makers.MARKET_REGULATION, K.ENTERPRISE, renamed)
    told = (await ask(ECOLOGY, query))["data"]
    assert told["enterprises"]["nodes"] == [{"formerNames": [former]}]
    assert {one["id"] for one in told["conflicts"]["nodes"]} == {f"NAMES_DIFFER:{uscc(1)}:{ids[n]}" for n in (0, 3)}
    assert await Rules(database).differing() == ()
    [refused] = await posted(
        posting,
        makers.MARKET_REGULATION,
        K.ENTERPRISE,
        renamed | {"formerNames": [former | {"usedUntil": "2026-09-30"}]},
    )
    assert [(one.path, one.code) for one in refused.problems] == [("formerNames.0.usedUntil", "DATES_OUT_OF_ORDER")]


@pytest.mark.parametrize(
    ("code", "edge", "from_edge"),
    [
        (
            "LISTED_LICENCE_EXPIRED",
            {"mine": {"licenceValidUntil": "2026-11-02"}},
            {"mine": {"licenceValidUntil": "2026-11-01"}},
        ),
        ("LISTED_TOO_LITTLE_LEFT", {"mine": {"remainingYears": "3"}}, {"mine": {"remainingYears": "2.99"}}),
        ("LISTED_CLOSED", {"mine": {"lifeCycle": "SUSPENDED"}}, {"mine": {"lifeCycle": "CLOSED"}}),
        (
            "LISTED_WITH_SERIOUS_PENALTY",
            {"penalty": {"publicationClass": "SERIOUS", "validUntil": "2026-11-01"}},
            {"penalty": {"publicationClass": "SERIOUS", "validUntil": "2026-11-02"}},
        ),
        (
            "LISTED_LICENCE_REVOKED",
            {"penalty": {"kinds": ["CLOSURE"], "fine": None, "annulledOn": "2026-11-02"}},
            {"penalty": {"kinds": ["CLOSURE"], "fine": None, "annulledOn": None}},
        ),
    ],
)
async def test_what_stands_against_the_directory_does_so_from_its_day(
    posting: Posting, ask: Ask, code: str, edge: dict[str, Any], from_edge: dict[str, Any]
) -> None:
    await listed_mines(posting, 1)
    page = f"{{ conflicts(filter: {{code: {{eq: {code}}}}}) {{ nodes {{ licenceNo mine {{ name }} evidence }} }} }}"
    for more, found in ((edge, 0), (from_edge, 1)):
        for kind, who, make in ((K.MINE, NATURAL_RESOURCES, makers.mine), (K.PENALTY, ECOLOGY, makers.penalty)):
            if words := more.get(kind.value):
                [result] = await posted(posting, who, kind, make(1, **words))
                assert result.record_id, result
        nodes = (await ask(ECOLOGY, page))["data"]["conflicts"]["nodes"]
        assert len(nodes) == found, more
        assert all(result.record_id in node["evidence"] and node["licenceNo"] == licence(1) for node in nodes)


async def test_a_green_mine_is_in_doubt_with_the_reasons_and_barred_by_a_list_since_its_day(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await listed_mines(posting, 1)
    query = f'{{ mine(licenceNo: "{licence(1)}") {{ supports {{ eligibility reasons barredBy barredSince }} }} }}'

    async def told() -> dict[str, Any]:
        rows = (await ask(makers.BANK, query))["data"]["mine"]["supports"]
        assert len(rows) == 6
        assert all(row == rows[0] for row in rows)
        found: dict[str, Any] = rows[0]
        return found

    async def post(who: Any, kind: K, item: dict[str, Any]) -> str:
        [result] = await posted(posting, who, kind, item)
        assert result.record_id, result
        return result.record_id

    none: dict[str, Any] = {"reasons": [], "barredBy": None, "barredSince": None}
    assert await told() == {"eligibility": "ELIGIBLE"} | none
    revoked = {"kinds": ["LICENCE_REVOCATION"], "licenceAffected": "示例证照", "fine": None}
    penalty = await post(ECOLOGY, K.PENALTY, makers.penalty(1, **revoked))
    await post(makers.MARKET_REGULATION, K.ENTERPRISE, makers.enterprise(1, registrationStatus="CANCELLED"))
    doubts = {"reasons": ["LISTED_HOLDER_GONE", "LISTED_LICENCE_REVOKED"]}
    assert await told() == none | {"eligibility": "IN_DOUBT"} | doubts
    await posting.withdraw(ECOLOGY, penalty, "示例更正", source="test")
    assert (await told())["reasons"] == ["LISTED_HOLDER_GONE"]
    await posting.reinstate(ECOLOGY, penalty, "示例更正", source="test")
    await post(makers.MARKET_REGULATION, K.ENTERPRISE, makers.enterprise(1))
    assert (await told())["reasons"] == ["LISTED_LICENCE_REVOKED"]
    await post(ECOLOGY, K.PENALTY, makers.penalty(1, **revoked, annulledOn="2026-11-02"))
    assert await told() == {"eligibility": "ELIGIBLE"} | none
    breach = {"seriousBreach": True, "seriousBreachSince": "2026-05-06"}
    await post(makers.MARKET_REGULATION, K.ENTERPRISE, makers.enterprise(1, **breach))
    barred = {"eligibility": "BARRED", "barredBy": "HOLDER_SERIOUS_BREACH", "barredSince": "2026-05-06"}
    assert await told() == {"reasons": ["LISTED_BLACKLISTED"]} | barred
    await post(NATURAL_RESOURCES, K.MINING_RIGHT_LISTING, duties.mining_right_listing(1, enteredOn="2026-05-05"))
    assert (await told())["barredBy"] == "RIGHT_HOLDER_ABNORMAL"
    await posting.withdraw(makers.MARKET_REGULATION, await enterprise_id(ask), "示例更正", source="test")
    assert (await told())["barredSince"] == "2026-05-05"
    assert await Rules(database, clock=lambda: NOW).differing() == ()


async def enterprise_id(ask: Ask) -> str:
    [found] = (await ask(ECOLOGY, "{ enterprises { nodes { id } } }"))["data"]["enterprises"]["nodes"]
    return str(found["id"])


async def test_a_post_of_a_holder_and_one_of_its_mine_at_once_lose_no_line(database: Database, posting: Posting) -> None:
    await listed_mines(posting, 1, 2)
    await asyncio.gather(
        *(
            posted(posting, makers.MARKET_REGULATION, K.ENTERPRISE, makers.enterprise(1, registrationStatus=status))
            for status in ("CANCELLED", "IN_OPERATION", "REVOKED", "SUSPENDED")
        ),
        *(posted(posting, NATURAL_RESOURCES, K.MINE, makers.mine(2, enterpriseUscc=uscc(n))) for n in (1, 2, 1, 2, 1)),
    )
    assert await Rules(database, clock=lambda: NOW).differing() == ()


@pytest.mark.parametrize(
    ("more", "unfit"),
    [
        ({}, False),
        ({"technicalStaff": 15, "seniorStaff": 5}, False),
        ({"technicalStaff": 14, "seniorStaff": 14}, True),
        ({"technicalStaff": 20, "seniorStaff": 6}, False),
        ({"technicalStaff": 20, "seniorStaff": 5}, True),
        # The third party assessed on 6 January.
        ({"registeredOn": "2025-01-06"}, False),
        ({"registeredOn": "2025-01-07"}, True),
        ({"uscc": uscc(1)}, True),
        ({"suspendedUntil": "2025-01-05"}, False),
        ({"suspendedUntil": "2025-01-06"}, True),
        ({"dealings": [{"uscc": uscc(1), "beganOn": "2026-01-06", "subject": "示例勘查"}]}, True),
        ({"dealings": [{"uscc": uscc(1), "beganOn": "2026-01-07", "subject": "示例勘查"}]}, False),
    ],
)
async def test_an_assessment_by_who_is_not_fit_for_it_is_a_conflict(
    posting: Posting, ask: Ask, more: dict[str, Any], unfit: bool
) -> None:
    await listed_mines(posting, 1)
    await posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system())
    await posted(posting, NATURAL_RESOURCES, K.EXPERT, *(duties.expert(n) for n in (1, 2)))
    assessor = duties.assessor(1, **more)
    [agency] = await posted(posting, NATURAL_RESOURCES, K.ASSESSOR, assessor)
    before = duties.assessment(1, assessorUscc=assessor["uscc"], steps=duties.steps(4), scores=[])
    [taken] = await posted(posting, NATURAL_RESOURCES, K.ASSESSMENT, before)
    page = "{ conflicts(filter: {code: {eq: ASSESSOR_UNFIT}}) { nodes { licenceNo since department evidence } } }"
    assert taken.record_id, taken.problems
    assert (await ask(ECOLOGY, page))["data"]["conflicts"]["nodes"] == [], "nobody has assessed yet"
    [taken] = await posted(posting, NATURAL_RESOURCES, K.ASSESSMENT, duties.assessment(1, assessorUscc=assessor["uscc"]))
    assert taken.record_id, taken.problems
    wanted = {
        "licenceNo": licence(1),
        "since": "2025-01-06",
        "department": "NATURAL_RESOURCES",
        "evidence": [taken.record_id, agency.record_id],
    }
    assert (await ask(ECOLOGY, page))["data"]["conflicts"]["nodes"] == [wanted] * unfit


@pytest.mark.parametrize(
    ("code", "kind", "items"),
    [
        (
            "LISTED_DESPITE_DISAGREE",
            K.OPINION,
            (
                makers.opinion(verdict="DISAGREE", validUntil="2026-11-01"),
                makers.opinion(verdict="DISAGREE", validUntil="2026-11-02"),
            ),
        ),
        ("LISTED_INSIDE_ZONE", K.SCREENING, (duties.screening(overlaps=[]), duties.screening())),
        (
            "LISTED_WITHOUT_ASSESSMENT",
            K.ASSESSMENT,
            (
                duties.assessment(),
                duties.assessment(steps=[*duties.steps(6), duties.steps(7, failed=True)[-1] | {"on": "2026-11-02"}]),
            ),
        ),
        (
            "RECTIFICATION_OVERDUE",
            K.DIRECTORY_ENTRY,
            (
                makers.entry(9, step="RECTIFICATION", effectiveOn="2026-06-01", rectificationDueOn="2026-11-02"),
                makers.entry(9, step="RECTIFICATION", effectiveOn="2026-06-01", rectificationDueOn="2026-11-01"),
            ),
        ),
    ],
)
async def test_what_other_records_say_of_a_listed_mine_counts_from_its_day(
    posting: Posting, ask: Ask, code: str, kind: K, items: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    await listed_mines(posting, 1)
    await posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system())
    await posted(posting, NATURAL_RESOURCES, K.ASSESSOR, duties.assessor())
    await posted(posting, NATURAL_RESOURCES, K.EXPERT, duties.expert(1), duties.expert(2))
    page = f"{{ conflicts(filter: {{code: {{eq: {code}}}}}) {{ nodes {{ licenceNo evidence }} }} }}"
    for item, found in zip(items, (0, 1), strict=True):
        [result] = await posted(posting, NATURAL_RESOURCES, kind, item)
        assert result.record_id, result
        nodes = (await ask(ECOLOGY, page))["data"]["conflicts"]["nodes"]
        assert [(node["licenceNo"], node["evidence"][0]) for node in nodes] == [(licence(1), result.record_id)] * found
