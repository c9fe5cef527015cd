"""What a query asks for, for the read ledger: which noun of the root by which key, and which mines by name in its filters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from hub.domain.read_plan import (
    AllOf,
    AnyOf,
    Child,
    Chosen,
    Compare,
    Constant,
    EdgeNode,
    Edges,
    Filter,
    Items,
    Listing,
    Lookup,
    Negated,
    NodeLookup,
    Nodes,
    Object,
    Page,
    ReadPlan,
    Search,
    Selected,
    Whole,
)
from hub.domain.record_kinds import RecordKind
from hub.domain.words.identifiers import clean_licence_no
from hub.storage.statements.marks import Told

MINE = RecordKind.MINE.value
_NUMBERS = ("licence_no", "licence_nos")
#: By what else a filter names a mine, or whose it is: that there is none says something of it, too.
_CALLED = ("name", "uscc", "enterprise_uscc", "party_uscc")
#: What may stand in the ledger as a key or a number; anything else that was asked for is nobody's.
_KEY = re.compile(r"[A-Za-z0-9_.]{1,100}")
#: Of a name all letters, and what stands between them.
_NAME = re.compile(r"[\w.·()（）-]{1,100}")

#: What was read: the noun of the root, its key where that is no mine's, the mine.
Found = tuple[str | None, str | None, str | None]


class ReadTarget(NamedTuple):
    """A field of the root that is read.

    `key` is its response key; `parameter` that of the plan which is its key, if it has one; `named` are those by which filters
    in it name mines, `called` those by which they name them otherwise than by their numbers.  A register is told to everybody:
    without `always` it stands in the ledger only if it tells of mines.
    """

    key: str
    noun: str
    parameter: int | None = None
    named: tuple[int, ...] = ()
    called: tuple[int, ...] = ()
    always: bool = True


def asked_of(plan: ReadPlan) -> tuple[ReadTarget, ...]:
    """What a plan reads, by its root; chosen records have no response key."""
    if isinstance(plan.roots, Chosen):
        return (ReadTarget("", plan.roots.target.noun, None, *_named(plan.roots.target), always=False),)
    return tuple(_asked(plan.roots))


def _asked(roots: Sequence[Any]) -> Iterator[ReadTarget]:
    for root in roots:
        match root:
            case Lookup(where=where):
                numbers = tuple(param.index for name, param in where if name in _NUMBERS)
                key = next((param.index for name, param in where if name not in _NUMBERS), None)
                named, called = _named(root.target)
                yield ReadTarget(root.key, root.target.noun, key, numbers + named, called, always=bool(where))
            case NodeLookup():
                yield ReadTarget(root.key, "node", root.id.index, *_named(*root.variants))
            case Listing():
                yield ReadTarget(root.key, root.page.noun, None, *_named(root.page))
            case Whole():
                yield ReadTarget(root.key, root.items.noun, None, *_named(root.items), always=False)
            case Search():
                yield ReadTarget(root.key, "search", None, (root.text.index,))


def _named(*shapes: Object | Items | Page) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The parameters by which filters, however deep they stand, name mines: by their numbers, and otherwise."""
    compared = [one for shape in shapes for one in _compared(shape)]
    numbers, called = ([one.value.index for one in compared if one.field in names] for names in (_NUMBERS, _CALLED))
    return tuple(numbers), tuple(called)


def _compared(shape: Object | Items | Page) -> Iterator[Compare]:
    """What filters compare, however deep they stand."""
    if not isinstance(shape, Page):
        yield from _compared_below(shape.fields)
        return
    if shape.filter is not None:
        yield from _compared_by(shape.filter)
    for piece in shape.pieces:
        match piece:
            case Nodes():
                yield from _compared_below(piece.fields)
            case Edges():
                for part in piece.parts:
                    if isinstance(part, EdgeNode):
                        yield from _compared_below(part.fields)


def _compared_below(fields: Iterable[Selected | Constant]) -> Iterator[Compare]:
    for field in fields:
        if isinstance(field, Child):
            yield from _compared(field.shape)


def _compared_by(wanted: Filter) -> Iterator[Compare]:
    match wanted:
        case Compare():
            yield wanted
        case Negated():
            yield from _compared_by(wanted.condition)
        case AllOf() | AnyOf():
            for one in wanted.conditions:
                yield from _compared_by(one)


def found_by(asked: Sequence[ReadTarget], values: Sequence[Any], told: Told) -> tuple[Found, ...]:
    """What was asked for under these values of the plan's parameters, and what the answer told."""
    found: list[Found] = []
    for key, noun, parameter, named, called, always in asked:
        mines: dict[str, None] = dict.fromkeys(told[key]) if key in told else {}
        keys: dict[str, None] = {}
        for given in _texts(values, named):
            # A part of a number says something of the few that it may be a part of.
            number = clean_licence_no(given)
            (keys if number is None else mines)[number or given] = None
        if parameter is not None and isinstance(values[parameter], str):
            keys[values[parameter]] = None
        rows: list[Found] = [(noun, None, one) for one in mines]
        if keys or called:
            names = dict.fromkeys(one for one in _texts(values, called) if _NAME.fullmatch(one))
            rows[:0] = [(noun, one, None) for one in (*filter(_KEY.fullmatch, keys), *(names.keys() - keys.keys()))]
        found += rows or ([(noun, None, None)] if always else [])
    return tuple(found)


def _texts(values: Sequence[Any], places: Sequence[int]) -> list[str]:
    """The texts that were given as these parameters, one by one."""
    texts: list[str] = []
    for place in places:
        value = values[place]
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list):
            texts += [one for one in value if isinstance(one, str)]
    return texts


def in_order(found: Iterable[Found]) -> tuple[Found, ...]:
    """What was read, each once and in one order, so that equal reads are equal."""
    return tuple(sorted(set(found), key=lambda row: tuple(part or "" for part in row)))
