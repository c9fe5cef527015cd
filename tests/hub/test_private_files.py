"""What the hub makes is its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hub.private_files import draft, make_file, make_folder, tell_if_open


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> object:
    tmp_path.chmod(0o755)
    before = os.umask(request.param)
    yield tmp_path
    os.umask(before)


def test_folders_that_are_missing_are_made_private_and_others_left(folder: Path) -> None:
    make_folder(folder / "var" / "demo")
    assert [mode(path) for path in (folder, folder / "var", folder / "var" / "demo")] == [0o755, 0o700, 0o700]
    make_folder(folder)
    assert mode(folder) == 0o755


def test_a_file_is_made_private_and_left_as_it_is(folder: Path) -> None:
    path = folder / "var" / "file"
    make_file(path)
    assert (mode(path), mode(path.parent), path.read_bytes()) == (0o600, 0o700, b"")
    path.write_text("示例", encoding="utf-8")
    path.chmod(0o640)
    make_file(path)
    assert (mode(path), path.read_text(encoding="utf-8")) == (0o640, "示例")


def test_a_draft_lies_beside_its_path(folder: Path) -> None:
    made = draft(folder / "facts.json", "示例")
    assert (made.parent, mode(made), made.read_text(encoding="utf-8")) == (folder, 0o600, "示例")
    assert not (folder / "facts.json").exists()


@pytest.mark.parametrize(("rights", "told"), [(0o600, 0), (0o660, 0), (0o604, 1), (0o602, 1), (0o601, 1)])
def test_what_others_can_get_at_is_told(tmp_path: Path, rights: int, told: int, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "file"
    tell_if_open(path, "文件", "the file is")
    assert not caplog.records
    path.write_bytes(b"")
    path.chmod(rights)
    tell_if_open(path, "文件", "the file is")
    assert [record.getMessage() for record in caplog.records] == [
        f"文件可被其他用户访问 / the file is open to every user of this machine: {path}"
    ] * told
