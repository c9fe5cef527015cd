"""A connector that was just made works against its own sandbox."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import httpx
import pytest

import connectors
from connectors.errors import OperatorMustAct
from connectors.scaffold import scaffold
from connectors.world import TODAY, World
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS
from tests.connectors.conftest import BASE, QUICK, pulled


async def test_what_is_made_passes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scaffold("water_permits", tmp_path)
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    made = importlib.import_module("connectors.water_permits.connector")
    sandbox = importlib.import_module("connectors.water_permits.sandbox")
    try:
        connector = made.WaterPermits(
            sandbox.settings(BASE), limits=QUICK, transport=httpx.ASGITransport(sandbox.make_app(World(32, 3)))
        )
        assert connector.manifest.code == "water_permits"
        assert (await connector.check()).detail
        items, end, _ = await pulled(connector)
        assert items
        assert all(validate(KINDS[item.kind].payload, item.data, TODAY)[1] == [] for item in items)
        assert (await pulled(connector, end))[0] == []
        with pytest.raises(OperatorMustAct):
            await made.WaterPermits(
                {**sandbox.settings(BASE), "secret": "wrong"},
                limits=QUICK,
                transport=httpx.ASGITransport(sandbox.make_app(World(32, 3))),
            ).check()
    finally:
        for name in [name for name in sys.modules if name.startswith("connectors.water_permits")]:
            del sys.modules[name]


def test_nothing_of_the_model_is_left_but_the_department_to_be_chosen(tmp_path: Path) -> None:
    made = scaffold("water_permits", tmp_path)
    for path in [*made.rglob("*.py"), *made.rglob("*.toml")]:
        text = path.read_text(encoding="utf-8").replace("SECURITIES_REGULATION", "")
        assert "ecurities" not in text, path
        assert "证监" not in text, path


@pytest.mark.parametrize("code", ["Water", "../up", "", "9x"])
def test_a_code_that_is_no_name_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct):
        scaffold(code, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scaffold("twice", tmp_path)
    with pytest.raises(OperatorMustAct, match="already"):
        scaffold("twice", tmp_path)
