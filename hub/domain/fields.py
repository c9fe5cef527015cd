"""How a kind of record declares its fields, each once: official term, limits, and how a raw value becomes a clean one.

A kind is a frozen dataclass whose fields are made by the functions below.  From this one declaration come the validation
(`validate`), the table's columns, the GraphQL type and the GraphQL input.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import UnionType
from typing import Any, ClassVar, TypeVar, get_args, get_type_hints

from hub.domain import geometry
from hub.domain.divisions import current_code
from hub.domain.errors import ErrorCode, Problem
from hub.domain.identifiers import clean_licence_no, clean_uscc

T = TypeVar("T", bound="Payload")

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EARLIEST = date(1900, 1, 1)
_LATEST = date(2200, 1, 1)


class Refused(Exception):
    """Raised by a check: what is wrong with the value, below the field's own path."""

    def __init__(self, code: ErrorCode, detail: str = "", path: str = "") -> None:
        super().__init__(code)
        self.problems = [(path, code, detail)]


@dataclass(frozen=True, slots=True)
class Check:
    """What a field accepts.  `clean` returns the value to store or raises `Refused`."""

    def clean(self, value: Any, today: date) -> Any:
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """The clean value as canonical JSON data, which is what gets hashed."""
        return value


@dataclass(frozen=True, slots=True)
class Text(Check):
    """Text of 1 to `limit` characters after trimming; no NUL, control characters or lone surrogates."""

    limit: int

    def clean(self, value: Any, today: date) -> str:
        if not isinstance(value, str):
            raise Refused(ErrorCode.WRONG_TYPE, "String")
        if len(value) > self.limit:
            raise Refused(ErrorCode.TOO_LONG, f"≤ {self.limit}")
        if _FORBIDDEN.search(value):
            raise Refused(ErrorCode.FORBIDDEN_CHARACTER)
        trimmed: str = value.strip()
        if not trimmed:
            raise Refused(ErrorCode.REQUIRED)
        return trimmed


@dataclass(frozen=True, slots=True)
class Code(Text):
    """A coded text, checked and brought to its standard form by `reader`; `error` says why it is refused."""

    reader: Callable[[str], str | None]
    error: ErrorCode

    def clean(self, value: Any, today: date) -> str:
        code = self.reader(Text.clean(self, value, today))
        if code is None:
            raise Refused(self.error)
        return code


@dataclass(frozen=True, slots=True)
class Day(Check):
    """An ISO 8601 date between 1900 and 2200; `past` refuses dates after today."""

    past: bool = False

    def clean(self, value: Any, today: date) -> date:
        if not isinstance(value, str):
            raise Refused(ErrorCode.WRONG_TYPE, "Date")
        if not _DATE.fullmatch(value):
            raise Refused(ErrorCode.NOT_A_DATE)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Refused(ErrorCode.NOT_A_DATE) from None
        if not _EARLIEST <= day < _LATEST:
            raise Refused(ErrorCode.OUT_OF_RANGE)
        if self.past and day > today:
            raise Refused(ErrorCode.IN_THE_FUTURE)
        return day

    def plain(self, value: Any) -> Any:
        return value.isoformat()


@dataclass(frozen=True, slots=True)
class Number(Check):
    """An exact decimal ≥ 0 with at most `places` decimals, below `limit`; sent as a string or a JSON number."""

    places: int
    limit: Decimal

    def clean(self, value: Any, today: date) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise Refused(ErrorCode.WRONG_TYPE, "Decimal")
        text = str(value)
        if len(text) > 40:
            raise Refused(ErrorCode.OUT_OF_RANGE)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise Refused(ErrorCode.WRONG_TYPE, "Decimal") from None
        if not number.is_finite():
            raise Refused(ErrorCode.OUT_OF_RANGE)
        if number < 0:
            raise Refused(ErrorCode.NEGATIVE)
        if number >= self.limit:
            raise Refused(ErrorCode.OUT_OF_RANGE, f"< {self.limit}")
        scaled = number.quantize(Decimal(1).scaleb(-self.places))
        if scaled != number:
            raise Refused(ErrorCode.TOO_PRECISE, f"≤ {self.places}")
        return scaled

    def plain(self, value: Any) -> Any:
        return str(value)


@dataclass(frozen=True, slots=True)
class Yuan(Number):
    """Money in yuan 元 with two decimals, below ten trillion."""


@dataclass(frozen=True, slots=True)
class Whole(Check):
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def clean(self, value: Any, today: date) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(ErrorCode.WRONG_TYPE, "Int")
        if not self.low <= value <= self.high:
            raise Refused(ErrorCode.OUT_OF_RANGE, f"{self.low}..{self.high}")
        return value


