"""Whatever a kind can declare works on both databases, and what cannot work is refused when the kind is made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any

import pytest

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Number
from hub.domain.declaring.declarations import DeclarationError
from hub.domain.declaring.fields import Link, Payload, camel
from hub.domain.read_plan import Order
from hub.domain.record_kinds import Kind
from hub.domain.words.departments import Department
from tests.hub.domain.declaring.combinations import (
    IMPOSSIBLE,
    NEVER,
    WAYS,
    Declaration,
    declarations,
    each_possible,
    item,
    payload,
)


def kind(*declared: Declaration, **facts: Any) -> Kind:
    return Kind(
        payload=payload(*declared), plural="throwaways", **{"order": Order("document_number", descending=False)} | facts
    )


@pytest.mark.parametrize("derived", [False, True])
@pytest.mark.parametrize("use", list(IMPOSSIBLE))
def test_a_use_that_cannot_work_is_refused_when_the_kind_is_made_and_every_other_is_taken(use: str, derived: bool) -> None:
    for way in WAYS:
        declared = declarations(way, "value", {use}, derived=derived)
        if way not in IMPOSSIBLE[use]:
            kind(*declared)
            continue
        with pytest.raises(DeclarationError, match=r"CommunityProject\.value") as refused:
            kind(*declared)
        assert use in NEVER or way in NEVER or f"`{use}` " in str(refused.value)


class Sizes(StrEnum):
    SMALL = "small"


@dataclass(frozen=True, kw_only=True)
class Part(Payload):
    secret: str = fields.text(20, "密", "secret", personal=True)
    area: int = fields.whole(0, 9, "面积", "area", adds=True)


FIRST = Link("enterprise", "buyer", "uscc", "买方 / buyer")
SECOND = Link("enterprise", "seller", "uscc", "卖方 / seller")
DATE = ("signed_on", str | None, fields.day("日期", "day", default=None))


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ([("value", int, fields.whole(9, 1, "值", "value"))], "no range"),
        ([("value", str, fields.text(0, "值", "value"))], "at most 0"),
        ([("value", Sizes, fields.word(Sizes, "值", "value"))], "in capitals: SMALL"),
        ([("value", str, fields.text(9, "值", "value", default=None))], "its type is"),
        ([("value", str | None, fields.text(9, "值", "value"))], "it has a default"),
        ([("value", str | None, fields.text(9, "值", "value", default=None, sort=True))], "it can be null"),
        ([("version", int, fields.whole(0, 9, "值", "value"))], "another name"),
        ([("mines", tuple[str, ...], fields.texts(9, 9, "矿山", "mines"))], "licence_nos"),
        ([("parts", tuple[Part, ...], fields.parts(Part, 9, "部分", "parts"))], r"Part\.secret: personal has no effect"),
        ([("parts", tuple[Part, ...], fields.parts(Part, 9, "部分", "parts"))], r"Part\.area: adds has no effect"),
        (
            [("buyer_uscc", str, fields.uscc("甲", "buyer", link=FIRST)), ("buyer", str, fields.text(9, "甲", "buyer"))],
            "two things are called buyer",
        ),
        (
            [
                ("buyer_uscc", str, fields.uscc("甲", "buyer", link=FIRST)),
                ("one_uscc", str, fields.uscc("乙", "one", link=FIRST)),
            ],
            "two things are called buyer",
        ),
        (
            [
                ("buyer_uscc", str, fields.uscc("甲", "buyer", link=FIRST)),
                ("seller_uscc", str, fields.uscc("乙", "s", link=SECOND)),
            ],
            "two links to enterprise",
        ),
    ],
)
def test_what_fields_say_together_is_refused_with_its_reason(declared: list[Declaration], why: str) -> None:
    with pytest.raises(DeclarationError, match=why):
        kind(*declared)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"order": Order("day", descending=True)}, "has no field day, which is its order"),
        ({"order": Order("signed_on", descending=True)}, "signed_on is its order .* it can be null"),
        ({"identity": ("document_number", "day")}, "has no field day, which is its identity"),
        ({"identity": ("document_number", "signed_on")}, "signed_on is its identity .* it can be null"),
        ({"identity": ("year",), "keeper": Department.ECOLOGY}, "year is its number .* no text"),
    ],
)
def test_what_a_kind_says_of_its_fields_is_refused_with_its_reason(facts: dict[str, Any], why: str) -> None:
    with pytest.raises(DeclarationError, match=why):
        kind(DATE, ("year", int, fields.whole(2000, 2100, "年", "year")), **facts)


# What can be declared works: the throw-away kind of all that is possible, on a database of each sort.

ROWS = (1, 2, 3, 4)
Question = tuple[str, list[int]]


def value(name: str, row: int) -> Any:
    """What a row has in a field, as it was sent; None for nothing."""
    wire = camel(f"{name}_source" if name.endswith("_derived") else name)
    return item(row).get(wire)


Test = Callable[[Any], bool]


def _at_least(edge: Decimal, sent: Any) -> bool:
    return Decimal(sent) >= edge


def _at_most(edge: Decimal, sent: Any) -> bool:
    return Decimal(sent) <= edge


def conditions(way: str) -> Iterator[tuple[str, Test]]:
    """Conditions on a field, as they are written, and what they mean."""
    low, middle, high = WAYS[way].values
    written = [json.dumps(v, ensure_ascii=False) for v in (low, middle, high)]
    match way:
        case "text" | "code" | "long":
            yield f"eq: {written[1]}", lambda v: v == middle
            yield f"in: [{written[0]}, {written[2]}]", lambda v: v in (low, high)
            yield f"startsWith: {json.dumps(middle[:2])}", lambda v: v.startswith(middle[:2])
            yield f"contains: {json.dumps(middle[1:])}", lambda v: middle[1:] in v
        case "day":
            yield f"from: {written[1]}", lambda v: v >= middle
            yield f"to: {written[1]}", lambda v: v <= middle
        case "money" | "decimal" | "round":
            # Finer and larger than what is kept, on both sides.
            for edge in (middle, f"{middle}{'.' if '.' not in middle else ''}0001", "-0.0001", "9" * 30, "-" + "9" * 30):
                yield f'from: "{edge}"', partial(_at_least, Decimal(edge))
                yield f'to: "{edge}"', partial(_at_most, Decimal(edge))
        case "whole":
            yield f"eq: {middle}", lambda v: v == middle
            yield f"from: {middle}", lambda v: v >= middle
            yield f"to: {middle}", lambda v: v <= middle
        case "flag":
            yield "eq: true", lambda v: v is True
            yield "eq: false", lambda v: v is False
        case "word":
            yield f"eq: {middle}", lambda v: v == middle
            yield f"in: [{low}, {high}]", lambda v: v in (low, high)
        case "words":
            yield "has: AMBER", lambda v: "AMBER" in v
            yield "has: GREEN", lambda v: "GREEN" in v


def filters() -> Iterator[Question]:
    for way, name, uses, derived in each_possible():
        # Each condition where nothing else is declared; together with other uses, and where the hub works it out, one.
        asked = conditions(way) if "find" in uses else iter(())
        for condition, holds in islice(asked, 1 if derived or len(uses) > 1 else None):
            stated = {row: sent for row in ROWS if (sent := value(name, row)) is not None}
            meant = [row for row, sent in stated.items() if holds(sent)]
            field = f"{{ {camel(name)}: {{ {condition} }} }}"
            yield field, meant
            if derived:
                yield f"{{ not: {field} }}", [row for row in ROWS if row not in meant]


def orders() -> Iterator[Question]:
    for way, name, uses, _ in each_possible():
        if "sort" in uses:
            number = isinstance(WAYS[way].check, Number)
            keys = {row: Decimal(v) if number else v for row in ROWS for v in (value(name, row),)}
            for direction, down in (("ASC", False), ("DESC", True)):
                # Rows 2 and 4 have the same value: the number of the document decides.
                met = sorted(ROWS)
                met.sort(key=lambda row: keys[row], reverse=down)
                yield f"{{ field: {name.upper()}, direction: {direction} }}, {{ field: DOCUMENT_NUMBER }}", met


def sums() -> Iterator[tuple[str, str]]:
    for way, name, uses, _ in each_possible():
        if "adds" in uses:
            check = WAYS[way].check
            total = sum(Decimal(v) for row in ROWS if (v := value(name, row)) is not None)
            places = check.places if isinstance(check, Number) else 0
            yield name.upper(), f"{total:.{places}f}"


def told(way: str, sent: Any) -> Any:
    """A value as it is read."""
    if way in ("words", "texts", "codes", "pieces"):
        return [{"size": None} | part for part in sent or []] if way == "pieces" else sent or []
    return sent


def selection() -> str:
    below = {"pieces": " { label size tint }"}
    wanted = [camel(name) + below.get(way, "") for way, name, _, _ in each_possible()]
    wanted += [f"{camel(f'{name}_place')} {{ code }}" for _, name, uses, _ in each_possible() if "link" in uses]
    return " ".join(wanted)


def test_all_that_can_be_declared_is_read_filtered_ordered_linked_and_summed(database_url: str) -> None:
    page = "{ throwaways { nodes { documentNumber %s } } }"
    documents = [page % selection()]
    documents += [f"{{ throwaways(filter: {condition}) {{ nodes {{ documentNumber }} }} }}" for condition, _ in filters()]
    documents += [f"{{ throwaways {{ sum(of: {name}) }} }}" for name, _ in sums()]
    asked = {
        "url": database_url,
        "items": [item(row) for row in ROWS],
        "documents": documents,
        "orders": [order for order, _ in orders()],
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.hub.domain.declaring.throwaway"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["problems"] == []
    for document, answer in zip(documents, found["answers"], strict=True):
        assert "errors" not in answer, (document, answer)
    numbers = {item(row)["documentNumber"]: row for row in ROWS}
    whole, *answers = (answer["data"]["throwaways"] for answer in found["answers"])

    for row, node in zip(ROWS, whole["nodes"], strict=True):
        for way, name, uses, _ in each_possible():
            sent = value(name, row)
            if way != "boundary":
                assert node[camel(name)] == told(way, sent), (name, row)
            else:
                assert (node[camel(name)] or {}).get("type") == (sent or {}).get("type"), (name, row)
            if "link" in uses:
                place = {"code": sent} if sent in ("530112", "530113") else None
                assert node[camel(f"{name}_place")] == place, (name, row)

    filtered = [[numbers[node["documentNumber"]] for node in answer["nodes"]] for answer in answers if "nodes" in answer]
    for (condition, meant), rows in zip(filters(), filtered, strict=True):
        assert rows == meant, condition

    for (order, met), walk in zip(orders(), found["walks"], strict=True):
        assert [numbers[number] for number in walk] == met, order

    totals = [answer["sum"] for answer in answers if "sum" in answer]
    assert totals == [total for _, total in sums()]
