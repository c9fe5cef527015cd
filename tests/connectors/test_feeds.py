"""The loop of every pull: no row is passed over, none comes twice, what does not come is told, and there is an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import feeds
from connectors.base import Batch, Item
from connectors.errors import ConnectorError, Incomplete, OperatorMustAct, RefusedForGood, TooMuchAtOnce, TryAgain
from connectors.feeds import FeedPage, StampedFeed
from connectors.mapping import Envelope, Mapped, Used
from hub.domain.calendar.moments import CHINA
from hub.domain.record_kinds import RecordKind

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BEGAN = datetime(2026, 6, 1)


def at(second: float) -> str:
    return (BEGAN + timedelta(seconds=second)).isoformat()


@dataclass
class Source:
    """A table of a system: rows by number, each with the second of its change; told after a moment, a page at a time."""

    rows: dict[int, tuple[float, str]] = field(default_factory=dict)
    size: int = 500
    told_total: Any = True
    tells_more: bool = False
    asked: list[str] = field(default_factory=list)
    asked_size: int = 0
    #: Whether the moment asked from belongs to what is told.
    closed: bool = False

    def put(self, number: int, second: float, text: str = "") -> None:
        self.rows[number] = (second, text)

    def after(self, since: str) -> list[tuple[float, int, str]]:
        """The rows that changed after a moment, in the order of their change: moment, number, text."""
        after = (datetime.fromisoformat(since) - BEGAN).total_seconds() if since else float("-inf")
        return sorted(
            (second, number, text)
            for number, (second, text) in self.rows.items()
            if second > after or (self.closed and second == after)
        )

    async def fetch(self, since: str) -> FeedPage:
        self.asked.append(since)
        found = self.after(since)
        page = [{"n": number, "at": at(second), "text": text} for second, number, text in found[: self.size]]
        total = len(found) if self.told_total is True else self.told_total
        return FeedPage(page, "at", self.asked_size or self.size, len(found) > self.size if self.tells_more else None, total)

    def feed(self, name: str = "f") -> StampedFeed:
        return StampedFeed(name, self.fetch, item, CHINA, timedelta(minutes=10), lambda: NOW)


def item(row: feeds.Row) -> Item:
    return Item(RecordKind.OPINION, str(row["n"]), row, {})


async def batches(*all_feeds: feeds.Feed, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in feeds.pull(cursor, all_feeds)]


async def taken(*sources: Source, cursor: str | None = None) -> tuple[list[int], str | None]:
    found = await batches(*(source.feed(str(place)) for place, source in enumerate(sources)), cursor=cursor)
    return [int(i.reference) for batch in found for i in batch.items], found[-1].cursor if found else cursor


@pytest.mark.parametrize("told_total", [True, None])
async def test_rows_of_one_moment_lie_across_the_end_of_a_page(told_total: Any) -> None:
    source = Source({n: (n // 300, "") for n in range(700)}, told_total=told_total)
    assert (await taken(source))[0] == list(range(700))


async def test_a_row_that_is_committed_late_with_an_earlier_moment_comes() -> None:
    source = Source({1: (1000, ""), 2: (2000, "")})
    _, cursor = await taken(source)
    source.put(3, 2000)
    source.put(4, 2000 - 599)
    assert (await taken(source, cursor=cursor))[0] == [4, 3]


async def test_what_was_taken_does_not_come_again_and_what_changed_does() -> None:
    source = Source({n: (n, "") for n in range(50)})
    _, cursor = await taken(source)
    assert await taken(source, cursor=cursor) == ([], cursor)
    source.put(7, 7, "other")
    source.put(8, 60, "other")
    found, cursor = await taken(source, cursor=cursor)
    assert found == [7, 8]
    source.put(7, 7, "")
    assert (await taken(source, cursor=cursor))[0] == [7]


async def test_a_page_of_one_moment_alone_with_more_to_follow_is_told_and_holds_back_no_other_feed() -> None:
    full, other = Source(dict.fromkeys(range(30), (5, "")), size=20), Source({99: (1, "")})
    came: list[str] = []

    async def take() -> None:
        async for batch in feeds.pull(None, [full.feed("full"), other.feed("other")]):
            came.extend(i.reference for i in batch.items)

    with pytest.raises(TooMuchAtOnce, match="20"):
        await take()
    assert came == [*map(str, range(20)), "99"]


@pytest.mark.parametrize("told_total", [None, 20, 5])
async def test_a_full_page_of_one_moment_is_told_where_the_count_says_nothing(told_total: Any) -> None:
    with pytest.raises(TooMuchAtOnce):
        await taken(Source(dict.fromkeys(range(30), (5, "")), size=20, told_total=told_total))


@pytest.mark.parametrize("told_total", [None, 0])
async def test_a_system_that_holds_nothing_has_a_cursor_too(told_total: Any) -> None:
    source = Source(told_total=told_total)
    (batch,) = await batches(source.feed())
    assert (batch.items, json.loads(batch.cursor)) == ([], {"f": {"at": "", "known": {}}})
    source.put(1, 1)
    assert (await taken(source, cursor=json.dumps({"0": {"at": "", "known": {}}})))[0] == [1]


async def test_a_row_at_the_very_edge_of_what_is_read_again_does_not_come_twice() -> None:
    source = Source({0: (0, ""), 1: (600, "")}, closed=True)
    _, cursor = await taken(source)
    assert await taken(source, cursor=cursor) == ([], cursor)
    assert source.asked[-2:] == [at(0), at(599)]


async def test_of_a_pull_that_was_cut_what_was_known_does_not_come_again() -> None:
    source = Source({n: (n, "") for n in range(60)}, size=20)
    _, cursor = await taken(source)
    source.put(0, 0, "b")
    first = await anext(feeds.pull(cursor, [source.feed("0")]))
    assert [i.reference for i in first.items] == ["0"]
    assert (await taken(source, cursor=first.cursor))[0] == []


async def test_what_went_back_at_the_end_of_the_page_where_a_pull_was_cut_comes_again() -> None:
    source = Source({n: (n, "") for n in range(60)}, size=20)
    _, cursor = await taken(source)
    source.put(19, 19, "b")
    first = await anext(feeds.pull(cursor, [source.feed("0")]))
    assert [i.reference for i in first.items] == ["19"]
    source.put(19, 19, "")
    assert (await taken(source, cursor=first.cursor))[0] == [19]


async def test_a_row_is_known_whatever_the_order_of_its_fields() -> None:
    told: list[dict[str, Any]] = [{"n": 1, "at": at(1)}]

    async def fetch(_: str) -> FeedPage:
        return FeedPage(told, "at", 10)

    feed = StampedFeed("f", fetch, item, CHINA, timedelta(minutes=10))
    (*_, last) = await batches(feed)
    told[0] = dict(reversed(told[0].items()))
    assert not [one for batch in await batches(feed, cursor=last.cursor) for one in batch.items]


@pytest.mark.parametrize("size", [1, 2, 9, 10])
@pytest.mark.parametrize("first", [0, 1, 2])
@pytest.mark.parametrize("closed", [False, True])
async def test_however_few_rows_are_given_at_once_it_is_told_where_they_do_not_fit(size: int, first: int, closed: bool) -> None:
    """Before them there are no others, fewer than a page or pages of them; after them one."""
    rows = {n: (2.0 * n, "") for n in range(first * size)}
    for ties in (size + 1, size, max(size - 1, 1)):
        held = rows | dict.fromkeys(range(100, 100 + ties), (90.0, "")) | {99: (92.0 if closed else 91.0, "")}
        source = Source(held, size=size, told_total=None, asked_size=500, closed=closed)
        with pytest.raises(TooMuchAtOnce, match=f"of {size} ") if ties >= size else nullcontext():
            assert set((await taken(source))[0]) == set(held)


@pytest.mark.parametrize("count", [1, 3])
async def test_few_rows_of_one_moment_are_not_taken_for_a_page_that_is_full(count: int) -> None:
    """Neither in a table that holds no others, nor in a quiet hour of one that gave more at once before."""
    source = Source(dict.fromkeys(range(count), (5, "")), told_total=None)
    found, cursor = await taken(source)
    assert len(found) == count
    assert await taken(source, cursor=cursor) == ([], cursor)
    source = Source(
        {n: (float(n), "") for n in range(40)} | dict.fromkeys(range(50, 50 + count), (9000.0, "")), told_total=None
    )
    _, cursor = await taken(source)
    asked = len(source.asked)
    assert await taken(source, cursor=cursor) == ([], cursor)
    # Nor is it asked more often for that.
    assert len(source.asked) == asked + 2


@pytest.mark.parametrize("told_total", [None, 30])
async def test_a_system_that_gives_less_at_once_than_it_is_asked_for_is_found_out(told_total: Any) -> None:
    """Asked for 500, it gives 12: the ties of one moment do not fit, and the page looks as if it had room."""
    rows = {n: (float(n), "") for n in range(24)} | dict.fromkeys(range(24, 44), (99.0, ""))
    source = Source(rows, size=12, told_total=told_total, asked_size=500)
    with pytest.raises(TooMuchAtOnce, match="12"):
        await taken(source)
    source.rows = {n: (float(n), "") for n in range(44)}
    source.told_total = None
    assert (await taken(source))[0] == list(range(44))


async def test_pages_of_one_length_that_are_short_by_chance_are_no_rule() -> None:
    source = Source(dict.fromkeys(range(9), (5.0, "")), told_total=None)
    stream = feeds.pull(None, [source.feed()])
    first = await anext(stream)
    source.rows = dict.fromkeys(range(9), (6.0, ""))
    rest = [batch async for batch in stream]
    assert [len(batch.items) for batch in (first, *rest)] == [9, 9]


async def test_a_system_that_does_not_heed_from_when_it_is_asked_is_told() -> None:
    rows = [{"n": n, "at": at(n)} for n in range(30)]

    async def fetch(_: str) -> FeedPage:
        return FeedPage(rows[:20], "at", 20)

    with pytest.raises(TooMuchAtOnce, match=f"at {at(19)} more rows changed than a page of 20 holds"):
        await batches(StampedFeed("f", fetch, item, CHINA, timedelta(minutes=10)))


@dataclass
class Numbered:
    """A list in numbered pages; `moves` says what happens to it before the n-th call."""

    rows: list[dict[str, Any]]
    size: int = 3
    total: bool = True
    moves: dict[int, Callable[[list[dict[str, Any]]], None]] = field(default_factory=dict)
    repeats_its_last: bool = False
    asked: list[int] = field(default_factory=list)

    async def page(self, number: int) -> FeedPage:
        self.asked.append(number)
        if move := self.moves.get(len(self.asked)):
            move(self.rows)
        last = max((len(self.rows) - 1) // self.size, 0)
        first = self.size * (min(number - 1, last) if self.repeats_its_last else number - 1)
        return FeedPage(self.rows[first : first + self.size], "at", self.size, None, len(self.rows) if self.total else None)


def of_moments(*moments: int) -> list[dict[str, Any]]:
    return [{"n": n, "at": at(moment)} for n, moment in enumerate(moments)]


@pytest.mark.parametrize(
    ("moments", "brought", "asked"),
    [
        ((1, 1, 2, 2), 3, [1]),
        ((1, 2, 2, 2), 3, [1]),
        ((1, 1, 1, 1, 2, 3, 4), 6, [1, 2] * 2),
        ((1, 1, 1, 1), 4, [1, 2] * 2),
        ((1, 1, 1), 3, [1, 2] * 2),
        ((1, 1), 2, [1]),
        ((), 0, [1]),
    ],
)
async def test_where_a_page_holds_one_moment_alone_the_pages_after_it_are_read_until_they_stand_still(
    moments: tuple[int, ...], brought: int, asked: list[int]
) -> None:
    for repeats in (False, True):
        source = Numbered(of_moments(*moments), repeats_its_last=repeats)
        page = await feeds.past_one_moment(source.page)
        assert list(page.rows) == source.rows[:brought]
        assert page.total == len(moments)
        assert repeats or source.asked == asked


async def test_a_row_that_moves_to_a_page_that_was_read_comes_all_the_same() -> None:
    source = Numbered(of_moments(1, 1, 1, 1, 1), moves={2: lambda rows: rows.append(rows.pop(0) | {"at": at(9)})})
    page = await feeds.past_one_moment(source.page)
    assert list(page.rows) == source.rows
    assert not page.full


async def test_a_moment_without_end_or_without_rest_is_told() -> None:
    # What stands in place of a moment may be a name, and goes to the log.
    with pytest.raises(TooMuchAtOnce, match=r"^more rows changed at one moment than 200 pages hold$"):
        await feeds.past_one_moment(Numbered([{"n": n, "at": "示例甲"} for n in range(601)]).page)
    rests = {3 * walk + 1: lambda rows: rows.__delitem__(0) for walk in (1, 2, 3)}
    assert len((await feeds.past_one_moment(Numbered(of_moments(*[1] * 8), moves=rests).page)).rows) == 5
    with pytest.raises(TryAgain):
        await feeds.past_one_moment(Numbered(of_moments(*[1] * 8), moves=rests | {12: lambda rows: rows.__delitem__(0)}).page)
    restless = Numbered(of_moments(*[1] * 30), moves={call: lambda rows: rows.__delitem__(0) for call in range(100)})
    with pytest.raises(TryAgain):
        await feeds.past_one_moment(restless.page)


async def test_rows_that_the_system_counts_and_does_not_give_are_told() -> None:
    with pytest.raises(Incomplete, match="f: 3 did not come") as caught:
        await batches(Source({1: (1, ""), 2: (2, "")}, told_total=4).feed())
    assert caught.value.missing == {"f": 3}


async def test_a_count_that_is_too_small_ends_nothing_and_one_that_is_too_large_is_told() -> None:
    source = Source({n: (n, "") for n in range(50)}, size=20, told_total=1)
    assert (await taken(source))[0] == list(range(50))
    source.told_total = 3
    with pytest.raises(Incomplete):
        await taken(source)


@pytest.mark.parametrize("told_total", [None, "many", True, -1, 1.5])
async def test_a_count_that_is_none_is_passed_over(told_total: Any) -> None:
    assert FeedPage([], "at", 1, None, told_total).total is None


def test_that_a_feed_holds_nothing_is_a_count() -> None:
    assert FeedPage([], "at", 1, None, 0).total == 0


async def test_where_the_system_says_that_nothing_follows_it_is_not_asked_again() -> None:
    source = Source({1: (1, "")}, tells_more=True)
    await taken(source)
    assert source.asked == [""]


async def test_a_clock_that_ran_ahead_hides_nothing_once_it_is_set_right() -> None:
    ahead = (NOW.replace(tzinfo=None) + timedelta(days=400) - BEGAN).total_seconds()
    source = Source({1: (ahead, "")})
    _, cursor = await taken(source)
    now = (NOW.astimezone(CHINA).replace(tzinfo=None) - BEGAN).total_seconds()
    source.put(2, now)
    assert (await taken(source, cursor=cursor))[0] == [2]


async def test_a_pull_that_is_cut_loses_nothing_and_takes_up_what_went_back() -> None:
    source = Source({n: (n, "") for n in range(60)}, size=20)
    _, cursor = await taken(source)
    source.put(3, 3, "b")
    stream = feeds.pull(cursor, [source.feed("0")])
    first = await anext(stream)
    assert [i.reference for i in first.items] == ["3"]
    source.put(3, 3, "")
    assert (await taken(source, cursor=first.cursor))[0][0] == 3


async def test_what_is_expected_counts_what_was_done_in_other_feeds() -> None:
    first, second = Source({n: (n, "") for n in range(3)}, size=2), Source({9: (1, "")})
    found = [batch.expected for batch in await batches(first.feed("a"), second.feed("b")) if batch.items]
    assert found == [3, 3, 4]


@pytest.mark.parametrize("cursor", ["x", "[]", "7", '{"f": 1}', "{", '{"f": {"at": 1}}', '{"f": {"at": "x", "known": {}}}'])
async def test_a_cursor_that_is_none_is_for_the_operator(cursor: str) -> None:
    with pytest.raises(OperatorMustAct):
        await batches(Source().feed(), cursor=cursor)


async def test_a_cursor_of_before_is_a_moment_alone() -> None:
    source = Source({1: (1000, ""), 2: (3000, "")})
    found = await batches(source.feed(), cursor=json.dumps({"f": at(2500)}))
    assert [i.reference for batch in found for i in batch.items] == ["2"]


@pytest.mark.parametrize(
    "told",
    [
        [{"at": at(2)}, {"at": at(1)}],
        [{"at": 3}],
        [{}],
        [{"at": ""}],
        [{"at": None}],
        [{"at": "9" * 1000}],
        [{"at": "soon"}],
    ],
)
async def test_rows_out_of_order_or_without_a_moment_are_refused(told: Sequence[dict[str, Any]]) -> None:
    async def fetch(_: str) -> FeedPage:
        return FeedPage(told, "at", 10)

    with pytest.raises(RefusedForGood):
        await batches(StampedFeed("f", fetch, item, CHINA, timedelta(minutes=10)))


async def test_rows_without_a_moment_are_taken_where_they_stand_and_told_as_drift_and_hold_back_nobody() -> None:
    """A moment that nobody filled in made the whole table stand still for ever."""
    told: list[dict[str, Any]] = [
        {"n": 0, "at": None},
        {"n": 1, "at": at(1)},
        {"n": 2, "at": "soon"},
        {"n": 3},
        {"n": 4, "at": at(2)},
    ]

    async def fetch(since: str) -> FeedPage:
        return FeedPage([row for row in told if not since or row.get("at") == at(2)], "at", 10)

    feed = StampedFeed("f", fetch, item, CHINA, timedelta(minutes=10))
    found = await batches(feed)
    items = [i for batch in found for i in batch.items]
    assert [i.reference for i in items] == list("01234")
    assert [i.changed_at is None for i in items] == [True, False, True, True, False]
    assert {i.drift for i in items if i.changed_at is None} == {("at (no moment)",)}
    assert not [i for batch in await batches(feed, cursor=found[-1].cursor) for i in batch.items]
    told[4]["at"] = at(0)
    with pytest.raises(RefusedForGood, match="order"):
        await batches(feed)


async def test_moments_are_compared_as_instants() -> None:
    told = [{"n": n, "at": f"2026-01-01T00:00:0{text}Z"} for n, text in enumerate(["1", "1.500", "2"])]

    async def fetch(_: str) -> FeedPage:
        return FeedPage(told, "at", 10)

    found = await batches(StampedFeed("f", fetch, item, CHINA, timedelta(minutes=10)))
    assert [i.reference for batch in found for i in batch.items] == ["0", "1", "2"]


@pytest.mark.parametrize("error", [TryAgain("500"), OperatorMustAct("403"), TryAgain("429", 20.0), RefusedForGood("404")])
async def test_a_resource_that_always_fails_holds_back_no_other_and_is_named(error: ConnectorError) -> None:
    """It stood before all that come after it for ever."""

    async def refuse(_: str) -> FeedPage:
        raise type(error)(*error.args)

    good = [Source({number: (number, "")}).feed(str(number)) for number in range(3)]
    bad, came = replace(good[1], name="bad", fetch=refuse), list[str]()

    async def to_its_end() -> None:
        async for batch in feeds.pull(None, [good[0], bad, good[1], replace(bad, name="also bad"), good[2]]):
            came.extend(one.reference for one in batch.items)

    with pytest.raises(type(error), match=f"bad: {error}"):
        await to_its_end()
    assert came == ["0", "1", "2"]


async def test_a_table_of_which_all_changed_at_the_end_of_time_ends_the_pull_like_others() -> None:
    rows = [{"n": number, "at": "9999-12-31T23:59:59"} for number in range(3)]

    async def fetch(_: str) -> FeedPage:
        return FeedPage(rows, "at", 500)

    found = await batches(replace(Source().feed(), fetch=fetch))
    assert [int(one.reference) for batch in found for one in batch.items] == [0, 1, 2]


async def test_two_resources_that_fail_one_after_the_other_say_that_the_system_is_down() -> None:
    asked = list[str]()

    async def fail(_: str) -> FeedPage:
        asked.append("")
        raise TryAgain("down")

    bad = replace(Source().feed(), fetch=fail)
    with pytest.raises(TryAgain, match=r"^down"):
        await batches(*(replace(bad, name=str(number)) for number in range(1, 5)))
    assert len(asked) == 2


@pytest.mark.parametrize("error", [TryAgain("429", 20.0), RefusedForGood("404")])
async def test_where_one_failed_the_next_that_does_not_answer_soon_ends_the_pull_with_what_was_said_first(
    error: ConnectorError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that hangs is told to have failed before a second call has taken its time."""
    monkeypatch.setattr(feeds, "_PATIENCE_SECONDS", 0.01)
    ended = list[str]()

    async def fail(_: str) -> FeedPage:
        raise error

    async def slow(_: str) -> FeedPage:
        await asyncio.sleep(0.1)
        ended.append("slow")
        return FeedPage([], "at", 500)

    every = [replace(Source().feed(name), fetch=fetch) for name, fetch in (("1", fail), ("2", slow), ("3", slow))]
    with pytest.raises(type(error)) as told:
        await batches(*every)
    assert str(told.value) == ("1: 404" if isinstance(error, RefusedForGood) else "429")
    # What is refused says nothing of the system.
    assert ended == (["slow"] * 2 if isinstance(error, RefusedForGood) else [])