@dataclass(frozen=True, slots=True)
class Flag(Check):
    def clean(self, value: Any, today: date) -> bool:
        if not isinstance(value, bool):
            raise Refused(ErrorCode.WRONG_TYPE, "Boolean")
        return value


@dataclass(frozen=True, slots=True)
class Word(Check):
    """One word of a closed list."""

    words: type[StrEnum]

    def clean(self, value: Any, today: date) -> StrEnum:
        if not isinstance(value, str):
            raise Refused(ErrorCode.WRONG_TYPE, self.words.__name__)
        try:
            return self.words(value)
        except ValueError:
            raise Refused(ErrorCode.NOT_A_CHOICE, ", ".join(self.words)) from None


@dataclass(frozen=True, slots=True)
class Several(Check):
    """A list of distinct values, each passing `each`; at least `least` and at most `most` of them."""

    each: Check
    least: int
    most: int

    def clean(self, value: Any, today: date) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise Refused(ErrorCode.WRONG_TYPE, "List")
        if len(value) > self.most:
            raise Refused(ErrorCode.TOO_MANY, f"≤ {self.most}")
        if len(value) < self.least:
            raise Refused(ErrorCode.REQUIRED)
        cleaned: list[Any] = []
        refused: Refused | None = None
        for index, item in enumerate(value):
            try:
                clean = self.each.clean(item, today)
                if clean in cleaned:
                    raise Refused(ErrorCode.DUPLICATE)
                cleaned.append(clean)
            except Refused as error:
                found = [(f"{index}.{p}" if p else str(index), c, d) for p, c, d in error.problems]
                refused = refused or Refused(ErrorCode.INVALID_INPUT)
                refused.problems = ([] if refused.problems[0][1] is ErrorCode.INVALID_INPUT else refused.problems) + found
        if refused:
            raise refused
        return tuple(cleaned)

    def plain(self, value: Any) -> Any:
        return [self.each.plain(item) for item in value]


@dataclass(frozen=True, slots=True)
class Nested(Check):
    """A part with fields of its own, declared as a `Payload` class."""

    part: type[Payload]

    def clean(self, value: Any, today: date) -> Payload:
        payload, problems = validate(self.part, value, today)
        if payload is None:
            refused = Refused(ErrorCode.INVALID_INPUT)
            refused.problems = [(p.path, p.code, p.detail) for p in problems]
            raise refused
        return payload

    def plain(self, value: Any) -> Any:
        return plain(value)


@dataclass(frozen=True, slots=True)
class Boundary(Check):
    """A GeoJSON Polygon or MultiPolygon in CGCS2000 longitude and latitude (EPSG:4490), as canonical JSON text."""

    def clean(self, value: Any, today: date) -> str:
        try:
            return geometry.canonical_polygon(value)
        except ValueError as error:
            raise Refused(ErrorCode.BAD_GEOMETRY, str(error)) from None


@dataclass(frozen=True, slots=True)
class Spec:
    """All that is said of a field: official term, English gloss, check, the standard's own name, and how it is used.

    By a `find` field lists can be filtered, by a `sort` field ordered (its table has an index for it).
    """

    chinese: str
    english: str
    check: Check
    standard: str = ""
    find: bool = False
    sort: bool = False
    personal: bool = False
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


def uscc(chinese: str, english: str, **said: Any) -> Any:
    return _field(Code(64, clean_uscc, ErrorCode.BAD_CREDIT_CODE), chinese, english, **said)


LICENCE_NO = Code(64, clean_licence_no, ErrorCode.BAD_LICENCE_NUMBER)


def licence_no(chinese: str, english: str, **said: Any) -> Any:
    return _field(LICENCE_NO, chinese, english, **said)


def licence_nos(most: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Several(LICENCE_NO, 0, most), chinese, english, default=(), **said)


def division(chinese: str, english: str, **said: Any) -> Any:
    return _field(Code(64, current_code, ErrorCode.UNKNOWN_DIVISION), chinese, english, **said)


def day(chinese: str, english: str, *, past: bool = False, **said: Any) -> Any:
    return _field(Day(past), chinese, english, **said)


def yuan(chinese: str, english: str, **said: Any) -> Any:
    return _field(Yuan(2, Decimal(10**13)), chinese, f"{english}, in yuan 元", **said)


def number(places: int, limit: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Number(places, Decimal(limit)), chinese, english, **said)


