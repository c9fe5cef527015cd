"""Codes of enterprises and mines: every digit counts, and one thing has one id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from hub.domain.words.identifiers import (
    clean_licence_no,
    clean_uscc,
    division_of_authority,
    is_legacy_licence,
    read_version_id,
    record_id,
    uscc_check_digit,
    version_id,
)
from tests.makers import licence, organ, uscc


@given(st.integers(1, 9999), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_a_credit_code_with_one_character_changed_is_none(number: int, place: int, other: str) -> None:
    code = uscc(number)
    assert clean_uscc(code) == code
    changed = code[:place] + other + code[place + 1 :]
    assert clean_uscc(changed) == (code if changed == code else None)


@given(st.from_regex("[0-9]{8}[0-9A-Z]{10}", fullmatch=True), st.booleans())
def test_a_credit_code_is_one_where_the_field_takes_it_for_one(code: str, is_completed: bool) -> None:
    if is_completed and not set(code) & set("IOSVZ"):
        code = code[:17] + uscc_check_digit(code[:17])
    assert (clean_uscc(code) is not None) is stdnum_uscc.is_valid(code)


@pytest.mark.parametrize("length", [0, 9, 15, 17, 19])
def test_a_credit_code_has_eighteen_characters(length: int) -> None:
    assert clean_uscc((uscc(1) * 2)[:length]) is None


def test_small_letters_and_blanks_around_a_code_say_the_same() -> None:
    assert clean_uscc(f" {uscc(1).lower()} ") == uscc(1)
    assert clean_licence_no(f" {licence(1).lower()} ") == licence(1)
    assert uscc(1)[17] == uscc_check_digit(uscc(1)[:17])


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("C5301002020017110000001", True),
        ("C530100202001711000000", False),
        ("C53010020200171100000011", False),
        ("C5301001949017110000001", True),
        ("C5301001948127110000001", False),
        ("C5301002100127110000001", True),
        ("C5301002101017110000001", False),
        ("C5301002020007110000001", False),
        ("C5301002020127110000001", True),
        ("C5301002020137110000001", False),
        ("D5301002020017110000001", False),
        ("5300000012345", True),
        ("530000001234", False),
        ("53000000123456", False),
    ],
)
def test_a_licence_number_is_of_the_national_form_with_a_month_or_of_the_old_one(number: str, right: bool) -> None:
    assert clean_licence_no(number) == (number if right else None)
    if right:
        assert is_legacy_licence(number) is (len(number) == 13)


def test_where_an_organ_is_registered() -> None:
    assert division_of_authority(organ(1, "530112")) == "530112"
    assert division_of_authority(organ(1, "530422")) == "530481"
    assert division_of_authority(organ(1, "110000")) is None


def test_ids_differ_where_kind_or_any_part_of_the_identity_does_and_parts_do_not_run_together() -> None:
    identities = [("a", "b"), ("b", "b"), ("a", "b", ""), ("a", "bc", "d"), ("a", "b", "cd")]
    assert len({record_id(*identity) for identity in identities}) == 5
    assert record_id("opinion", "x") == record_id("opinion", "x")
    assert record_id("opinion", "x").startswith("opinion_")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (version_id("mine_ab", 3), ("mine_ab", 3)),
        ("mine_ab", ("mine_ab", None)),
        ("mine_ab.v0", ("mine_ab.v0", None)),
        ("mine_ab.v03", ("mine_ab.v03", None)),
        ("mine_ab.v999999999", ("mine_ab", 999_999_999)),
        ("mine_ab.v1000000000", ("mine_ab.v1000000000", None)),
        (".v1", (".v1", None)),
    ],
)
def test_the_id_of_a_version_is_read_as_it_is_written_and_nothing_else_is(given: str, read: tuple[str, int | None]) -> None:
    assert read_version_id(given) == read
