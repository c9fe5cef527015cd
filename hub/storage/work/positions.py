"""How far in the log each follower has come: what it has not done is the difference to the log's end, and is never forgotten.

A follower moves its position in the transaction in which it stores what it did, from the position at which it had read: of
two that did the same at once one is refused.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.metadata import Plain, metadata

table = sa.Table(
    "positions",
    metadata,
    sa.Column("name", Plain(), primary_key=True),
    sa.Column("position", sa.BigInteger(), nullable=False),
)


async def stored(connection: AsyncConnection, name: str) -> int | None:
    """How far a follower has come; None for one that never began."""
    found: int | None = await connection.scalar(sa.select(table.c.position).where(table.c.name == name))
    return found


async def begin(connection: AsyncConnection, name: str, position: int) -> int:
    """Let a follower begin at a position, unless it has begun before; how far it has come."""
    new = insert_unless_there(connection, table).values(name=name, position=position).on_conflict_do_nothing()
    await connection.execute(new)
    began = await stored(connection, name)
    assert began is not None, "there, whoever began it"
    return began


async def hold(connection: AsyncConnection, name: str) -> None:
    """Let a follower that has begun move no further until this transaction ends."""
    await connection.execute(sa.select(table.c.position).where(table.c.name == name).with_for_update())


async def move(connection: AsyncConnection, name: str, before: int, to: int) -> bool:
    """Move a follower on from where it had read; False where another has moved it meanwhile.  Until this transaction ends
    nobody else can."""
    at = table.c.name == name, table.c.position == before
    return bool((await connection.execute(sa.update(table).where(*at).values(position=to))).rowcount)


async def end(connection: AsyncConnection, name: str) -> None:
    """Forget a follower that follows no more."""
    await connection.execute(sa.delete(table).where(table.c.name == name))
