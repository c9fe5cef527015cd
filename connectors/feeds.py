"""Pulling page by page: the loop that every connector shares.  A cursor is a stamp for each feed, and it only moves forward."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.base import Batch, Item
from connectors.errors import OperatorMustAct, RefusedForGood
from connectors.mapping import Mapped

Row = Mapping[str, Any]

_LONGEST_STAMP = 200


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One answer of a feed: rows in the order of their change, the stamp after them, whether more follow, and how many rows
    the feed holds past the stamp that was asked for, if it says so.  A page without rows may still move the stamp on."""

    rows: Sequence[Row]
    stamp: str
    more: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One resource of a system: how to fetch what changed after a stamp ("" for everything), and how a row maps."""

    name: str
    fetch: Callable[[str], Awaitable[FeedPage]]
    item: Callable[[Row], Item]


def each(resources: Mapping[str, Mapped], fetch: Callable[[str, str], Awaitable[FeedPage]]) -> list[Feed]:
    """A feed for each resource of a system; `fetch` is given the resource's name and the stamp."""
    return [Feed(name, partial(fetch, name), mapped.item) for name, mapped in resources.items()]


async def pull(cursor: str | None, feeds: Sequence[Feed]) -> AsyncIterator[Batch]:
    """What changed in each feed since the cursor, feed after feed.

    Raises RefusedForGood when a system's stamps do not move forward: going on would never end or would skip rows.
    """
    stamps = _read(cursor)
    done = 0
    for feed in feeds:
        while True:
            since = stamps.get(feed.name, "")
            page = await feed.fetch(since)
            if page.stamp < since or (page.rows and page.stamp == since):
                raise RefusedForGood(f"{feed.name}: the system's cursor goes backwards")
            if page.stamp == since:
                break
            stamps[feed.name] = page.stamp
            expected = None if page.total is None else done + page.total
            done += len(page.rows)
            yield Batch([feed.item(row) for row in page.rows], json.dumps(stamps, sort_keys=True), expected)
            if not page.more:
                break


def stamped(rows: Sequence[Row], name: str, since: str, total: Any = None, more: bool | None = None) -> FeedPage:
    """A page of rows that each carry the moment of their change in the field `name`; `total` is the system's own word for how
    many there are past `since`.

    Without `more`, pages are asked for until the total is reached, or else until one is empty: a system may send fewer rows
    than it was asked for.  RefusedForGood when the rows are not in the order of their change.
    """
    stamp = since
    for place, row in enumerate(rows):
        told = row.get(name)
        if not isinstance(told, str) or not told or len(told) > _LONGEST_STAMP:
            raise RefusedForGood(f"a row has no {name}")
        if told < stamp or (place == 0 and told == since):
            raise RefusedForGood(f"the rows are not in the order of {name}, or go backwards")
        stamp = told
    count = total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
    if more is None:
        more = bool(rows) and (count is None or count > len(rows))
    return FeedPage(rows, stamp, more, count)


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
