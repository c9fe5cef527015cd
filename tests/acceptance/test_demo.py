"""The main job as a newcomer first sees it: departments are pulled and post, the credit system pushes, a bank asks."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path


async def test_the_demo_shows_the_whole_of_a_mine_to_a_bank(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.cli", "demo", "--once", "--mines", "64", cwd=tmp_path, stdout=PIPE, stderr=PIPE
    )
    out, err = await child.communicate()
    said = err.decode()
    assert child.returncode == 0, said
    assert said.count("ACCEPTED") == 2, said
    mine = json.loads(out)["data"]["mine"]
    assert mine["standing"] == "LISTED_NATIONAL"
    assert mine["penalties"]["totalCount"] == 1
    assert mine["penalties"]["sum"] == mine["penalties"]["nodes"][0]["fine"]
    lists = ("opinions", "directoryEntries", "assessments", "contracts", "recoveryRates", "restorationPlans", "screenings")
    assert all(mine[name]["nodes"] for name in lists), mine
    # It is green by the directory, and another record stands against it: the demo shows which.
    assert {(one["eligibility"], bool(one["reasons"])) for one in mine["supports"]} == {("IN_DOUBT", True)}
    facts = json.loads((tmp_path / "var" / "demo.json").read_text(encoding="utf-8"))
    assert set(facts["tokens"]) >= {"bank", "ecology", "operator"}
