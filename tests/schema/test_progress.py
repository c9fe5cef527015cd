"""Targets, yearly reports, conflicts and supports are worked out from what stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import pytest

from auth.principals import Role
from hub.domain.calendar.moments import CHINA
from hub.domain.record_kinds import RecordKind, mine_id
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PREFECTURES
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.execution import Graph
from schema.root import build_schema
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import (
    BANK,
    CURSORS,
    ECOLOGY,
    FINANCE,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    Ask,
    caller,
    licence,
    posted,
    uscc,
)

FORESTRY = caller(Role.DEPARTMENT, Department.FORESTRY_GRASSLAND)


async def listed(posting: Posting, *numbers: int, on: str = "2025-03-20") -> None:
    entries = [makers.entry(number, licenceNo=licence(number), effectiveOn=on) for number in numbers]
    results = await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries)
    assert all(result.record_id for result in results), results


@pytest.fixture
async def kunming(posting: Posting) -> None:
    """Ten large mines of 昆明 in production, three of them listed, one of these warned; and some that do not count."""
    mines = [makers.mine(n, lifeCycle="PRODUCING", enterpriseUscc=uscc(n)) for n in range(1, 11)]
    mines += [
        makers.mine(11, lifeCycle="SUSPENDED"),
        makers.mine(12, lifeCycle="PRODUCING", licenceValidUntil="2026-01-31"),
        makers.mine(13, lifeCycle="PRODUCING", scale="SMALL"),
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)
    await listed(posting, 1, 2, 3)
    warned = makers.entry(
        30, licenceNo=licence(3), step="RECTIFICATION", effectiveOn="2026-08-01", rectificationDueOn="2026-12-31"
    )
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, warned)


async def test_a_target_is_measured_on_the_years_last_day_or_today(kunming: None, posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.PREFECTURE_TARGET, duties.prefecture_target(1, year=2026, share="50"))
    await posted(posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, duties.progress_report(0, year=2025))
    answer = await ask(
        ECOLOGY,
        """{ targetProgress(first: 200, filter: {prefectureCode: {eq: "530100"}}) { totalCount nodes {
            scale year countedOn target producing atStandard share needed neededNext gap prefecture { name }
            prefectureTarget { share } report { year } atStandardMines(first: 2) { totalCount nodes { licenceNo } }
            candidates(first: 3) { totalCount nodes { licenceNo } } } } }""",
    )
    told = {(node["scale"], node["year"]): node for node in answer["data"]["targetProgress"]["nodes"]}
    assert answer["data"]["targetProgress"]["totalCount"] == 12
    # At the end of 2025 eleven stood in production: the one whose licence ended in January 2026 too.
    assert told["LARGE", 2025] == {
        "scale": "LARGE",
        "year": 2025,
        "countedOn": "2025-12-31",
        "target": "20.00",
        "producing": 11,
        "atStandard": 3,
        "share": "27.27",
        "needed": 3,
        "neededNext": 5,
        "gap": 0,
        "prefecture": {"name": "昆明市"},
        "candidates": {"totalCount": 8, "nodes": [{"licenceNo": licence(n)} for n in (3, 4, 5)]},
        "atStandardMines": {"totalCount": 3, "nodes": [{"licenceNo": licence(n)} for n in (1, 2)]},
        "prefectureTarget": None,
        "report": {"year": 2025},
    }
    now = told["LARGE", 2026]
    assert (now["countedOn"], now["producing"], now["atStandard"], now["needed"], now["gap"]) == ("2026-11-02", 10, 2, 4, 2)
    small = told["SMALL", 2026]
    assert (small["target"], small["producing"], small["needed"], small["gap"]) == ("50.00", 1, 1, 1)
    # What decides a figure is told with it: of this year the warned mine is no more among those that count.
    assert (small["prefectureTarget"], now["prefectureTarget"], now["report"]) == ({"share": "50.00"}, None, None)
    assert (small["atStandardMines"]["totalCount"], now["atStandardMines"]["totalCount"]) == (0, 2)
    none = told["SMALL", 2027]
    assert (none["target"], none["needed"], none["gap"]) == (None, None, None)
    assert (told["MEDIUM", 2026]["producing"], told["MEDIUM", 2026]["share"]) == (0, None)


async def test_what_is_told_of_a_mine_afterwards_leaves_past_years_as_they_were(
    kunming: None, database: Database, posting: Posting, ask: Ask
) -> None:
    """Of what the hub was told by the end of the year's last day, in China, the year's count is made; of all else not."""
    last_moment, after = (datetime(2025, 12, 31, hour, minute, tzinfo=UTC) for hour, minute in ((15, 59), (16, 0)))
    query = """{ targetProgress(filter: {prefectureCode: {eq: "530100"}, year: {from: 2025, to: 2026}}) { nodes {
        scale year producing atStandard atStandardMines { totalCount nodes { licenceNo } } candidates { totalCount } } } }"""

    async def told() -> dict[tuple[str, int], tuple[int, int, list[str]]]:
        nodes = (await ask(ECOLOGY, query))["data"]["targetProgress"]["nodes"]
        found = {}
        for node in nodes:
            mines = [mine["licenceNo"] for mine in node["atStandardMines"]["nodes"]]
            assert (node["atStandard"], node["atStandardMines"]["totalCount"]) == (len(mines), len(mines))
            found[node["scale"], node["year"]] = node["producing"], node["candidates"]["totalCount"], mines
        return found

    def mine(number: int, **more: Any) -> dict[str, Any]:
        return makers.mine(number, lifeCycle="PRODUCING", enterpriseUscc=uscc(number)) | more

    before = await told()
    assert before["LARGE", 2025] == (11, 8, [licence(1), licence(2), licence(3)])
    later = [
        mine(1, lifeCycle="CLOSED"),
        mine(2, divisionCode="530302"),
        mine(3, scale="MEDIUM"),
        mine(4, licenceValidUntil="2025-12-30"),
        mine(5, licenceNo=licence(5), lifeCycle="SUSPENDED"),
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *later)
    renewed = duties.licence_succession(form="RENEWAL", predecessors=[licence(1)], successors=[licence(31)])
    await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, renewed)
    now = await told()
    # A mine is counted as what it was, and told under the number that it has.
    assert now["LARGE", 2025] == (11, 5, [licence(2), licence(3), licence(31)])
    assert now["LARGE", 2026] == (5, 5, [])
    assert now["MEDIUM", 2025] == (0, 1, [])
    assert now["MEDIUM", 2026] == (1, 1, [])

    async def tell(moment: datetime, *items: dict[str, Any]) -> None:
        await posted(Posting(database, clock=lambda: moment), NATURAL_RESOURCES, RecordKind.MINE, *items)

    await tell(last_moment - timedelta(1), mine(68), mine(69))
    await tell(last_moment, mine(68, lifeCycle="SUSPENDED"))
    await tell(after, mine(69, lifeCycle="SUSPENDED"))
    assert (await told())["LARGE", 2025][0] == 11 + 1
    # What was withdrawn never was.
    await posting.withdraw(NATURAL_RESOURCES, mine_id(licence(69)), "示例：误报", source="test")
    assert (await told())["LARGE", 2025][0] == 11


async def test_every_prefecture_owes_a_report_by_the_end_of_november(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, duties.progress_report(0, year=2025))
    answer = await ask(
        ECOLOGY,
        """{ reportDuties(first: 100) { totalCount nodes { prefectureCode year dueOn state report { signedOffBy }
            progress { scale year } } } }""",
    )
    told = {(n["prefectureCode"], n["year"]): n for n in answer["data"]["reportDuties"]["nodes"]}
    assert answer["data"]["reportDuties"]["totalCount"] == 64
    assert told["530100", 2025]["state"] == "SIGNED_OFF"
    assert told["530100", 2025]["report"] == {"signedOffBy": "示例签发人"}
    assert [p["scale"] for p in told["530100", 2025]["progress"]] == ["LARGE", "MEDIUM", "SMALL"]
    assert told["530300", 2025]["state"] == "OVERDUE"
    # The tests' day is 2 November 2026.
    assert told["530300", 2026] | {"progress": []} == {
        "prefectureCode": "530300",
        "year": 2026,
        "dueOn": "2026-11-30",
        "state": "DUE_SOON",
        "report": None,
        "progress": [],
    }
    assert told["530300", 2027]["state"] == "NOT_YET_DUE"


async def test_who_owes_a_report_is_reminded_thirty_days_ahead_and_overdue_when_its_day_has_passed(
    database: Database, posting: Posting
) -> None:
    now = NOW
    ask = Ask(Graph(build_schema(), Reading(database, clock=lambda: now, cursors=CURSORS), posting))
    for day, state in (
        (date(2026, 10, 30), "NOT_YET_DUE"),
        (date(2026, 10, 31), "DUE_SOON"),
        (date(2026, 11, 30), "DUE_SOON"),
        (date(2026, 12, 1), "OVERDUE"),
    ):
        for time in (time_of_day.min, time_of_day.max):
            now = datetime.combine(day, time, CHINA)
            told = await ask(ECOLOGY, "{ reportDuties(first: 20, filter: {year: {eq: 2026}}) { nodes { state } } }")
            assert [one["state"] for one in told["data"]["reportDuties"]["nodes"]] == [state] * len(PREFECTURES), now


@pytest.mark.parametrize(("signed", "state"), [("2025-11-30", "SIGNED_OFF"), ("2025-12-01", "LATE")])
async def test_a_report_that_was_signed_off_after_its_day_is_late(posting: Posting, ask: Ask, signed: str, state: str) -> None:
    await posted(
        posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, duties.progress_report(0, year=2025, signedOffOn=signed)
    )
    answer = await ask(
        ECOLOGY, f"{{ reportDuties(filter: {{ state: {{ eq: {state} }} }}) {{ nodes {{ prefectureCode year }} }} }}"
    )
    assert answer["data"]["reportDuties"]["nodes"] == [{"prefectureCode": "530100", "year": 2025}]


async def test_a_report_is_drafted_from_the_graph_and_posted_once_it_is_signed(
    kunming: None, posting: Posting, ask: Ask
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.PREFECTURE_TARGET, duties.prefecture_target(1, year=2027, share="50"))
    query = """{ reportDuties(filter: {prefectureCode: {eq: "530100"}, year: {eq: 2026}}) { nodes {
        state prefectureCode year progress { scale producing atStandard neededNext }
        report { figures { scale producing } } } } }"""
    [duty] = (await ask(NATURAL_RESOURCES, query))["data"]["reportDuties"]["nodes"]
    assert (duty["state"], duty["report"]) == ("DUE_SOON", None)
    figures = [
        {"scale": one["scale"], "producing": one["producing"], "atStandard": one["atStandard"], "plannedNext": planned}
        for one in duty["progress"]
        if (planned := one["neededNext"]) is not None
    ]
    assert figures == [
        {"scale": "LARGE", "producing": 10, "atStandard": 2, "plannedNext": 7},
        {"scale": "MEDIUM", "producing": 0, "atStandard": 0, "plannedNext": 0},
        {"scale": "SMALL", "producing": 1, "atStandard": 0, "plannedNext": 1},
    ]
    unsigned = duties.progress_report(
        1, prefectureCode=duty["prefectureCode"], year=duty["year"], figures=figures, signedOffBy=None, signedOffOn=None
    )
    [refused] = await posted(posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, unsigned)
    assert {problem.path for problem in refused.problems} == {"signedOffBy", "signedOffOn"}
    signed = unsigned | {"signedOffBy": "示例签发人", "signedOffOn": "2026-11-02"}
    [taken] = await posted(posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, signed)
    assert taken.record_id, taken.problems
    [duty] = (await ask(NATURAL_RESOURCES, query))["data"]["reportDuties"]["nodes"]
    assert duty["state"] == "SIGNED_OFF"
    assert [one["producing"] for one in duty["report"]["figures"]] == [10, 0, 1]


@pytest.mark.parametrize(
    ("producing", "at_standard", "differs"), [(10, 2, False), (11, 2, True), (9, 2, True), (10, 3, True), (10, 1, True)]
)
async def test_what_a_report_tells_stands_beside_what_the_hub_counts(  # noqa: PLR0917
    kunming: None, posting: Posting, ask: Ask, producing: int, at_standard: int, differs: bool
) -> None:
    figures = [{"scale": "LARGE", "producing": producing, "atStandard": at_standard}]
    told = duties.progress_report(1, prefectureCode="530100", year=2026, figures=figures, signedOffOn="2026-11-02")
    await posted(posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, told)
    query = """{ reportDuties(filter: {prefectureCode: {eq: "530100"}, year: {from: 2025, to: 2026}}) { nodes {
        year progress { scale producing atStandard reportedProducing reportedAtStandard differs } } } }"""
    duties_of = {one["year"]: one["progress"] for one in (await ask(ECOLOGY, query))["data"]["reportDuties"]["nodes"]}
    large, medium, _ = duties_of[2026]
    assert (large["producing"], large["atStandard"]) == (10, 2)
    assert (large["reportedProducing"], large["reportedAtStandard"], large["differs"]) == (producing, at_standard, differs)
    for one in (medium, *duties_of[2025]):
        assert (one["reportedProducing"], one["reportedAtStandard"], one["differs"]) == (None, None, None)


@pytest.mark.parametrize(
    ("year", "signed", "wrong"),
    [
        (2024, "2026-11-02", {"year"}),
        (2029, "2026-11-02", {"year"}),
        (2026, "2026-11-02", set()),
        # It has not begun, whatever day is stated.
        (2027, "2026-11-02", {"year"}),
        (2027, "2027-11-02", {"signedOffOn"}),
    ],
)
async def test_reports_are_of_years_of_the_plan_that_are_over_or_running(
    posting: Posting, year: int, signed: str, wrong: set[str]
) -> None:
    report = duties.progress_report(1, prefectureCode="530100", year=year, signedOffOn=signed)
    [result] = await posted(posting, NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, report)
    assert {problem.path for problem in result.problems} == wrong


async def test_who_agreed_in_spite_of_an_overlap_is_held_to_it_by_the_keeper_of_the_zone(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(makers.mine(n, enterpriseUscc=uscc(n)) for n in (1, 2)))
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, *(makers.enterprise(n) for n in (1, 2)))
    for who, number, zone in ((NATURAL_RESOURCES, 1, "ECOLOGICAL_RED_LINE"), (FORESTRY, 2, "PROTECTED_AREA")):
        agrees = makers.opinion(number, licenceNo=licence(number), topics=[zone])
        await posted(posting, who, RecordKind.OPINION, agrees)
        screened = duties.screening(number, licenceNo=licence(number), zoneKind=zone)
        await posted(posting, who, RecordKind.SCREENING, screened)
    answer = await ask(ECOLOGY, "{ conflicts { nodes { code licenceNo department section } } }")
    told = {
        node["licenceNo"]: (node["code"], node["department"], node["section"]) for node in answer["data"]["conflicts"]["nodes"]
    }
    assert told == {
        licence(1): ("AGREED_DESPITE_OVERLAP", "NATURAL_RESOURCES", "annex 1"),
        licence(2): ("AGREED_DESPITE_OVERLAP", "FORESTRY_GRASSLAND", "annex 7"),
    }


async def test_contradictions_are_listed_with_their_evidence(posting: Posting, ask: Ask) -> None:
    await posted(
        posting,
        NATURAL_RESOURCES,
        RecordKind.MINE,
        *(makers.mine(n, enterpriseUscc=uscc(n)) for n in (1, 2, 4, 5)),
        makers.mine(3, enterpriseUscc=uscc(3), licenceValidUntil="2026-06-30"),
    )
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, *(makers.enterprise(n) for n in (1, 2, 3, 4)))
    await listed(posting, 1, 2, 3)
    ids: dict[str, str] = {}

    async def one(who: Any, kind: RecordKind, item: dict[str, Any], name: str) -> None:
        [result] = await posted(posting, who, kind, item)
        assert result.record_id, result
        ids[name] = result.record_id

    serious = {"publicationClass": "SERIOUS", "partyUscc": uscc(1), "partyName": "示例1号矿业有限公司"}
    await one(ECOLOGY, RecordKind.PENALTY, makers.penalty(1, **serious), "serious")
    repaired = {"decidedOn": "2025-06-01", "repairedOn": "2026-06-01", "repairDocument": "示例修复1号", "mines": [licence(2)]}
    await one(ECOLOGY, RecordKind.PENALTY, makers.penalty(2, **serious, **repaired), "repaired")
    other_name = {"partyUscc": uscc(4), "partyName": "示例旧名有限公司", "mines": []}
    await one(ECOLOGY, RecordKind.PENALTY, makers.penalty(3, **other_name), "name")
    agrees = makers.opinion(1, licenceNo=licence(4), topics=["ECOLOGICAL_RED_LINE"])
    await one(NATURAL_RESOURCES, RecordKind.OPINION, agrees, "opinion")
    await one(NATURAL_RESOURCES, RecordKind.SCREENING, duties.screening(1, licenceNo=licence(4)), "screening")
    # Screened again and found clear: no contradiction.
    clear = makers.opinion(2, licenceNo=licence(5), topics=["ECOLOGICAL_RED_LINE"])
    await one(NATURAL_RESOURCES, RecordKind.OPINION, clear, "clear")
    for n, day, overlaps in ((2, "2025-08-01", duties.screening()["overlaps"]), (3, "2026-08-01", [])):
        screened = duties.screening(n, licenceNo=licence(5), screenedOn=day, overlaps=overlaps)
        await one(NATURAL_RESOURCES, RecordKind.SCREENING, screened, f"screening {n}")
    await one(NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, duties.restoration_plan(1), "restoration")
    done = [{"year": 2025, "duty": "4", "done": "4"}, {"year": 2026, "duty": "4", "done": "0"}]
    await one(NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, duties.restoration_plan(2, years=done), "not yet due")
    await one(FORESTRY, RecordKind.FOREST_LAND_USE, duties.forest_land_use(1), "vegetation")

    answer = await ask(
        FINANCE,
        """{ conflicts { totalCount nodes {
            code licenceNo department since evidence mine { licenceNo } enterprise { uscc } } } }""",
    )
    found = {(n["code"], n["licenceNo"]): n for n in answer["data"]["conflicts"]["nodes"]}
    assert set(found) == {
        ("LISTED_WITH_SERIOUS_PENALTY", licence(1)),
        ("LISTED_LICENCE_EXPIRED", licence(3)),
        ("HOLDER_NOT_REGISTERED", licence(5)),
        ("AGREED_DESPITE_OVERLAP", licence(4)),
        ("RESTORATION_OVERDUE", licence(1)),
        ("VEGETATION_OVERDUE", licence(1)),
        ("NAMES_DIFFER", None),
    }
    assert answer["data"]["conflicts"]["totalCount"] == 7
    assert found["LISTED_WITH_SERIOUS_PENALTY", licence(1)]["evidence"][0] == ids["serious"]
    assert found["AGREED_DESPITE_OVERLAP", licence(4)]["evidence"] == [ids["opinion"], ids["screening"]]
    assert found["AGREED_DESPITE_OVERLAP", licence(4)]["department"] == "NATURAL_RESOURCES"
    assert found["VEGETATION_OVERDUE", licence(1)]["department"] == "FORESTRY_GRASSLAND"
    assert found["RESTORATION_OVERDUE", licence(1)]["since"] == "2025-12-31"
    assert found["NAMES_DIFFER", None]["enterprise"] == {"uscc": uscc(4)}
    assert found["HOLDER_NOT_REGISTERED", licence(5)]["mine"] == {"licenceNo": licence(5)}
    own = await ask(FINANCE, f'{{ mine(licenceNo: "{licence(1)}") {{ conflicts {{ code }} }} }}')
    assert sorted(one["code"] for one in own["data"]["mine"]["conflicts"]) == [
        "LISTED_WITH_SERIOUS_PENALTY",
        "RESTORATION_OVERDUE",
        "VEGETATION_OVERDUE",
    ]


async def test_supports_are_for_listed_mines_in_good_faith(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(makers.mine(n, enterpriseUscc=uscc(n)) for n in (1, 2, 3)))
    await listed(posting, 1, 3)
    barred = duties.mining_right_listing(1, licenceNo=licence(3))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINING_RIGHT_LISTING, barred)
    policies = [duties.support_policy(1), duties.support_policy(2, endsOn="2026-01-01")]
    await posted(posting, NATURAL_RESOURCES, RecordKind.SUPPORT_POLICY, *policies)
    given = await posted(
        posting,
        NATURAL_RESOURCES,
        RecordKind.SUPPORT_GRANT,
        duties.support_grant(1),
        duties.support_grant(2, licenceNo=licence(2)),
    )
    assert all(result.record_id for result in given), "what is given to one that is not listed is shown as a conflict"
    query = "supports { support section eligibility policies { documentNumber } grants { documentNumber } }"
    for number, word in ((1, "ELIGIBLE"), (2, "NOT_LISTED"), (3, "BARRED")):
        answer = await ask(BANK, f'{{ mine(licenceNo: "{licence(number)}") {{ {query} }} }}')
        told = {one["support"]: one for one in answer["data"]["mine"]["supports"]}
        assert {one["eligibility"] for one in told.values()} == {word}
        assert [p["documentNumber"] for p in told["LAND"]["policies"]] == [policies[0]["documentNumber"]]
        assert bool(told["LAND"]["grants"]) == (number != 3)
        assert (told["LAND"]["section"], told["STOCK_LISTING"]["section"]) == ("3.1", "3.4")
