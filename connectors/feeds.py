"""Pulling page by page: the loop that every connector shares.  A cursor is a stamp for each feed, and it only moves forward."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.base import Batch, Item
from connectors.errors import OperatorMustAct, RefusedForGood

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a feed: rows in the order of their change, the stamp after them, whether more follow, and how many rows
    the feed holds past the stamp that was asked for, if it says so."""

    rows: Sequence[Row]
    stamp: str
    more: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One resource of a system: how to fetch what changed after a stamp ("" for everything), and how a row maps."""

    name: str
    fetch: Callable[[str], Awaitable[Page]]
    item: Callable[[Row], Item]


async def pull(cursor: str | None, feeds: Sequence[Feed]) -> AsyncIterator[Batch]:
    """What changed in each feed since the cursor, feed after feed.

    Raises RefusedForGood when a system's stamps do not move forward: going on would never end or would skip rows.
    """
    stamps = _read(cursor)
    for feed in feeds:
        while True:
            since = stamps.get(feed.name, "")
            page = await feed.fetch(since)
            if not isinstance(page.stamp, str) or (page.rows and page.stamp <= since):
                raise RefusedForGood(f"{feed.name}: the system's cursor goes backwards")
            if page.rows:
                stamps[feed.name] = page.stamp
                yield Batch([feed.item(row) for row in page.rows], json.dumps(stamps, sort_keys=True), page.total)
            if not (page.more and page.rows):
                break


def _read(cursor: str | None) -> dict[str, str]:
    try:
        found = json.loads(cursor or "{}")
        if isinstance(found, dict) and all(isinstance(stamp, str) for stamp in found.values()):
            return found
    except ValueError:
        pass
    raise OperatorMustAct("the stored cursor cannot be read")


def rows_of(answer: Any, *path: str) -> list[Row]:
    """The list of objects at a path of a JSON answer; RefusedForGood when it is not there."""
    for step in path:
        answer = answer.get(step) if isinstance(answer, dict) else None
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise RefusedForGood(f"the answer has no list at {'.'.join(path)}")
    return answer
