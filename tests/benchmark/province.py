"""The figures of a whole province, over real HTTP: progress towards every target, and the list of contradictions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import date
from random import Random
from statistics import median
from typing import Any

import httpx

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.records.mines import MineScale
from hub.domain.records.screenings import Screener
from hub.domain.records.zones import ZoneKind
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PREFECTURES, PROVINCE
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.screenings import Screenings
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from hub.storage.records.mines import boundaries_within
from hub.storage.records.zones import in_force
from tests import duties, makers, postgres
from tests.benchmark import questions
from tests.benchmark.serving import Serving, serving
from tests.makers import ECOLOGY, NATURAL_RESOURCES, caller, licence, posted, uscc

FORESTRY = caller(Role.DEPARTMENT, Department.FORESTRY_GRASSLAND)
RUNS = 20

#: 16 prefectures × 3 scales × 4 years.
PROGRESS = """
{ targetProgress(first: 500) { totalCount nodes {
    prefectureCode scale year countedOn target producing atStandard share needed neededNext gap } } }
"""
CONFLICTS = """
query ($after: String, $first: Boolean!) {
  conflicts(first: 500, after: $after) { totalCount @include(if: $first) pageInfo { hasNextPage endCursor } nodes {
    id code licenceNo enterpriseUscc department section since subject evidence } } }
"""

Make = Callable[[int], dict[str, Any]]


def _day(n: int, first: int = 2023) -> str:
    return f"{first + n % 3}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"


def _county(n: int) -> str:
    return questions.COUNTIES[n % len(questions.COUNTIES)]


def _natural_resources_of(n: int) -> str:
    """The organ of natural resources of the county in which the n-th mine lies."""
    return makers.seat(Department.NATURAL_RESOURCES, _county(n))


#: The organs that post a province: those of the tests, and natural resources' of every county.
ORGANS = makers.SEATED | {
    _natural_resources_of(n): (Department.NATURAL_RESOURCES, _county(n)) for n in range(len(questions.COUNTIES))
}


def kinds(mines: int) -> list[tuple[Principal, RecordKind, int, Make]]:
    """What the two statements read: who posts how many of each kind, and how the n-th is made."""
    scales = list(MineScale)

    def mine(n: int) -> dict[str, Any]:
        made = makers.mine(n, divisionCode=_county(n), boundary=None)
        made |= {"scale": scales[n % 3].value, "enterpriseUscc": uscc(n % (mines // 2) if n % 50 else 90_000 + n // 50)}
        left = "2.50" if n % 17 == 0 else "12.50"
        ended = {"licenceValidUntil": "2026-03-31"} if n % 40 == 0 else {}
        return made | {"lifeCycle": "SUSPENDED" if n % 9 == 0 else "PRODUCING", "remainingYears": left} | ended

    def about(make: Callable[..., dict[str, Any]], **more: Callable[[int], Any]) -> Make:
        return lambda n: make(n, licenceNo=licence(n % mines + 1), **{name: told(n) for name, told in more.items()})

    def penalty(n: int) -> dict[str, Any]:
        return makers.penalty(
            10**6 + n,
            mines=[licence(n * 10 % mines + 1)],
            partyUscc=uscc(n % (mines // 2)),
            partyName="示例旧名有限公司" if n % 5 == 0 else makers.enterprise(n % (mines // 2))["name"],
            publicationClass="SERIOUS",
        )

    def target(n: int) -> dict[str, Any]:
        prefecture = PREFECTURES[n % len(PREFECTURES)]
        made = duties.prefecture_target(n, prefectureCode=prefecture, year=2025 + n // len(PREFECTURES) % 4)
        return made | {"authorityCode": makers.seat(Department.NATURAL_RESOURCES, prefecture)}

    def contract(n: int) -> dict[str, Any]:
        made = duties.contract(n, licenceNo=licence(n), partyUscc=mine(n)["enterpriseUscc"])
        return made | {"contractKind": "TRANSFER", "authorityCode": _natural_resources_of(n)}

    def screening(zone: str) -> Make:
        found = [{"zoneCode": "Z1", "area": "1.5", "share": "1.2448"}]
        return about(
            lambda n, **more: duties.screening(n, zoneKind=zone, **more), overlaps=lambda n: found if n % 10 == 0 else []
        )

    def opinion(topic: str) -> Make:
        return about(lambda n, **more: makers.opinion(10**6 + n, topics=[topic], **more), issuedOn=_day)

    def restoration(n: int) -> dict[str, Any]:
        done = "1.25" if n % 8 == 0 else "4.5"
        return duties.restoration_plan(n, licenceNo=licence(n % mines + 1), years=[{"year": 2025, "duty": "4.5", "done": done}])

    nature = NATURAL_RESOURCES
    return [
        (nature, RecordKind.MINE, mines, mine),
        (nature, RecordKind.INDICATOR_SYSTEM, 1, duties.system),
        (nature, RecordKind.ASSESSOR, 1, duties.assessor),
        (nature, RecordKind.EXPERT, 2, duties.expert),
        (nature, RecordKind.ASSESSMENT, mines, about(duties.assessment, steps=lambda n: duties.steps(n % 9))),
        (nature, RecordKind.CONTRACT, mines, contract),
        (nature, RecordKind.PREFECTURE_TARGET, 4 * len(PREFECTURES), target),
        (nature, RecordKind.RESTORATION_PLAN, mines, restoration),
        (nature, RecordKind.SCREENING, mines, screening("ECOLOGICAL_RED_LINE")),
        (FORESTRY, RecordKind.SCREENING, mines, screening("PROTECTED_AREA")),
        (nature, RecordKind.OPINION, mines, opinion("ECOLOGICAL_RED_LINE")),
        (FORESTRY, RecordKind.OPINION, mines, opinion("PROTECTED_AREA")),
        (
            FORESTRY,
            RecordKind.FOREST_LAND_USE,
            mines,
            about(duties.forest_land_use, restoredOn=lambda n: None if n % 12 == 0 else "2026-05-01"),
        ),
        (ECOLOGY, RecordKind.PENALTY, mines, penalty),
    ]


async def fill(posting: Posting, mines: int) -> None:
    """The province of the reading benchmark, and on top of it a record of every other kind for every mine."""
    await questions.fill(posting, mines)
    for who, kind, count, make in kinds(mines):
        await post(posting, who, kind, count, make)


async def post(posting: Posting, who: Principal, kind: RecordKind, count: int, make: Make) -> None:
    for start in range(1, count + 1, 1000):
        results = await posted(posting, who, kind, *(make(n) for n in range(start, min(start + 1000, count + 1))))
        assert all(result.record_id for result in results), [one for one in results if not one.record_id][:1]


async def _timed(hub: Serving, token: str, query: str, **variables: Any) -> tuple[float, dict[str, Any]]:
    """How many milliseconds an answer takes, connection and all, and the answer."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        began = time.perf_counter()
        answer = await client.post(f"{hub.url}/graphql", json={"query": query, "variables": variables}, headers=headers)
        told = (time.perf_counter() - began) * 1000
    data: dict[str, Any] = answer.json()
    assert "errors" not in data, data
    return told, data["data"]


