"""What one sees of a number that the cell does not hold."""

from __future__ import annotations

import pytest

from connectors.cells import Shown, Unfit
from connectors.number_formats import BUILT_IN, NumberFormat


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("000000", 12, "000012"),
        ('"示例罚〔2026〕"0"号"', 12, "示例罚〔2026〕12号"),
        ("示例罚〔〕00号", 7, "示例罚〔〕07号"),
        ('"编号"General', 12, "编号12"),
        ('[Red]"A;"\\-0_);"B"0', 12, "A;-12"),
        ('#,##0.00"元"', 1234.5, "1234.5元"),
    ],
)
def test_a_number_is_told_with_the_zeros_and_words_that_one_sees_and_is_still_the_number(
    code: str, number: float, text: str
) -> None:
    shown = NumberFormat.read(code).applied(float(number))
    assert isinstance(shown, Shown)
    assert (shown.text, float(shown)) == (text, number)


@pytest.mark.parametrize("code", ["0%", "0.00%", "#,##0.0 %"])
def test_a_share_is_told_of_a_hundred(code: str) -> None:
    shown = NumberFormat.read(code).applied(0.855)
    assert (float(shown), shown.text) == (85.5, "85.5%")
    assert BUILT_IN[10].applied(0.07).text == "7%"


@pytest.mark.parametrize("code", ["0,", "#,##0,", "#,##0.0,,", "0!.0,", r"0\.0000", '0"."0,"万元"'])
def test_what_is_shown_in_another_unit_than_it_is_held_in_is_no_value(code: str) -> None:
    assert isinstance(NumberFormat.read(code).applied(50_000.0), Unfit)


@pytest.mark.parametrize(
    "code", ["General", "0", "0.00", "#,##0", "#,##0.00_);(#,##0.00)", "0.00E+00", "# ?/?", "@", "", "[h]:mm", "[>9]0;0.0"]
)
def test_what_says_nothing_of_a_number_leaves_it_as_it_is(code: str) -> None:
    assert NumberFormat.read(code) == NumberFormat()
    assert type(NumberFormat.read(code).applied(12.5)) is float


@pytest.mark.parametrize("code", ["yyyy-mm-dd", 'm"月"d"日"', "[$-804]yyyy年m月d日", "d/m"])
def test_days_are_told_apart(code: str) -> None:
    assert NumberFormat.read(code).is_day
