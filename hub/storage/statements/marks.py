"""What a statement says beside its answer, between marks that no JSON text holds raw: they are gone before it is told.

Beside each object that speaks of mines stands their licence number, or the JSON list of them, and beside what is told of few
objects together the list of what each has; in front of the value of each field of the root its response key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

#: On both sides of what is said for the read ledger, and of the values of a cursor.
MINE = "\x1e"
CURSOR = "\x1f"
_ROOT = ":"
_NO_ROOT = ""

#: The mines that an answer tells of, by response key of the root.
Told = Mapping[str, tuple[str, ...]]


def root(key: str) -> str:
    """What stands in front of the value of a field of the root."""
    return f"{MINE}{_ROOT}{key}{MINE}"


def read_mines(answer: bytes) -> tuple[bytes, Told]:
    """The answer without what was said of mines, and the mines that it tells of, each once, as they came."""
    parts = answer.split(MINE.encode())
    said: dict[bytes, None] = {}
    found = {_NO_ROOT: said}
    for mark in parts[1::2]:
        if mark.startswith(_ROOT.encode()):
            said = found[mark[1:].decode()] = {}
        else:
            said[mark] = None
    return b"".join(parts[::2]), {key: _numbers(marks) for key, marks in found.items() if marks}


def _numbers(marks: Mapping[bytes, None]) -> tuple[str, ...]:
    numbers: dict[str, None] = {}
    for mark in marks:
        for one in json.loads(mark) if mark.startswith(b"[") else [mark.decode()] if mark else []:
            numbers |= dict.fromkeys(one if isinstance(one, list) else [one])
    return tuple(numbers)
