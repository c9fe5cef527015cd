"""What others than its sender are shown of a copy: how large it is, and what in it is declared and personal of nobody.

A copy of what was not taken is held to no declaration: what is unknown, what failed its own check (an identity number where a
credit code belongs) and what nobody could read may hold anything, and is told by size alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from hub.domain.declaring.checks import Several
from hub.domain.declaring.fields import Nested, Payload, inputs_of
from hub.domain.record_kinds import KINDS, RecordKind

#: What says of an item whose it is and how it follows what stands.
_ENVELOPE = ("department", "expectedVersion", "changedAt")
_MOST_CHARACTERS = 65_536


def outline(kind: RecordKind | None, sent: Any, wrong: Collection[str], characters: int) -> dict[str, Any]:
    """The outline of an item of a kind, or of what is none; `wrong` are the paths of what is the matter with it."""
    size: dict[str, Any] = {"characters": characters}
    if kind is None or not isinstance(sent, Mapping):
        return size
    failed = {path.partition(".")[0] for path in wrong}
    members = {name: value for name, value in _members(KINDS[kind].payload, sent).items() if name not in failed}
    members |= {name: sent[name] for name in _ENVELOPE if name in sent and name not in failed and _is_single(sent[name])}
    told = size | {"members": members, "withheld": len(sent) - len(members)}
    return told if len(json.dumps(told)) <= _MOST_CHARACTERS else size


def _members(payload: type[Payload], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are declared, and personal of nobody."""
    found = {}
    for name, field in inputs_of(payload).items():
        if name not in sent or field.spec.personal:
            continue
        value = sent[name]
        match field.spec.check:
            case Several(each=Nested(part=part)) if isinstance(value, list):
                found[name] = [_members(part, one) for one in value if isinstance(one, Mapping)]
            case Several() if isinstance(value, list) and all(map(_is_single, value)):
                found[name] = value
            case _ if _is_single(value):
                found[name] = value
    return found


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)
