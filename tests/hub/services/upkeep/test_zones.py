"""Files of zones: every feature is posted or refused by its place, and a file that is none is refused whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.domain.records.zones import ZoneKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.zones import Zones, read_features
from hub.storage.engine.database import Database
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, OPERATOR, Ask, mine

RED_LINE = ZoneKind.ECOLOGICAL_RED_LINE


def feature(code: str = "Z1", **more: Any) -> dict[str, Any]:
    properties = {"zoneCode": code, "name": f"示例{code}", "effectiveOn": "2022-10-01", "colour": "red"} | more
    return {"type": "Feature", "properties": properties, "geometry": mine()["boundary"]}


def collection(*features: Any, **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features} | more)


@pytest.fixture
def zones(database: Database, posting: Posting) -> Zones:
    return Zones(database, posting, clock=lambda: NOW)


async def test_good_features_are_taken_and_bad_ones_told_by_place_and_kept(zones: Zones, ask: Ask) -> None:
    bow_tie = feature("Z3") | {
        "geometry": {"type": "Polygon", "coordinates": [[[102, 24], [103, 25], [103, 24], [102, 25], [102, 24]]]}
    }
    text = collection(
        feature("Z1"),
        bow_tie,
        feature("Z4", name=None),
        feature("Z1"),
        "no feature",
        feature("Z5") | {"geometry": None},
        feature("Z6", effectiveOn="2022-13-01"),
        feature("Z7") | {"crs": {"type": "name", "properties": {"name": "EPSG:4214"}}},
        feature("Z2"),
    )
    results = await zones.load(NATURAL_RESOURCES, read_features(text, RED_LINE), "红线.geojson")
    told = [(place, p.path, p.code) for place, result in enumerate(results) for p in result.problems]
    assert told == [
        (1, "boundary", ErrorCode.BAD_GEOMETRY),
        (2, "name", ErrorCode.REQUIRED),
        (3, "zoneCode", ErrorCode.DUPLICATE),
        (4, "properties", ErrorCode.WRONG_TYPE),
        (5, "boundary", ErrorCode.REQUIRED),
        (6, "effectiveOn", ErrorCode.NOT_A_DATE),
        (7, "boundary", ErrorCode.BAD_GEOMETRY),
    ]
    assert [result.outcome for result in results if result.record_id] == [Outcome.ACCEPTED] * 2
    answer = await ask(OPERATOR, "{ zones { nodes { zoneCode version } } rejections { nodes { reference source kind } } }")
    assert {(node["zoneCode"], node["version"]) for node in answer["data"]["zones"]["nodes"]} == {("Z1", 1), ("Z2", 1)}
    kept = answer["data"]["rejections"]["nodes"]
    assert {row["reference"] for row in kept} == {f"红线.geojson#{place}" for place in range(1, 8)}
    assert {(row["source"], row["kind"]) for row in kept} == {("import:zones", "zone")}


async def test_loading_the_same_file_again_changes_nothing(zones: Zones) -> None:
    features = read_features(collection(feature("Z1"), feature("Z2")), RED_LINE)
    await zones.load(NATURAL_RESOURCES, features, "a")
    again = await zones.load(NATURAL_RESOURCES, features, "a")
    assert {result.outcome for result in again} == {Outcome.UNCHANGED}


async def test_a_file_may_have_names_of_its_own(zones: Zones) -> None:
    own = {"type": "Feature", "properties": {"BM": 7, "MC": "示例"}, "geometry": mine()["boundary"]}
    own["properties"] |= {"BM": "HX-7", "RQ": "2022-10-01"}
    names = {"zoneCode": "BM", "name": "MC", "effectiveOn": "RQ"}
    [result] = await zones.load(NATURAL_RESOURCES, read_features(collection(own), RED_LINE, names), "b")
    assert result.outcome is Outcome.ACCEPTED


async def test_a_zone_of_another_keeper_is_refused(zones: Zones) -> None:
    areas = read_features(collection(feature("P1")), ZoneKind.PROTECTED_AREA)
    [result] = await zones.load(NATURAL_RESOURCES, areas, "c")
    assert [(p.path, p.code) for p in result.problems] == [("zoneKind", ErrorCode.OUTSIDE_DUTIES)]
    with pytest.raises(HubError) as caught:
        await zones.load(ECOLOGY, [*areas, *read_features(collection("x"), RED_LINE)][1:], "c")
    assert caught.value.code is ErrorCode.FORBIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        "{}",
        '{"type": "Feature"}',
        '{"type": "FeatureCollection", "features": {}}',
        collection(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4523"}}),
        collection(crs={"type": "name", "properties": {"name": "EPSG:4326"}}),
        collection(crs={"note": "EPSG:4490"}),
    ],
)
def test_a_file_that_is_no_collection_in_degrees_is_refused(text: str) -> None:
    with pytest.raises(HubError) as caught:
        read_features(text, RED_LINE)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "file")


def test_degrees_of_cgcs2000_are_told_by_their_name() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    assert len(read_features(collection(feature(), crs=named), RED_LINE)) == 1
    assert len(read_features(collection(feature(), crs=None), RED_LINE)) == 1
