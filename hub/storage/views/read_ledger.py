"""The read ledger: who read which mine, when, how often, why, and by which document; and what was refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.sql.bulk_insert import insert as insert_rows
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Plain, metadata
from hub.storage.views.view import table_view

table = sa.Table(
    "mine_reads",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("first_at", Instant(), nullable=False),
    sa.Column("last_at", Instant(), nullable=False),
    sa.Column("times", sa.Integer(), nullable=False),
    sa.Column("client_id", Plain()),
    sa.Column("role", Plain()),
    sa.Column("department", Plain()),
    sa.Column("purpose", Plain()),
    sa.Column("reference", Plain()),
    sa.Column("document_hash", Plain()),
    sa.Column("asked", Plain()),
    sa.Column("key", Plain()),
    sa.Column("licence_no", Plain()),
    sa.Column("outcome", Plain(), nullable=False),
    # Of a person of a bank.
    sa.Column("bank", Plain()),
    sa.Index("ix_mine_reads_last_at", "last_at", "id"),
    sa.Index("ix_mine_reads_mine", "licence_no", "last_at", "id"),
)

view = table_view("mine_read", table, (Order("last_at", True),), "id")

_BETWEEN_PAUSES = 100
COLUMNS = tuple(column.name for column in table.c)


async def insert(connection: AsyncConnection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Keep rows whose values stand in the order of `COLUMNS`.

    Raises UNAVAILABLE where that cannot be done.  On PostgreSQL the commit does not wait for the disk: the ledger lags behind
    by its window anyway.
    """
    if connection.dialect.name != "postgresql":
        waiting = iter(rows)
        while some := list(islice(waiting, _BETWEEN_PAUSES)):
            await insert_rows(connection, table, COLUMNS, some)
        return
    await connection.execute(sa.text("SET LOCAL synchronous_commit TO off"))
    # Reads are many: COPY takes a third of the time of prepared inserts.
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await driver.copy_records_to_table(table.name, records=_gently(rows), columns=COLUMNS)
    except (asyncpg.PostgresError, asyncpg.InterfaceError):
        raise HubError(ErrorCode.UNAVAILABLE) from None


async def _gently(rows: Iterable[tuple[Any, ...]]) -> AsyncIterator[tuple[Any, ...]]:
    """The rows, with pauses in which requests are answered: thousands at once would hold them up for many milliseconds."""
    for number, row in enumerate(rows):
        if number % _BETWEEN_PAUSES == 0:
            await asyncio.sleep(0)
        yield row


async def follow(connection: AsyncConnection, licence_nos: Collection[str], number: str) -> None:
    """Let what was read of a mine by any of its numbers stand under the one that it has now."""
    renamed = one_of(connection, table.c.licence_no, licence_nos), table.c.licence_no != number
    await connection.execute(sa.update(table).where(*renamed).values(licence_no=number))


async def any_before(connection: AsyncConnection, moment: datetime) -> bool:
    """Whether there are rows that were last counted before a moment."""
    return bool(await connection.scalar(sa.select(sa.exists().where(table.c.last_at < moment))))


async def forget(connection: AsyncConnection, moment: datetime, most: int) -> int:
    """Remove the oldest rows that were last counted before a moment, `most` at once; how many there were."""
    oldest = sa.select(table.c.id).where(table.c.last_at < moment).order_by(table.c.last_at, table.c.id).limit(most)
    return (await connection.execute(sa.delete(table).where(table.c.id.in_(oldest)))).rowcount
