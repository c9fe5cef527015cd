"""How a kind of record declares its fields, each once: official term, limits, and how a raw value becomes a clean one.

A kind is a frozen dataclass whose fields are made by the functions below.  From this one declaration come the validation
(`validate`), the table's columns, the GraphQL type and the GraphQL input.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import UnionType
from typing import Any, ClassVar, TypeVar, get_args, get_type_hints

import orjson

from hub.domain.declaring.checks import (
    FORBIDDEN,
    Boundary,
    Check,
    Code,
    Day,
    FieldError,
    Flag,
    Number,
    PastYear,
    Several,
    Text,
    Whole,
    Word,
    Written,
    Yuan,
)
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet
from hub.domain.words.canonical import canonical_code, canonical_number
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DivisionLevel, clean_division, nearest
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.geometry import extent as extent_of
from hub.domain.words.identifiers import clean_licence_no, clean_uscc

T = TypeVar("T", bound="Payload")


@dataclass(frozen=True, slots=True)
class Nested(Check):
    """A part with fields of its own, declared as a `Payload` class."""

    part: type[Payload]

    def clean(self, value: Any, today: date) -> Payload:
        payload, problems = validate(self.part, value, today)
        if payload is None:
            refused = FieldError(ErrorCode.INVALID_INPUT)
            refused.problems = [(p.path, p.code, p.detail) for p in problems]
            raise refused
        return payload

    def plain(self, value: Any) -> Any:
        return plain(value)


@dataclass(frozen=True, slots=True)
class Link:
    """A value that names a row of another noun by that noun's field `key`; `name` is what the relation is called.

    Where the other noun is a kind of record, the link can be followed from there too, under the kind's plural.
    """

    noun: str
    name: str
    key: str
    description: str


MINE = Link("mine", "mine", "licence_no", "所涉矿山 / the mine concerned")
ENTERPRISE = Link("enterprise", "enterprise", "uscc", "所涉企业 / the enterprise concerned, if registered")
AUTHORITY = Link("authority", "authority", "code", "出具机关 / the organ that issued it, if registered")
DIVISION = Link("division", "division", "code", "所在行政区划 / the division where it lies")
PREFECTURE = Link("division", "prefecture", "code", "所在州（市） / the prefecture where it lies")


@dataclass(frozen=True, slots=True)
class Spec:
    """All that is said of a field: official term, English gloss, check, the standard's own name, and how it is used.

    By a `find` field lists can be filtered, by a `sort` field ordered (its table has an index for it), along a `link` the
    graph is walked.  A `watch` field picks few records out of many for the whole province, and has an index for that.  A number
    that `adds` is one whose sum over several records means something; lists tell it.  What is `other_of` a word's field says
    what it is where the word is OTHER: the text of 其他-….
    """

    chinese: str
    english: str
    check: Check
    standard: str = ""
    find: bool = False
    sort: bool = False
    watch: bool = False
    adds: bool = False
    personal: bool = False
    link: Link | None = None
    other_of: str = ""
    derive: Callable[[Any], Any] | None = None

    @property
    def description(self) -> str:
        """What GraphQL says of the field: Chinese term, gloss, and the field's name in the standard."""
        standard = f" [{self.standard}]" if self.standard else ""
        return f"{self.chinese} / {self.english}{standard}"


def _field(check: Check, chinese: str, english: str, default: Any = dataclasses.MISSING, **said: Any) -> Any:
    spec = Spec(chinese, english, check, **said)
    return dataclasses.field(default=default, metadata={"spec": spec})


def text(limit: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Text(limit), chinese, english, **said)


def document_number(chinese: str, english: str, **said: Any) -> Any:
    """A 文号, or the number of another document."""
    return _field(Written(128, canonical_number), chinese, english, **said)


def code(limit: int, chinese: str, english: str, **said: Any) -> Any:
    """A number or code that a system or an organ gives by itself."""
    return _field(Written(limit, canonical_code), chinese, english, **said)


def codes(limit: int, most: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Several(Written(limit, canonical_code), 0, most), chinese, english, default=(), **said)


_USCC = Code(64, clean_uscc, ErrorCode.BAD_CREDIT_CODE)


def uscc(chinese: str, english: str, **said: Any) -> Any:
    return _field(_USCC, chinese, english, **said)