async def test_what_is_no_object_among_the_rows_costs_itself_alone() -> None:
    rows = feeds.rows_of({"rows": [{"n": 1, "at": at(1)}, None, [7], {"n": 2, "at": at(2)}]}, "rows")

    async def page(_: str) -> FeedPage:
        return FeedPage(rows, "at", 500, False)

    mapped = Mapped(RecordKind.OPINION, Envelope("n"), {"n": Used("documentNumber")}, {"at": "the cursor"})
    found = await batches(replace(Source().feed(), fetch=page, item=mapped.item))
    items = [one for batch in found for one in batch.items]
    assert [one.reference for one in items if not one.error] == ["1", "2"]
    assert [one.raw for one in items if one.error] == [{"(no object)": None}, {"(no object)": [7]}]


def test_a_list_is_found_where_it_is() -> None:
    assert feeds.rows_of({"a": {"b": [{"n": 1}]}}, "a", "b") == [{"n": 1}]


@pytest.mark.parametrize("answer", [None, [], {"a": 1}, {"a": {"b": {}}}, {"a": {"b": [1]}}, "x"])
def test_a_list_that_is_not_there_is_refused(answer: Any) -> None:
    with pytest.raises(RefusedForGood, match=r"a\.b"):
        feeds.rows_of(answer, "a", "b")
