"""What each client last said of a record, and when it changed at its source: what is older changes nothing any more.

It is kept beside the versions, since a client that says what stands already makes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Plain, metadata

table = sa.Table(
    "last_words",
    metadata,
    sa.Column("record_id", Plain(), primary_key=True),
    sa.Column("client_id", Plain(), primary_key=True),
    sa.Column("changed_at", Instant(), nullable=False),
    sa.Column("said", Plain(), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Word:
    """What was last said of a record, by its digest, and when it changed at its source."""

    record_id: str
    changed_at: datetime
    said: str


async def last_words(connection: AsyncConnection, client_id: str, record_ids: Iterable[str]) -> dict[str, Word]:
    """What a client last said of these records, with the moment that it told."""
    if not (wanted := list(record_ids)):
        return {}
    found = await connection.execute(
        sa.select(table).where(table.c.client_id == client_id, one_of(connection, table.c.record_id, wanted))
    )
    return {row.record_id: Word(row.record_id, row.changed_at, row.said) for row in found}


async def note(connection: AsyncConnection, client_id: str, words: Sequence[Word]) -> None:
    """Write down what a client said now: of several words of one record the last counts."""
    if not words:
        return
    rows = {word.record_id: word for word in words}
    words_said = insert_unless_there(connection, table)
    newest = words_said.on_conflict_do_update(
        index_elements=["record_id", "client_id"],
        set_={"changed_at": words_said.excluded.changed_at, "said": words_said.excluded.said},
    )
    await connection.execute(
        newest,
        [
            {"record_id": one.record_id, "client_id": client_id, "changed_at": one.changed_at, "said": one.said}
            for one in rows.values()
        ],
    )
