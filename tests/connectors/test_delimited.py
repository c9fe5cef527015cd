"""Texts of separated values are read row by row, counted as a screen shows them."""

from __future__ import annotations

import pytest

from connectors.cells import SetAside
from connectors.delimited import Delimited
from connectors.errors import BadRecord
from connectors.workbooks import MOST_COLUMNS


def test_rows_are_numbered_with_those_that_are_blank_and_cells_by_their_place() -> None:
    rows = Delimited(b'a,,"c\nd"\r\n\r\n , \r\n"x ""y"""').rows()
    assert list(rows) == [(1, {0: "a", 2: "c\nd"}), (4, {0: 'x "y"'})]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_what_separates_is_what_occurs_most(separator: str) -> None:
    assert list(Delimited(separator.join("abc").encode()).rows()) == [(1, {0: "a", 1: "b", 2: "c"})]


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
