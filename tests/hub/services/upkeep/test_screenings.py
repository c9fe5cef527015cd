"""Mines are screened against the zones that the caller's department keeps, and what is found is posted as its screening."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from auth.clients import Client
from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.screenings import Screenings
from hub.storage.engine.database import Database
from hub.storage.records.versions import TABLES
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, caller, licence, organ, posted

FORESTRY = caller(Role.DEPARTMENT, Department.FORESTRY_GRASSLAND)
SCREENINGS = """
{ screenings(first: 100) { totalCount nodes {
    licenceNo zoneKind screenedOn mineArea zonesLookedAt touches overlapArea department source authorityName version
    overlaps { zoneCode name area share } } } }
"""


def square(west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    east, north = round(west + size, 7), round(south + size, 7)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def screenings(database: Database, posting: Posting) -> Screenings:
    return Screenings(database, posting, clock=lambda: NOW)


@pytest.fixture
async def province(database: Database, posting: Posting) -> None:
    """Three mines in a row and one without a boundary; a red line over half the first, a protected area over the second."""
    async with database.transaction() as connection:
        # The organs are those that the test names.
        await connection.execute(sa.delete(TABLES[RecordKind.AUTHORITY]))
    mines = [
        makers.mine(1, boundary=square(102.5, 24.8), divisionCode="530112"),
        makers.mine(2, boundary=square(102.8, 24.8), divisionCode="530112"),
        makers.mine(3, boundary=square(103.1, 24.8), divisionCode="530402"),
        makers.mine(4, boundary=None, divisionCode="530112"),
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)
    organs = [
        makers.an_authority(3, belongsTo="NATURAL_RESOURCES", name="示例省自然资源厅"),
        makers.an_authority(4, belongsTo="FORESTRY_GRASSLAND", name="示例省林草局"),
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.AUTHORITY, *organs)
    red_line = duties.zone(1, boundary=square(102.55, 24.7, 0.2))
    await posted(posting, NATURAL_RESOURCES, RecordKind.ZONE, red_line)
    area = duties.zone(2, zoneKind="PROTECTED_AREA", boundary=square(102.7, 24.7, 0.3))
    await posted(posting, FORESTRY, RecordKind.ZONE, area)


async def test_each_department_screens_against_its_own_zones(province: None, screenings: Screenings, ask: Ask) -> None:
    red_lines = await screenings.run(NATURAL_RESOURCES)
    areas = await screenings.run(FORESTRY)
    assert (red_lines.kind, red_lines.zones, red_lines.screened, red_lines.touching) == ("ECOLOGICAL_RED_LINE", 1, 3, 1)
    assert (areas.kind, areas.zones, areas.screened, areas.touching) == ("PROTECTED_AREA", 1, 3, 1)
    assert red_lines.without_boundary == areas.without_boundary == [licence(4)]
    answer = (await ask(ECOLOGY, SCREENINGS))["data"]["screenings"]
    told = {(node["licenceNo"], node["zoneKind"]): node for node in answer["nodes"]}
    half = told[licence(1), "ECOLOGICAL_RED_LINE"]
    assert answer["totalCount"] == 6
    assert (half["department"], half["source"], half["screenedOn"]) == ("NATURAL_RESOURCES", "screening", "2026-11-02")
    assert (half["authorityName"], half["zonesLookedAt"], half["touches"]) == ("示例省自然资源厅", 1, True)
    [overlap] = half["overlaps"]
    assert (overlap["zoneCode"], overlap["name"], overlap["share"]) == ("Z1", "示例1号红线", "50.0000")
    assert float(half["mineArea"]) == pytest.approx(2 * float(overlap["area"]), rel=1e-6)
    assert half["overlapArea"] == overlap["area"]
    assert told[licence(3), "ECOLOGICAL_RED_LINE"]["overlaps"] == []
    assert told[licence(2), "PROTECTED_AREA"]["overlaps"][0]["share"] == "100.0000"


async def test_screening_again_on_the_day_is_a_version_only_where_something_has_changed(
    province: None, posting: Posting, screenings: Screenings, ask: Ask
) -> None:
    await screenings.run(NATURAL_RESOURCES)
    await posted(posting, NATURAL_RESOURCES, RecordKind.ZONE, duties.zone(1, boundary=square(103.0, 24.7, 0.3)))
    await screenings.run(NATURAL_RESOURCES)
    nodes = (await ask(ECOLOGY, SCREENINGS))["data"]["screenings"]["nodes"]
    told = {node["licenceNo"]: (node["touches"], node["version"]) for node in nodes}
    assert told == {licence(1): (False, 2), licence(2): (False, 1), licence(3): (True, 2)}


async def test_a_zone_that_moved_concerns_the_mines_that_it_left_and_those_that_it_meets(
    province: None, posting: Posting, screenings: Screenings
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.ZONE, duties.zone(1, boundary=square(103.0, 24.7, 0.3)))
    report = await screenings.run(NATURAL_RESOURCES, zone_code="Z1")
    assert (report.screened, report.touching, report.without_boundary) == (2, 1, [])


async def test_mines_by_number_and_by_division(province: None, screenings: Screenings) -> None:
    assert (await screenings.run(NATURAL_RESOURCES, licence_nos=[licence(2)])).screened == 1
    assert (await screenings.run(NATURAL_RESOURCES, division="530100")).screened == 2
    assert (await screenings.run(NATURAL_RESOURCES, division="530402")).screened == 1


async def test_a_zone_that_is_not_in_force_yet_or_is_withdrawn_does_not_count(
    province: None, posting: Posting, screenings: Screenings
) -> None:
    [made] = await posted(posting, NATURAL_RESOURCES, RecordKind.ZONE, duties.zone(9, boundary=square(103.0, 24.7, 0.3)))
    await posting.withdraw(NATURAL_RESOURCES, str(made.record_id), "范围调整", source="test")
    report = await screenings.run(NATURAL_RESOURCES)
    assert (report.zones, report.touching) == (1, 1)


async def test_who_keeps_no_zones_screens_nothing(province: None, screenings: Screenings) -> None:
    with pytest.raises(HubError) as caught:
        await screenings.run(ECOLOGY)
    assert caught.value.code is ErrorCode.FORBIDDEN


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"licence_nos": [licence(77)]}, "mine"),
        ({"zone_code": "Z2"}, "zone"),
        ({"division": "999999"}, "division"),
        ({"authority_code": organ(4)}, "authority"),
    ],
)
async def test_what_is_not_known_is_told_by_name(
    province: None, screenings: Screenings, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(HubError) as caught:
        await screenings.run(NATURAL_RESOURCES, **wanted)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, field)


async def test_an_office_below_the_province_screens_its_own_mines_in_its_own_name(
    province: None, posting: Posting, screenings: Screenings
) -> None:
    county = caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530402")
    with pytest.raises(HubError, match="none is registered"):
        await screenings.run(county)
    own = {"code": organ(7, "530402"), "name": "示例县自然资源局", "belongsTo": "NATURAL_RESOURCES", "divisionCode": "530402"}
    await posted(posting, NATURAL_RESOURCES, RecordKind.AUTHORITY, own)
    report = await screenings.run(county)
    assert (report.screened, report.refused) == (1, [])
    beyond = await screenings.run(county, division="530112")
    assert [problems[0].code for _, problems in beyond.refused] == [ErrorCode.UNKNOWN_MINE] * 2


STATES = "{ screenings(first: 100) { nodes { licenceNo zoneKind state version } } outdated: screenings(filter: "
STATES += "{ state: { eq: OUTDATED } }) { totalCount } }"


async def states(ask: Ask) -> dict[int, str]:
    """The state of the newest screening against red lines, by the mine's number."""
    data = (await ask(ECOLOGY, STATES))["data"]
    nodes = [node for node in data["screenings"]["nodes"] if node["zoneKind"] == "ECOLOGICAL_RED_LINE"]
    told = {number: node["state"] for node in nodes for number in (1, 2, 3) if node["licenceNo"] == licence(number)}
    assert data["outdated"]["totalCount"] == list(told.values()).count("OUTDATED")
    return told


