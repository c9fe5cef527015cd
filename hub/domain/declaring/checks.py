"""What a field accepts: how a raw value becomes a clean one, or why it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from hub.domain.words import geometry
from hub.domain.words.canonical import canonical_code, canonical_text
from hub.domain.words.errors import ErrorCode

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Plain notation: no exponents, no blanks, no underscores, no digits of other scripts.
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_EARLIEST = date(1900, 1, 1)
_LATEST = date(2200, 1, 1)


class FieldError(Exception):
    """Raised by a check: what is wrong with the value, below the field's own path."""

    def __init__(self, code: ErrorCode, detail: str = "", path: str = "") -> None:
        super().__init__(code)
        self.problems = [(path, code, detail)]


@dataclass(frozen=True, slots=True)
class Check:
    """What a field accepts.  `clean` returns the value to store or raises `FieldError`."""

    def clean(self, value: Any, today: date) -> Any:
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """The clean value as canonical JSON data, which is what gets hashed."""
        return value

    def restored(self, value: Any) -> Any:
        """The clean value from what is kept in its column."""
        return value

    def sought(self, value: Any, *, part: bool = False) -> Any:
        """A value that is looked for, or a part of one, as it would be kept; raises `FieldError` where none can be."""
        return value


@dataclass(frozen=True, slots=True)
class Text(Check):
    """Text of 1 to `limit` characters after trimming; no NUL, control characters or lone surrogates."""

    limit: int

    def clean(self, value: Any, today: date) -> str:
        if not isinstance(value, str):
            raise FieldError(ErrorCode.WRONG_TYPE, "String")
        trimmed = self.form(value)
        if len(trimmed) > self.limit:
            raise FieldError(ErrorCode.TOO_LONG, f"≤ {self.limit}")
        if not value.isprintable() and FORBIDDEN.search(value):
            raise FieldError(ErrorCode.FORBIDDEN_CHARACTER)
        if not trimmed:
            raise FieldError(ErrorCode.REQUIRED)
        return trimmed

    def form(self, value: str) -> str:
        """The one way in which it is written."""
        return canonical_text(value).strip()

    def sought(self, value: Any, *, part: bool = False) -> Any:
        return canonical_text(value)


@dataclass(frozen=True, slots=True)
class Written(Text):
    """A number or code that somebody gave, kept in one way of writing."""

    writing: Callable[[str], str]

    def form(self, value: str) -> str:
        return self.writing(value)

    def sought(self, value: Any, *, part: bool = False) -> Any:
        return self.writing(value)


@dataclass(frozen=True, slots=True)
class Code(Text):
    """A coded text, checked and brought to its standard form by `reader`; `error` says why it is refused, and `guess` what
    may have been meant."""

    reader: Callable[[str], str | None]
    error: ErrorCode
    guess: Callable[[str], str | None] | None = None

    def clean(self, value: Any, today: date) -> str:
        code = self.reader(value) if isinstance(value, str) and len(value) <= self.limit else None
        if code is None:
            text = Text.clean(self, value, today)
            meant = self.guess(text) if self.guess else None
            raise FieldError(self.error, f"最接近 / nearest: {meant}" if meant else "")
        return code

    def sought(self, value: Any, *, part: bool = False) -> Any:
        if part:
            return canonical_code(value).upper()
        code = self.reader(value) if len(value) <= self.limit else None
        if code is None:
            raise FieldError(self.error)
        return code


