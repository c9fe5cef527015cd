"""Texts of separated values are read row by row, counted as a screen shows them."""

from __future__ import annotations

import pytest

from connectors.cells import SetAside, Unfit
from connectors.delimited import Delimited
from connectors.errors import BadRecord
from connectors.workbooks import MOST_COLUMNS


def test_rows_are_numbered_with_those_that_are_blank_and_cells_by_their_place() -> None:
    rows = Delimited(b'a,,"c\nd"\r\n\r\n , \r\n"x ""y"""').rows()
    assert list(rows) == [(1, {0: "a", 2: "c\nd"}), (4, {0: 'x "y"'})]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_what_separates_is_what_occurs_most(separator: str) -> None:
    assert list(Delimited(separator.join("abc").encode()).rows()) == [(1, {0: "a", 1: "b", 2: "c"})]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_nor_is_it_what_texts_are_full_of(separator: str) -> None:
    texts = ["罚款;没收,合计2,000,000元", "一;二;三,四", "\t\t,,,;"]
    rows = [["文号", "内容"], *(["示例1号", f'"{text}"' if separator in text else text] for text in texts)]
    told = list(Delimited("\n".join(map(separator.join, rows)).encode()).rows())
    assert told[1:] == [(place, {0: "示例1号", 1: text}) for place, text in enumerate(texts, start=2)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "gb18030"])
def test_a_text_that_begins_with_chinese_characters_is_read_in_what_it_is(encoding: str) -> None:
    [first, _] = Delimited("文号,名称\n一丁七,示例丂".encode(encoding)).rows()
    assert first == (1, {0: "文号", 1: "名称"})


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_zeros_with_which_values_were_filled_up_cost_their_rows_alone(encoding: str) -> None:
    text = "文号,名称\n示例1号\0\0,甲\n" + "示例2号,乙\n" * 20
    assert [row for _, row in Delimited(text.encode(encoding)).rows()][1:3] == [  # type: ignore[misc]
        {0: "示例1号\0\0", 1: "甲"},
        {0: "示例2号", 1: "乙"},
    ]


def test_what_programs_write_about_codes_is_no_part_of_them_and_a_formula_is_no_value() -> None:
    [row] = Delimited('="0012"\t\'0012\t\'示例\'\t=A1&B1\t"=""7"""\t===='.encode()).rows()
    assert row == (1, {0: "0012", 1: "0012", 2: "'示例'", 3: Unfit("=A1&B1", "a formula without its value"), 4: "7", 5: "===="})


def test_a_row_that_is_too_wide_costs_itself_alone_and_a_cell_without_end_the_rest() -> None:
    wide = ["," * MOST_COLUMNS, "," * (MOST_COLUMNS - 1) + "x", "y"]
    set_aside, last, after = Delimited("\n".join(wide).encode()).rows()
    assert isinstance(set_aside, SetAside)
    assert (set_aside.row, last, after) == (1, (2, {MOST_COLUMNS - 1: "x"}), (3, {0: "y"}))
    rows = Delimited(b'a\n"' + b"x" * 200_000).rows()
    assert next(rows) == (1, {0: "a"})
    with pytest.raises(BadRecord, match="past row 1"):
        next(rows)


@pytest.mark.parametrize("rest", ["2,x\n3,y", '2,x\n3,"y"', '2,x\n"3,y'])
def test_a_quotation_mark_that_is_never_closed_takes_no_rows_along_without_a_word(rest: str) -> None:
    rows = Delimited(f'a,b\n1,"示例\n{rest}'.encode()).rows()
    assert next(rows) == (1, {0: "a", 1: "b"})
    with pytest.raises(BadRecord, match="past row 1"):
        list(rows)