MOVED = duties.zone(1, boundary=square(103.0, 24.7, 0.3))
ANOTHER = duties.zone(7, boundary=square(102.85, 24.85, 0.01))
LATER = datetime(2026, 11, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "item", "outdated"),
    [
        (RecordKind.MINE, makers.mine(2, boundary=square(102.8, 24.8, 0.2), divisionCode="530112"), {2}),
        (RecordKind.MINE, makers.mine(2, boundary=None, divisionCode="530112"), {2}),
        (RecordKind.MINE, makers.mine(2, name="示例改名", boundary=square(102.8, 24.8), divisionCode="530112"), set()),
        # Where the zone was and where it is.
        (RecordKind.ZONE, MOVED, {1, 3}),
        (RecordKind.ZONE, duties.zone(1, boundary=square(102.55, 24.7, 0.2), name="示例改名"), set()),
        (RecordKind.ZONE, ANOTHER, {2}),
        (RecordKind.ZONE, duties.zone(7, boundary=square(110, 24.8)), set()),
        (RecordKind.ZONE, duties.zone(1, boundary=square(102.55, 24.7, 0.2), effectiveOn="2026-11-03"), {1}),
    ],
)
async def test_a_screening_is_outdated_once_what_it_compared_has_changed_and_is_renewed_by_itself(  # noqa: PLR0917
    province: None,
    database: Database,
    screenings: Screenings,
    ask: Ask,
    kind: RecordKind,
    item: dict[str, Any],
    outdated: set[int],
) -> None:
    later = Posting(database, clock=lambda: LATER)
    await screenings.run(NATURAL_RESOURCES)
    assert set((await states(ask)).values()) == {"CURRENT"}
    await posted(later, NATURAL_RESOURCES, kind, item)
    assert {number for number, state in (await states(ask)).items() if state == "OUTDATED"} == outdated
    # On the same day: what was compared differs, though what was found may not.
    again = Screenings(database, later, clock=lambda: NOW)
    assert await again.renew(found) is False
    left = {2} if item.get("boundary", "") is None else set()
    assert {number for number, state in (await states(ask)).items() if state == "OUTDATED"} == left


