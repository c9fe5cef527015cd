"""Judging: what is drafted is held against the graph as it stands, and every draft becomes one of three verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auth.principals import Principal
from auth.rights import Organ, Places, wrongs
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet, Stored
from hub.domain.record_kinds import KINDS, RecordKind
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
    """What the graph holds around some drafts.  What is taken is added, so that later drafts of a batch are held against it.

    `standing` are the records that the drafts would revise.
    """

    heads: dict[str, versions.Head]
    standing: dict[str, Stored]
    references: ReferenceSet
    places: Places


async def resolve(connection: Connection, kind: RecordKind, drafts: Sequence[Draft]) -> Surroundings:
    """Fetch what the drafts are held against, locked until the transaction ends where it could change under the judgement."""
    heads = await versions.heads(connection, versions.TABLES[kind], (draft.id for draft in drafts)) if drafts else {}
    revised = [draft.id for draft in drafts if draft.id in heads and heads[draft.id].payload_hash != draft.hash]
    standing = await versions.current_records(connection, kind, revised)
    return Surroundings(
        heads=heads,
        standing=standing,
        places=await places_of(connection, kind, [d.record for d in drafts] + [s.record for s in standing.values()]),
        references=await references(connection, [draft.record for draft in drafts]),
    )


async def places_of(connection: Connection, kind: RecordKind, records: Sequence[Payload]) -> Places:
    """Where the mines lie and the organs act that these records name."""
    named = (number for record in records for number in KINDS[kind].mines(record)) if kind is not RecordKind.MINE else ()
    codes = (code for record in records if (code := getattr(record, record.organ, None)))
    organs = await authorities.registered(connection, codes)
    return Places(
        mines=await mines.divisions_of(connection, named),
        organs={code: Organ(department, division) for code, (department, division) in organs.items()},
    )


async def references(connection: Connection, records: Sequence[Payload]) -> ReferenceSet:
    """The stored records that these ask for, one statement for each kind and field."""
    values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        for wanted in record.references():
            values[wanted.kind, wanted.field].update(wanted.values)
    found = ReferenceSet()
    for (kind, field), some in sorted(values.items()):
        for stored in await versions.live_records(connection, ReferenceQuery(kind, field, tuple(some))):
            found.add(kind, stored)
    return found


def judge(caller: Principal, kind: RecordKind, draft: Draft, graph: Surroundings) -> Taken | Repeated | Refused:
    """What becomes of a draft: it is taken, it repeats what stands, or it is refused."""
    if problems := [*_unknown_mines(kind, draft, graph), *wrongs(caller, kind, draft.department, draft.record, graph.places)]:
        return Refused(draft.index, draft.submission, problems)
    head = graph.heads.get(draft.id)
    known = head.version if head else 0
    if head and head.payload_hash == draft.hash:
        return Repeated(draft, known)
    if draft.expected is not None and draft.expected != known:
        return Refused(draft.index, draft.submission, [Problem("expectedVersion", ErrorCode.VERSION_CONFLICT, f"{known}")])
    if problems := list(_wrongs_to_standing(caller, kind, draft, graph)):
        return Refused(draft.index, draft.submission, problems)
    if problems := list(draft.record.check_against(graph.references, draft.id, draft.department)):
        return Refused(draft.index, draft.submission, problems)
    graph.standing[draft.id] = Stored(draft.id, draft.department, draft.record)
    graph.references.add(kind.value, graph.standing[draft.id])
    graph.heads[draft.id] = versions.Head(draft.id, known + 1, draft.hash, False, draft.department.value)
    return Taken(draft, known + 1)


def _unknown_mines(kind: RecordKind, draft: Draft, graph: Surroundings) -> Iterator[Problem]:
    several = hasattr(draft.record, "mines")
    for position, number in enumerate(draft.mines if kind is not RecordKind.MINE else ()):
        if number not in graph.places.mines:
            yield Problem(f"mines.{position}" if several else "licenceNo", ErrorCode.UNKNOWN_MINE, number)


def _wrongs_to_standing(caller: Principal, kind: RecordKind, draft: Draft, graph: Surroundings) -> Iterator[Problem]:
    """Why the caller may not change what stands."""
    if stored := graph.standing.get(draft.id):
        yield from wrongs(caller, kind, stored.department, stored.record, graph.places)
