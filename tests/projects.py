"""Copies of the project, for those who change it and look what becomes of that."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What the pages are built with is no part of the project, and seven files of eight.
_NO_PART = shutil.ignore_patterns("node_modules")


def copy(folder: Path, *names: str) -> None:
    """Put these folders and files of the project into another folder.

    What was compiled of them goes along, and holds for what is not changed.
    """
    for name in names:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=_NO_PART)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
