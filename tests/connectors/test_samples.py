"""The sample of each resource maps whole: no field unaccounted for, nothing invalid."""

from __future__ import annotations

import json
from pathlib import Path

import connectors
from connectors.world import TODAY
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS
from tests.connectors.conftest import Case


def test_every_resource_has_a_sample_that_maps(case: Case) -> None:
    folder = Path(connectors.__file__).parent / case.code / "samples"
    assert {path.stem for path in folder.glob("*.json")} == set(case.app.state.resources)
    for path in folder.glob("*.json"):
        item = case.app.state.resources[path.stem].mapped.item(json.loads(path.read_text(encoding="utf-8")))
        assert (item.error, item.drift) == ("", ())
        assert validate(KINDS[item.kind].payload, item.data, TODAY)[1] == []
