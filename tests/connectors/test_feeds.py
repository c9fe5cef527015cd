"""The loop of every pull: forward only, no row lost, none twice, and an end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors import feeds
from connectors.base import Batch, Item
from connectors.errors import OperatorMustAct, RefusedForGood
from connectors.feeds import Feed, FeedPage, stamped
from hub.domain.record_kinds import RecordKind


def item(row: feeds.Row) -> Item:
    return Item(RecordKind.OPINION, str(row["n"]), row, {})


def feed(*pages: FeedPage) -> Feed:
    left = list(pages)

    async def fetch(since: str) -> FeedPage:
        return left.pop(0) if left else FeedPage([], since, False)

    return Feed("f", fetch, item)


async def batches(*all_feeds: Feed, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in feeds.pull(cursor, all_feeds)]


def rows(*stamps: str) -> list[dict[str, Any]]:
    return [{"n": stamp, "at": stamp} for stamp in stamps]


async def test_a_page_without_rows_that_moves_on_does_not_stop_the_pull() -> None:
    found = await batches(feed(FeedPage([], "1", True), FeedPage(rows("2"), "2", False)))
    assert [json.loads(batch.cursor)["f"] for batch in found] == ["1", "2"]
    assert [len(batch.items) for batch in found] == [0, 1]


async def test_the_same_page_again_ends_the_pull() -> None:
    with pytest.raises(RefusedForGood, match="backwards"):
        await batches(feed(FeedPage(rows("1"), "1", True), FeedPage(rows("1"), "1", True)))


async def test_a_stamp_that_goes_backwards_ends_the_pull() -> None:
    with pytest.raises(RefusedForGood, match="backwards"):
        await batches(feed(FeedPage(rows("2"), "2", True), FeedPage([], "1", True)))


async def test_what_is_expected_counts_what_was_done_in_other_feeds() -> None:
    first = feed(FeedPage(rows("1", "2"), "2", True, 3), FeedPage(rows("3"), "3", False, 1))
    second = Feed("g", feed(FeedPage(rows("1"), "1", False, 1)).fetch, item)
    assert [batch.expected for batch in await batches(first, second)] == [3, 3, 4]


@pytest.mark.parametrize("cursor", ["x", "[]", "7", '{"f": 1}', "{"])
async def test_a_cursor_that_is_none_is_for_the_operator(cursor: str) -> None:
    with pytest.raises(OperatorMustAct):
        await batches(feed(), cursor=cursor)


@pytest.mark.parametrize("total", [None, "many", True, -1, 1.5])
def test_pages_are_asked_for_until_one_is_empty_where_no_total_is_told(total: Any) -> None:
    page = stamped(rows("1"), "at", "", total)
    assert (page.more, page.total) == (True, None)
    assert not stamped([], "at", "1", total).more


def test_a_system_may_send_fewer_rows_than_it_was_asked_for() -> None:
    assert stamped(rows("1", "2"), "at", "", 5).more
    assert not stamped(rows("1", "2"), "at", "", 2).more


@pytest.mark.parametrize(
    "told", [rows("2", "1"), rows("1"), [{"at": 3}], [{}], [{"at": ""}], [{"at": None}], [{"at": "9" * 1000}]]
)
def test_rows_out_of_order_or_without_a_moment_are_refused(told: list[dict[str, Any]]) -> None:
    with pytest.raises(RefusedForGood):
        stamped(told, "at", "1")


def test_rows_of_one_moment_may_share_a_page() -> None:
    assert stamped(rows("2", "2", "3"), "at", "1").stamp == "3"


@pytest.mark.parametrize("answer", [None, [], {"a": 1}, {"a": {"b": {}}}, {"a": {"b": [1]}}, "x"])
def test_a_list_that_is_not_there_is_refused(answer: Any) -> None:
    with pytest.raises(RefusedForGood, match=r"a\.b"):
        feeds.rows_of(answer, "a", "b")
