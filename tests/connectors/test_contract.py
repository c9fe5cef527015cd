"""The contract that every connector of the registry keeps, against its own sandbox."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from connectors.base import Connector, Direction, Item
from connectors.errors import ConnectorError, OperatorMustAct, RefusedForGood, TryAgain
from connectors.registry import CONNECTORS, resources, sandbox
from connectors.world import TODAY
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS
from hub.domain.words.geometry import canonical_polygon
from tests.connectors.conftest import Case, pulled


def test_every_system_has_a_connector_a_mapping_and_a_sandbox(case: Case) -> None:
    assert CONNECTORS[case.code].manifest.code == case.code
    assert set(resources(case.code)) == set(sandbox(case.code).resources(case.world))


def test_the_manifest_tells_what_the_connector_does(case: Case) -> None:
    connector = CONNECTORS[case.code]
    where = f"connectors/{case.code}/manifest.toml"
    assert connector.manifest.code == case.code, f"`code` in {where} is the name of its folder"
    assert connector.manifest.kinds, f"`kinds` in {where} names the kinds of records that the system brings"
    for direction, verb in ((Direction.PULL, "pull"), (Direction.PUSH, "push"), (Direction.RECEIVE, "receive")):
        implemented = getattr(connector, verb) is not getattr(Connector, verb)
        declared = direction in connector.manifest.directions
        assert declared or not implemented, (
            f"connectors/{case.code} has `{verb}`: name {direction} in `directions` of its manifest"
        )
        assert implemented or not declared, f"{where} names {direction}, and connector.py beside it has no `{verb}`"


def test_a_setting_that_is_missing_is_named(case: Case) -> None:
    with pytest.raises(OperatorMustAct, match="base_url"):
        CONNECTORS[case.code]({})


def test_secrets_do_not_show(case: Case) -> None:
    connector = case.connector()
    for setting in connector.manifest.settings:
        if setting.secret:
            shown = connector.settings[setting.name] in repr(connector)
            assert not shown, f"the secret {setting.name} shows in repr() of the connector of {case.code}"


async def test_check_finds_a_healthy_system(case: Case) -> None:
    assert (await case.connector().check()).detail


async def test_wrong_credentials_are_for_the_operator_to_mend(case: Case) -> None:
    secrets = [s.name for s in CONNECTORS[case.code].manifest.settings if s.secret and not s.name.startswith("push")]
    wrong = case.connector(**{secrets[0]: "wrong-and-secret"})
    with pytest.raises(OperatorMustAct) as caught:
        await wrong.check()
    assert "wrong-and-secret" not in str(caught.value)
    with pytest.raises(OperatorMustAct):
        await pulled(wrong)


async def test_what_is_pulled_is_declared_mapped_and_valid(case: Case) -> None:
    items, _, _ = await pulled(case.connector())
    assert items
    manifest = CONNECTORS[case.code].manifest
    assert {item.kind for item in items} == set(manifest.kinds), f"`kinds` in connectors/{case.code}/manifest.toml"
    for item in items:
        where = f"{item.kind} {item.reference} of {case.code}"
        assert item.error == "", (
            f"{where}: connectors/{case.code}/mapping.py does not read what its sandbox plays: {item.error}"
        )
        assert item.drift == (), f"{where}: say in connectors/{case.code}/mapping.py what {item.drift} are used for, or why not"
        assert item.reference, f"{where}: each item names the upstream row that it came from"
        _, problems = validate(KINDS[item.kind].payload, item.data, TODAY)
        assert not problems, (
            f"{where} is not what hub/domain/records declares: {[(p.path, p.code, p.detail) for p in problems]}"
        )


async def test_the_same_cursor_brings_the_same_items(case: Case) -> None:
    first, _, _ = await pulled(case.connector())
    again, _, _ = await pulled(case.connector())
    assert [(i.kind, i.reference, i.data) for i in first] == [(i.kind, i.reference, i.data) for i in again]


async def test_a_pull_that_is_cut_goes_on_at_its_cursor(case: Case) -> None:
    whole, end, batches = await pulled(case.connector())
    some, cursor, _ = await pulled(case.connector(), most=max(1, len(batches) // 2))
    rest, last, _ = await pulled(case.connector(), cursor)
    assert [i.reference for i in some + rest] == [i.reference for i in whole]
    assert last == end


async def test_from_the_end_only_what_changed_comes(case: Case) -> None:
    _, end, _ = await pulled(case.connector())
    assert (await pulled(case.connector(), end))[0] == []
    for resource in case.app.state.resources.values():
        resource.shelf.add(resource.shelf.row(0))
    items, _, _ = await pulled(case.connector(), end)
    assert [item.kind for item in items] == [resource.mapped.kind for resource in case.app.state.resources.values()]
    assert all(item.data is not None for item in items)


async def test_an_item_that_cannot_be_mapped_stops_nothing_and_new_fields_are_drift(case: Case) -> None:
    _, end, _ = await pulled(case.connector())
    wrong = []
    for resource in case.app.state.resources.values():
        good = resource.shelf.row(0)
        ((told, *_), _, _) = resource.after("", 1)
        wrong.append(next(name for name in told if resource.mapped.item(told | {name: "no such thing"}).error))
        for change in ({wrong[-1]: "no such thing"}, {"brand_new": "x"}):
            resource.shelf.add(good | {"upstream": {**good.get("upstream", {}), **change}})
    items, _, _ = await pulled(case.connector(), end)
    assert [item.field for item in items if item.data is None] == wrong
    assert sum("brand_new" in item.drift and item.data is not None for item in items) == len(wrong)


async def test_an_unreadable_cursor_is_for_the_operator(case: Case) -> None:
    with pytest.raises(OperatorMustAct):
        await pulled(case.connector(), "not a cursor")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, TryAgain),
        (503, TryAgain),
        (429, TryAgain),
        (408, TryAgain),
        (404, RefusedForGood),
        (409, RefusedForGood),
        (302, RefusedForGood),
        (403, OperatorMustAct),
    ],
)
async def test_statuses_tell_how_to_recover(case: Case, status: int, error: type[ConnectorError]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"Retry-After": "7", "Location": "http://elsewhere.example/"})

    broken = case.connector(httpx.MockTransport(answer))
    with pytest.raises(error) as caught:
        await pulled(broken)
    if status == 429:
        assert isinstance(caught.value, TryAgain)
        assert caught.value.retry_after == 7


async def test_a_feature_that_tells_nothing_of_itself_costs_itself_alone() -> None:
    """RFC 7946, 3.2: its properties may be null."""
    case = Case("forestry_grassland")

    async def answer(request: httpx.Request) -> httpx.Response:
        told = await httpx.ASGITransport(case.app).handle_async_request(request)
        page = json.loads(await told.aread())
        page["features"] = [{"type": "Feature", "properties": None, "geometry": None}, *page["features"]]
        return httpx.Response(200, json=page | {"numberMatched": None})

    whole, _, _ = await pulled(case.connector())
    items, _, _ = await pulled(case.connector(httpx.MockTransport(answer)))
    assert [item.reference for item in items if not item.error] == [item.reference for item in whole]
    assert any(item.error for item in items)


@pytest.mark.parametrize(("code", "fits"), [("EPSG::4490", True), ("EPSG::4214", False), ("EPSG::4524", False)])
@pytest.mark.parametrize("of_each", [False, True])
async def test_what_a_collection_states_of_its_reference_system_its_outlines_state(
    code: str, fits: bool, of_each: bool
) -> None:
    case = Case("forestry_grassland")
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{code}"}}

    async def answer(request: httpx.Request) -> httpx.Response:
        told = await httpx.ASGITransport(case.app).handle_async_request(request)
        page = json.loads(await told.aread())
        features = [one | {"crs": crs} for one in page["features"]] if of_each else page["features"]
        return httpx.Response(200, json=page | {"features": features} | ({} if of_each else {"crs": crs}))

    whole, _, _ = await pulled(case.connector())
    items, _, _ = await pulled(case.connector(httpx.MockTransport(answer)))
    outlines = [(_boundary(one), _boundary(two)) for one, two in zip(whole, items, strict=True)]
    assert any(plain for plain, _ in outlines)
    for plain, stated in outlines:
        if plain is None:
            continue
        if fits:
            assert canonical_polygon(stated) == canonical_polygon(plain)
        else:
            with pytest.raises(ValueError, match="crs"):
                canonical_polygon(stated)


def _boundary(item: Item) -> Any:
    return item.data.get("boundary") if item.data else None
