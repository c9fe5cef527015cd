"""A table that changes while it is read tries to lose rows: after it rests and is pulled once more, what stands here is what
stands there, or it is told that something is missing."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import feeds
from connectors.errors import Incomplete, TooMuchAtOnce
from tests.connectors.test_feeds import Source

#: What happens between two pages: a row's number, how many seconds pass before it, how many seconds late it is stamped, and
#: whether it is put, deleted, or the puller is started anew.
STEP = st.tuples(
    st.integers(0, 30), st.integers(0, 40), st.integers(0, 590), st.sampled_from(["put", "put", "delete", "restart"])
)


@settings(max_examples=int(os.environ.get("SOAK", "50")), deadline=None, derandomize=True, database=None)
@given(
    st.lists(STEP, max_size=60),
    st.integers(1, 12),
    st.sampled_from([True, None, 2]),
    st.booleans(),
    st.lists(st.integers(0, 20), max_size=30),
)
async def test_no_row_is_lost_unless_that_is_told(
    steps: list[tuple[int, int, int, str]], size: int, told_total: Any, tells_more: bool, first: list[int]
) -> None:
    source = Source({n: (second, "first") for n, second in enumerate(first)}, size, told_total, tells_more)
    here: dict[str, str] = {}
    cursor: str | None = None
    now, left = 1000, list(steps)
    while left:
        try:
            async for batch in feeds.pull(cursor, [source.feed()]):
                here |= {item.reference: str(item.raw["text"]) for item in batch.items}
                cursor = batch.cursor
                if not left:
                    break
                number, passed, late, act = left.pop()
                now += passed
                if act == "put":
                    source.put(number, now - late, f"text {len(left)}")
                elif act == "delete":
                    source.rows.pop(number, None)
                else:
                    break
            else:
                number, passed, late, _ = left.pop() if left else (0, 0, 0, "")
                now += passed
                source.put(number, now - late, f"rest {len(left)}")
        except (Incomplete, TooMuchAtOnce):
            if left:
                left.pop()
    try:
        async for batch in feeds.pull(cursor, [source.feed()]):
            here |= {item.reference: str(item.raw["text"]) for item in batch.items}
    except (Incomplete, TooMuchAtOnce):
        return
    assert {number: here.get(str(number)) for number in source.rows} == {n: text for n, (_, text) in source.rows.items()}
