"""One item on its way in: validated, and seen whether it may be posted as far as the item itself tells."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auth.principals import Principal
from hub.domain.declaring.fields import Payload, canonical, plain, validate
from hub.domain.record_kinds import KINDS, RecordKind, division_of, identify
from hub.domain.words.departments import Department
from hub.domain.words.divisions import lies_within
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.identifiers import division_of_authority


@dataclass(frozen=True, slots=True)
class Submission:
    """One item as it was sent: wire names, with `department` and `expectedVersion` of the envelope among them.

    `reference` is what the sending system calls the item; `withdrawn` is why the system has taken it back, if it has.
    """

    data: Any
    reference: str | None = None
    withdrawn: str | None = None


@dataclass(slots=True)
class Draft:
    """An item in the pipeline.  Without problems it has a record, a department, an id and a hash."""

    index: int
    submission: Submission
    problems: list[Problem] = field(default_factory=list)
    record: Payload | None = None
    department: Department | None = None
    expected: int | None = None
    mines: tuple[str, ...] = ()
    organ: str | None = None
    id: str = ""
    hash: str = ""


def read(caller: Principal, kind: RecordKind, index: int, submission: Submission, today: date) -> Draft:
    """Validate an item and work out what it is."""
    draft = Draft(index, submission)
    if not isinstance(submission.data, Mapping):
        draft.problems.append(Problem("", ErrorCode.WRONG_TYPE, "Object"))
        return draft
    facts = KINDS[kind]
    body = dict(submission.data)
    department, expected = body.pop("department", None), body.pop("expectedVersion", None)
    draft.record, draft.problems = validate(facts.payload, body, today)
    draft.department = _department(caller, kind, department, draft.problems)
    draft.expected = _expected(expected, draft.problems)
    if draft.record is None or draft.department is None or draft.problems:
        return draft
    draft.problems += draft.record.allowed_for(draft.department)
    if draft.problems:
        return draft
    draft.organ = getattr(draft.record, "authority_code", None)
    draft.problems += _jurisdiction(caller, draft.record, draft.organ)
    draft.mines = facts.mines(draft.record)
    draft.id = identify(kind, draft.department, draft.record)
    draft.hash = hashlib.sha256(canonical(plain(draft.record)).encode()).hexdigest()
    return draft


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


def _jurisdiction(caller: Principal, record: Payload, organ: str | None) -> Iterator[Problem]:
    """Where the record itself says where it lies: its own division, and the division of the authority that it names."""
    places = (
        ("divisionCode", division_of(record)),
        ("authorityCode", division_of_authority(organ) if organ else None),
    )
    for path, division in places:
        if division and not lies_within(division, caller.division_code):
            yield Problem(path, ErrorCode.OUTSIDE_JURISDICTION, division)
