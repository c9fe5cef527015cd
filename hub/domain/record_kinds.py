"""The one word list.  A kind gives the scope (`penalty:post`), the event (`penalty.posted`), the table, the GraphQL type and
the word in a connector's manifest; and it says what identifies a record of the kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.domain.authorities import Authority
from hub.domain.checks import Several
from hub.domain.departments import Department
from hub.domain.directory import DirectoryEntry
from hub.domain.enterprises import Enterprise
from hub.domain.errors import Problem
from hub.domain.fields import Link, Nested, Payload, fields_of
from hub.domain.identifiers import record_id
from hub.domain.mines import Mine
from hub.domain.opinions import Opinion
from hub.domain.penalties import Penalty
from hub.domain.read_plan import Order


class RecordKind(StrEnum):
    MINE = "mine"
    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    OPINION = "opinion"
    PENALTY = "penalty"
    DIRECTORY_ENTRY = "directory_entry"


def _any(record: Any, department: Department) -> list[Problem]:
    return []


def _mines(payload: type[Payload]) -> Callable[[Any], tuple[str, ...]]:
    names = {field.name for field in fields_of(payload)}
    if "mines" in names:
        return lambda record: tuple(record.mines)
    if "licence_no" in names:
        return lambda record: (record.licence_no,) if record.licence_no else ()
    return lambda record: ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the hub knows of a kind of record, said once.

    `plural` is the name of its lists, of its table, and of the relation by which it is reached from what it links to.  `order`
    is how its lists are ordered when nothing else is asked for.  `identity` names the payload fields that identify a record;
    the same numbers of two departments are two records, but the kinds that one department keeps (`keeper`) have each number
    once.
    """

    payload: type[Payload]
    plural: str
    order: Order
    identity: tuple[str, ...] = ("document_number",)
    keeper: Department | None = None
    allowed_for: Callable[[Any, Department], list[Problem]] = _any
    #: The licence numbers of the mines that a record concerns.
    mines: Callable[[Any], tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mines", _mines(self.payload))

    @property
    def number(self) -> str | None:
        """The field by which a single record is looked up, for kinds of which each number exists once."""
        return self.identity[0] if self.keeper and len(self.identity) == 1 else None


def division_of(record: Any) -> str | None:
    """Where the record itself says that it lies."""
    return getattr(record, "division_code", None)


def _newest(name: str) -> Order:
    return Order(name, descending=True)


KINDS: dict[RecordKind, Kind] = {
    RecordKind.MINE: Kind(
        payload=Mine,
        plural="mines",
        order=Order("licence_no", descending=False),
        identity=("licence_no",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.ENTERPRISE: Kind(
        payload=Enterprise,
        plural="enterprises",
        order=Order("uscc", descending=False),
        identity=("uscc",),
        keeper=Department.MARKET_REGULATION,
    ),
    RecordKind.AUTHORITY: Kind(
        payload=Authority,
        plural="authorities",
        order=Order("code", descending=False),
        identity=("code",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.OPINION: Kind(payload=Opinion, plural="opinions", order=_newest("issued_on"), allowed_for=Opinion.allowed_for),
    RecordKind.PENALTY: Kind(payload=Penalty, plural="penalties", order=_newest("decided_on")),
    RecordKind.DIRECTORY_ENTRY: Kind(
        payload=DirectoryEntry,
        plural="directory_entries",
        order=_newest("effective_on"),
        identity=("document_number", "licence_no", "level"),
    ),
}


def _parts() -> Iterator[type[Payload]]:
    for facts in KINDS.values():
        for declared in fields_of(facts.payload):
            match declared.spec.check:
                case Several(each=Nested(part=part)):
                    yield part


#: The parts with fields of their own that live inside records.
PARTS: tuple[type[Payload], ...] = tuple(dict.fromkeys(_parts()))


def links_to(kind: RecordKind) -> Iterator[tuple[RecordKind, Link, str]]:
    """What links to records of a kind: the other kind, the link, and the field that holds it."""
    for other, facts in KINDS.items():
        for declared in fields_of(facts.payload):
            link = declared.spec.link
            if link and link.noun == kind.value:
                yield other, link, declared.name


def identify(kind: RecordKind, department: Department, record: Payload) -> str:
    """The id of a record: the same department, kind and document number always give the same id."""
    facts = KINDS[kind]
    owner = () if facts.keeper else (department.value,)
    return record_id(kind.value, *owner, *(str(getattr(record, name)) for name in facts.identity))
