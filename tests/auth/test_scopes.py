"""Scope words follow from the record kinds and from the access rules."""

from __future__ import annotations

import pytest

from auth.principals import Principal, Role
from auth.rules import may_post
from auth.scopes import ALL, OPERATE, default_scopes, post_scope
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department


def test_there_is_one_word_for_reading_one_for_posting_each_kind_and_one_for_operating() -> None:
    assert set(ALL) == {"read", "hub:operate", *(f"{kind}:post" for kind in RecordKind)}
    assert len(ALL) == len(set(ALL))


@pytest.mark.parametrize("department", list(Department))
def test_a_department_gets_the_words_for_what_it_may_post(department: Department) -> None:
    scopes = default_scopes(Role.DEPARTMENT, department)
    who = Principal("x", Role.DEPARTMENT, frozenset(scopes), department)
    assert {kind for kind in RecordKind if post_scope(kind) in scopes} == {kind for kind in RecordKind if may_post(who, kind)}
    assert "read" in scopes
    assert OPERATE not in scopes


def test_a_bank_reads_and_no_more() -> None:
    assert default_scopes(Role.BANK) == ("read",)


def test_only_operators_operate() -> None:
    assert [role for role in Role if OPERATE in default_scopes(role)] == [Role.OPERATOR]
