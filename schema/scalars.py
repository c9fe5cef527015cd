"""Which GraphQL type a declared field has, for answers and for inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType, TypeVar

import strawberry

from hub.domain import log
from hub.domain.declaring import checks, fields
from hub.domain.word_lists import terms_of
from hub.domain.words import departments, errors, notation

T = TypeVar("T")
GeoJson = NewType("GeoJson", object)
#: The key of a row, for gateways.
AnyRepresentation = NewType("AnyRepresentation", object)
Cursor = NewType("Cursor", object)


def _decimal(value: Any) -> Decimal:
    """A number, or text in plain decimal notation."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("Decimal")
    # A number of JSON may be written with an exponent; text may not.
    return notation.number(value if isinstance(value, str) else f"{Decimal(str(value)):f}")


def _cursor(value: Any) -> log.Cursor:
    """A place in the log: as it was told, or a bare position."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError("Cursor")
    return log.Cursor.read(value)


def _text(read: Callable[[str], T]) -> Callable[[Any], T]:
    """Reads text alone."""

    def parse(value: Any) -> T:
        if not isinstance(value, str):
            raise ValueError("String")
        return read(value)

    return parse


SCALARS: dict[Any, Any] = {
    AnyRepresentation: strawberry.scalar(
        name="_Any",
        description="实体的键，含 __typename / the key of a row, with its __typename",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
    GeoJson: strawberry.scalar(
        name="GeoJSON",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc7946",
        description="GeoJSON 几何对象，CGCS2000 经纬度（EPSG:4490） / a Polygon or MultiPolygon in degrees",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        specified_by_url="https://relay.dev/graphql/connections.htm#sec-Cursor",
        description="日志中的位置（位次与该处内容的摘要），长期有效；也可只给位次（整数），但不核对日志是否变更 / "
        "a place in the log: its position and a digest of what the log says there; good for ever.  A bare position is "
        "taken too, and not held against the log",
        serialize=str,
        parse_value=_cursor,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
        description="精确小数，文本须为普通十进制写法 / an exact number; as text in plain decimal notation, such as 1234.56",
        serialize=str,
        parse_value=_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        description="日期 / a day, YYYY-MM-DD",
        serialize=date.isoformat,
        parse_value=_text(notation.day),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        description="时刻（RFC 3339，须带时区） / an instant with its offset: YYYY-MM-DDThh:mm:ssZ",
        serialize=datetime.isoformat,
        parse_value=_text(notation.instant),
    ),
}

_ENUMS: dict[type[StrEnum], Any] = {}


def enum(words: type[StrEnum], said: Mapping[str, str] | None = None) -> Any:
    """The GraphQL enum of a list of words.  What is said of each is given for a list that is made at run time."""
    if words not in _ENUMS:
        made: Any = strawberry.enum(words, description=(words.__doc__ or words.__name__).strip().rstrip("."))
        for value, word in zip(made.__strawberry_definition__.values, words, strict=True):
            value.description = said.get(word) if said else " / ".join(filter(None, terms_of(word)))
        _ENUMS[words] = made
    return _ENUMS[words]


def output_type(check: checks.Check, parts: dict[type[Any], Any]) -> Any:
    """The type in which a field is told; `parts` gives the types of nested parts."""
    match check:
        case checks.Text():
            return str
        case checks.Day():
            return date
        case checks.Number():
            return Decimal
        case checks.Whole():
            return int
        case checks.Flag():
            return bool
        case checks.Word():
            return enum(check.words)
        case checks.Boundary():
            return GeoJson
        case fields.Nested():
            return parts[check.part]
        case checks.Several():
            return list[output_type(check.each, parts)]  # type: ignore[misc]
    raise TypeError(check)


Department = enum(departments.Department)
ErrorCode = enum(errors.ErrorCode)
