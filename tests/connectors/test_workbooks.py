"""Workbooks as they stand in the file: what comes back, what a bad part costs, and what a file may cost in time and memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from time import process_time
from typing import Any

import pytest

from connectors import workbooks
from connectors.cells import Line, SetAside, Unfit
from connectors.errors import BadRecord
from connectors.mapping import Envelope, Mapped, Used
from connectors.tables import Table
from hub.domain.record_kinds import RecordKind

TABLE = Table(Mapped(RecordKind.OPINION, Envelope("文号"), {"文号": Used("documentNumber")}, {}), frozenset({"文号"}))


def values(lines: Iterable[Line | SetAside]) -> list[dict[str, Any]]:
    """The values of a file's lines, of which none is set aside."""
    told = list(lines)
    assert not [one for one in told if isinstance(one, SetAside)]
    return [dict(one.values) for one in told if isinstance(one, Line)]


def test_a_workbook_brings_back_texts_and_numbers() -> None:
    rows: list[dict[str, Any]] = [{"文号": "示例1号 <&>", "n": 3.5}, {"文号": "  2 ", "更多": "是"}]
    assert values(TABLE.read(workbooks.write(["文号", "n"], rows))) == rows


def test_the_same_rows_give_the_same_workbook_at_any_time() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        assert b">2026-01-01T00:00:00Z<" in archive.read("docProps/core.xml")
        assert {part.date_time[0] for part in archive.infolist()} == {1980}


def test_a_workbook_without_a_column_that_it_must_have_is_not_taken() -> None:
    with pytest.raises(BadRecord, match="文号"):
        list(TABLE.read(workbooks.write(["n"], [{"n": 1}])))


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


GOOD = workbooks.write(["文号"], [{"文号": "1"}])
SHEET = "xl/worksheets/sheet1.xml"


def test_a_cell_far_away_costs_nothing() -> None:
    far = changed(GOOD, SHEET, b'r="A2"', b'r="A999999999999"')
    assert values(TABLE.read(far)) == [{"文号": "1"}]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'r="A2"', b'r="XFD2"', "columns"),
        (b'r="A2"', b'r="ZZZZZZ2"', "columns"),
        (b'r="A2"', b'r="7"', "columns"),
        (b"</c></row></sheetData>", b'</c><c r="A2"><v>2</v></c></row></sheetData>', "twice"),
    ],
)
def test_a_bad_row_costs_only_itself(old: bytes, new: bytes, why: str) -> None:
    (told,) = TABLE.read(changed(GOOD, SHEET, old, new))
    assert isinstance(told, SetAside)
    assert (told.row, told.sheet) == (2, "Sheet1")
    assert why in told.why


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</sheetData>", b""),
        (b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaa">]><worksheet>&a;<worksheet'),
        (b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaa">]><worksheet'),
        (b"<sheetData>", b"<sheetData>" + b"<row/>" * 100 + b"<x/>" * 600_000),
    ],
    ids=["cut", "two roots", "a document type", "a tree without rows"],
)
def test_a_sheet_that_cannot_be_read_is_told(old: bytes, new: bytes) -> None:
    told = list(TABLE.read(changed(GOOD, SHEET, old, new)))[-1]
    assert isinstance(told, SetAside)
    assert (told.row, told.sheet) == (0, "Sheet1")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", b"<sheet ", b"<leaf "),
        ("xl/_rels/workbook.xml.rels", b'Id="rId1"', b'Id="rId9"'),
        ("_rels/.rels", b'/officeDocument"', b'/another"'),
    ],
)
def test_a_workbook_without_its_parts_is_not_taken(part: str, old: bytes, new: bytes) -> None:
    with pytest.raises(BadRecord):
        list(TABLE.read(changed(GOOD, part, old, new)))


def test_two_columns_of_one_name_are_not_guessed_at() -> None:
    (told,) = TABLE.read(workbooks.write(["文号", " 文号"], [{"文号": "1"}]))
    assert isinstance(told, SetAside)
    assert told.why == "the sheet has two columns of one name: 文号"


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_MOST_UNPACKED", 1000)
    with pytest.raises(BadRecord, match="unpacks"):
        list(TABLE.read(GOOD))


@pytest.mark.parametrize("body", [b"", b"PK", b"x" * 1000, GOOD[:-30], GOOD[: len(GOOD) // 2]])
def test_what_is_no_workbook_is_not_taken(body: bytes) -> None:
    with pytest.raises(BadRecord):
        list(TABLE.read(body))


@pytest.mark.parametrize("unit", [b"<c/>", b"<row/>", b"<c><v>1</v></c>", b'<row><c t="s"><v>0</v></c></row>', b"<x a='1'/>"])
def test_a_crafted_workbook_costs_what_its_size_allows(unit: bytes) -> None:
    """60 kB, packed as far as is let through: it took 4.5 to 11.5 s before."""
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    crafted = sheet + unit * (60 * 60_000 // len(unit)) + b"</sheetData></worksheet>"
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            copy.writestr(name, source.read(name) if name != SHEET else crafted)
    began = process_time()
    with pytest.raises(BadRecord, match="for its size"):
        list(TABLE.read(target.getvalue()))
    assert process_time() - began < 1
    began = process_time()
    with pytest.MonkeyPatch.context() as patch, suppress(BadRecord):
        patch.setattr(workbooks, "_MOST_PACKED", 10_000)
        list(TABLE.read(target.getvalue()))
    assert process_time() - began < 10


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_that_is_packed_as_none_is_is_not_opened(packing: int) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source, zipfile.ZipFile(target, "w", packing) as copy:
        for name in source.namelist():
            copy.writestr(name, source.read(name))
    with pytest.raises(BadRecord, match="packed in a way"):
        list(TABLE.read(target.getvalue()))


@pytest.mark.parametrize(
    ("limit", "value", "why"), [("_MOST_CELLS", 2, "more than 2 cells"), ("_MOST_TEXT", 100, "too much text")]
)
def test_a_workbook_of_too_much_is_told(monkeypatch: pytest.MonkeyPatch, limit: str, value: int, why: str) -> None:
    rows = [{"文号": f"示例{number}号"} for number in range(3)]
    monkeypatch.setattr(workbooks, limit, value)
    try:
        told = [line.why for line in TABLE.read(workbooks.write(["文号"], rows)) if isinstance(line, SetAside)]
    except BadRecord as bad:
        told = [str(bad)]
    assert [why in one for one in told] == [True]


def test_a_text_longer_than_a_cell_holds_is_no_value() -> None:
    body = changed(workbooks.write(["文号"], [{"文号": "x"}]), "xl/sharedStrings.xml", b">x<", b">" + b"x" * 32_768 + b"<")
    (told,) = (line["文号"] for line in values(TABLE.read(body)))
    assert isinstance(told, Unfit)
    assert told.why == "more than 32767 characters"
    assert len(told.there) == 100


def test_columns_are_called_as_on_a_screen() -> None:
    assert [workbooks.letters_of(place) for place in (0, 25, 26, 51, 52, 499)] == ["A", "Z", "AA", "AZ", "BA", "SF"]