async def measure(server: str, mines: int) -> dict[str, dict[str, float]]:
    """Milliseconds of both questions: of the first time that they are asked, the median, and the slowest."""
    name = f"bench_figures_{mines}"
    await postgres.statement(server, f"CREATE DATABASE {name}")
    url = postgres.named(server, name)
    database = Database(url)
    await migrate(database)
    await makers.seat_organs(database, ORGANS)
    await fill(Posting(database), mines)
    await database.close()
    await postgres.statement(url, "VACUUM ANALYZE")
    async with serving(url) as hub:
        token = await hub.token(Role.DEPARTMENT, Department.NATURAL_RESOURCES)
        progress = [await _timed(hub, token, PROGRESS) for _ in range(RUNS)]
        assert len(progress[0][1]["targetProgress"]["nodes"]) == 16 * 3 * 4
        first = [await _timed(hub, token, CONFLICTS, first=True) for _ in range(RUNS)]
        pages, total = [first[-1]], first[-1][1]["conflicts"]["totalCount"]
        while (info := pages[-1][1]["conflicts"]["pageInfo"])["hasNextPage"]:
            pages.append(await _timed(hub, token, CONFLICTS, after=info["endCursor"], first=False))
        seen = {node["id"] for _, page in pages for node in page["conflicts"]["nodes"]}
        assert len(seen) == total
    return {
        f"target progress of {mines} mines, ms": _figures([told for told, _ in progress]),
        f"first 500 of {total} contradictions of {mines} mines, and their number, ms": _figures([told for told, _ in first]),
        f"all {total} contradictions in pages of 500, ms": {"all": sum(told for told, _ in pages), "pages": len(pages)},
    }


async def measure_screening(server: str, mines: int, zones: int) -> dict[str, dict[str, float]]:
    """Seconds to screen every mine of a province against all zones, and to post what is found."""
    name = f"bench_screening_{mines}"
    await postgres.statement(server, f"CREATE DATABASE {name}")
    database = Database(postgres.named(server, name))
    await migrate(database)
    await makers.seat_organs(database, ORGANS)
    posting, dice = Posting(database), Random(7)  # noqa: S311
    await post(
        posting, NATURAL_RESOURCES, RecordKind.MINE, mines, lambda n: makers.mine(n, boundary=_star(dice, 0.003, 0.02, 40))
    )
    await post(
        posting, NATURAL_RESOURCES, RecordKind.ZONE, zones, lambda n: duties.zone(n, boundary=_star(dice, 0.02, 0.1, 400))
    )
    began = time.perf_counter()
    report = await Screenings(database, posting).run(NATURAL_RESOURCES)
    seconds = time.perf_counter() - began
    assert (report.screened, report.refused) == (mines, [])
    async with database.connection() as connection:
        bounded = await boundaries_within(connection, PROVINCE)
        known = await in_force(connection, ZoneKind.ECOLOGICAL_RED_LINE, date(2026, 11, 2))
    await database.close()
    began = time.perf_counter()
    screener = Screener(known)
    found = [screener.screened(boundary) for boundary in bounded.values() if boundary]
    alone = time.perf_counter() - began
    overlaps = sum(len(one["overlaps"]) for one in found)
    return {
        f"screening {mines} mines against {zones} zones, s": {
            "read, screened and posted": seconds,
            "screened alone": alone,
            "overlaps": overlaps,
        }
    }


def _star(dice: Random, least: float, most: float, points: int) -> dict[str, Any]:
    """A polygon somewhere in the province, its corners at distances from its middle that vary; all in degrees."""
    east, north = 98.0 + dice.random() * 7.5, 22.0 + dice.random() * 6.5
    radius = least + dice.random() * (most - least)
    # Each corner on a ray of its own, so that no side crosses another.
    rays = [(2 * math.pi * n / points, radius * (0.7 + 0.3 * dice.random())) for n in range(points)]
    ring = [[round(east + far * math.cos(ray), 7), round(north + far * math.sin(ray), 7)] for ray, far in rays]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _figures(told: list[float]) -> dict[str, float]:
    return {"first": told[0], "median": median(told[1:]), "slowest": max(told[1:])}
