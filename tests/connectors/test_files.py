"""Departments that put files on a shelf: batch files, workbooks, and the order and wholeness of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import feeds
from connectors.cells import Line, SetAside
from connectors.errors import BadRecord, Incomplete, OperatorMustAct, RefusedForGood, TryAgain
from connectors.files import FileFeed
from connectors.finance import batch
from connectors.http import ConnectorLimits, Http
from connectors.mapping import Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind
from tests.connectors.conftest import BASE, QUICK, Case, pulled


def values(lines: Iterable[Line | SetAside]) -> list[dict[str, Any]]:
    """The values of a file's lines, of which none is set aside."""
    told = list(lines)
    assert not [one for one in told if isinstance(one, SetAside)]
    return [dict(one.values) for one in told if isinstance(one, Line)]


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["A", "乙"]), st.text("|\\\n\r\u2028\x85;红 a", min_size=1), min_size=1), min_size=1
    )
)
def test_a_batch_file_brings_back_any_text(rows: list[dict[str, str]]) -> None:
    assert values(batch.read(batch.write("20260101", "x", rows))) == rows


def test_a_night_without_records_is_a_file_too() -> None:
    assert values(batch.read(batch.write("20260101", "x", []))) == []


def test_a_batch_file_may_come_from_windows() -> None:
    assert values(batch.read(b"\xef\xbb\xbfH|20260101|x|A\r\nD|1\r\nT|1\r\n")) == [{"A": "1"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"H|1|x|A\nD|1",
        b"H|1|x|A\nD|1\nT|2",
        b"D|1\nT|1",
        b"H\nT|0",
        b"\xff\xfe",
        b"H|1|x|A|A\nD|1|2\nT|1",
    ],
)
def test_a_batch_file_that_is_cut_or_miscounted_is_not_taken(body: bytes) -> None:
    with pytest.raises(BadRecord):
        list(batch.read(body))


@pytest.mark.parametrize("line", ["D|1|2", "D", "X|1"])
def test_a_line_that_does_not_fit_its_header_costs_only_itself(line: str) -> None:
    good, bad, other = batch.read(f"H|1|x|A\nD|a\n{line}\nD|b\nT|3".encode())
    assert (good, other) == (Line({"A": "a"}, 2), Line({"A": "b"}, 4))
    assert isinstance(bad, SetAside)
    assert (bad.row, bad.there) == (3, line.split("|"))


