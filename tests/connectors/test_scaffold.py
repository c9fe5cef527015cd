"""A connector that was just made works as it is: in a copy of the project it passes everything that connectors must pass."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auth.rules import POSTED_BY
from connectors.errors import OperatorMustAct
from connectors.manifests import carried
from connectors.scaffold import scaffold
from connectors.world import World
from connectors.world.told_by import shelf
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

ROOT = Path(__file__).parents[2]
COPIED = ("hub", "schema", "connectors", "auth", "tests", "migrations", "pyproject.toml")
BIN = Path(sys.executable).parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def run(project: Path, *command: str | Path) -> str:
    done = subprocess.run(
        command, check=False, cwd=project, env=os.environ | {"PYTHONPATH": str(project)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_made_is_registered_documented_and_passes_at_once(project: Path) -> None:
    kinds = [word for kind in ("supervision_visit", "monitoring_reading", "penalty") for word in ("--kind", kind)]
    run(project, sys.executable, "-m", "hub.cli", "connectors", "new", "water_permits", "--department", "WATER", *kinds)
    run(project, BIN / "ruff", "check", "connectors")
    run(project, BIN / "ruff", "format", "--check", "connectors")
    run(project, BIN / "lint-imports", "--no-cache")
    suite = ["tests/connectors/test_contract.py", "tests/connectors/test_samples.py", "tests/connectors/test_declared.py"]
    guards = ["tests/guards/test_kinds_carried.py", "tests/guards/test_settings_documented.py"]
    chosen = "water_permits or documents or penalties"
    told = run(project, sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", chosen, *suite, *guards)
    assert "[100%]" in told


def a_department(kind: RecordKind) -> Department | None:
    """One that may post a kind, and does not by a connector."""
    return next(iter(sorted(POSTED_BY[kind] - carried(kind))), None)


@pytest.mark.parametrize("kind", [kind for kind in RecordKind if a_department(kind)])
def test_what_is_made_is_well_written_for_every_kind(kind: RecordKind, tmp_path: Path) -> None:
    department = a_department(kind)
    assert department
    if not len(shelf(kind, World(64), department)):
        with pytest.raises(OperatorMustAct, match="told_by"):
            scaffold("anything", department, [kind], tmp_path)
        return
    made = scaffold("anything", department, [kind], tmp_path)
    for path in [*made.glob("*.py"), *made.glob("*.toml")]:
        text = path.read_text(encoding="utf-8")
        assert "${" not in text, path
        if path.suffix == ".py":
            compile(text, path, "exec")
    ours = ["--config", str(ROOT / "pyproject.toml")]
    run(tmp_path, BIN / "ruff", "format", "--check", *ours, made)
    run(tmp_path, BIN / "ruff", "check", *ours, "--config", 'lint.isort.known-first-party = ["hub", "connectors"]', made)


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
