"""The fictional province: the same every time, valid throughout, and without cost for its size."""

from __future__ import annotations

import time

import pytest

from connectors.registry import CONNECTORS, sandbox
from connectors.world import (
    TODAY,
    World,
    directory,
    enterprises,
    indicators,
    opinions,
    penalties,
    screenings,
    successions,
    zones,
)
from connectors.world.authorities import authority
from connectors.world.mines import mine
from connectors.world.province import Data
from connectors.world.shelves import Round, Shelf, every, in_a_row, revision, stamp
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.records.directory import DirectoryStep
from hub.domain.records.zones import ZoneKind
from hub.domain.words.departments import AUDITING, Department
from hub.domain.words.divisions import DIVISIONS, PREFECTURES, PROVINCE, prefecture_of
from hub.services.posting.pipeline import Posting
from tests.makers import BANK, NATURAL_RESOURCES, Ask, posted

WORLD = World(400, 7)


def told_by(shelf: Shelf) -> list[Data]:
    """All rows of a shelf."""
    return [shelf.row(place) for place in range(shelf.count)]


def rows(shelf: Shelf) -> list[Data]:
    """The same without what only the telling system says."""
    return [{name: value for name, value in row.items() if name != "upstream"} for row in told_by(shelf)]


def valid(kind: RecordKind, data: Data, department: Department | None = None) -> None:
    record, problems = validate(KINDS[kind].payload, data, TODAY)
    assert problems == []
    if department:
        assert record is not None
        assert record.allowed_for(department) == []


def test_the_same_seed_tells_the_same_province_and_another_another() -> None:
    assert [mine(WORLD, n) for n in range(20)] == [mine(World(400, 7), n) for n in range(20)]
    assert penalties.penalty(WORLD, Department.WATER, 3) == penalties.penalty(World(400, 7), Department.WATER, 3)
    assert mine(WORLD, 0) != mine(World(400, 8), 0)
    assert mine(WORLD, 5) == mine(World(100_000_000, 7), 5)


def test_mines_and_enterprises_are_valid_unique_and_in_every_prefecture() -> None:
    mines = [mine(WORLD, n) for n in range(WORLD.mines)]
    for told in mines:
        valid(RecordKind.MINE, told)
    holders = told_by(enterprises.enterprises(WORLD))
    for holder in holders:
        valid(RecordKind.ENTERPRISE, holder)
    assert len({told["licenceNo"] for told in mines}) == len(mines)
    assert len({holder["uscc"] for holder in holders}) == len(holders) == 200
    assert {told["enterpriseUscc"] for told in mines} == {holder["uscc"] for holder in holders}
    assert {prefecture_of(told["divisionCode"]) for told in mines} == set(PREFECTURES)
    assert any(len(told["licenceNo"]) == 13 for told in mines)
    assert all(holder["name"].startswith("示例") for holder in holders)


@pytest.mark.parametrize("department", list(Department))
def test_what_departments_say_is_valid_unique_and_theirs_to_say(department: Department) -> None:
    said = rows(opinions.opinions(WORLD, department))
    for opinion in said:
        valid(RecordKind.OPINION, opinion, department)
    assert {opinion["nature"] for opinion in said} == {"AUDIT" if department in AUDITING else "COMMENT"}
    fined = rows(penalties.penalties(WORLD, department))
    for penalty in fined:
        valid(RecordKind.PENALTY, penalty, department)
    for told in (said, fined):
        assert len({row["documentNumber"] for row in told}) == len(told) > 0


def test_penalties_are_linked_to_no_mine_to_one_and_to_two() -> None:
    told = rows(penalties.penalties(WORLD, Department.ECOLOGY))
    assert {len(penalty["mines"]) for penalty in told} == {0, 1, 2}
    assert {penalty["disputed"] for penalty in told} == {True, False}
    assert any("repairedOn" in penalty for penalty in told)


def test_some_mines_stand_in_the_directory_at_every_step() -> None:
    told = rows(directory.directory(WORLD))
    for entry in told:
        valid(RecordKind.DIRECTORY_ENTRY, entry)
    steps = {(entry["level"], entry["step"]) for entry in told}
    assert steps == {("PROVINCIAL", step) for step in DirectoryStep} | {
        ("NATIONAL", step) for step in ("PROPOSED", "PUBLIC_NOTICE", "LISTED")
    }
    assert 0.15 < len({entry["licenceNo"] for entry in told}) / WORLD.mines < 0.25


def test_the_demos_province_tells_of_the_cases_that_people_should_see() -> None:
    """A joint decision, an annulled penalty, a mine that was removed and listed again, a renewal of a licence, and a merger."""
    shown = World(600)
    fined = [row for department in Department for row in rows(penalties.penalties(shown, department))]
    steps: dict[str, list[str]] = {}
    for entry in rows(directory.directory(shown)):
        steps.setdefault(entry["licenceNo"], []).append(entry["step"])
    followed = rows(successions.successions(shown))
    for row in followed:
        valid(RecordKind.LICENCE_SUCCESSION, row)
    forms = {form: [row for row in followed if row["form"] == form] for form in ("REISSUE", "RENEWAL", "MERGER")}
    stories = {
        "joint decision": [row for row in fined if row.get("jointAuthorities")],
        "annulled penalty": [row for row in fined if row.get("annulledOn")],
        "removed and listed again": [said for said in steps.values() if said[-1] == "LISTED" and "REMOVED" in said],
        "renewal": forms["RENEWAL"],
        "merger": forms["MERGER"],
    }
    assert [story for story, told in stories.items() if not told] == []
    numbers = [number for row in followed for number in (*row["predecessors"], *row["successors"])]
    assert len(set(numbers)) == len(numbers)
    # The last mine of all has none beside it.
    assert [row["form"] for row in rows(successions.successions(World(411)))].count("MERGER") == 0
    assert [row["form"] for row in rows(successions.successions(World(412)))].count("MERGER") == 1


