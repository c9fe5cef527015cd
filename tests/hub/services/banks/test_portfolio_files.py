"""A bank's file becomes a portfolio: each row that cannot be read says in which cell, and costs no other."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.portfolio_files import rows_of
from hub.services.banks.portfolios import MOST_MINES, Row
from tests.makers import licence

HEADER = ["采矿许可证号", "业务编号", "放款日期"]
LOAN_DAY = date(2026, 1, 5)


def book(*rows: list[Any], hidden: bool = False) -> bytes:
    """A workbook with one sheet of these rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        shown, sheet = made.add_worksheet("说明"), made.add_worksheet("贷款")
        shown.activate()
        day = made.add_format({"num_format": "yyyy/m/d"})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif value != "":
                    sheet.write(number, place, value)
        if hidden:
            sheet.hide()
    return out.getvalue()


def csv(*rows: list[str], by: str = ",", encoding: str = "utf-8") -> bytes:
    return "".join(by.join(row) + "\r\n" for row in rows).encode(encoding)


def said(rows: list[Row]) -> list[tuple[str, str | None, date | None]]:
    return [(row.licence_no, row.reference, row.loan_on) for row in rows]


GOOD = [licence(1), "贷-1", "2026-01-05"]
FILES = {
    "utf-8": csv(HEADER, GOOD),
    "with a mark": csv(HEADER, GOOD, encoding="utf-8-sig"),
    "as Excel writes it in China": csv(HEADER, GOOD, encoding="gb18030"),
    "Unicode text": csv(HEADER, GOOD, by="\t", encoding="utf-16"),
    "semicolons": csv(HEADER, GOOD, by=";"),
    "by the names of the graph": csv(["licenceNo", "reference", "loanOn"], GOOD),
    "other columns, another order": csv(
        ["序号", "放款日期", "贷款合同号", "许可证号", "客户"], ["1", GOOD[2], GOOD[1], GOOD[0], "示例矿业"]
    ),
    "a title above, a sum below": csv(["示例银行贷后名单"], [], HEADER, GOOD, ["合计", "1笔"]),
    "the day as people write it": csv(HEADER, [*GOOD[:2], "2026年1月5日"]),
    "the day in full-width digits": csv(HEADER, [*GOOD[:2], "２０２６／１／５"]),
    "a workbook": book(HEADER, [*GOOD[:2], LOAN_DAY]),
    "a workbook with a serial number": book(["★采矿许可证号（必填）", *HEADER[1:]], [*GOOD[:2], 46027]),
}


@pytest.mark.parametrize("name", FILES)
def test_files_as_people_make_them_are_read(name: str) -> None:
    assert said(rows_of(FILES[name])) == [(licence(1), "贷-1", LOAN_DAY)]


def test_only_the_number_is_needed_and_blanks_say_nothing() -> None:
    assert said(rows_of(csv(["采矿许可证号"], [licence(1)], [""], [licence(2)]))) == [(licence(n), None, None) for n in (1, 2)]
    assert said(rows_of(csv(HEADER, [licence(1), "/", "无"], [" ", "", ""]))) == [(licence(1), None, None)]


def test_a_cell_that_cannot_be_read_is_named_as_a_screen_names_it() -> None:
    bad: list[tuple[list[Any], str | None, ErrorCode | None]] = [
        ([licence(1), "贷", LOAN_DAY], None, None),
        ([licence(2), "贷", "近期"], "C3", ErrorCode.NOT_A_DATE),
        ([licence(3), "贷", "2026-02-30"], "C4", ErrorCode.NOT_A_DATE),
        ([5300001234567890123.0, "贷"], "A5", ErrorCode.BAD_LICENCE_NUMBER),
        ([LOAN_DAY], "A6", ErrorCode.BAD_LICENCE_NUMBER),
        ([licence(5), True], "B7", ErrorCode.WRONG_TYPE),
        ([True, True, "近期"], "A8", ErrorCode.BAD_LICENCE_NUMBER),
    ]
    rows = rows_of(book(HEADER, *(row for row, _, _ in bad)))
    assert [
        (row.problem and row.place and row.place.cell(row.problem.path), row.problem and row.problem.code) for row in rows
    ] == [(cell, code) for _, cell, code in bad]
    assert {row.place.sheet for row in rows if row.place} == {"贷款"}


def test_rows_of_a_text_are_counted_as_a_screen_shows_them() -> None:
    rows = rows_of(csv(HEADER, [licence(1), '"两\n行"', ""], [], [licence(2), "", "x"]))
    assert [row.place and (row.place.row, row.place.cell("loanOn")) for row in rows] == [(2, "C2"), (4, "C4")]


REFUSED = {
    "nothing": (b"", "采矿许可证号"),
    "no column": (csv(["矿山"], ["示例"]), "采矿许可证号"),
    "no column in a workbook": (book(["矿山"], ["示例"]), "采矿许可证号"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "xls"),
    "a broken workbook": (b"PK\x03\x04" + b"x" * 100, "xlsx"),
    "no text": (b"\xff" * 7, "UTF-8"),
    "a cell without end": (csv(HEADER, GOOD, ['"' + "x" * 200_000 + '"']), "row 2"),
    "a column twice": (csv([*HEADER, HEADER[0]], GOOD), "two columns"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_such_file_or_cannot_be_read_to_its_end_is_refused_as_a_whole(name: str) -> None:
    body, why = REFUSED[name]
    with pytest.raises(HubError) as refused:
        rows_of(body)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "file")
    assert why in refused.value.detail


def test_a_hidden_sheet_is_told_and_not_taken() -> None:
    [row] = rows_of(book(HEADER, GOOD, hidden=True))
    assert (row.problem and row.problem.code, row.place and row.place.sheet) == (ErrorCode.UNREADABLE_ITEM, "贷款")


def test_as_many_rows_as_a_portfolio_holds_and_not_one_more() -> None:
    most = csv(HEADER, *[GOOD] * MOST_MINES)
    assert len(rows_of(most)) == MOST_MINES
    with pytest.raises(HubError) as refused:
        rows_of(most + csv(GOOD))
    assert refused.value.code is ErrorCode.TOO_MANY
