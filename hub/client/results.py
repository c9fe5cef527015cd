"""What the hub tells a bank, as types; what is asked for is read off them: a document and its type are one thing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    record_id: str
    version: int
    kind: str
    document_number: str | None
    department: str


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    severity: str
    last_known: str | None
    chinese: str
    english: str
    section: str
    day: date | None
    about: str | None
    departments: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    uscc: str
    name: str | None
    registration_status: str | None
    is_borrower: bool | None


@dataclass(frozen=True, slots=True)
class Penalties:
    count: int
    fines: Decimal
    confiscated: Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class MineCheck:
    licence_no: str
    answer: str
    problem: Problem | None
    name: str | None
    standing: str | None
    standing_since: date | None
    directory_level: str | None
    directory_document: str | None
    licence_valid_until: date | None
    remaining_years: Decimal | None
    holder: Holder | None
    penalties: Penalties | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LoanCheck:
    id: str
    asked_at: datetime
    on: date
    log_position: int
    log_cursor: str
    rule_set: str
    answer: str
    mines: tuple[MineCheck, ...]


@dataclass(frozen=True, slots=True)
class Attestation:
    id: str
    check_id: str
    licence_no: str
    sd_jwt: str
    issued_at: datetime
    ends_at: datetime
    status_list: str
    verify_at: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PortfolioProblem:
    path: str
    code: str
    chinese: str
    english: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """A row of a file that is not watched, and why; `cell` is that of what is the matter, as a screen calls it."""

    sheet: str
    row: int
    cell: str
    licence_no: str
    problem: PortfolioProblem


@dataclass(frozen=True, slots=True)
class Portfolio:
    id: str
    name: str
    least_severity: str
    least_fine: Decimal | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class PortfolioPut:
    portfolio: Portfolio
    accepted: int
    rejected: int
    results: tuple[PortfolioRow, ...]


@dataclass(frozen=True, slots=True)
class Event:
    type: str
    position: int
    recorded_at: datetime
    licence_nos: tuple[str, ...]
    record_id: str
    #: Why the bank may see the record no more, so that its copy goes too; None in all other events.
    gone: str | None


def wire(name: str) -> str:
    """A field's name in the schema."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def selection(kind: Any) -> str:
    """The selection set that asks for all of a type."""
    parts = []
    for name, hint in get_type_hints(kind).items():
        below = _inner(hint)
        parts.append(wire(name) + (f" {selection(below)}" if dataclasses.is_dataclass(below) else ""))
    return "{ " + " ".join(parts) + " }"


def read(kind: type[T], told: Mapping[str, Any]) -> T:
    """A value of a type from its JSON."""
    return kind(**{name: _value(hint, told[wire(name)]) for name, hint in get_type_hints(kind).items()})


def _inner(hint: Any) -> Any:
    """The type within `… | None` and `tuple[…, ...]`."""
    if isinstance(hint, UnionType):
        return _inner(next(one for one in get_args(hint) if one is not type(None)))
    return get_args(hint)[0] if get_origin(hint) is tuple else hint


def _value(hint: Any, told: Any) -> Any:
    if told is None:
        return None
    inner = _inner(hint)
    if get_origin(hint) is tuple:
        return tuple(_value(inner, one) for one in told)
    if dataclasses.is_dataclass(inner):
        return read(inner, told)  # type: ignore[arg-type]
    if inner is datetime or inner is date:
        return inner.fromisoformat(told)
    return Decimal(told) if inner is Decimal else told
