"""What the tests of kinds share: reading an item, its problems by field, and what it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from hub.domain.declaring.fields import inputs_of, validate
from hub.domain.declaring.references import ReferenceSet, Stored
from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem

TODAY = date(2026, 11, 2)

Facts = set[tuple[str, ErrorCode]]


def facts(problems: Any) -> Facts:
    return {(problem.path, problem.code) for problem in problems}


def well_told(kind: RecordKind, problems: Iterable[Problem]) -> list[Problem]:
    """Problems, each of which names a field of the input, or the item, and tells no value that is not there."""
    told = list(problems)
    for problem in told:
        head = problem.path.partition(".")[0]
        assert not head or head in inputs_of(KINDS[kind].payload), f"{problem} names what is no field of the input"
        assert "None" not in problem.message, problem.message
    return told


def problems_of(kind: RecordKind, item: dict[str, Any]) -> Facts:
    """What is wrong with an item by itself."""
    _, problems = validate(KINDS[kind].payload, item, TODAY)
    return facts(well_told(kind, problems))


def read(kind: RecordKind, item: dict[str, Any]) -> Any:
    """The record of an item that is right by itself."""
    record, problems = validate(KINDS[kind].payload, item, TODAY)
    assert record is not None, problems
    return record


def problems_against(
    kind: RecordKind,
    item: dict[str, Any],
    *known: tuple[RecordKind, dict[str, Any]],
    department: Department = Department.NATURAL_RESOURCES,
    keeper: Department = Department.NATURAL_RESOURCES,
) -> list[Problem]:
    """What does not fit what is known, all of which is `keeper`'s, as a post of `department`."""
    standing = ReferenceSet()
    for other, one in known:
        stored = read(other, one)
        standing.add(other.value, Stored(identify(other, keeper, stored), keeper, stored))
    record = read(kind, item)
    return well_told(kind, record.check_against(standing, identify(kind, department, record), department))