def whole(low: int, high: int, chinese: str, english: str, **said: Any) -> Any:
    return _field(Whole(low, high), chinese, english, **said)


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


def derived(check: Check, chinese: str, english: str, derive: Callable[[Any], Any], **said: Any) -> Any:
    """A field that the hub works out from the others; never accepted as input."""
    return dataclasses.field(init=False, metadata={"spec": Spec(chinese, english, check, derive=derive, **said)})


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What is declared of one kind of record (or of a part of one), without the envelope that the hub adds."""

    chinese: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for field in fields_of(type(self)):
            if field.spec.derive:
                object.__setattr__(self, field.name, field.spec.derive(self))

    def problems(self) -> list[Problem]:
        """What is wrong between fields that are each right by themselves."""
        return []


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field: Python name, wire name (camelCase), spec, whether a value is needed, and the default."""

    name: str
    wire: str
    spec: Spec
    required: bool
    nullable: bool
    default: Any


def camel(name: str) -> str:
    """The wire name of a Python name: `document_number` → `documentNumber`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _read_fields(payload: type[Payload]) -> tuple[Field, ...]:
    hints = get_type_hints(payload)
    found = []
    for field in dataclasses.fields(payload):
        hint = hints[field.name]
        nullable = isinstance(hint, UnionType) and type(None) in get_args(hint)
        spec: Spec = field.metadata["spec"]
        has_default = field.default is not dataclasses.MISSING
        required = not nullable and not has_default and spec.derive is None
        found.append(Field(field.name, camel(field.name), spec, required, nullable, field.default if has_default else None))
    return tuple(found)


def snake(name: str) -> str:
    """The Python name of a type's or field's wire name: `DirectoryEntry` → `directory_entry`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_FIELDS: dict[type[Payload], tuple[Field, ...]] = {}
_INPUTS: dict[type[Payload], dict[str, Field]] = {}


def fields_of(payload: type[Payload]) -> tuple[Field, ...]:
    """All fields of a kind in the order of their declaration, derived ones included."""
    if (found := _FIELDS.get(payload)) is None:
        found = _FIELDS[payload] = _read_fields(payload)
    return found


def inputs_of(payload: type[Payload]) -> dict[str, Field]:
    """The fields that a sender fills, by wire name."""
    if (found := _INPUTS.get(payload)) is None:
        found = _INPUTS[payload] = {field.wire: field for field in fields_of(payload) if field.spec.derive is None}
    return found


def validate(payload: type[T], raw: Any, today: date) -> tuple[T | None, list[Problem]]:
    """The clean record of what was sent, or every problem found, each with its field's path.

    `raw` is JSON data with wire names.  None counts as not sent; a sent value that fails is reported, never dropped.
    """
    if not isinstance(raw, Mapping):
        return None, [Problem("", ErrorCode.WRONG_TYPE, "Object")]
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    known = inputs_of(payload)
    if not raw.keys() <= known.keys():
        problems.extend(Problem(_shown(name), ErrorCode.UNKNOWN_FIELD) for name in raw if name not in known)
    for wire, field in known.items():
        value = raw.get(wire)
        if value is None:
            if field.required:
                problems.append(Problem(wire, ErrorCode.REQUIRED))
            else:
                values[field.name] = field.default
            continue
        try:
            values[field.name] = field.spec.check.clean(value, today)
        except Refused as refused:
            problems.extend(Problem(f"{wire}.{p}" if p else wire, c, d) for p, c, d in refused.problems)
    if problems:
        return None, problems
    record = payload(**values)
    return (record, []) if not (found := record.problems()) else (None, found)


def _shown(name: Any) -> str:
    return _FORBIDDEN.sub("�", str(name))[:64]


def plain(record: Payload) -> dict[str, Any]:
    """A record as canonical JSON data with wire names; fields without a value are left out."""
    return {
        field.wire: field.spec.check.plain(value)
        for field in fields_of(type(record))
        if field.spec.derive is None and (value := getattr(record, field.name)) not in (None, ())
    }


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(data: Any) -> str:
    """Canonical JSON text (RFC 8785 shapes: sorted keys, no white space; our data holds no floats but coordinates)."""
    return _CANONICAL.encode(data)


def in_order(*days: tuple[str, date | None]) -> list[Problem]:
    """A problem for each named day that lies before the one named before it; days without a value are passed over."""
    known = [(name, value) for name, value in days if value is not None]
    return [
        Problem(camel(name), ErrorCode.DATES_OUT_OF_ORDER, f"{camel(name)} < {camel(before)}")
        for (before, first), (name, second) in itertools.pairwise(known)
        if second < first
    ]
