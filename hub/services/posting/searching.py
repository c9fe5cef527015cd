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
from hub.storage.records.searching import Findable, forget, former_names, former_numbers, prepare, write
from hub.storage.records.versions import current_records
from hub.storage.sql.bulk_insert import Inserts


@cache
def apart(kind: str, field: str) -> bool:
    """Whether a field is not seen by everybody who sees the record."""
    return is_masked(str(kind), field)


#: All fields that are searched in only by those who see them.
PARTS = searching.parts(apart)


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
    former = await _former(connection, kind, records, revised)
    numbers = await former_numbers(connection, revised) if kind is RecordKind.MINE and revised else {}
    return (
        Findable(
            record_id,
            version,
            kind,
            searching.told(kind, record),
            [*searching.entries(kind, record, apart), *searching.numbered(numbers.get(record_id, ()))],
            former[record_id],
        )
        for record_id, (record, version) in records.items()
    )


async def _former(
    connection: Connection, kind: RecordKind, records: Mapping[str, tuple[Payload, int]], revised: list[str]
) -> defaultdict[str, list[tuple[int, Entry]]]:
    """What records were called before, each with the version that says so."""
    found: defaultdict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for record_id, (record, version) in records.items():
        if said := list(searching.formerly_named(record)):
            found[record_id] += [(version, entry) for entry in said]
    name = searching.name_of(kind)
    if name is None or not revised:
        return found
    for one in await former_names(connection, kind, name, revised):
        if one.name != getattr(records[one.record_id][0], name):
            entries = searching.named(one.name, Match.FORMER_NAME, Match.FORMER_NAME)
            found[one.record_id] += [(one.version, entry) for entry in entries]
    return found
