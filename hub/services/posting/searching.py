"""Search, kept by posting in its own transaction: what stands is found by what it says, and by what it was called before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from auth.rules import is_masked
from hub.domain import searching
from hub.domain.declaring.fields import Payload
from hub.domain.record_kinds import RecordKind
from hub.domain.searching import Entry, Match
from hub.services.posting.drafts import Draft
from hub.storage.engine.database import Connection
from hub.storage.records.branches import going_into
from hub.storage.records.searching import Findable, forget, former_values, prepare, write
from hub.storage.records.versions import current_records
from hub.storage.sql.bulk_insert import Inserts


@cache
def apart(kind: str, field: str) -> bool:
    """Whether a field is not seen by everybody who sees the record."""
    return is_masked(str(kind), field)


#: All fields that are searched in only by those who see them.
PARTS = searching.parts(apart)
#: The fields of earlier versions by which records are found too, besides their names.
_NUMBERED_BY = {RecordKind.MINE: ("licence_no",)}


@cache
def version() -> str:
    """What of the declarations decides by what records are found."""
    return searching.version(apart)


async def follow(connection: Connection, rows: Inserts, kind: RecordKind, stored: Iterable[tuple[Draft, int]]) -> None:
    """Let the records be found, by what is added to `rows`, whose drafts became these versions; of several of one record the
    last counts.  Versions that revise others are written by then."""
    newest = {draft.id: (draft.record, version) for draft, version in stored}
    if revised := [record_id for record_id, (_, version) in newest.items() if version > 1]:
        await forget(connection, revised)
    await prepare(connection, rows, await _findable(connection, kind, newest, revised))


async def follow_restated(
    connection: Connection, kind: RecordKind, record_id: str, record: Payload, version: int, *, withdrawn: bool
) -> None:
    """Let a record be found no longer that was taken back, or again one that stands again."""
    await forget(connection, [record_id])
    if not withdrawn:
        await _write(connection, kind, {record_id: (record, version)}, [record_id])


async def make(connection: Connection, kind: RecordKind, versions: Mapping[str, int]) -> None:
    """Make records that stand findable, of which nothing is kept."""
    stored = await current_records(connection, kind, versions)
    await _write(connection, kind, {one: (stored[one].record, version) for one, version in versions.items()}, list(versions))


async def _write(
    connection: Connection, kind: RecordKind, records: Mapping[str, tuple[Payload, int]], revised: list[str]
) -> None:
    await write(connection, await _findable(connection, kind, records, revised))


async def _findable(
    connection: Connection, kind: RecordKind, records: Mapping[str, tuple[Payload, int]], revised: list[str]
) -> Iterator[Findable]:
    named, numbered = await _former(connection, kind, records, revised)
    if kind is RecordKind.MINE and revised:
        await _joined(connection, {one: getattr(records[one][0], *_NUMBERED_BY[kind]) for one in revised}, numbered)
    return (
        Findable(
            record_id,
            version,
            kind,
            searching.told(kind, record),
            [*searching.entries(kind, record, apart), *searching.numbered(numbered.get(record_id, ()))],
            named.get(record_id, ()),
        )
        for record_id, (record, version) in records.items()
    )


async def _joined(connection: Connection, mines: Mapping[str, str], numbered: Mapping[str, dict[str, None]]) -> None:
    """Mines are found by the numbers of those that went into them too.  That any did is rare, and asked of all at once."""
    own = {mine_id: [number, *numbered[mine_id]] for mine_id, number in mines.items()}
    if await going_into(connection, {number for numbers in own.values() for number in numbers}):
        for mine_id, numbers in own.items():
            numbered[mine_id].update(dict.fromkeys(sorted(await going_into(connection, numbers))))


async def _former(
    connection: Connection, kind: RecordKind, records: Mapping[str, tuple[Payload, int]], revised: list[str]
) -> tuple[defaultdict[str, list[tuple[int, Entry]]], defaultdict[str, dict[str, None]]]:
    """What records were called before, each with the version that says so; and the numbers that mines had."""
    named: defaultdict[str, list[tuple[int, Entry]]] = defaultdict(list)
    numbered: defaultdict[str, dict[str, None]] = defaultdict(dict)
    name = searching.name_of(kind)
    for record_id, (record, version) in records.items() if searching.has_former_names(kind) else ():
        named[record_id] += [(version, entry) for entry in searching.formerly_named(record)]
    if name is None or not revised:
        return named, numbered
    newest: dict[tuple[str, str], int] = {}
    by_number = _NUMBERED_BY.get(kind, ())
    for record_id, version, (was, *numbers) in await former_values(connection, kind, (name, *by_number), revised):
        if was != getattr(records[record_id][0], name):
            newest[record_id, was] = max(version, newest.get((record_id, was), 0))
        for field, value in zip(by_number, numbers, strict=True):
            if value != getattr(records[record_id][0], field):
                numbered[record_id][value] = None
    for (record_id, was), version in newest.items():
        named[record_id] += [(version, entry) for entry in searching.named(was, Match.FORMER_NAME, Match.FORMER_NAME)]
    return named, numbered
