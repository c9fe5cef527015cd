"""Reading: an item as it was sent becomes a draft, or is refused for what can be seen on the item itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from auth.principals import Principal, Role
from hub.domain.calendar.moments import china_day
from hub.domain.declaring.fields import Payload, content, inputs_of, sent_forms, validate
from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.notation import instant
from hub.domain.words.places import Place

#: How far ahead of ours the clock of who states a moment may be.
_AHEAD = timedelta(minutes=5)


class Submission(NamedTuple):
    """One item as it was sent: wire names, with `department`, `expectedVersion` and `changedAt` of the envelope among them.

    `reference` is what the sending system calls the item; `withdrawn` is why the system has taken it back, if it has;
    `changed_at` is when it changed there, where the system tells that beside the item; `place` is where it stands in a file.
    """

    data: Any
    reference: str | None = None
    withdrawn: str | None = None
    changed_at: datetime | None = None
    place: Place | None = None


# One is made for every item of every post, and a frozen one sets its fields one by one, by a call for each.
@dataclass(slots=True, kw_only=True)
class Draft:
    """An item that could be read: its record, whose it is, and what it is known by.

    `mines` are those that it concerns, `expected` is the version that the sender believes to stand, `changed_at` is when it
    changed at its source, and `sent` is the digest of the record as it was sent.  Where mines have other numbers today than it
    was sent with, the record has those, and `stated` are the ones that were sent.  `sent_forms` are the numbers and codes that
    were written otherwise than they are kept.
    """

    index: int
    submission: Submission
    record: Payload
    department: Department
    expected: int | None
    mines: tuple[str, ...]
    id: str
    digest: str
    sent: str
    changed_at: datetime | None
    stated: tuple[str, ...] | None = None
    sent_forms: Mapping[str, Any] | None = None

    @property
    def said(self) -> str:
        """What the source says of the record: that it is so, or that it was taken back."""
        return taken_back(self.sent) if self.submission.withdrawn else self.sent


@dataclass(slots=True)
class Refused:
    """An item that is not taken, and why."""

    index: int
    submission: Submission
    problems: Sequence[Problem]


def read(caller: Principal, kind: RecordKind, index: int, submission: Submission, now: datetime) -> Draft | Refused:
    """Validate an item and work out what it is, as far as the item itself tells."""
    if not isinstance(submission.data, Mapping):
        return Refused(index, submission, [Problem("", ErrorCode.WRONG_TYPE, "Object")])
    facts = KINDS[kind]
    body = dict(submission.data)
    stated, expected, moment = (body.pop(name, None) for name in ("department", "expectedVersion", "changedAt"))
    record, problems = validate(facts.payload, body, china_day(now))
    department = _department(caller, kind, stated, problems)
    version = _expected(expected, problems)
    changed_at = _changed_at(submission.changed_at, moment, now, problems)
    if record is None or department is None or problems:
        return Refused(index, submission, problems)
    # The credit system tells what others have decided, rightly or not.
    unlawful = [] if caller.role is Role.CREDIT_DISCLOSURE else record.unlawful()
    if forbidden := [*record.allowed_for(department), *unlawful]:
        return Refused(index, submission, forbidden)
    return Draft(
        index=index,
        submission=submission,
        record=record,
        department=department,
        expected=version,
        mines=facts.mines(record),
        id=identify(kind, department, record),
        digest=(sent := digest(record)),
        sent=sent,
        changed_at=changed_at,
        sent_forms=sent_forms(record, body),
    )


def digest(record: Payload, stated: tuple[str, ...] | None = None) -> str:
    """SHA-256 of the canonical content, with the numbers of mines as they were `stated`."""
    return hashlib.sha256(content(naming(record, stated) if stated else record)).hexdigest()


def naming(record: Payload, licence_nos: tuple[str, ...]) -> Payload:
    """The record under other numbers of the mines that it concerns."""
    own = {field.name for field in inputs_of(type(record)).values()}
    if "mines" in own:
        return replace(record, mines=tuple(dict.fromkeys(licence_nos)))  # type: ignore[call-arg]
    return replace(record, licence_no=licence_nos[0]) if "licence_no" in own else record  # type: ignore[call-arg]


def taken_back(digest_of_record: str) -> str:
    """What a source says of a record that it takes back."""
    return f"withdrawn {digest_of_record}"


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
        problems.append(Problem("department", ErrorCode.WRONG_DEPARTMENT, keeper or caller.department or ""))
    return department


def _expected(stated: Any, problems: list[Problem]) -> int | None:
    if stated is not None and (isinstance(stated, bool) or not isinstance(stated, int) or stated < 0):
        problems.append(Problem("expectedVersion", ErrorCode.WRONG_TYPE, "Int"))
        return None
    return stated


def _changed_at(told: datetime | None, stated: Any, now: datetime, problems: list[Problem]) -> datetime | None:
    """When the item changed at its source.  A system's clock that ran ahead must not hide what comes once it is set right."""
    if told is not None:
        return min(told, now)
    if stated is None:
        return None
    try:
        moment = instant(stated) if isinstance(stated, str) else None
    except ValueError:
        moment = None
    if moment is None:
        problems.append(Problem("changedAt", ErrorCode.WRONG_TYPE, "YYYY-MM-DDThh:mm:ssZ"))
    elif moment > now + _AHEAD:
        problems.append(Problem("changedAt", ErrorCode.IN_THE_FUTURE))
    return moment and min(moment, now)
