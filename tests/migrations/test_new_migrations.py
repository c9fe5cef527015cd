"""`make migration` writes the next migration, in the house's style, from what a kind has come to declare."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.storage.engine.migrations import head
from tests.projects import ROOT, copy

FIELD = '    patents: int | None = fields.whole(0, 999, "专利数", "patents", default=None, watch=True)\n'
NEXT = f"{int(head()) + 1:04}"

WRITTEN = f'''"""patents of innovations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{head()}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("innovations") as table:
        table.add_column(sa.Column("patents", sa.Integer(), nullable=True))
        table.create_index(
            "ix_innovations_patents",
            ["patents", "id"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND withdrawn_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("innovations") as table:
        table.drop_index(
            "ix_innovations_patents",
            sqlite_where=sa.text("superseded_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND withdrawn_at IS NULL"),
        )
        table.drop_column("patents")
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose innovations have a field more, with the migration that is written for it."""
    folder = tmp_path_factory.mktemp("project")
    copy(folder, "hub", "schema", "connectors", "auth", "migrations", "pyproject.toml")
    declared = folder / "hub" / "domain" / "records" / "innovations.py"
    head, tail = declared.read_text(encoding="utf-8").split("    partners:", 1)
    declared.write_text(f"{head}{FIELD}    partners:{tail}", encoding="utf-8")
    run(folder, "migrations", "patents_of_innovations")
    return folder


def run(project: Path, *words: str, **more: str) -> str:
    place = os.environ | {"PYTHONPATH": str(project)} | more
    done = subprocess.run([sys.executable, "-m", *words], cwd=project, env=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_field_gets_its_migration(project: Path) -> None:
    [made] = (project / "migrations" / "versions").glob(f"{NEXT}_*.py")
    assert made.name == f"{NEXT}_patents_of_innovations.py"
    for words in (("format", "--quiet"), ("check", "--quiet", "--fix")):
        subprocess.run([Path(sys.executable).with_name("ruff"), *words, made], check=True)
    lines = difflib.unified_diff(
        WRITTEN.splitlines(), made.read_text(encoding="utf-8").splitlines(), "wanted", "written", lineterm=""
    )
    differs = "\n".join(lines)
    assert not differs, (
        "`make migration` writes a migration in another style than the house's: mend migrations/__main__.py or "
        f"migrations/script.py.mako; where the style is meant to change, WRITTEN of this test\n{differs}"
    )


def test_it_runs_on_both_databases(project: Path, database_url: str) -> None:
    assert NEXT in run(project, "hub.cli", "migrate", HUB_DATABASE_URL=database_url)


def test_where_nothing_has_changed_nothing_is_written(tmp_path: Path) -> None:
    copy(tmp_path, "migrations")
    place = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    words = [sys.executable, "-m", "migrations", "nothing"]
    done = subprocess.run(words, cwd=tmp_path, env=place, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "the migrations make today's tables already", (
        "a table of hub/storage is known to today's code and to no migration: `make migration NAME=what_it_is_for`"
    )
    assert not list((tmp_path / "migrations" / "versions").glob("*_nothing.py"))
