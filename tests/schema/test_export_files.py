"""Files of tables hold what the rows hold: no text is computed, changed or cut, and a file that grows is not kept."""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from pyarrow import parquet

from hub.domain.words.errors import ErrorCode, HubError
from schema import export_files
from schema.export_files import Format, begin
from schema.exports import Table

COLUMNS = (("text", "String"), ("n", "Int"), ("sum", "Decimal"), ("day", "Date"), ("is", "Boolean"), ("kind", "PenaltyKind"))
TABLE = Table("penalties", "", "", COLUMNS)
#: Each makes a spreadsheet compute a cell of a CSV file, or is dropped or changed by a careless writer of workbooks.
TEXTS = [
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\r=1",
    "\n=1",
    "'",
    "'=1",
    "无",
    "a=1",
    "0123",
    "530100198001010016",
    " 前后 ",
    "两\n行",
    "<&>\"'",
    "\x01\x0b",
    "_x0041_",
    "<r>富</r>",
    "http://示例.example",
    "𠮷" * 100,
    "",
]


def row(text: Any, **more: Any) -> dict[str, Any]:
    return {name: None for name, _ in COLUMNS} | {"text": text} | more


def whole(kind: Format, *pages: list[dict[str, Any]]) -> bytes:
    return b"".join(pieces(kind, *pages))


def pieces(kind: Format, *pages: list[dict[str, Any]]) -> Iterator[bytes]:
    file = begin(kind, TABLE)
    for page in pages:
        file.add(page)
        yield file.take()
    file.end()
    yield file.take()


def of_book(body: bytes) -> list[dict[str, Any]]:
    """The cells of each row of a book's sheet, by their letters: texts as they were, other values as they stand."""
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert book.testzip() is None
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"), etree.XMLParser(huge_tree=True))
    assert not sheet.xpath("//*[local-name()='f' or local-name()='dimension']")
    return [
        {
            str(cell.get("r")).removesuffix(str(line.get("r"))): _ESCAPED.sub(
                lambda found: chr(int(found[1], 16)), "".join(map(str, cell.itertext()))
            )
            for cell in line
        }
        for line in sheet.iterfind(".//{*}row")
    ]


_ESCAPED = re.compile("_x([0-9A-F]{4})_")


def test_no_text_of_a_csv_is_computed_and_each_comes_back() -> None:
    body = whole(Format.CSV, [row(text, sum="-1", n=-2) for text in TEXTS]).decode("utf-8-sig")
    told = list(csv.DictReader(io.StringIO(body, newline="")))
    for text, one in zip(TEXTS, told, strict=True):
        assert one["text"][:1] not in set("=+-@＝＋－＠\t\r\n")
        assert one["text"].removeprefix("'") == text
        assert (one["text"] == text) is (text[:1] not in set("=+-@＝＋－＠\t\r\n'") or not text)
        assert (one["sum"], one["n"]) == ("-1", "-2")
    (lists,) = csv.DictReader(io.StringIO(whole(Format.CSV, [row(["=1", "b"], kind=["A", "B"])]).decode("utf-8-sig")))
    assert (lists["text"], lists["kind"]) == ("'=1; b", "A; B")


def test_a_workbook_holds_texts_as_texts_and_each_comes_back() -> None:
    body = whole(Format.XLSX, [row(text) for text in TEXTS[:5]], [row(text) for text in TEXTS[5:]])
    head, *told = of_book(body)
    assert list(head.values()) == [name for name, _ in COLUMNS]
    assert [one.get("A", "") for one in told] == TEXTS


def test_values_are_what_they_are() -> None:
    one = row(["a", "b"], n=7, sum="12345678901234567890.25", day="2026-03-01", **{"is": False})
    nothing = row(None)
    _, told, empty = of_book(whole(Format.XLSX, [one, nothing]))
    assert list(told.values()) == ["a; b", "7", "12345678901234567890.25", "2026-03-01", "0"]
    assert empty == {}
    first, second = parquet.read_table(io.BytesIO(whole(Format.PARQUET, [one], [nothing]))).to_pylist()
    assert first == {
        "text": "a; b",
        "n": 7,
        "sum": Decimal("12345678901234567890.25"),
        "day": date(2026, 3, 1),
        "is": False,
        "kind": None,
    }
    assert second == nothing
    assert [
        one["text"] for one in parquet.read_table(io.BytesIO(whole(Format.PARQUET, [row(t) for t in TEXTS]))).to_pylist()
    ] == TEXTS


def test_columns_past_the_alphabet_have_their_letters() -> None:
    wide = Table("mines", "", "", tuple((f"c{n}", "Int") for n in range(703)))
    file = begin(Format.XLSX, wide)
    file.add([{f"c{n}": n for n in range(703)}])
    file.end()
    _, told = of_book(file.take())
    assert list(told.values()) == [str(n) for n in range(703)]
    assert [list(told)[n] for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@pytest.mark.parametrize("kind", Format)
def test_what_was_written_is_given_away_while_more_comes(kind: Format) -> None:
    # As many rows as go into one group of Parquet; no two texts are alike, so that nothing is pressed away.
    page = [row(f"{n * 7919 % 10007}-{n}" * 9) for n in range(500)]
    told = [len(piece) for piece in pieces(kind, *[page] * 20)]
    assert sum(told[:11]) > sum(told[11:]) / 2 > 0


def test_a_workbook_that_cannot_hold_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*page: dict[str, Any]) -> HubError:
        with pytest.raises(HubError) as caught:
            whole(Format.XLSX, list(page))
        return caught.value

    longest = "宽" * 32_767
    assert of_book(whole(Format.XLSX, [row(longest)]))[1]["A"] == longest
    assert refused(row(longest + "字")).code is ErrorCode.TOO_LONG
    assert refused(row("𠮷" * 16_384)).code is ErrorCode.TOO_LONG
    monkeypatch.setattr(export_files, "_MOST_ROWS", 2)
    assert len(of_book(whole(Format.XLSX, [row("1"), row("2")]))) == 3
    assert refused(row("1"), row("2"), row("3")).code is ErrorCode.TOO_MANY
    monkeypatch.setattr(export_files, "_MOST_BYTES", 1_000)
    assert refused(row("字" * 400)).code is ErrorCode.TOO_MANY


def test_without_the_library_of_parquet_there_is_no_such_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(HubError) as caught:
        begin(Format.PARQUET, TABLE)
    assert (caught.value.code, "greenmine-hub[parquet]" in caught.value.detail) == (ErrorCode.NOT_FOUND, True)
