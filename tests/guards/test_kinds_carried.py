"""Every kind of record comes in through a department's connector: no kind is only a name in a list."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

import connectors
import hub
from auth.rules import POSTED_BY
from connectors.mapping import Mapped
from connectors.registry import CONNECTORS, SANDBOXES
from connectors.world import World
from hub.domain.declaring.fields import inputs_of
from hub.domain.record_kinds import KINDS, RecordKind
from tests.connectors.conftest import Case, pulled

FOLDER = Path(connectors.__file__).parent
RESOURCES: dict[str, dict[str, Mapped]] = {
    code: importlib.import_module(f"connectors.{code}.mapping").RESOURCES for code in CONNECTORS
}


def carriers(kind: RecordKind) -> list[str]:
    return [code for code, connector in CONNECTORS.items() if kind in connector.manifest.kinds]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_kind_is_named_by_a_connector_that_maps_plays_and_shows_it(kind: RecordKind) -> None:
    assert carriers(kind)
    for code in carriers(kind):
        names = [name for name, mapped in RESOURCES[code].items() if mapped.kind is kind]
        assert names, f"{code} maps no {kind}"
        played = SANDBOXES[code].resources(World(64, 7))
        for name in names:
            assert len(played[name].shelf), f"{code}/{name} has no rows"
            sample = json.loads((FOLDER / code / "samples" / f"{name}.json").read_text(encoding="utf-8"))
            assert RESOURCES[code][name].item(sample).data, f"{code}/{name}"


@pytest.mark.parametrize("kind", list(RecordKind))
def test_who_carries_a_kind_may_post_it(kind: RecordKind) -> None:
    departments = {CONNECTORS[code].manifest.department for code in carriers(kind)} - {None}
    assert departments <= POSTED_BY[kind]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_of_every_kind_some_connector_fills_every_field(kind: RecordKind) -> None:
    fields = set(inputs_of(KINDS[kind].payload))
    mapped = [one for code in carriers(kind) for one in RESOURCES[code].values() if one.kind is kind]
    assert any({use.wire for use in one.used.values()} == fields for one in mapped)


@pytest.mark.parametrize("code", list(CONNECTORS))
async def test_what_a_manifest_names_is_what_is_mapped_and_what_is_pulled(code: str) -> None:
    kinds = CONNECTORS[code].manifest.kinds
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) == {mapped.kind for mapped in RESOURCES[code].values()}
    items, _, _ = await pulled(Case(code).connector())
    assert {item.kind for item in items} == set(kinds)


def test_the_documents_table_says_what_each_connector_carries() -> None:
    text = (Path(hub.__file__).parent / "docs" / "connectors.md").read_text(encoding="utf-8")
    for code, connector in CONNECTORS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {code} |"))
        assert row.split("|")[3].strip() == ", ".join(connector.manifest.kinds), code


def test_nothing_that_a_mapping_ignores_is_only_put_off() -> None:
    for code, resources in RESOURCES.items():
        for name, mapped in resources.items():
            assert not [why for why in mapped.ignored.values() if "planned" in why], f"{code}/{name}"