async def test_a_version_of_before_is_outdated_also_where_no_screening_that_stands_is_as_old(
    province: None, database: Database, screenings: Screenings, ask: Ask
) -> None:
    await screenings.run(NATURAL_RESOURCES, licence_nos=[licence(2)])
    later = Posting(database, clock=lambda: LATER)
    moved = makers.mine(2, boundary=square(102.8, 24.8, 0.2), divisionCode="530112")
    await posted(later, NATURAL_RESOURCES, RecordKind.MINE, moved)
    await Screenings(database, later, clock=lambda: NOW).renew(found)
    [told] = (await ask(ECOLOGY, "{ screenings { nodes { versions { version state } } } }"))["data"]["screenings"]["nodes"]
    assert told == {"versions": [{"version": 2, "state": "CURRENT"}, {"version": 1, "state": "OUTDATED"}]}


async def found(client_id: str) -> Client | None:
    return Client(NATURAL_RESOURCES) if client_id == NATURAL_RESOURCES.client_id else None


async def test_a_withdrawn_zone_outdates_and_a_client_that_is_gone_renews_nothing(
    province: None, database: Database, screenings: Screenings, ask: Ask
) -> None:
    await screenings.run(NATURAL_RESOURCES)
    async with database.connection() as connection:
        zone = (
            await connection.execute(sa.select(TABLES[RecordKind.ZONE].c.id).where(TABLES[RecordKind.ZONE].c.zone_code == "Z1"))
        ).scalar_one()
    later = Posting(database, clock=lambda: LATER)
    await later.withdraw(NATURAL_RESOURCES, zone, "示例", source="test")
    assert await states(ask) == {1: "OUTDATED", 2: "CURRENT", 3: "CURRENT"}

    async def gone(_: str) -> Client | None:
        return None

    await Screenings(database, later, clock=lambda: LATER).renew(gone)
    assert (await states(ask))[1] == "OUTDATED"


async def test_those_that_nobody_may_renew_keep_no_others_waiting_and_are_told(
    province: None, database: Database, screenings: Screenings, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    leaver, stayer = (replace(NATURAL_RESOURCES, client_id=name) for name in ("leaver", "stayer"))
    await screenings.run(leaver, licence_nos=[licence(1)])
    await screenings.run(stayer, licence_nos=[licence(2), licence(3)])
    later = Posting(database, clock=lambda: LATER)
    wide = duties.zone(1, boundary=square(102.4, 24.7, 0.9), effectiveOn="2026-11-02")
    await posted(later, NATURAL_RESOURCES, RecordKind.ZONE, wide)
    assert set((await states(ask)).values()) == {"OUTDATED"}

    async def find(client_id: str) -> Client | None:
        return Client(stayer) if client_id == "stayer" else None

    renewing = Screenings(database, later, clock=lambda: NOW, at_once=1)
    for more in (True, True, True, False, True, False):
        assert await renewing.renew(find) is more
    assert await states(ask) == {1: "OUTDATED", 2: "CURRENT", 3: "CURRENT"}
    # The same is not told at each round.
    told = [record.message for record in caplog.records if record.name == "hub.screenings"]
    assert told == ["outdated screenings that are not renewed: client gone 1"]
