"""The walls hold: a wrong import or an unplaced module, in a copy of the project, breaks the contract that is meant for it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.projects import copy

PACKAGES = ("hub", "schema", "connectors", "auth")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy(tmp_path, *PACKAGES, "pyproject.toml", "tests/__init__.py", "tests/guards/__init__.py", "tests/guards/alone.py")
    return tmp_path


def write(project: Path, module: str, *imports: str) -> None:
    """Add these imports to a module, which is made with the packages that it needs."""
    path = project / f"{module}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "__init__.py").touch()
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"import {name}\n" for name in imports)


def linted(project: Path) -> dict[str, str]:
    """The contracts that break, each with what is said of it."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache", "--no-logo"],
        check=False,
        cwd=project,
        env={"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    names = re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE)
    _, *sections = re.split(rf"^({'|'.join(map(re.escape, names))})\n-+$", done.stdout, flags=re.MULTILINE) if names else [""]
    return dict(zip(sections[::2], sections[1::2], strict=True))


def test_the_project_as_it_is_breaks_no_wall(project: Path) -> None:
    assert linted(project) == {}


def test_a_wrong_face_breaks_every_wall_that_it_climbs_and_is_told_its_place(project: Path) -> None:
    write(project, "hub/window/__init__", "sqlalchemy", "hub.storage", "hub.app")
    broken = linted(project)
    assert set(broken) == {
        "every room of the hub has its floor",
        "SQL only in storage",
        "storage is reached through services",
    }
    assert all("hub.window" in told for told in broken.values())
    assert "A face (console) stands beside" in broken["every room of the hub has its floor"]


def with_a_window(project: Path) -> None:
    """Does what the guidance says."""
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    for before, after in (
        ('"hub.settings | schema | hub.console"', '"hub.settings | schema | hub.console | hub.window"'),
        ('"settings | console", "services"', '"settings | console | window", "services"'),
        ('allowed_importers = ["schema", ', 'allowed_importers = ["schema", "hub.window", '),
    ):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def test_a_face_in_its_place_that_calls_services_breaks_nothing(project: Path) -> None:
    write(project, "hub/window/__init__", "hub.services.reading", "hub.http.headers", "auth.principals")
    with_a_window(project)
    assert linted(project) == {}


def test_a_face_in_its_place_is_held_by_the_other_walls(project: Path) -> None:
    faults = {
        "app": ("hub.app", "arrows point down"),
        "graph": ("schema.graph", "arrows point down"),
        "driver": ("asyncpg", "SQL only in storage"),
        "rows": ("hub.storage.sql.live", "storage is reached through services"),
        "settings": ("hub.settings", "settings are read only by the composition root"),
        "keys": ("hub.signing", "keys are used by who signs"),
    }
    for name, (imported, _) in faults.items():
        write(project, f"hub/window/{name}", imported)
    with_a_window(project)
    broken = linted(project)
    for name, (_, wall) in faults.items():
        assert f"hub.window.{name}" in broken[wall], wall


#: A module, what it wrongly imports, and the wall that stands between.
CLIMBING = [
    ("connectors/ecology/other", "connectors.finance.mapping", "each department's system is alone"),
    ("connectors/ecology/registry", "connectors.registry", "each department's system is alone"),
    ("connectors/ecology/rows", "hub.storage.sql.live", "storage is reached through services"),
    ("connectors/ecology/services", "hub.services.posting.pipeline", "connectors meet the hub in posting alone"),
    ("connectors/ecology/rights", "auth.rules", "connectors meet the hub in posting alone"),
    ("connectors/ecology/graph", "schema.graph", "arrows point down"),
    ("connectors/files", "connectors.finance.mapping", "each department's system is alone"),
    ("connectors/base", "connectors.http", "floors of the connectors"),
    ("schema/system", "connectors.finance.mapping", "each department's system is alone"),
    ("schema/registry", "connectors.registry", "the graph knows no connector"),
    ("schema/driver", "aiosqlite", "SQLite's driver is SQLAlchemy's alone"),
    ("schema/settings", "hub.settings", "settings are read only by the composition root"),
    ("schema/keys", "hub.signing", "keys are used by who signs"),
    ("auth/services", "hub.services.reading", "services are called by faces and the composition root"),
    ("hub/services/driver", "sqlalchemy", "SQL only in storage"),
    ("hub/services/posting/work", "hub.services.work.ingest", "rooms of services"),
    ("hub/storage/sql/views", "hub.storage.views.nouns", "rooms of storage"),
    ("hub/domain/words/kinds", "hub.domain.record_kinds", "rooms of the domain"),
    ("hub/domain/words/client", "httpx", "the domain knows no framework"),
    ("hub/http/services", "hub.services.reading", "every room of the hub has its floor"),
]


def test_an_import_that_climbs_breaks_its_wall_and_every_wall_is_tried(project: Path) -> None:
    for module, imported, _ in CLIMBING:
        write(project, module, imported)
    broken = linted(project)
    for module, imported, wall in CLIMBING:
        assert module.replace("/", ".") in broken.get(wall, ""), f"{module} may import {imported} for all that '{wall}' says"
    contracts = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    untried = {contract["name"] for contract in contracts} - {wall for _, _, wall in CLIMBING}
    assert not untried, f"contracts of pyproject.toml that no line of CLIMBING tries: {untried}"


@pytest.mark.parametrize("module", ["odd", "odd/room"])
def test_a_module_or_folder_that_no_contract_names_is_found(project: Path, module: str) -> None:
    walls = {
        "hub": "every room of the hub has its floor",
        "hub/domain": "rooms of the domain",
        "hub/storage": "rooms of storage",
        "hub/services": "rooms of services",
        "connectors": "floors of the connectors",
    }
    for package in walls:
        write(project, f"{package}/{module}")
    broken = linted(project)
    assert set(broken) == set(walls.values())
    for package, wall in walls.items():
        assert f"- {package.replace('/', '.')}.odd\n" in broken[wall]
        assert "pyproject.toml" in broken[wall], f"'{wall}' does not say where a new module takes its place"


def test_a_new_system_needs_no_line_in_any_contract(project: Path) -> None:
    write(project, "connectors/odd/connector", "connectors.base", "connectors.odd.mapping")
    write(project, "connectors/odd/mapping", "connectors.mapping")
    assert linted(project) == {}
