"""Who may say what: the right to a record, by organ, department, level and division of everything that it names.

A caller needs it to what it posts, and to what stands where that is revised or withdrawn.  Which step is for organs of which
level stands beside the step (`Payload.levels`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auth.principals import Principal, Role
from hub.domain.declaring.fields import Payload, camel
from hub.domain.record_kinds import KINDS, RecordKind, division_of
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DIVISIONS, PROVINCE, DivisionLevel, lies_within
from hub.domain.words.errors import ErrorCode, Problem


@dataclass(frozen=True, slots=True)
class Organ:
    """A registered authority: whose it is, and where it acts."""

    department: str
    division: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where the mines lie and the organs act that records name; what is not registered is not among them."""

    mines: Mapping[str, str]
    organs: Mapping[str, Organ]


def wrongs(caller: Principal, kind: RecordKind, department: Department, record: Payload, places: Places) -> Iterator[Problem]:
    """Why a caller may not say this; nothing where it may.

    What is posted says whose it is and of what; whether a mine is registered at all is not asked here.
    """
    if caller.role is Role.DEPARTMENT and department is not caller.department:
        yield Problem("department", ErrorCode.WRONG_DEPARTMENT, caller.department or "")
    code = getattr(record, record.organ, None)
    within = caller.division_code
    if code is not None:
        organ = places.organs.get(code)
        path = camel(record.organ)
        if organ is None:
            yield Problem(path, ErrorCode.UNKNOWN_AUTHORITY, code)
            return
        if organ.department != department:
            yield Problem(path, ErrorCode.WRONG_DEPARTMENT, organ.department)
        if not lies_within(organ.division, caller.division_code):
            yield Problem(path, ErrorCode.OUTSIDE_JURISDICTION, organ.division)
        within = organ.division
    yield from _levels(record, DIVISIONS[within].level)
    outside = list(_outside(kind, record, places, within))
    yield from (Problem(path, ErrorCode.OUTSIDE_JURISDICTION, detail) for path, detail in outside)
    if within != PROVINCE and code is None and not _placed(kind, record):
        # What names no place is the whole province's, unless the organ may be named that says it.
        yield Problem(
            camel(record.organ) if hasattr(record, record.organ) else "", ErrorCode.OUTSIDE_LEVEL, DivisionLevel.PROVINCE
        )


def _levels(record: Payload, level: DivisionLevel) -> Iterator[Problem]:
    for path, levels in record.levels():
        if level not in levels:
            yield Problem(path, ErrorCode.OUTSIDE_LEVEL, ", ".join(levels))


def _outside(kind: RecordKind, record: Payload, places: Places, within: str) -> Iterator[tuple[str, str]]:
    """What lies outside the division of the organ, or of the caller where no organ is named."""
    for position, number in enumerate(KINDS[kind].mines(record)):
        if number in places.mines and not lies_within(places.mines[number], within):
            yield record.path_of_mine(position), f"{number}: {places.mines[number]}"
    division = _division(kind, record)
    if division and not lies_within(division, within):
        path = "divisionCode" if getattr(record, "division_code", None) else "prefectureCode"
        yield path, division


def _division(kind: RecordKind, record: Payload) -> str | None:
    # An enterprise's address is not where it is registered.
    return None if kind is RecordKind.ENTERPRISE else division_of(record)


def _placed(kind: RecordKind, record: Payload) -> bool:
    return _division(kind, record) is not None or bool(KINDS[kind].mines(record))
