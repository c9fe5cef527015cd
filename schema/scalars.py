"""Which GraphQL type a declared field has, for answers and for inputs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType

import strawberry

from hub.domain.declaring import checks, fields
from hub.domain.words import departments, errors

GeoJson = NewType("GeoJson", object)

SCALARS: dict[Any, Any] = {
    GeoJson: strawberry.scalar(
        name="GeoJSON",
        description="GeoJSON 几何对象，CGCS2000 经纬度（EPSG:4490） / a Polygon or MultiPolygon in degrees",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}

_ENUMS: dict[type[StrEnum], Any] = {}


def enum(words: type[StrEnum]) -> Any:
    """The GraphQL enum of a list of words."""
    if words not in _ENUMS:
        _ENUMS[words] = strawberry.enum(words, description=(words.__doc__ or words.__name__).strip())
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
