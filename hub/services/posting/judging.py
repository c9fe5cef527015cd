"""Judging: what is drafted is held against the graph as it stands, and every draft becomes one of three verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auth.principals import Principal
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet, Stored
from hub.domain.record_kinds import RecordKind
from hub.domain.words.divisions import lies_within
from hub.domain.words.errors import ErrorCode, Problem
from hub.services.posting.drafts import Draft, Refused
from hub.storage.engine.database import Connection
from hub.storage.records import authorities, mines, versions


@dataclass(frozen=True, slots=True)
class Taken:
    """A draft that becomes this version of its record."""

    draft: Draft
    version: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """A draft that says what this version of its record says already."""

    draft: Draft
    version: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the graph holds around some drafts.  What is taken is added, so that later drafts of a batch are held against it."""

    heads: dict[str, versions.Head]
    references: ReferenceSet
    divisions: Mapping[str, str]
    departments: Mapping[str, str]


async def resolve(connection: Connection, kind: RecordKind, drafts: Sequence[Draft]) -> Surroundings:
    """Fetch what the drafts are held against, locked until the transaction ends where it could change under the judgement."""
    named = (number for draft in drafts for number in draft.mines) if kind is not RecordKind.MINE else ()
    return Surroundings(
        divisions=await mines.divisions_of(connection, named),
        departments=await authorities.departments_of(connection, (draft.organ for draft in drafts if draft.organ)),
        heads=await versions.heads(connection, versions.TABLES[kind], (draft.id for draft in drafts)) if drafts else {},
        references=await _references(connection, drafts),
    )


async def _references(connection: Connection, drafts: Sequence[Draft]) -> ReferenceSet:
    """The stored records that the drafts ask for, one statement for each kind and field."""
    values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for draft in drafts:
        for wanted in draft.record.references():
            values[wanted.kind, wanted.field].update(wanted.values)
    found = ReferenceSet()
    for (kind, field), some in sorted(values.items()):
        for stored in await versions.live_records(connection, ReferenceQuery(kind, field, tuple(some))):
            found.add(kind, stored)
    return found


def judge(caller: Principal, kind: RecordKind, draft: Draft, graph: Surroundings) -> Taken | Repeated | Refused:
    """What becomes of a draft: it is taken, it repeats what stands, or it is refused."""
    if problems := list(_registrations(caller, kind, draft, graph)):
        return Refused(draft.index, draft.submission, problems)
    head = graph.heads.get(draft.id)
    known = head.version if head else 0
    if head and head.payload_hash == draft.hash:
        return Repeated(draft, known)
    if draft.expected is not None and draft.expected != known:
        return Refused(draft.index, draft.submission, [Problem("expectedVersion", ErrorCode.VERSION_CONFLICT, f"{known}")])
    if problems := list(draft.record.check_against(graph.references, draft.id, draft.department)):
        return Refused(draft.index, draft.submission, problems)
    graph.references.add(kind.value, Stored(draft.id, draft.department, draft.record))
    graph.heads[draft.id] = versions.Head(draft.id, known + 1, draft.hash, False, draft.department.value)
    return Taken(draft, known + 1)


def _registrations(caller: Principal, kind: RecordKind, draft: Draft, graph: Surroundings) -> Iterator[Problem]:
    """What only the stored graph can tell: unknown mines, mines outside the jurisdiction, another department's organ."""
    several = hasattr(draft.record, "mines")
    for position, number in enumerate(draft.mines if kind is not RecordKind.MINE else ()):
        path = f"mines.{position}" if several else "licenceNo"
        if number not in graph.divisions:
            yield Problem(path, ErrorCode.UNKNOWN_MINE, number)
        elif not lies_within(graph.divisions[number], caller.division_code):
            yield Problem(path, ErrorCode.OUTSIDE_JURISDICTION, number)
    owner = graph.departments.get(draft.organ or "")
    if owner and owner != draft.department:
        yield Problem("authorityCode", ErrorCode.WRONG_DEPARTMENT, owner)
