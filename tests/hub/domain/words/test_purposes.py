"""Purposes as banks write them."""

from __future__ import annotations

import pytest

from hub.domain.words.purposes import Purpose, PurposeWord, read_purpose

WORD = PurposeWord.PRE_LOAN_REVIEW


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("PRE_LOAN_REVIEW", None),
        (" PRE_LOAN_REVIEW; ref=2026-0017 ", "2026-0017"),
        ('PRE_LOAN_REVIEW;ref="a/b_c.d"', "a/b_c.d"),
        ("PRE_LOAN_REVIEW ; ref=" + "x" * 64, "x" * 64),
    ],
)
def test_a_word_of_the_list_and_a_reference(text: str, reference: str | None) -> None:
    assert read_purpose(text) == Purpose(WORD, reference)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CURIOSITY",
        "pre_loan_review",
        "PRE_LOAN_REVIEW, PRE_LOAN_REVIEW",
        "PRE_LOAN_REVIEW; ref=",
        "PRE_LOAN_REVIEW; ref=" + "x" * 65,
        "PRE_LOAN_REVIEW; ref=矿",
        "PRE_LOAN_REVIEW; ref=a b",
        'PRE_LOAN_REVIEW; ref="a',
        "PRE_LOAN_REVIEW; other=1",
        " " * 1000 + "PRE_LOAN_REVIEW",
    ],
)
def test_anything_else_is_no_purpose(text: str) -> None:
    assert read_purpose(text) is None
