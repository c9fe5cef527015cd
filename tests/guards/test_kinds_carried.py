"""Every kind of record comes in through a department's connector: no kind is only a name in a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import connectors
from auth.rules import POSTED_BY
from connectors.manifests import MANIFESTS
from connectors.mapping import Mapped
from connectors.registry import CONNECTORS, resources, sandbox
from connectors.world import World
from connectors.world.penalties import PENALTY_EVERY, THROUGH_CREDIT
from hub.cli.connectors import DOCUMENT, documented
from hub.domain.declaring.fields import inputs_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import Department
from tests.connectors.conftest import Case, pulled

FOLDER = Path(connectors.__file__).parent
#: What no system tells.  By what only the hub's own screening states a later one knows whether anything has changed; the
#: register's messages hold no lists of objects, so that former names are posted or come in files.
OURS = {RecordKind.SCREENING: {"comparedWith"}, RecordKind.ENTERPRISE: {"formerNames"}}
RESOURCES: dict[str, dict[str, Mapped]] = {code: resources(code) for code in CONNECTORS}


def carriers(kind: RecordKind) -> list[str]:
    return [code for code, connector in CONNECTORS.items() if kind in connector.manifest.kinds]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_kind_is_named_by_a_connector_that_maps_plays_and_shows_it(kind: RecordKind) -> None:
    cure = "name it in `kinds` of a connectors/<system>/manifest.toml, and map it there in mapping.py"
    assert carriers(kind), f"no connector carries {kind}: {cure}"
    for code in carriers(kind):
        names = [name for name, mapped in RESOURCES[code].items() if mapped.kind is kind]
        assert names, f"{code} names {kind} in its manifest and maps none: add it to RESOURCES of connectors/{code}/mapping.py"
        played = sandbox(code).resources(World(64, 7))
        for name in names:
            rows = played[name].shelf if name in played else ()
            assert len(rows), f"the sandbox plays no rows of {code}/{name}: add them in connectors/{code}/sandbox.py"
            sample = FOLDER / code / "samples" / f"{name}.json"
            assert sample.exists(), f"{sample.relative_to(FOLDER.parent)} is missing: `hub connectors sample {code}` writes it"
            told = RESOURCES[code][name].item(json.loads(sample.read_text(encoding="utf-8")))
            assert told.data, f"{sample.relative_to(FOLDER.parent)} is not what connectors/{code}/mapping.py maps: {told.error}"


@pytest.mark.parametrize("kind", list(RecordKind))
def test_who_carries_a_kind_may_post_it(kind: RecordKind) -> None:
    departments = {CONNECTORS[code].manifest.department for code in carriers(kind)} - {None}
    barred = departments - POSTED_BY.get(kind, frozenset())
    assert not barred, f"{kind} is carried from {barred}: name them in POSTED_BY of auth/rules.py, or not in the manifest"


@pytest.mark.parametrize("kind", list(RecordKind))
def test_of_every_kind_some_connector_fills_every_field(kind: RecordKind) -> None:
    fields = set(inputs_of(KINDS[kind].payload)) - OURS.get(kind, set())
    mapped = [one for code in carriers(kind) for one in RESOURCES[code].values() if one.kind is kind]
    lacking = [fields - {wire for use in one.used.values() for wire in (use.wire, use.other)} for one in mapped]
    fewest = min(lacking, key=len)
    assert not fewest, f"no mapping of {kind} fills {fewest}: add it in mapping.py of {' or '.join(carriers(kind))}"


@pytest.mark.parametrize("code", list(CONNECTORS))
async def test_what_a_manifest_names_is_what_is_mapped_and_what_is_pulled(code: str) -> None:
    kinds = CONNECTORS[code].manifest.kinds
    assert len(set(kinds)) == len(kinds), f"connectors/{code}/manifest.toml names a kind twice"
    unnamed = {mapped.kind for mapped in RESOURCES[code].values()} - set(kinds)
    assert not unnamed, f"connectors/{code}/mapping.py maps {unnamed}: name them in `kinds` of its manifest.toml"
    items, _, _ = await pulled(Case(code).connector())
    unseen = set(kinds) - {item.kind for item in items}
    assert not unseen, f"{unseen} of connectors/{code}/manifest.toml are not pulled: connector.py and sandbox.py beside it"


def test_the_documents_table_says_what_each_connector_carries() -> None:
    kept = DOCUMENT.read_text(encoding="utf-8")
    for line in documented(MANIFESTS).splitlines():
        assert line in kept.splitlines(), (
            f"the table of hub/docs/connectors.md lacks the line below: `hub connectors document` writes it\n{line}"
        )
    assert kept.endswith(documented(MANIFESTS)), "`hub connectors document` writes the table of hub/docs/connectors.md anew"


def test_nothing_that_a_mapping_ignores_is_only_put_off() -> None:
    for code, mappings in RESOURCES.items():
        for name, mapped in mappings.items():
            planned = [field for field, why in mapped.ignored.items() if "planned" in why]
            assert not planned, f"{planned} of {name}: map them in connectors/{code}/mapping.py, or say why they are no use"


def test_penalties_of_each_department_come_one_way() -> None:
    own = {CONNECTORS[code].manifest.department for code in carriers(RecordKind.PENALTY)} - {None}
    assert own.isdisjoint(THROUGH_CREDIT)
    unplayed = set(Department) - set(PENALTY_EVERY)
    assert not unplayed, (
        f"how often {unplayed} decide on penalties is missing in PENALTY_EVERY of connectors/world/penalties.py"
    )
