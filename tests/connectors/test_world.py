"""The fictional province: the same every time, valid throughout, and without cost for its size."""

from __future__ import annotations

import time

import pytest

from connectors.world import TODAY, Data, Shelf, World, authority, every, revision, stamp
from hub.domain.departments import AUDITING, Department
from hub.domain.divisions import DIVISIONS, PREFECTURES, PROVINCE, prefecture_of
from hub.domain.fields import validate
from hub.domain.record_kinds import KINDS, RecordKind

WORLD = World(400, 7)


def valid(kind: RecordKind, data: Data, department: Department | None = None) -> None:
    record, problems = validate(KINDS[kind].payload, data, TODAY)
    assert problems == []
    if department:
        assert record is not None
        assert record.allowed_for(department) == []


def test_the_same_seed_tells_the_same_province_and_another_another() -> None:
    assert [WORLD.mine(n) for n in range(20)] == [World(400, 7).mine(n) for n in range(20)]
    assert WORLD.penalty(Department.WATER, 3) == World(400, 7).penalty(Department.WATER, 3)
    assert WORLD.mine(0) != World(400, 8).mine(0)
    assert WORLD.mine(5) == World(100_000_000, 7).mine(5)


def test_mines_and_enterprises_are_valid_unique_and_in_every_prefecture() -> None:
    mines = [WORLD.mine(n) for n in range(WORLD.mines)]
    for mine in mines:
        valid(RecordKind.MINE, mine)
    enterprises = [WORLD.enterprise(n) for n in range(WORLD.enterprises)]
    for enterprise in enterprises:
        valid(RecordKind.ENTERPRISE, enterprise)
    assert len({mine["licenceNo"] for mine in mines}) == len(mines)
    assert len({enterprise["uscc"] for enterprise in enterprises}) == len(enterprises) == 200
    assert {mine["enterpriseUscc"] for mine in mines} == {enterprise["uscc"] for enterprise in enterprises}
    assert {prefecture_of(mine["divisionCode"]) for mine in mines} == set(PREFECTURES)
    assert any(len(mine["licenceNo"]) == 13 for mine in mines)
    assert all(enterprise["name"].startswith("示例") for enterprise in enterprises)


@pytest.mark.parametrize("department", list(Department))
def test_what_departments_say_is_valid_unique_and_theirs_to_say(department: Department) -> None:
    opinions = [WORLD.opinion(department, n) for n in range(WORLD.opinion_count(department))]
    for opinion in opinions:
        valid(RecordKind.OPINION, opinion, department)
    assert {opinion["nature"] for opinion in opinions} == {"AUDIT" if department in AUDITING else "COMMENT"}
    penalties = [WORLD.penalty(department, n) for n in range(WORLD.penalty_count(department))]
    for penalty in penalties:
        valid(RecordKind.PENALTY, penalty, department)
    for told in (opinions, penalties):
        assert len({row["documentNumber"] for row in told}) == len(told) > 0


def test_penalties_are_linked_to_no_mine_to_one_and_to_two() -> None:
    penalties = [WORLD.penalty(Department.ECOLOGY, n) for n in range(WORLD.penalty_count(Department.ECOLOGY))]
    assert {len(penalty["mines"]) for penalty in penalties} == {0, 1, 2}
    assert {penalty["disputed"] for penalty in penalties} == {True, False}
    assert any("repairedOn" in penalty for penalty in penalties)


def test_some_mines_stand_in_the_directory() -> None:
    told = [entry for n in range(WORLD.mines) for entry in WORLD.entries(n)]
    for entry in told:
        valid(RecordKind.DIRECTORY_ENTRY, entry)
    assert {(entry["level"], entry["step"]) for entry in told} >= {
        ("PROVINCIAL", "LISTED"),
        ("NATIONAL", "LISTED"),
        ("PROVINCIAL", "RECTIFICATION"),
        ("PROVINCIAL", "REMOVED"),
    }
    assert 0.1 < len({entry["licenceNo"] for entry in told}) / WORLD.mines < 0.2


@pytest.mark.parametrize("mines", [1, 6, 7, 1259, 1260, 1261, 4000])
def test_the_directory_can_be_told_by_place(mines: int) -> None:
    world = World(mines)
    by_mine = [entry for n in range(mines) for entry in world.entries(n)]
    by_place = [world.entry(place) for place in range(world.entry_count)]
    assert [{k: v for k, v in entry.items() if k != "upstream"} for entry in by_place] == by_mine
    assert len({entry["upstream"]["gsh"] for entry in by_place}) == len(by_place)


def test_an_organ_tells_its_division_in_its_code() -> None:
    codes = {authority(department, division)["code"] for department in Department for division in DIVISIONS}
    assert len(codes) == len(Department) * len(DIVISIONS)
    organ = authority(Department.ECOLOGY, PROVINCE)
    assert organ["code"][2:8] == PROVINCE
    valid(RecordKind.AUTHORITY, organ)


def test_a_large_province_costs_nothing_until_it_is_told() -> None:
    began = time.perf_counter()
    large = World(50_000_000)
    assert large.mine(49_999_999)["licenceNo"] != large.mine(0)["licenceNo"]
    assert len(Shelf(large.mines, large.mine)) == 50_000_000
    assert time.perf_counter() - began < 0.5


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
