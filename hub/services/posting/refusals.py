"""Keeping what could not be taken: by whom, when, why, and the item itself, bounded in size and safe to store."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import RejectionState, numbers_in
from hub.domain.words.errors import Problem
from hub.domain.words.places import Place
from hub.services.posting.outlines import outline
from hub.services.posting.sources import is_of_system

#: A refused item is kept whole up to this many characters of JSON; beyond, its beginning is.
MOST_CHARACTERS = 65_536
_MOST_REFERENCE = 200
#: Of what lies deeper within one another than anything that we take, only the beginning is kept: not all that reads JSON
#: writes it.
_DEEPEST = 64
#: Of what came at one moment the ids stand in the order in which it was told, and it is tried again in that.
_ORDER = itertools.count()


def refusal(
    caller: Principal,
    source: str,
    at: datetime,
    problems: Sequence[Problem],
    sent: Any,
    *,
    kind: RecordKind | None = None,
    reference: str | None = None,
    withdrawn: str | None = None,
    changed_at: datetime | None = None,
    place: Place | None = None,
    is_settled: bool = False,
    partial: Mapping[str, Any] | None = None,
    wrong: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A row for `hub.storage.views.rejections`; what is settled waits for nobody.

    Of what has its system's own words, `partial` is what could be read, and `wrong` is what is the matter with that.
    """
    sent = _shallow(sent, _DEEPEST)
    # ASCII escapes keep NUL and lone surrogates storable on both databases.
    payload = json.dumps(sent, ensure_ascii=True, default=str)
    if partial is None:
        shown = outline(kind, sent, [problem.path for problem in problems], len(payload))
    else:
        shown = outline(kind if partial else None, _shallow(partial, _DEEPEST), wrong or (), len(payload))
    said = "\0".join((source, kind.value if kind else "", reference or "", withdrawn or "", payload))
    # A department knows of what it posted itself; of what its system told nobody else tells whom it is about.
    numbers = numbers_in(payload) if is_of_system(source) else ()
    if len(payload) > MOST_CHARACTERS:
        payload = beginning(payload, MOST_CHARACTERS)
    return {
        "id": f"rejection_{next(_ORDER) % 16**8:08x}{uuid.uuid4().hex[8:]}",
        "received_at": at,
        "client_id": caller.client_id,
        "department": caller.department.value if caller.department else None,
        "source": source,
        "kind": kind.value if kind else None,
        "reference": _storable(reference or _document_number(sent)),
        "problems": problems_kept(problems, place),
        "payload": payload,
        "outline": json.dumps(shown, ensure_ascii=True),
        "numbers": numbers,
        "is_raw": partial is not None,
        "withdrawn": withdrawn,
        "changed_at": changed_at,
        "resolved_at": at if is_settled else None,
        "settled": RejectionState.STALE.value if is_settled else None,
        "seen_at": at,
        "digest": hashlib.sha256(said.encode()).hexdigest(),
        "file": _storable(place.file) if place else None,
        "sheet": _storable(place.sheet) if place else None,
        "row": place.row if place else None,
        "cell": next((cell for problem in problems if (cell := place.cell(problem.path))), None) if place else None,
    }


def problems_kept(problems: Sequence[Problem], place: Place | None = None) -> list[dict[str, str | None]]:
    """What is wrong with an item, each with the cell of the file that it is about, where it came in one."""
    return [
        {**problem.as_dict(), **({"cell": cell} if place and (cell := place.cell(problem.path)) else {})}
        for problem in problems
    ]


def beginning(payload: str, most: int) -> str:
    """What is kept of a payload that is too long to be kept whole: so many characters, and how many there were."""
    return json.dumps({"beginning": payload[:most], "characters": len(payload)})


def kept_payload(text: str) -> Any:
    """What `refusal` kept of an item."""
    return json.loads(text)


def _shallow(value: Any, most: int) -> Any:
    """The value down to so many levels, below which stands how it goes on; numbers that JSON cannot write are texts."""
    match value:
        case dict():
            return {name: _shallow(member, most - 1) for name, member in value.items()} if most else "{…}"
        case list() | tuple():
            return [_shallow(item, most - 1) for item in value] if most else "[…]"
        case float() if not isfinite(value):
            return str(value)
    return value


def _document_number(sent: Any) -> str | None:
    if isinstance(sent, dict):
        for name in ("documentNumber", "licenceNo", "uscc", "code"):
            if isinstance(sent.get(name), str):
                return str(sent[name])
    return None


def _storable(text: str | None) -> str | None:
    if text is None:
        return None
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:_MOST_REFERENCE]
