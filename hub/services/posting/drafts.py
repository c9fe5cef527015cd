"""Reading: an item as it was sent becomes a draft, or is refused for what can be seen on the item itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from auth.principals import Principal
from hub.domain.declaring.fields import Payload, canonical, plain, validate
from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem


@dataclass(frozen=True, slots=True)
class Submission:
    """One item as it was sent: wire names, with `department` and `expectedVersion` of the envelope among them.

    `reference` is what the sending system calls the item; `withdrawn` is why the system has taken it back, if it has.
    """

    data: Any
    reference: str | None = None
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An item that could be read: its record, whose it is, and what it is known by.

    `mines` are those that it concerns, `expected` is the version that the sender believes to stand.
    """

    index: int
    submission: Submission
    record: Payload
    department: Department
    expected: int | None
    mines: tuple[str, ...]
    id: str
    hash: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that is not taken, and why."""

    index: int
    submission: Submission
    problems: Sequence[Problem]


def read(caller: Principal, kind: RecordKind, index: int, submission: Submission, today: date) -> Draft | Refused:
    """Validate an item and work out what it is, as far as the item itself tells."""
    if not isinstance(submission.data, Mapping):
        return Refused(index, submission, [Problem("", ErrorCode.WRONG_TYPE, "Object")])
    facts = KINDS[kind]
    body = dict(submission.data)
    stated, expected = body.pop("department", None), body.pop("expectedVersion", None)
    record, problems = validate(facts.payload, body, today)
    department = _department(caller, kind, stated, problems)
    version = _expected(expected, problems)
    if record is None or department is None or problems:
        return Refused(index, submission, problems)
    if forbidden := record.allowed_for(department):
        return Refused(index, submission, forbidden)
    return Draft(
        index=index,
        submission=submission,
        record=record,
        department=department,
        expected=version,
        mines=facts.mines(record),
        id=identify(kind, department, record),
        hash=digest(record),
    )


def digest(record: Payload) -> str:
    """SHA-256 of the canonical content."""
    return hashlib.sha256(canonical(plain(record)).encode()).hexdigest()


def _department(caller: Principal, kind: RecordKind, stated: Any, problems: list[Problem]) -> Department | None:
    """Whose record it is: the caller's own department; other callers must say, unless one department keeps the kind."""
    keeper = KINDS[kind].keeper
    if stated is not None and (not isinstance(stated, str) or stated not in Department.__members__):
        problems.append(Problem("department", ErrorCode.NOT_A_CHOICE, ", ".join(Department)))
        return None
    department = Department(stated) if stated else caller.department or keeper
    if department is None:
        problems.append(Problem("department", ErrorCode.REQUIRED))
    elif (caller.department and department is not caller.department) or (keeper and department is not keeper):
        problems.append(Problem("department", ErrorCode.WRONG_DEPARTMENT, department.value))
    return department


def _expected(stated: Any, problems: list[Problem]) -> int | None:
    if stated is not None and (isinstance(stated, bool) or not isinstance(stated, int) or stated < 0):
        problems.append(Problem("expectedVersion", ErrorCode.WRONG_TYPE, "Int"))
        return None
    return stated
