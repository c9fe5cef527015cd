"""What the access table hides cannot be found out by asking otherwise: every masked field of every class of callers is walked
through filters, orders, cursors, ids and hashes.  A new kind, field or rule is tried without a line here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from auth.rules import CLASSES
from hub.domain.declaring.fields import fields_of
from hub.domain.read_plan import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Cursor,
    Edges,
    Filter,
    Listing,
    Lookup,
    Negated,
    Object,
    Operator,
    Order,
    Page,
    Param,
    ReadPlan,
    TotalCount,
    Visibility,
)
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.statements.composer import compile_plan
from hub.storage.views.nouns import VIEWS
from hub.storage.views.view import Expression, Kept
from schema.root import build_schema

VALUE = Param(0)


def masked() -> Iterator[tuple[Visibility, str, str]]:
    """Each class of callers with each field that it may not always see, of nouns that it may."""
    for visibility in CLASSES:
        for (noun, name), word in visibility.fields.items():
            if noun in visibility.nouns and word is not Condition.ALWAYS:
                yield visibility, noun, name


MASKED = [pytest.param(*one, id=f"{one[0].name}-{one[1]}.{one[2]}") for one in masked()]
BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])


def forbids(plan: ReadPlan, visibility: Visibility, dialect: str) -> bool:
    try:
        compile_plan(plan, visibility, dialect)
    except HubError as error:
        return error.code is ErrorCode.FORBIDDEN
    return False


def listed(
    noun: str, *, wanted: Filter | None = None, order: tuple[Order, ...] = (), after: tuple[Param, ...] = ()
) -> ReadPlan:
    pieces = (TotalCount("n"), Edges("edges", (Cursor("cursor"),)))
    return ReadPlan((Listing("a", Page(noun, pieces, wanted, order, Param(1), backward=False, after=after)),))


@BOTH
@pytest.mark.parametrize(("visibility", "noun", "name"), MASKED)
def test_no_list_is_filtered_by_what_is_masked_however_it_is_wrapped(
    visibility: Visibility, noun: str, name: str, dialect: str
) -> None:
    source = VIEWS[noun].fields[name]
    if not isinstance(source, sa.Column | Expression | Kept):
        return
    for operator in Operator:
        one = Compare(name, operator, VALUE)
        for wanted in (one, Negated(one), AnyOf((one,)), AllOf((AnyOf((Negated(one),)),))):
            assert forbids(listed(noun, wanted=wanted), visibility, dialect), operator


@BOTH
@pytest.mark.parametrize(("visibility", "noun", "name"), MASKED)
def test_no_list_is_ordered_nor_found_by_what_is_masked_nor_does_a_cursor_carry_it(
    visibility: Visibility, noun: str, name: str, dialect: str
) -> None:
    source = VIEWS[noun].fields[name]
    if not isinstance(source, sa.Column | Expression | Kept):
        return
    for descending in (False, True):
        order = (Order(name, descending),)
        assert forbids(listed(noun, order=order), visibility, dialect)
        assert forbids(listed(noun, order=order, after=(Param(2), Param(3))), visibility, dialect)
    assert name not in {key.field for key in VIEWS[noun].order}
    assert forbids(ReadPlan((Lookup("a", Object(noun, ()), ((name, VALUE),)),)), visibility, dialect)


@pytest.mark.parametrize("kind", RecordKind)
def test_no_id_and_no_list_is_made_of_what_is_personal(kind: RecordKind) -> None:
    facts = KINDS[kind]
    for field in fields_of(facts.payload):
        if field.spec.personal:
            spec = field.spec
            assert field.name not in (*facts.identity, facts.order.field)
            assert not any((spec.find, spec.sort, spec.watch, spec.adds, spec.link)), f"{kind}.{field.name}"


@pytest.mark.parametrize("kind", RecordKind)
def test_the_salt_of_a_hash_can_be_asked_for_by_nobody(kind: RecordKind) -> None:
    assert "salt" not in VIEWS[kind.value].fields
    assert "salt:" not in build_schema().as_str().lower().replace(" ", "")


def test_something_is_masked() -> None:
    assert {name for _, _, name in masked()} >= {"legal_representative_id_no", "payload", "posted_by", "expert_nos"}