async def test_of_the_demos_mines_that_were_merged_one_goes_on(posting: Posting, ask: Ask) -> None:
    shown = World(600)
    [merger] = [row for row in rows(successions.successions(shown)) if row["form"] == "MERGER"]
    place = [mine(shown, number)["licenceNo"] for number in range(600)].index(merger["principal"])
    organ = authority(Department.NATURAL_RESOURCES, PROVINCE)
    await posted(posting, NATURAL_RESOURCES, RecordKind.AUTHORITY, organ)
    told = [{key: value for key, value in mine(shown, place + n).items() if key != "upstream"} for n in (0, 1)]
    for kind, items in ((RecordKind.MINE, told), (RecordKind.LICENCE_SUCCESSION, [merger])):
        results = await posted(posting, NATURAL_RESOURCES, kind, *items)
        assert all(result.record_id for result in results), results
    for number in merger["predecessors"]:
        answer = await ask(BANK, f'{{ mine(licenceNo: "{number}") {{ licenceNo name licenceValidUntil }} }}')
        [goes_on] = merger["successors"]
        assert answer["data"]["mine"] == {"licenceNo": goes_on, "name": told[0]["name"], "licenceValidUntil": "2046-06-30"}


@pytest.mark.parametrize("mines", [1, 6, 7, 1259, 1260, 1261, 4000])
def test_the_directory_can_be_told_by_place(mines: int) -> None:
    world = World(mines)
    by_mine = [entry for n in range(mines) for entry in directory.entries(world, n)]
    by_place = told_by(directory.directory(world))
    assert by_place == by_mine
    assert len({entry["upstream"]["gsh"] for entry in by_place}) == len(by_place)


@pytest.mark.parametrize("mines", [0, 1, 4, 5, 8, 9, 23])
def test_a_round_tells_each_of_its_rows_once(mines: int) -> None:
    every_fourth = Round(4, ((0, 0), (0, 1), (3, 0)))
    wanted = [(n, which) for n in range(mines) for which in {0: (0, 1), 3: (0,)}.get(n % 4, ())]
    assert [every_fourth.at(place) for place in range(every_fourth.count(mines))] == wanted


def test_shelves_in_a_row_are_one_shelf() -> None:
    one = in_a_row(every([{"n": 1}]), every([]), every([{"n": 2}, {"n": 3}]))
    assert [row["n"] for row in told_by(one)] == [1, 2, 3]
    with pytest.raises(IndexError):
        one.row(3)


def test_the_two_systems_of_indicators_have_the_structure_of_their_documents() -> None:
    shape = {
        code: [sum(one["level"] == level for one in system["indicators"]) for level in (1, 2, 3)]
        for code, system in indicators.systems().items()
    }
    assert shape == {"NATIONAL-2020": [6, 24, 100], "NATIONAL-2024": [6, 23, 49]}
    assert [system["totalPoints"] for system in indicators.systems().values()] == ["1000", "100"]
    for system in indicators.systems().values():
        valid(RecordKind.INDICATOR_SYSTEM, system)


def test_zones_reach_into_mines_and_screenings_say_by_how_much() -> None:
    for kind in ZoneKind:
        touched = [screening for screening in rows(screenings.screenings(WORLD, kind)) if screening["overlaps"]]
        assert len(touched) >= len(PREFECTURES)
        assert {"50.0000"} <= {overlap["share"] for screening in touched for overlap in screening["overlaps"]}


def test_areas_are_those_of_the_ellipsoid() -> None:
    """The whole surface is 510,065,621.724 km² by GRS 80; CGCS2000 has its axis and nearly its flattening."""
    assert zones.hectares((-180.0, -90.0, 180.0, 90.0)) == pytest.approx(51_006_562_172.4, rel=1e-9)


def test_an_organ_tells_its_division_in_its_code() -> None:
    codes = {authority(department, division)["code"] for department in Department for division in DIVISIONS}
    assert len(codes) == len(Department) * len(DIVISIONS)
    organ = authority(Department.ECOLOGY, PROVINCE)
    assert organ["code"][2:8] == PROVINCE
    valid(RecordKind.AUTHORITY, organ)


def test_a_large_province_costs_nothing_until_it_is_told() -> None:
    began = time.perf_counter()
    large = World(50_000_000)
    assert mine(large, 49_999_999)["licenceNo"] != mine(large, 0)["licenceNo"]
    for code in CONNECTORS:
        for name, resource in sandbox(code).resources(large).items():
            assert resource.shelf.row(len(resource.shelf) - 1), f"{code}: {name}"
    assert time.perf_counter() - began < 1


def test_a_shelf_tells_what_changed_after_a_moment() -> None:
    shelf = Shelf(3, lambda n: {"n": n})
    first = shelf.after("", 2)
    assert [row["n"] for _, row in first] == [0, 1]
    assert [row["n"] for _, row in shelf.after(first[-1][0], 2)] == [2]
    end = stamp(3)
    assert shelf.after(end, 2) == []
    shelf.add({"n": "new"})
    assert shelf.after(end, 2) == [(stamp(4), {"n": "new"})]
    assert revision(stamp(12345)) == 12345
    assert len(every([{"n": 1}])) == 1