def shelf(
    files: Mapping[str, bytes],
    digest: str | None = None,
    kept: Mapping[str, int] | None = None,
    busy: Set[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> FileFeed:
    """The feed of a shelf; what is changed in `files` later is changed on the shelf.  Those that are `kept` are answered with a
    status, for those that are `busy` a time to wait is named; the others come with `headers`."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/f":
            after = request.url.params["after"]
            listed = [
                {"name": name, "sha256": hashlib.sha256(body).hexdigest() if digest is None else digest, **more}
                for name, body in sorted(files.items())
                if name > after
            ]
            return httpx.Response(200, json={"files": listed})
        name = request.url.path.removeprefix("/f/")
        if name in busy:
            return httpx.Response(503, headers={"retry-after": "60"})
        if kept and name in kept:
            return httpx.Response(kept[name])
        return httpx.Response(200, content=files[name], headers=dict(headers or {}))

    http = Http(BASE, limits=ConnectorLimits(seconds=2, attempts=1), transport=httpx.MockTransport(answer))
    mapped = Mapped(RecordKind.OPINION, Envelope("A"), {"A": Used("documentNumber")}, {})
    return FileFeed("f", http, "/f", mapped, batch.read)


async def taken(feed: FileFeed, state: Any = None) -> tuple[list[str], Any]:
    """What a reading of the shelf brings (of what cannot be read, why), and the state after it."""
    found: list[str] = []
    async for step in feed.steps(state):
        found += [item.error or item.reference for item in step.items]
        state = step.state
    return found, state


async def short(feed: FileFeed, told: str) -> list[str]:
    """What a reading of the shelf brings that tells that not all came."""
    found: list[str] = []

    async def to_its_end() -> None:
        async for step in feed.steps(None):
            found.extend(item.reference for item in step.items)

    with pytest.raises(Incomplete, match=told):
        await to_its_end()
    return found


def night(*rows: str) -> bytes:
    return batch.write("20260101", "x", [{"A": row} for row in rows])


async def test_files_come_one_after_the_other_and_each_once() -> None:
    feed = shelf({"1.txt": night("a", "b"), "2.txt": night("c")})
    found, state = await taken(feed)
    assert found == ["a", "b", "c"]
    assert await taken(feed, state) == ([], state)


async def test_a_file_that_comes_late_under_an_earlier_name_is_taken() -> None:
    files = {"2.txt": night("a")}
    _, state = await taken(shelf(files))
    files["1.txt"] = night("late")
    assert (await taken(shelf(files), state))[0] == ["late"]


async def test_a_file_that_is_corrected_under_its_own_name_is_taken() -> None:
    files = {"1.txt": night("a"), "2.txt": night("b")}
    _, state = await taken(shelf(files))
    files["1.txt"] = night("corrected")
    assert (await taken(shelf(files), state))[0] == ["corrected"]


async def test_a_listing_without_digests_loses_neither_a_file_nor_its_correction() -> None:
    files = {"1.txt": night("a")}
    found, state = await taken(shelf(files, digest=""))
    assert found == ["a"]
    assert await taken(shelf(files, digest=""), state) == ([], state)
    files["1.txt"] = night("corrected")
    assert (await taken(shelf(files, digest=""), state))[0] == ["corrected"]


async def test_the_same_file_under_another_name_is_nothing() -> None:
    files = {"1.txt": night("a")}
    _, state = await taken(shelf(files))
    files["2.txt"] = files["1.txt"]
    assert (await taken(shelf(files), state))[0] == []


async def test_a_file_that_cannot_be_read_is_set_aside_and_the_next_is_taken() -> None:
    files = {"1.txt": b"junk", "2.txt": night("good")}
    found, state = await taken(shelf(files))
    assert found[0].startswith("1.txt: ")
    assert found[1:] == ["good"]
    files["1.txt"] = night("mended")
    assert (await taken(shelf(files), state))[0] == ["mended"]


async def test_a_file_that_is_still_being_written_is_left_until_it_rests_and_told() -> None:
    feed = shelf({"1.txt": night("a")}, digest="0" * 64)
    with pytest.raises(Incomplete, match="still written: 1"):
        await taken(feed)
    assert (await taken(shelf({"1.txt": night("a")})))[0] == ["a"]


@pytest.mark.parametrize("status", [404, 410, 400])
async def test_a_file_that_is_listed_and_not_given_holds_back_no_other_and_is_told(status: int) -> None:
    files = {"1.txt": night("a"), "2.txt": night("b"), "3.txt": night("c")}
    stream, steps = shelf(files, kept={"2.txt": status}).steps(None), list[feeds.Step]()

    async def to_its_end() -> None:
        async for step in stream:
            steps.append(step)

    with pytest.raises(Incomplete, match=rf"not given \(.*{status}\): 1 did"):
        await to_its_end()
    assert [item.reference for step in steps for item in step.items] == ["a", "c"]
    assert (await taken(shelf(files), steps[-1].state))[0] == ["b"]


async def test_files_have_the_names_that_people_give_them_and_what_programs_left_there_is_none() -> None:
    """One such name made the whole shelf stand still for ever."""
    files = {name: night(name[:1]) for name in ("1 - 副本.txt", "2（补）.txt", "3#%&+?.txt", "意见(1).txt")}
    left = dict.fromkeys((".DS_Store", "Thumbs.db", "desktop.ini", "~$意见.txt"), b"")
    assert (await taken(shelf(files | left)))[0] == ["1", "2", "3", "意"]


@pytest.mark.parametrize("status", [500, 503, 403, 401])
async def test_a_file_that_cannot_be_sent_holds_back_no_other_and_a_system_that_sends_none_is_down(status: int) -> None:
    files = {f"{number}.txt": night(str(number)) for number in range(1, 8)}
    down = TryAgain if status >= 500 else OperatorMustAct
    found: list[str] = []

    async def read(kept: list[int], state: Any = None) -> None:
        async for step in shelf(files, kept={f"{number}.txt": status for number in kept}).steps(state):
            found.extend(item.reference for item in step.items)

    with pytest.raises(Incomplete, match=rf"{status}.*: 4 did"):
        await read([1, 2, 4, 7])
    assert found == ["3", "5", "6"]
    with pytest.raises(down):
        await read([3, 4, 5, 6, 7])
    assert found[3:] == ["1", "2"]
    # Where the newest is given, it is no more than those three.
    with pytest.raises(Incomplete, match="3 did"):
        await read([1, 2, 3])
    assert found[5:] == ["4", "5", "6", "7"]
    del files["2.txt"], files["3.txt"], files["4.txt"], files["5.txt"], files["6.txt"]
    with pytest.raises(down):
        await read([1, 7])


async def test_a_file_for_which_the_system_asks_to_wait_each_time_holds_back_no_other_for_good() -> None:
    files = {"1.txt": night("a"), "2.txt": night("b"), "3.txt": night("c")}
    busy = {"1.txt"}
    feed = shelf(files, busy=busy)
    assert await short(feed, "503.*: 1 did") == ["b", "c"]
    busy.update(files)
    with pytest.raises(TryAgain) as told:
        await taken(feed)
    assert told.value.retry_after == 60


MINUTE = "Mon, 02 Mar 2026 10:00:59 GMT"


async def test_a_file_that_grows_and_is_listed_without_its_digest_is_left_until_it_rests() -> None:
    """By the clock of the system that gives it, or since it is what it was when it was last looked at."""
    files, clock = {"1.txt": night("a")}, {"last-modified": "Mon, 02 Mar 2026 10:00:00 GMT", "date": MINUTE}
    feed, steps = shelf(files, digest="", headers=clock), list[feeds.Step]()

    async def look(state: Any) -> None:
        async for step in feed.steps(state):
            steps.append(step)

    with pytest.raises(Incomplete, match="still written: 1"):
        await look(None)
    files["1.txt"] = night("a", "b")
    with pytest.raises(Incomplete, match="still written: 1"):
        await look(steps[-1].state)
    assert not [item for step in steps for item in step.items]
    found, state = await taken(feed, steps[-1].state)
    assert (found, state.keys()) == (["a", "b"], {"files"})
    files["1.txt"] = night("a", "b", "c")
    clock["date"] = MINUTE.replace("10:00:59", "10:01:00")
    assert (await taken(feed, state))[0] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "clock",
    [
        {},
        {"date": MINUTE},
        {"date": MINUTE, "last-modified": "yesterday"},
        {"date": MINUTE, "last-modified": "Mon, 02 Mar 2026 10:01:00 GMT"},
    ],
)
async def test_where_nothing_says_when_a_file_was_written_it_is_taken(clock: dict[str, str]) -> None:
    assert (await taken(shelf({"1.txt": night("a")}, digest="", headers=clock)))[0] == ["a"]


async def test_a_file_that_is_made_what_it_was_before_is_read_again_though_another_is_the_same() -> None:
    files = {"1.txt": night("a"), "copy.txt": night("a")}
    found, state = await taken(shelf(files))
    assert found == ["a"]
    files["1.txt"] = night("b")
    found, state = await taken(shelf(files), state)
    assert found == ["b"]
    files["1.txt"] = night("a")
    assert (await taken(shelf(files), state))[0] == ["a"]


async def test_a_file_that_is_not_listed_for_a_while_is_not_read_again_after_what_came_since() -> None:
    january, february = {"1.txt": night("a")}, {"2.txt": night("b")}
    _, state = await taken(shelf(january))
    _, state = await taken(shelf(february), state)
    assert (await taken(shelf(january | february), state))[0] == []


async def test_a_digest_is_the_same_in_capitals() -> None:
    body = night("a")
    assert (await taken(shelf({"1.txt": body}, digest=hashlib.sha256(body).hexdigest().upper())))[0] == ["a"]


async def test_what_is_expected_counts_the_files_that_follow_where_all_are_counted() -> None:
    files = {"1.txt": night("a"), "2.txt": night("b"), "3.txt": night("c")}
    assert [step.expected async for step in shelf(files, rows=1).steps(None)] == [3, 2, 1]


@pytest.mark.parametrize("told", ["many", None, 1.5, {}, True])
async def test_a_count_that_is_none_is_passed_over(told: Any) -> None:
    files = {"1.txt": night("a"), "2.txt": night("b")}
    assert [step.expected async for step in shelf(files, rows=told).steps(None)] == [None, 1]


@pytest.mark.parametrize("names", [["2.txt", "1.txt"], ["1.txt", "1.txt"], [""], [None], [7]])
async def test_a_listing_out_of_order_or_without_names_is_refused(names: list[str]) -> None:
    listed = httpx.Response(200, json={"files": [{"name": name} for name in names]})
    http = Http(BASE, limits=QUICK, transport=httpx.MockTransport(lambda _: listed))
    with pytest.raises(RefusedForGood):
        await taken(replace(shelf({}), http=http))


@pytest.mark.parametrize("name", ["../x", "a\\b", "a\nb", "x" * 256, "..", None, 7, {}])
async def test_a_name_that_cannot_be_asked_for_holds_back_no_other_file_and_is_told(name: Any) -> None:
    files = {"!.txt": night("a"), "~.txt": night("b")}
    good = shelf(files)

    async def also(request: httpx.Request) -> httpx.Response:
        answer = await good.http._transport.handle_async_request(request)  # type: ignore[union-attr]
        if request.url.path != "/f" or request.url.params["after"]:
            return answer
        first, last = json.loads(await answer.aread())["files"]
        return httpx.Response(200, json={"files": [first, {"name": name}, last]})

    feed = replace(good, http=Http(BASE, limits=QUICK, transport=httpx.MockTransport(also)))
    assert await short(feed, "which is none: 1 did not come") == ["a", "b"]


async def test_a_listing_that_never_ends_is_refused() -> None:
    listed = httpx.Response(200, json={"files": [{"name": "1.txt"}]})
    http = Http(BASE, limits=QUICK, transport=httpx.MockTransport(lambda _: listed))
    with pytest.raises(RefusedForGood, match="order"):
        await taken(replace(shelf({}), http=http))


@pytest.mark.parametrize("code", ["finance", "financial_regulation"])
async def test_a_shelf_with_an_unreadable_file_names_it_and_goes_on(code: str) -> None:
    case = Case(code)
    resource = next(iter(case.app.state.resources))

    async def broken(request: httpx.Request) -> httpx.Response:
        answer = await httpx.ASGITransport(case.app).handle_async_request(request)
        body = await answer.aread()
        if f"/{resource}/00000000" in request.url.path:
            return httpx.Response(200, content=b"junk")
        if request.url.path.endswith(f"/{resource}"):
            files = json.loads(body)["files"]
            for file in files:
                if file["name"].startswith("00000000"):
                    file["sha256"] = hashlib.sha256(b"junk").hexdigest()
            return httpx.Response(200, json={"files": files})
        return httpx.Response(answer.status_code, content=body)

    items, _, _ = await pulled(case.connector(httpx.MockTransport(broken)))
    assert [item.reference[:8] for item in items if item.error] == ["00000000"]
    assert len({item.kind for item in items if not item.error}) >= 2


async def test_the_rows_of_a_file_changed_when_the_listing_says_so() -> None:
    said: list[tuple[dict[str, Any], datetime | None]]
    said = [({"changedAt": "2026-03-01T10:00:00"}, datetime(2026, 3, 1, 2, tzinfo=UTC)), ({}, None)]
    for told, moment in said:
        steps = [step async for step in shelf({"1.txt": night("a")}, **told).steps(None)]
        assert [item.changed_at for step in steps for item in step.items] == [moment]
