"""The one word list.  A kind gives the scope (`penalty:post`), the event (`penalty.posted`), the table, the GraphQL type and
the word in a connector's manifest; and it says what identifies a record of the kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.domain.authorities import Authority
from hub.domain.departments import Department
from hub.domain.directory import DirectoryEntry
from hub.domain.enterprises import Enterprise
from hub.domain.errors import Problem
from hub.domain.fields import Payload
from hub.domain.identifiers import record_id
from hub.domain.mines import Mine
from hub.domain.opinions import Opinion
from hub.domain.penalties import Penalty


class RecordKind(StrEnum):
    MINE = "mine"
    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    OPINION = "opinion"
    PENALTY = "penalty"
    DIRECTORY_ENTRY = "directory_entry"


def _none(record: Any) -> tuple[str, ...]:
    return ()


def _any(record: Any, department: Department) -> list[Problem]:
    return []


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the hub knows of a kind of record, said once.

    `identity` names the payload fields that identify a record; the same numbers of two departments are two
    records; of the others `keeper` is the one department that keeps them.  `mines` and `division` say which mines a record
    concerns and where it lies, for jurisdiction and the log.
    """

    payload: type[Payload]
    identity: tuple[str, ...]
    keeper: Department | None = None
    mines: Callable[[Any], tuple[str, ...]] = _none
    division: Callable[[Any], str | None] = lambda record: None
    allowed_for: Callable[[Any, Department], list[Problem]] = _any


KINDS: dict[RecordKind, Kind] = {
    RecordKind.MINE: Kind(
        payload=Mine,
        identity=("licence_no",),
        keeper=Department.NATURAL_RESOURCES,
        mines=lambda record: (record.licence_no,),
        division=lambda record: str(record.division_code),
    ),
    RecordKind.ENTERPRISE: Kind(
        payload=Enterprise,
        identity=("uscc",),
        keeper=Department.MARKET_REGULATION,
        division=lambda record: record.division_code,
    ),
    RecordKind.AUTHORITY: Kind(
        payload=Authority,
        identity=("code",),
        keeper=Department.NATURAL_RESOURCES,
        division=lambda record: str(record.division_code),
    ),
    RecordKind.OPINION: Kind(
        payload=Opinion,
        identity=("document_number",),
        mines=lambda record: (record.licence_no,),
        allowed_for=Opinion.allowed_for,
    ),
    RecordKind.PENALTY: Kind(payload=Penalty, identity=("document_number",), mines=lambda record: tuple(record.mines)),
    RecordKind.DIRECTORY_ENTRY: Kind(
        payload=DirectoryEntry,
        identity=("document_number", "licence_no", "level"),
        mines=lambda record: (record.licence_no,),
    ),
}


def identify(kind: RecordKind, department: Department, record: Payload) -> str:
    """The id of a record: the same department, kind and document number always give the same id."""
    facts = KINDS[kind]
    owner = () if facts.keeper else (department.value,)
    return record_id(kind.value, *owner, *(str(getattr(record, name)) for name in facts.identity))
