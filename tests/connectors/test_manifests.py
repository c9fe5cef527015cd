"""Systems are found by their folders, and their manifests say in which order they are pulled first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Manifest
from connectors.errors import OperatorMustAct
from connectors.manifests import FOLDER, MANIFESTS, carried
from hub.domain.calendar.moments import CHINA
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

GOOD = """
code = "a"
chinese = "示例"
english = "example"
department = "WATER"
interface = "files"
directions = ["pull"]
kinds = ["opinion"]
refresh_minutes = 60
settings = []
"""


def test_every_folder_with_a_manifest_is_a_system() -> None:
    assert set(MANIFESTS) == {path.parent.name for path in FOLDER.glob("*/manifest.toml")}


def test_registers_are_pulled_before_what_is_said_of_them_and_nobodys_systems_last() -> None:
    order = list(MANIFESTS)
    assert order[:2] == ["natural_resources", "market_regulation"]
    assert order[-1] == "credit_disclosure"


def test_who_brings_a_kind_is_asked_of_the_manifests() -> None:
    assert carried(RecordKind.MINE) == {Department.NATURAL_RESOURCES}
    assert Department.WATER not in carried(RecordKind.PENALTY)


def test_moments_without_a_zone_are_chinas_and_ten_minutes_are_read_again_unless_it_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(GOOD, encoding="utf-8")
    told = Manifest.read(path)
    assert (told.zone, told.look_back) == (CHINA, timedelta(minutes=10))
    path.write_text(GOOD.replace("settings", "zone_hours = 0\nlook_back_minutes = 90\nsettings"), encoding="utf-8")
    told = Manifest.read(path)
    assert (told.zone.utcoffset(None), told.look_back) == (timedelta(0), timedelta(minutes=90))


def test_a_call_and_a_run_have_ends_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert (Manifest.read(path).call_seconds, Manifest.read(path).run_minutes) == (30, 60)
    path.write_text(f"call_seconds = 5\nrun_minutes = 2.5\n{GOOD}", encoding="utf-8")
    assert (Manifest.read(path).call_seconds, Manifest.read(path).run_minutes) == (5, 2.5)


def test_a_list_is_compared_each_week_unless_it_says_otherwise_and_what_vanishes_is_not_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert (Manifest.read(path).compare_days, Manifest.read(path).withdraw_when_vanished) == (7, False)
    path.write_text(f"compare_days = 0\nwithdraw_when_vanished = true\n{GOOD}", encoding="utf-8")
    assert (Manifest.read(path).compare_days, Manifest.read(path).withdraw_when_vanished) == (0, True)


@pytest.mark.parametrize(
    "wrong",
    [
        "compare_days = -1",
        'withdraw_when_vanished = "no"',
        'kinds = ["nothing"]',
        "zone_hours = 99",
        'look_back_minutes = "long"',
        "call_seconds = 0",
        "call_seconds = inf",
        "run_minutes = -1",
        "run_minutes = nan",
    ],
)
def test_a_manifest_that_cannot_be_is_for_the_operator(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(wrong.split(maxsplit=1)[0]))
    path.write_text(f"{wrong}\n{text}", encoding="utf-8")
    with pytest.raises(OperatorMustAct, match=r"manifest\.toml"):
        Manifest.read(path)