def usccs(most: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Several(_USCC, 0, most), chinese, english, default=(), **said)


LICENCE_NO = Code(64, clean_licence_no, ErrorCode.BAD_LICENCE_NUMBER)
DIVISION_CODE = Code(64, clean_division, ErrorCode.UNKNOWN_DIVISION, nearest)


def licence_no(chinese: str, english: str, **said: Any) -> Any:
    return _field(LICENCE_NO, chinese, english, **said)


def licence_nos(most: int, chinese: str, english: str, *, least: int = 0, **said: Any) -> Any:
    return _field(Several(LICENCE_NO, least, most), chinese, english, **({} if least else {"default": ()}), **said)


def division(chinese: str, english: str, **said: Any) -> Any:
    return _field(DIVISION_CODE, chinese, english, **said)


def divisions(most: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Several(DIVISION_CODE, 0, most), chinese, english, default=(), **said)


def day(chinese: str, english: str, *, past: bool = False, **said: Any) -> Any:
    return _field(Day(past), chinese, english, **said)


def yuan(chinese: str, english: str, **said: Any) -> Any:
    return _field(Yuan(2, Decimal(10**13)), chinese, f"{english}, in yuan 元", **said)


def number(places: int, limit: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Number(places, Decimal(limit)), chinese, english, **said)


def whole(low: int, high: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Whole(low, high), chinese, english, **said)


def past_year(low: int, chinese: str, english: str, **said: Any) -> Any:
    """A year of which something is told that has happened."""
    return _field(PastYear(low, 2100), chinese, f"{english}; not after the running one", **said)


def flag(chinese: str, english: str, **said: Any) -> Any:
    return _field(Flag(), chinese, english, **said)


def word(words: type[StrEnum], chinese: str, english: str, **said: Any) -> Any:
    return _field(Word(words), chinese, english, **said)


def words(choices: type[StrEnum], chinese: str, english: str, *, least: int = 1, **said: Any) -> Any:
    return _field(Several(Word(choices), least, len(choices)), chinese, english, **said)


def parts(part: type[Payload], most: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Several(Nested(part), 0, most), chinese, english, default=(), **said)


def texts(limit: int, most: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Several(Text(limit), 0, most), chinese, english, default=(), **said)


def boundary(chinese: str, english: str, **said: Any) -> Any:
    return _field(Boundary(), chinese, english, **said)


def extent(side: str, chinese: str, english: str) -> Any:
    """One side of the rectangle around the record's boundary, in degrees; null without a boundary."""
    return derived(
        Number(7, Decimal(181)),
        chinese,
        english,
        lambda record: getattr(extent_of(record.boundary), side) if record.boundary else None,
    )


def derived(check: Check, chinese: str, english: str, derive: Callable[[Any], Any], **said: Any) -> Any:
    """A field that the hub works out from the others; never accepted as input."""
    return dataclasses.field(init=False, metadata={"spec": Spec(chinese, english, check, derive=derive, **said)})


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What is declared of one kind of record (or of a part of one), without the envelope that the hub adds."""

    chinese: ClassVar[str] = ""
    #: The field that names the organ whose word a record is.
    organ: ClassVar[str] = "authority_code"

    def __post_init__(self) -> None:
        for name, derive in _shape(type(self)).derived:
            object.__setattr__(self, name, derive(self))

    def problems(self) -> list[Problem]:
        """What is wrong between fields that are each right by themselves."""
        return []

    def allowed_for(self, department: Department) -> list[Problem]:
        """What is wrong with it as a statement of this department."""
        return []

    def unlawful(self) -> list[Problem]:
        """What no organ may decide so: refused from an organ; of a register's copy it is taken, and told as a contradiction."""
        return []

    def levels(self) -> Iterable[tuple[str, Sequence[DivisionLevel]]]:
        """By organs of which levels it may be said, for what in it is not every organ's to say: the field, and the levels."""
        return ()

    def path_of_mine(self, position: int) -> str:
        """Where it names the mine that stands at a position among those that it concerns."""
        return f"mines.{position}" if hasattr(self, "mines") else "licenceNo"

    def references(self) -> Iterable[ReferenceQuery]:
        """The records that it is held against."""
        return ()

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterable[Problem]:
        """What does not fit the records that were wanted; `own_id` is the record that it would be a version of."""
        return ()

    def check_withdrawal(self, known: ReferenceSet, own_id: str) -> Iterable[Problem]:
        """Why it may not be taken back, by the records that were wanted."""
        return ()