@dataclass(frozen=True, slots=True)
class Day(Check):
    """An ISO 8601 date between 1900 and 2200; `past` refuses dates after today."""

    past: bool = False

    def clean(self, value: Any, today: date) -> date:
        if not isinstance(value, str):
            raise FieldError(ErrorCode.WRONG_TYPE, "Date")
        if not _DATE.fullmatch(value):
            raise FieldError(ErrorCode.NOT_A_DATE)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise FieldError(ErrorCode.NOT_A_DATE) from None
        if not _EARLIEST <= day < _LATEST:
            raise FieldError(ErrorCode.OUT_OF_RANGE)
        if self.past and day > today:
            raise FieldError(ErrorCode.IN_THE_FUTURE)
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
            raise FieldError(ErrorCode.WRONG_TYPE, "Decimal")
        text = str(value)
        if len(text) > 40:
            raise FieldError(ErrorCode.OUT_OF_RANGE)
        if isinstance(value, str) and not _DECIMAL.fullmatch(value):
            raise FieldError(ErrorCode.WRONG_TYPE, "Decimal")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise FieldError(ErrorCode.WRONG_TYPE, "Decimal") from None
        if not number.is_finite():
            raise FieldError(ErrorCode.OUT_OF_RANGE)
        if number < 0:
            raise FieldError(ErrorCode.NEGATIVE)
        if number >= self.limit:
            raise FieldError(ErrorCode.OUT_OF_RANGE, f"< {self.limit}")
        scaled = number.quantize(Decimal(1).scaleb(-self.places))
        if scaled != number:
            raise FieldError(ErrorCode.TOO_PRECISE, f"≤ {self.places}")
        # Zero has no sign: -0 would be another number in the record's digest.
        return abs(scaled)

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
            raise FieldError(ErrorCode.WRONG_TYPE, "Int")
        if not self.low <= value <= self.high:
            raise FieldError(ErrorCode.OUT_OF_RANGE, f"{self.low}..{self.high}")
        return value


@dataclass(frozen=True, slots=True)
class PastYear(Whole):
    """A calendar year that is over or running: what is told of it has been measured."""

    def clean(self, value: Any, today: date) -> int:
        year = Whole.clean(self, value, today)
        if year > today.year:
            raise FieldError(ErrorCode.IN_THE_FUTURE, f"≤ {today.year}")
        return year


@dataclass(frozen=True, slots=True)
class Flag(Check):
    def clean(self, value: Any, today: date) -> bool:
        if not isinstance(value, bool):
            raise FieldError(ErrorCode.WRONG_TYPE, "Boolean")
        return value


@dataclass(frozen=True, slots=True)
class Word(Check):
    """One word of a closed list."""

    words: type[StrEnum]

    def clean(self, value: Any, today: date) -> StrEnum:
        if not isinstance(value, str):
            raise FieldError(ErrorCode.WRONG_TYPE, self.words.__name__)
        try:
            return self.words(value)
        except ValueError:
            raise FieldError(ErrorCode.NOT_A_CHOICE, ", ".join(self.words)) from None

    def restored(self, value: Any) -> Any:
        return self.words(value)


@dataclass(frozen=True, slots=True)
class Several(Check):
    """A list of distinct values, each passing `each`; at least `least` and at most `most` of them."""

    each: Check
    least: int
    most: int

    def clean(self, value: Any, today: date) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise FieldError(ErrorCode.WRONG_TYPE, "List")
        if len(value) > self.most:
            raise FieldError(ErrorCode.TOO_MANY, f"≤ {self.most}")
        if len(value) < self.least:
            raise FieldError(ErrorCode.REQUIRED)
        cleaned: dict[Any, None] = {}
        refused: FieldError | None = None
        for index, item in enumerate(value):
            try:
                clean = self.each.clean(item, today)
                if clean in cleaned:
                    raise FieldError(ErrorCode.DUPLICATE)
                cleaned[clean] = None
            except FieldError as error:
                placed = [(f"{index}.{p}" if p else str(index), c, d) for p, c, d in error.problems]
                refused = refused or FieldError(ErrorCode.INVALID_INPUT)
                refused.problems = ([] if refused.problems[0][1] is ErrorCode.INVALID_INPUT else refused.problems) + placed
        if refused:
            raise refused
        return tuple(cleaned)

    def sought(self, value: Any, *, part: bool = False) -> Any:
        return self.each.sought(value, part=part)

    def plain(self, value: Any) -> Any:
        return [self.each.plain(item) for item in value]

    def restored(self, value: Any) -> Any:
        # What is kept was clean: no day of it lies in the future for good.
        return self.clean(json.loads(value), _LATEST)


@dataclass(frozen=True, slots=True)
class Boundary(Check):
    """A GeoJSON Polygon or MultiPolygon in CGCS2000 longitude and latitude (EPSG:4490), as canonical JSON text."""

    def clean(self, value: Any, today: date) -> str:
        try:
            return geometry.canonical_polygon(value)
        except ValueError as error:
            raise FieldError(ErrorCode.BAD_GEOMETRY, str(error)) from None
