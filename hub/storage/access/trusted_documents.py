"""Documents that clients have registered, and the clients and roles that are held to theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.metadata import Plain, metadata

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("owner", Plain(), primary_key=True),
    sa.Column("sha256", Plain(), primary_key=True),
    sa.Column("name", Plain(), nullable=False),
    sa.Column("body", Plain(), nullable=False),
)

held_to_documents = sa.Table("held_to_documents", metadata, sa.Column("owner", Plain(), primary_key=True))


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A registered document.  `owner` is a client's id or a role; `sha256` is of the body's UTF-8, in hex."""

    owner: str
    sha256: str
    name: str
    body: str


async def put(connection: AsyncConnection, rows: Sequence[DocumentRow]) -> None:
    """Keep documents; one that its owner has already gets the new name."""
    for row in rows:
        await remove(connection, row.owner, row.sha256)
        await connection.execute(sa.insert(documents).values(owner=row.owner, sha256=row.sha256, name=row.name, body=row.body))


async def remove(connection: AsyncConnection, owner: str, sha256: str) -> bool:
    """Whether there was such a document."""
    done = await connection.execute(sa.delete(documents).where(documents.c.owner == owner, documents.c.sha256 == sha256))
    return done.rowcount > 0


async def list_all(connection: AsyncConnection) -> Sequence[DocumentRow]:
    """Every document, by owner and name."""
    rows = await connection.execute(sa.select(documents).order_by(documents.c.owner, documents.c.name, documents.c.sha256))
    return [DocumentRow(**row) for row in rows.mappings()]


async def held(connection: AsyncConnection) -> frozenset[str]:
    """The owners that may ask by their documents alone."""
    return frozenset((await connection.scalars(sa.select(held_to_documents.c.owner))).all())


async def hold(connection: AsyncConnection, owner: str, *, on: bool) -> None:
    """Hold an owner to its documents, or let it go."""
    await connection.execute(sa.delete(held_to_documents).where(held_to_documents.c.owner == owner))
    if on:
        await connection.execute(sa.insert(held_to_documents).values(owner=owner))
