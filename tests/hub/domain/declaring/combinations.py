"""A throw-away kind with a field for every check and every use that a declaration offers, and rows of it."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from hub.domain.declaring import checks, fields
from hub.domain.declaring.fields import Link, Payload, camel
from hub.domain.words.errors import ErrorCode


class Colour(StrEnum):
    """颜色."""

    AMBER = "AMBER"
    BLUE = "BLUE"
    GREEN = "GREEN"
    RED = "RED"


@dataclass(frozen=True, kw_only=True)
class Piece(Payload):
    """A throw-away part"""

    label: str = fields.text(20, "名称", "label")
    size: Decimal | None = fields.number(1, 100, "大小", "size", default=None)
    tint: Colour = fields.word(Colour, "颜色", "colour")


def _code(value: str) -> str | None:
    return value.upper() if value.isascii() and value.isalnum() else None


@dataclass(frozen=True)
class Way:
    """A check, the type of its values, and three values as they are sent, lowest first."""

    check: checks.Check
    type: Any
    values: tuple[Any, Any, Any]


_SQUARE = [[102.5, 24.8], [102.6, 24.8], [102.6, 24.9], [102.5, 24.9], [102.5, 24.8]]


def _polygon(east: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[x + east, y] for x, y in _SQUARE]]}


WAYS: dict[str, Way] = {
    "text": Way(checks.Text(100), str, ('"quoted"\\', "plain", "矿、山\n二")),
    "code": Way(checks.Code(20, _code, ErrorCode.NOT_A_CHOICE), str, ("530112", "530113", "A9")),
    "day": Way(checks.Day(), date, ("1999-12-31", "2026-11-02", "2199-12-31")),
    "money": Way(checks.Yuan(2, Decimal(10**13)), Decimal, ("0.00", "0.10", "9999999999999.99")),
    "decimal": Way(checks.Number(3, Decimal(1000)), Decimal, ("0.001", "1.500", "999.999")),
    "round": Way(checks.Number(0, Decimal(10**18)), Decimal, ("0", "7", "999999999999999999")),
    "whole": Way(checks.Whole(-(2**31), 2**31 - 1), int, (-(2**31), 3, 2**31 - 1)),
    "flag": Way(checks.Flag(), bool, (False, True, True)),
    "word": Way(checks.Word(Colour), Colour, ("AMBER", "GREEN", "RED")),
    "words": Way(checks.Several(checks.Word(Colour), 0, 4), tuple[Colour, ...], (["RED"], ["RED", "AMBER"], ["BLUE"])),
    "texts": Way(checks.Several(checks.Text(20), 0, 9), tuple[str, ...], (['"a"'], ["b", "c"], ["矿"])),
    "codes": Way(
        checks.Several(checks.Code(20, _code, ErrorCode.NOT_A_CHOICE), 0, 9), tuple[str, ...], (["A1"], ["B2", "A1"], ["C"])
    ),
    "pieces": Way(
        checks.Several(fields.Nested(Piece), 0, 9),
        tuple[Piece, ...],
        (
            [{"label": "一", "size": "1.5", "tint": "RED"}],
            [{"label": '"二"', "tint": "BLUE"}, {"label": "三", "size": "99.9", "tint": "AMBER"}],
            [{"label": "四", "size": "0.0", "tint": "GREEN"}],
        ),
    ),
    "boundary": Way(checks.Boundary(), str, (_polygon(0), _polygon(0.5), _polygon(1))),
    "part": Way(fields.Nested(Piece), Piece, ({"label": "一"}, {"label": "二"}, {"label": "三"})),
    "days": Way(checks.Several(checks.Day(), 0, 9), tuple[date, ...], (["2026-01-01"], ["2026-01-02"], ["2026-01-03"])),
    "long": Way(checks.Text(4000), str, ("a", "b" * 4000, "矿" * 4000)),
    "wide": Way(checks.Whole(0, 2**31), int, (0, 1, 2**31)),
    "huge": Way(checks.Number(2, Decimal(10**18)), Decimal, ("0.00", "1.00", "999999999999999999.99")),
}

#: Which checks no record can keep, and for each use those with which it cannot work.
NEVER = {"part", "days", "wide", "huge"}
_LISTS = {"words", "texts", "codes", "pieces"}
IMPOSSIBLE: dict[str, set[str]] = {
    "kept": NEVER,
    "personal": NEVER,
    "find": NEVER | _LISTS - {"words"} | {"boundary"},
    "sort": NEVER | _LISTS | {"boundary", "long"},
    "watch": NEVER | _LISTS | {"boundary", "long"},
    "adds": set(WAYS) - {"money", "decimal", "round", "whole"},
    "link": set(WAYS) - {"text", "code", "word"},
}


def possible_uses(way: str) -> set[str]:
    """Every use that the check allows."""
    return {use for use, ways in IMPOSSIBLE.items() if way not in ways}


Declaration = tuple[str, Any, Any]


def declarations(way: str, name: str, uses: set[str], *, derived: bool) -> list[Declaration]:
    """A field of these uses, as `make_dataclass` takes it, and where it is derived the one that it is derived from."""
    facts = WAYS[way]
    # What is ordered by stands in every record, and so do lists, if only empty; the rest may lack.
    lists = way in _LISTS or way == "days"
    kind: Any = facts.type if "sort" in uses or lists else facts.type | None
    default: dict[str, Any] = {"default": ()} if lists else {} if "sort" in uses else {"default": None}
    said: dict[str, Any] = {use: True for use in uses if use not in ("kept", "link")}
    if "link" in uses:
        said["link"] = Link("division", f"{name}_place", "code", "所在 / where it lies")
    if not derived:
        return [(name, kind, fields._field(facts.check, "值", "value", **default, **said))]
    source = f"{name}_source"
    worked_out = fields.derived(facts.check, "值", "value", lambda record: getattr(record, source), **said)
    return [*declarations(way, source, {"sort"} & uses, derived=False), (name, kind, worked_out)]


def payload(*declared: Declaration) -> type[Payload]:
    number = ("document_number", str, fields.text(128, "文号", "document number", find=True, sort=True))
    made: type[Payload] = make_dataclass(
        "CommunityProject", [number, *declared], bases=(Payload,), frozen=True, kw_only=True, namespace={"chinese": "试"}
    )
    made.__doc__ = "Throw-away"
    return made


@cache
def each_possible() -> tuple[tuple[str, str, set[str], bool], ...]:
    """Check, name, uses of each field that is tried, and whether the hub works it out: what is asked for in words of its own
    by itself, and all that go together, sent and worked out."""
    found: list[tuple[str, str, set[str], bool]] = []
    for way in WAYS:
        if way in NEVER:
            continue
        uses = possible_uses(way)
        found += [(way, f"{way}_{use}", {use}, False) for use in ("find", "sort", "adds", "link") if use in uses]
        found += [(way, f"{way}_all", uses, False), (way, f"{way}_all_derived", uses, True)]
    return tuple(found)


def everything_possible() -> type[Payload]:
    """One kind with all of them."""
    return payload(*(d for way, name, uses, derived in each_possible() for d in declarations(way, name, uses, derived=derived)))


@cache
def item(number: int) -> dict[str, Any]:
    """A row, as it is sent: the first three have values everywhere, from low to high, the fourth only what it must."""
    sent: dict[str, Any] = {"documentNumber": f"示例〔2026〕{number}号"}
    for way, name, uses, derived in each_possible():
        wire = camel(f"{name}_source" if derived else name)
        if number <= 3:
            sent[wire] = WAYS[way].values[number - 1]
        elif "sort" in uses:
            sent[wire] = WAYS[way].values[1]
    return sent