def english(payload: type[Payload]) -> str:
    """What a kind is called in English: the first words of its docstring, or its name."""
    told = payload.__doc__ or ""
    return payload.__name__ if told.startswith(f"{payload.__name__}(") else told.split("\n")[0].rstrip(".")


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field: Python name, wire name (camelCase), spec, whether a value is needed, and the default.

    What has no default, and needs none because it can be null, has the default None without having declared it.
    """

    name: str
    wire: str
    spec: Spec
    required: bool
    nullable: bool
    default: Any
    has_default: bool


def camel(name: str) -> str:
    """The wire name of a Python name: `document_number` → `documentNumber`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _read_fields(payload: type[Payload]) -> tuple[Field, ...]:
    hints = get_type_hints(payload)
    declared = []
    for field in dataclasses.fields(payload):
        hint = hints[field.name]
        nullable = isinstance(hint, UnionType) and type(None) in get_args(hint)
        spec: Spec = field.metadata["spec"]
        has_default = field.default is not dataclasses.MISSING
        required = not nullable and not has_default and spec.derive is None
        default = field.default if has_default else None
        declared.append(Field(field.name, camel(field.name), spec, required, nullable, default, has_default))
    return tuple(declared)


def snake(name: str) -> str:
    """The Python name of a type's or field's wire name: `DirectoryEntry` → `directory_entry`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Shape:
    """What reading and writing records of a kind needs, worked out once: it is done for every item of every post."""

    def __init__(self, payload: type[Payload]) -> None:
        self.fields = _read_fields(payload)
        self.inputs = {field.wire: field for field in self.fields if field.spec.derive is None}
        self.derived = [(field.name, field.spec.derive) for field in self.fields if field.spec.derive]
        self.defaults = {field.name: field.default for field in self.inputs.values() if not field.required}
        self.cleaners = [
            (wire, field.name, (clean := field.spec.check.clean), lru_cache(maxsize=_REMEMBERED)(clean), field.required)
            if type(field.spec.check) in _SAID_AGAIN
            else (wire, field.name, field.spec.check.clean, None, field.required)
            for wire, field in self.inputs.items()
        ]
        # The class at the end makes it a tuple even for a kind with a single field.
        self.values = attrgetter(*(field.name for field in self.inputs.values()), "__class__")
        self.plain = [(wire, field.spec.check.plain) for wire, field in self.inputs.items()]
        self.restorers = [(field.name, restorer(field.spec.check)) for field in self.inputs.values()]
        self.written = [
            (wire, field.name)
            for wire, field in self.inputs.items()
            if _is_written(field.spec.check) and not field.spec.personal
        ]


#: Checks of what is said of one record after another (words, days, what organs and pollutants are called), whose answers depend
#: on nothing else; of each field so many are remembered, of so many characters at the most.
_SAID_AGAIN = (Text, Written, Word, Day, Number, Yuan)
_REMEMBERED, _SHORT = 128, 64

_SHAPES: dict[type[Payload], _Shape] = {}


def _shape(payload: type[Payload]) -> _Shape:
    if (shape := _SHAPES.get(payload)) is None:
        shape = _SHAPES[payload] = _Shape(payload)
    return shape


def fields_of(payload: type[Payload]) -> tuple[Field, ...]:
    """All fields of a kind in the order of their declaration, derived ones included."""
    return _shape(payload).fields


def inputs_of(payload: type[Payload]) -> dict[str, Field]:
    """The fields that a sender fills, by wire name."""
    return _shape(payload).inputs


def validate(payload: type[T], raw: Any, today: date) -> tuple[T | None, list[Problem]]:
    """The clean record of what was sent, or every problem found, each with its field's path.

    `raw` is JSON data with wire names.  None counts as not sent; a sent value that fails is reported, never dropped.
    """
    if not isinstance(raw, Mapping):
        return None, [Problem("", ErrorCode.WRONG_TYPE, "Object")]
    problems: list[Problem] = []
    shape = _shape(payload)
    values = dict(shape.defaults)
    if not raw.keys() <= shape.inputs.keys():
        problems.extend(Problem(_shown(name), ErrorCode.UNKNOWN_FIELD) for name in raw if name not in shape.inputs)
    for wire, name, clean, remembered, required in shape.cleaners:
        value = raw.get(wire)
        if value is not None:
            try:
                if remembered is not None and type(value) is str and len(value) <= _SHORT:
                    values[name] = remembered(value, today)
                else:
                    values[name] = clean(value, today)
            except FieldError as refused:
                problems.extend(Problem(f"{wire}.{p}" if p else wire, c, d) for p, c, d in refused.problems)
        elif required:
            problems.append(Problem(wire, ErrorCode.REQUIRED))
    if problems:
        return None, problems
    record = _made(payload, values)
    return (record, []) if not (found := record.problems()) else (None, found)


def _is_written(check: Check) -> bool:
    """Whether what passes a check is a number or a code, or several, kept in one way of writing."""
    return isinstance(check.each if isinstance(check, Several) else check, Written | Code)


def sent_forms(record: Payload, raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """The numbers and codes of a record that were sent in another way of writing than they are kept in, as they were sent, by
    wire name; None where there are none.  Personal ones are not kept twice."""
    found = {}
    for wire, name in _shape(type(record)).written:
        sent = raw.get(wire)
        if sent is not None and sent != (kept := getattr(record, name)) and not (type(kept) is tuple and tuple(sent) == kept):
            found[wire] = sent
    return found or None


def _made(payload: type[T], values: Mapping[str, Any]) -> T:
    """What `payload(**values)` makes, at a quarter of the cost: a frozen dataclass sets its fields one by one."""
    record = object.__new__(payload)
    record.__dict__.update(values)
    record.__post_init__()
    return record


def restored(payload: type[T], columns: Mapping[str, Any]) -> T:
    """The record that is kept in these columns, by Python name."""
    shape = _shape(payload)
    values = dict(shape.defaults)
    for name, reader in shape.restorers:
        if (value := columns[name]) is not None:
            values[name] = value if reader is None else reader(value)
    return _made(payload, values)


def restorer(check: Check) -> Callable[[Any], Any] | None:
    """What makes a value of a field that passes a check out of what is kept in its column; None where that is the value.

    What is said of one record is said of others: words, and lists of them.
    """
    return None if type(check).restored is Check.restored else lru_cache(maxsize=1_000)(check.restored)


def _shown(name: Any) -> str:
    return FORBIDDEN.sub("�", str(name))[:64]


def plain(record: Payload) -> dict[str, Any]:
    """A record as canonical JSON data with wire names; fields without a value are left out."""
    shape = _shape(type(record))
    return {
        wire: to_plain(value)
        for (wire, to_plain), value in zip(shape.plain, shape.values(record), strict=False)
        if value is not None and value != ()
    }


def canonical(data: Any) -> str:
    """Canonical JSON text (RFC 8785 shapes: sorted keys, no white space; our data holds no floats but coordinates).

    `data` is JSON data, of which parts may be records.
    """
    return _dumped(data).decode()


def content(record: Payload) -> bytes:
    """The canonical text of a record, `canonical(plain(record))`, in UTF-8: what its digest is of."""
    shape = _shape(type(record))
    said = zip(shape.inputs, shape.values(record), strict=False)
    return _dumped({wire: value for wire, value in said if value is not None and value != ()})


def _dumped(data: Any) -> bytes:
    return orjson.dumps(data, default=_plain_part, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def _plain_part(value: Any) -> Any:
    """What is neither JSON data nor a day."""
    return str(value) if type(value) is Decimal else plain(value)


def only_of_other(name: str, text: str | None, told: StrEnum | Iterable[StrEnum] | None) -> list[Problem]:
    """What is wrong with the text of 其他-…: it is there, and no word is OTHER."""
    words = [told] if isinstance(told, StrEnum) else told or ()
    if text is None or any(word == "OTHER" for word in words):
        return []
    return [Problem(camel(name), ErrorCode.NOT_ALLOWED_HERE, "OTHER")]


def in_order(*days: tuple[str, date | None]) -> list[Problem]:
    """A problem for each named day that lies before the one named before it; days without a value are passed over."""
    known = [(name, value) for name, value in days if value is not None]
    return [
        Problem(camel(name), ErrorCode.DATES_OUT_OF_ORDER, f"{camel(name)} < {camel(before)}")
        for (before, first), (name, second) in itertools.pairwise(known)
        if second < first
    ]
