"""One way of writing: what looks the same is the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.words.canonical import canonical_code, canonical_number, canonical_text

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    "written",
    [
        "示例罚〔2025〕1号",
        "示例罚[2025]1号",
        "示例罚［２０２５］１号",
        "示例罚（2025）1号",
        "示例罚(2025) 1 号",
        "示例罚【2025】1号",
        "示例罚﹝2025﹞1号",
        "示例罚\u3000〔2025〕\u00a01号",
        "示例罚〔2025〕\r\n1号\t",
        "示例罚〔2025〕\u200b1号\ufeff",
        "示例罚〔20\u202e25\u202c〕1号",
    ],
)
def test_a_document_number_has_one_form(written: str) -> None:
    assert canonical_number(written) == "示例罚〔2025〕1号"


@pytest.mark.parametrize("other", ["示例罚〔2025〕11号", "示例罚〔2026〕1号", "示例罰〔2025〕1号", "示例罚〔2025〕1-1号"])
def test_other_numbers_stay_other_numbers(other: str) -> None:
    assert canonical_number(other) == other


def test_a_code_is_ascii_where_it_can_be() -> None:
    assert canonical_code("ＧＢ/Ｔ 44823－2024") == "GB/T44823-2024"


def test_letters_with_marks_have_one_form_in_any_text() -> None:
    assert canonical_text("e\u0301") == "é"
    assert canonical_text("（全角）") == "（全角）"


@pytest.mark.parametrize("form", [canonical_text, canonical_code, canonical_number])
@given(text=ANY)
def test_a_form_is_its_own_form(form: object, text: str) -> None:
    assert callable(form)
    assert form(form(text)) == form(text)
