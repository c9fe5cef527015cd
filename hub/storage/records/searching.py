"""What is kept to be searched: of each record that stands, everything by which it is found.

A name stands with all of its endings, so that whatever it holds is found by a range of one index, in the order of the ranks.
Texts are found by their pairs of characters: PostgreSQL has an index of them; SQLite looks through the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.searching import Entry, Match, Told, grams_of
from hub.storage.engine.steps import in_steps
from hub.storage.records.versions import TABLES
from hub.storage.sql.bulk_insert import Inserts
from hub.storage.sql.json_text import Sought, one_of, sought
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Json, Plain, metadata, text

_TERM = sa.text("matched <> 'TEXT'")
_TEXT = sa.text("matched = 'TEXT'")

found_by = sa.Table(
    "found_by",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("record_id", Plain(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("kind", Plain(), nullable=False),
    sa.Column("matched", Plain(), nullable=False),
    sa.Column("part", Plain(), nullable=False),
    sa.Column("term", text(), nullable=False),
    sa.Column("grams", sa.Text().with_variant(postgresql.ARRAY(sa.Integer()), "postgresql")),
    sa.Column("title", text()),
    sa.Column("number", text()),
    sa.Column("licence_nos", Json()),
    sa.Index("ix_found_by_record_id", "record_id"),
    sa.Index("ix_found_by_term", "matched", "term", "kind", sqlite_where=_TERM, postgresql_where=_TERM),
    # SQLite, which keeps no pairs, finds by it where the texts are.
    sa.Index("ix_found_by_grams", "grams", sqlite_where=_TEXT, postgresql_using="gin", postgresql_where=_TEXT),
)

#: By which declarations all of it was made: one row.
search_set = sa.Table("search_set", metadata, sa.Column("version", Plain(), primary_key=True))

_WRITTEN = tuple(column.name for column in found_by.c if column.name != "id")
_TELLS_NOTHING: tuple[str | None, str | None, tuple[str, ...] | None] = None, None, None


class Findable(NamedTuple):
    """A version of a record that stands, what tells of it, and by what it is found."""

    record_id: str
    version: int
    kind: RecordKind
    told: Told
    entries: Sequence[Entry]
    #: What it was called in earlier versions, each with that version.
    former: Sequence[tuple[int, Entry]] = ()


class FormerValues(NamedTuple):
    record_id: str
    version: int
    values: tuple[Any, ...]


async def write(connection: AsyncConnection, records: Iterable[Findable]) -> None:
    """Make records findable, of which nothing is kept yet."""
    rows = Inserts(connection)
    await prepare(connection, rows, records)
    await rows.write()


async def prepare(connection: AsyncConnection, rows: Inserts, records: Iterable[Findable]) -> None:
    """Add what makes records findable to what is to be written."""
    keeps_grams = connection.dialect.name == "postgresql"
    entries: list[tuple[Any, ...]] = []
    async for one in in_steps(records):
        record_id, version, kind, told = one.record_id, one.version, one.kind, one.told
        for entry in one.entries:
            matched, term, part = entry
            if matched is Match.TEXT:
                grams = grams_of(kind, entry) if keeps_grams else None
                tells = _TELLS_NOTHING if part else (told.title, told.number, told.licence_nos)
                entries.append((record_id, version, kind, matched, part, term, grams, *tells))
            else:
                entries.append((record_id, version, kind, matched, part, term, None, *_TELLS_NOTHING))
        for then, (matched, term, part) in one.former:
            entries.append((record_id, then, kind, matched, part, term, None, *_TELLS_NOTHING))
    rows.add(found_by, _WRITTEN, entries)


async def forget(connection: AsyncConnection, record_ids: Iterable[str]) -> None:
    """Let records be found no longer."""
    await connection.execute(sa.delete(found_by).where(one_of(connection, found_by.c.record_id, record_ids)))


async def former_values(
    connection: AsyncConnection, kind: RecordKind, names: Sequence[str], record_ids: Iterable[str]
) -> list[FormerValues]:
    """What these fields of records said together in the versions before the one that stands, each with its newest version."""
    by, wanted = sought(connection, record_ids)
    rows = await connection.execute(_former_values(kind, tuple(names), by), wanted)
    return [FormerValues(record_id, version, tuple(values)) for record_id, version, *values in rows]


@cache
def _former_values(kind: RecordKind, names: tuple[str, ...], by: Sought) -> sa.Select[Any]:
    table = TABLES[kind]
    told = [table.c.id, *(table.c[name] for name in names)]
    before = by.has(table.c.id), table.c.superseded_at.is_not(None)
    return sa.select(told[0], sa.func.max(table.c.version), *told[1:]).where(*before).group_by(*told).order_by(*told)


async def standing_after(connection: AsyncConnection, kind: RecordKind, record_id: str, most: int) -> dict[str, int]:
    """The next records of a kind that stand, in the order of their ids, with their versions; locked until the end."""
    table = TABLES[kind].c
    rows = await connection.execute(
        sa.select(table.id, table.version)
        .where(table.id > record_id, *live(table))
        .order_by(table.id)
        .limit(most)
        .with_for_update()
    )
    return {row.id: row.version for row in rows}


async def forget_fallen(connection: AsyncConnection, kind: RecordKind) -> None:
    """Let no record of a kind be found that does not stand."""
    table = TABLES[kind].alias().c
    stands = sa.exists().where(table.id == found_by.c.record_id, *live(table))
    await connection.execute(sa.delete(found_by).where(found_by.c.kind == kind.value, ~stands))


async def made_by(connection: AsyncConnection) -> str | None:
    """By which declarations what is kept was made; None while nobody has said so."""
    return (await connection.execute(sa.select(search_set.c.version))).scalar_one_or_none()


async def note_version(connection: AsyncConnection, version: str) -> None:
    """Say by which declarations all was made."""
    await connection.execute(sa.delete(search_set))
    await connection.execute(sa.insert(search_set).values(version=version))
