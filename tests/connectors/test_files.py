"""Departments that put files on a shelf: batch files, workbooks, and the order and wholeness of both."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import BadRecord, ConnectorError, RefusedForGood, TryAgain
from connectors.files import FileFeed
from connectors.finance import batch
from connectors.financial_regulation import workbook
from connectors.http import ConnectorLimits, Http
from connectors.registry import CONNECTORS, sandbox
from tests.connectors.conftest import BASE, QUICK, pulled

NEEDED = frozenset({"文号"})


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["A", "乙"]), st.text("|\\\n\r\u2028\x85;红 a", min_size=1), min_size=1), min_size=1
    )
)
def test_a_batch_file_brings_back_any_text(rows: list[dict[str, str]]) -> None:
    assert batch.read(batch.write("20260101", "x", rows)) == rows


def test_a_night_without_records_is_a_file_too() -> None:
    assert batch.read(batch.write("20260101", "x", [])) == []


def test_a_batch_file_may_come_from_windows() -> None:
    assert batch.read(b"\xef\xbb\xbfH|20260101|x|A\r\nD|1\r\nT|1\r\n") == [{"A": "1"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"H|1|x|A\nD|1",
        b"H|1|x|A\nD|1\nT|2",
        b"H|1|x|A\nD|1|2\nT|1",
        b"D|1\nT|1",
        b"H\nT|0",
        b"\xff\xfe",
        b"H|1|x|A\nX|1\nT|1",
    ],
)
def test_a_batch_file_that_is_cut_or_miscounted_is_not_taken(body: bytes) -> None:
    with pytest.raises(BadRecord):
        batch.read(body)


def test_a_workbook_brings_back_texts_and_numbers() -> None:
    rows: list[dict[str, Any]] = [{"文号": "示例1号 <&>", "n": 3.5}, {"文号": "  2 ", "更多": "是"}]
    assert workbook.read(NEEDED, workbook.write(["文号", "n"], rows)) == rows


def test_the_same_rows_give_the_same_workbook_at_any_time() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        assert b">2026-01-01T00:00:00Z<" in archive.read("docProps/core.xml")
        assert {part.date_time[0] for part in archive.infolist()} == {1980}


def test_a_workbook_without_a_column_that_it_must_have_is_not_taken() -> None:
    with pytest.raises(BadRecord, match="文号"):
        workbook.read(NEEDED, workbook.write(["n"], [{"n": 1}]))


def changed(body: bytes, part: str, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new, 1)
            copy.writestr(name, content)
    return target.getvalue()


GOOD = workbook.write(["文号"], [{"文号": "1"}])
SHEET = "xl/worksheets/sheet1.xml"


def test_a_cell_far_away_costs_nothing() -> None:
    far = changed(GOOD, SHEET, b'r="A2"', b'r="A999999999999"')
    assert workbook.read(NEEDED, far) == [{"文号": "1"}]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b'r="A2"', b'r="XFD2"'),
        (SHEET, b'r="A2"', b'r="ZZZZZZ2"'),
        (SHEET, b'r="A2"', b'r="7"'),
        (SHEET, b"<v>1</v>", b"<v>99999</v>"),
        (SHEET, b"</sheetData>", b""),
        (SHEET, b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaa">]><worksheet>&a;<worksheet'),
        ("xl/workbook.xml", b"<sheet ", b"<leaf "),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"../../etc/passwd"),
    ],
)
def test_a_workbook_that_was_tampered_with_is_not_taken(part: str, old: bytes, new: bytes) -> None:
    with pytest.raises(BadRecord):
        workbook.read(NEEDED, changed(GOOD, part, old, new))


def test_two_columns_of_one_name_are_not_guessed_at() -> None:
    with pytest.raises(BadRecord, match="two columns"):
        workbook.read(NEEDED, workbook.write(["文号", " 文号"], [{"文号": "1"}]))


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MOST_UNPACKED", 1000)
    with pytest.raises(BadRecord, match="unpacks"):
        workbook.read(NEEDED, GOOD)


@pytest.mark.parametrize("body", [b"", b"PK", b"x" * 1000, GOOD[:-30], GOOD[: len(GOOD) // 2]])
def test_what_is_no_workbook_is_not_taken(body: bytes) -> None:
    with pytest.raises(BadRecord):
        workbook.read(NEEDED, body)


def shelf(files: Sequence[tuple[str, bytes]], digest: str | None = None, **more: Any) -> FileFeed:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/f":
            after = request.url.params["after"]
            listed = [
                {"name": name, "sha256": digest or hashlib.sha256(body).hexdigest(), **more}
                for name, body in files
                if name > after or digest == "keep"
            ]
            return httpx.Response(200, json={"files": listed})
        return httpx.Response(200, content=dict(files)[request.url.path.removeprefix("/f/")])

    http = Http(BASE, limits=ConnectorLimits(seconds=2, attempts=1), transport=httpx.MockTransport(answer))
    return FileFeed(http, "/f", batch.read)


ROW = batch.write("20260101", "x", [{"A": "1"}])


async def test_files_come_one_after_the_other() -> None:
    feed = shelf([("1.txt", ROW), ("2.txt", batch.write("20260102", "x", []))], rows=1)
    first = await feed.fetch("")
    assert (first.stamp, first.more, len(first.rows), first.total) == ("1.txt", True, 1, 2)
    second = await feed.fetch(first.stamp)
    assert (second.stamp, second.more, len(second.rows)) == ("2.txt", False, 0)
    assert (await feed.fetch(second.stamp)).stamp == "2.txt"


async def test_a_file_that_is_still_being_written_may_be_whole_later() -> None:
    with pytest.raises(TryAgain, match="digest"):
        await shelf([("1.txt", ROW)], digest="0" * 64).fetch("")


@pytest.mark.parametrize(
    ("names", "since"),
    [(["2.txt", "1.txt"], ""), (["1.txt", "1.txt"], ""), (["../x"], ""), (["a b"], ""), ([""], ""), (["1.txt"], "1.txt")],
)
async def test_a_listing_out_of_order_or_with_odd_names_is_refused(names: list[str], since: str) -> None:
    with pytest.raises(RefusedForGood):
        await shelf([(name, ROW) for name in names], digest="keep").fetch(since)


@pytest.mark.parametrize("told", ["many", None, 1.5, {}])
async def test_a_count_that_is_none_is_passed_over(told: Any) -> None:
    assert (await shelf([("1.txt", ROW)], rows=told).fetch("")).total is None


@pytest.mark.parametrize("code", ["finance", "financial_regulation"])
async def test_a_file_that_cannot_be_read_is_refused_for_good(code: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.count("/") == 2:
            return httpx.Response(200, json={"files": [{"name": "1.x", "sha256": hashlib.sha256(b"junk").hexdigest()}]})
        return httpx.Response(200, content=b"junk")

    connector = CONNECTORS[code](sandbox(code).settings(BASE), limits=QUICK, transport=httpx.MockTransport(answer))  # type: ignore[call-arg]
    with pytest.raises(ConnectorError, match=r"1\.x"):
        await pulled(connector)
