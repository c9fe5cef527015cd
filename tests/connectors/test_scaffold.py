"""A connector that was just made works as it is: in a copy of the project it passes everything that connectors must pass."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import httpx
import pytest

import connectors
from connectors.base import Connector
from connectors.errors import OperatorMustAct
from connectors.manifests import carried
from connectors.natural_resources.connector import NaturalResources
from connectors.registry import sandbox
from connectors.scaffold import INTERFACES, Interface, scaffold, write_samples
from connectors.world import World
from connectors.world.told_by import shelf
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.services.work.reports import Report
from hub.storage.engine.database import Database
from tests.conftest import NOW
from tests.connectors.conftest import BASE
from tests.projects import ROOT, copy

COPIED = ("hub", "schema", "connectors", "auth", "tests", "migrations", "pyproject.toml")
BIN = Path(sys.executable).parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy(tmp_path, *COPIED)
    return tmp_path


def run(project: Path, *command: str | Path, said: str = "") -> str:
    environment = os.environ | {"PYTHONPATH": str(project)}
    done = subprocess.run(command, check=False, cwd=project, env=environment, input=said, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


#: A department for each interface, that no connector speaks for yet.
MADE = dict(
    zip(
        Interface,
        (Department.WATER, Department.INDUSTRY, Department.EMERGENCY, Department.ENERGY, Department.TAXATION),
        strict=True,
    )
)
TOLD = [RecordKind.OPINION, RecordKind.SUPERVISION_VISIT, RecordKind.PENALTY]
#: One program that makes several: most of the time is that of its start.
NEW = """
import json, sys
from hub.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["hub", *words]
    try:
        main()
    except SystemExit as end:
        assert not end.code, words
"""


def test_what_is_made_of_every_interface_is_registered_documented_and_passes_at_once(project: Path) -> None:
    def new(code: str, department: Department, *more: str, kinds: Sequence[str] = TOLD) -> list[str]:
        carrying = [word for kind in kinds for word in ("--kind", kind)]
        return ["connectors", "new", code, "--department", department.value, *carrying, *more]

    asked = [new("water_permits", MADE[Interface.REST], kinds=["supervision_visit", "monitoring_reading", "penalty"])]
    others = [interface for interface in Interface if interface is not Interface.REST]
    asked += [new(f"made_{interface}", MADE[interface], "--interface", interface) for interface in others]
    assert "How is it asked" in run(project, sys.executable, "-c", NEW, json.dumps(asked), said="rest\n")
    run(project, BIN / "ruff", "check", "connectors")
    run(project, BIN / "ruff", "format", "--check", "connectors")
    run(project, BIN / "lint-imports", "--no-cache")
    suite = ["tests/connectors/test_contract.py", "tests/connectors/test_samples.py", "tests/connectors/test_declared.py"]
    guards = ["tests/guards/test_kinds_carried.py", "tests/guards/test_settings_documented.py"]
    chosen = "water_permits or made_ or documents or penalties"
    told = run(project, sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", chosen, *suite, *guards)
    assert "[100%]" in told


async def test_of_every_interface_what_is_made_brings_all_that_its_sandbox_tells(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    world, database = World(2, 1), Database(sqlite_url)
    await database.start()
    ingest = Ingest(database, Posting(database, clock=lambda: NOW), clock=lambda: NOW)

    async def synced(code: str, made: type[Connector]) -> Report:
        played = sandbox(code)
        transport = httpx.ASGITransport(played.make_app(world))
        return await ingest.run(made(played.settings(BASE), transport=transport))  # type: ignore[call-arg]

    await synced("natural_resources", NaturalResources)
    for interface, department in MADE.items():
        code = f"made_{interface}"
        scaffold(code, department, TOLD, tmp_path, interface)
        written = write_samples(sandbox(code), tmp_path / code / "samples")
        told = sandbox(code).resources(world)
        assert [path.stem for path in written] == list(told)
        made = vars(import_module(f"connectors.{code}.connector"))[f"Made{interface.capitalize()}"]
        report = await synced(code, made)
        taken = report.accepted + report.unchanged
        assert (taken, report.quarantined, report.drift, report.missing) == (
            sum(len(one.shelf) for one in told.values()),
            0,
            set(),
            {},
        )
        again = await synced(code, made)
        assert (again.accepted, again.quarantined) == (0, 0)
        for name in [name for name in sys.modules if name.startswith(f"connectors.{code}")]:
            monkeypatch.delitem(sys.modules, name)
    await database.close()
    well_written(tmp_path)


def a_department(kind: RecordKind) -> Department | None:
    """One of which the province tells a kind, and which has no connector for it."""
    told = (one for one in Department if one not in carried(kind) and len(shelf(kind, World(64), one)))
    return next(told, None)


@pytest.mark.parametrize("interface", Interface)
def test_what_is_made_is_well_written_for_every_kind(interface: Interface, tmp_path: Path) -> None:
    made = set()
    for kind in RecordKind:
        if department := a_department(kind):
            with suppress(OperatorMustAct):
                made.add(scaffold(kind, department, [kind], tmp_path, interface).name)
    lists_of_objects, outlines = RecordKind.CONTRACT in made, RecordKind.MINE in made
    assert lists_of_objects is outlines is not INTERFACES[interface].is_flat
    assert RecordKind.OPINION in made
    for path in tmp_path.glob("*/*"):
        text = path.read_text(encoding="utf-8")
        assert "${" not in text, path
        if path.suffix == ".py":
            compile(text, path, "exec")
    well_written(tmp_path)


def well_written(folder: Path) -> None:
    ours = ["--config", str(ROOT / "pyproject.toml")]
    run(folder, BIN / "ruff", "format", "--check", *ours, folder)
    run(folder, BIN / "ruff", "check", *ours, "--config", 'lint.isort.known-first-party = ["hub", "connectors"]', folder)


@pytest.mark.parametrize("kind", [RecordKind.CONTRACT, RecordKind.MINE])
def test_what_a_text_cannot_hold_asks_for_another_interface(kind: RecordKind, tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct, match="another interface"):
        scaffold("anything", Department.WATER, [kind], tmp_path, Interface.SOAP)
    assert not list(tmp_path.iterdir())


def test_what_the_province_does_not_tell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct, match="told_by"):
        scaffold("anything", Department.WATER, [RecordKind.ZONE], tmp_path)


@pytest.mark.parametrize("code", ["Water", "../up", "", "9x"])
def test_a_code_that_is_no_name_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct):
        scaffold(code, Department.WATER, [RecordKind.OPINION], tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scaffold("twice", Department.WATER, [RecordKind.OPINION], tmp_path)
    with pytest.raises(OperatorMustAct, match="already"):
        scaffold("twice", Department.WATER, [RecordKind.OPINION], tmp_path)


def test_what_another_connector_brings_of_the_department_is_not_brought_twice(tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct, match="another connector"):
        scaffold("second", Department.ECOLOGY, [RecordKind.OPINION], tmp_path)


@pytest.mark.parametrize("kinds", [[], [RecordKind.OPINION, RecordKind.OPINION]])
def test_a_connector_carries_kinds_and_each_once(kinds: list[RecordKind], tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct, match="at least one kind"):
        scaffold("none", Department.WATER, kinds, tmp_path)
