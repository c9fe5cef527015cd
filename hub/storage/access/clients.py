"""The clients that may ask for tokens.  A secret is kept only as a hash; of keys, the public half."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text

clients = sa.Table(
    "clients",
    metadata,
    sa.Column("client_id", Plain(), primary_key=True),
    sa.Column("name", text(), nullable=False),
    sa.Column("role", Plain(), nullable=False),
    sa.Column("department", Plain()),
    sa.Column("division_code", Plain(), nullable=False),
    sa.Column("authority_code", Plain()),
    sa.Column("scopes", Json(), nullable=False),
    sa.Column("secret_hash", Plain()),
    sa.Column("keys", Json()),
    sa.Column("must_bind", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("last_used_at", Instant()),
    sa.Column("revoked_at", Instant()),
    sa.Column("external_id", Plain()),
    sa.Index(
        "ix_clients_external_id",
        "external_id",
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """A client as it is stored.  `external_id` is what the outside identity provider calls it."""

    client_id: str
    name: str
    role: str
    department: str | None
    division_code: str
    authority_code: str | None
    scopes: tuple[str, ...]
    secret_hash: str | None = field(repr=False)
    keys: tuple[dict[str, Any], ...] = ()
    must_bind: bool = False
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    external_id: str | None = None


async def insert(connection: AsyncConnection, client: ClientRow) -> None:
    """Keep a new client."""
    values = {column.name: getattr(client, column.name) for column in clients.c}
    written = {"scopes": json.dumps(list(client.scopes)), "keys": _written(client.keys)}
    await connection.execute(sa.insert(clients).values(values | written))


async def get(connection: AsyncConnection, client_id: str) -> ClientRow | None:
    """The client with an id, revoked or not."""
    row = (await connection.execute(sa.select(clients).where(clients.c.client_id == client_id))).mappings().first()
    return _read(row) if row else None


async def with_role(connection: AsyncConnection, role: str, among: Iterable[str]) -> frozenset[str]:
    """Those of these clients that have a role."""
    wanted = sorted(set(among))
    if not wanted:
        return frozenset()
    found = sa.select(clients.c.client_id).where(clients.c.role == role, clients.c.client_id.in_(wanted))
    return frozenset((await connection.execute(found)).scalars())


async def get_outside(connection: AsyncConnection, external_id: str) -> ClientRow | None:
    """The client that the outside provider calls so, unless it was revoked."""
    conditions = clients.c.external_id == external_id, clients.c.revoked_at.is_(None)
    row = (await connection.execute(sa.select(clients).where(*conditions))).mappings().first()
    return _read(row) if row else None


async def list_all(connection: AsyncConnection) -> Sequence[ClientRow]:
    """Every client, revoked ones included, in the order of their making."""
    rows = await connection.execute(sa.select(clients).order_by(clients.c.created_at, clients.c.client_id))
    return [_read(row) for row in rows.mappings()]


async def revoke(connection: AsyncConnection, client_id: str, at: datetime) -> bool:
    """Whether there was such a client that was not yet revoked."""
    done = await connection.execute(
        sa.update(clients).where(clients.c.client_id == client_id, clients.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    return done.rowcount > 0


async def used(connection: AsyncConnection, client_ids: Iterable[str], at: datetime) -> None:
    """Say that clients were let in; of several processes the latest says when."""
    earlier = sa.or_(clients.c.last_used_at.is_(None), clients.c.last_used_at < at)
    known = clients.c.client_id.in_(sorted(client_ids))
    await connection.execute(sa.update(clients).where(known, earlier).values(last_used_at=at))


async def set_keys(connection: AsyncConnection, client_id: str, keys: Sequence[dict[str, Any]]) -> bool:
    """Let a client prove itself by these keys alone; whether there was such a client that was not revoked."""
    done = await connection.execute(
        sa.update(clients)
        .where(clients.c.client_id == client_id, clients.c.revoked_at.is_(None))
        .values(keys=_written(keys), secret_hash=None)
    )
    return done.rowcount > 0


async def set_secret_hash(connection: AsyncConnection, client_id: str, old: str, new: str) -> None:
    """Keep another hash of a secret in the place of this one."""
    of = clients.c.client_id == client_id, clients.c.secret_hash == old
    await connection.execute(sa.update(clients).where(*of).values(secret_hash=new))


async def set_must_bind(connection: AsyncConnection, client_id: str, must_bind: bool) -> bool:
    """Say whether a client's tokens must be bound; whether there was such a client that was not revoked."""
    done = await connection.execute(
        sa.update(clients).where(clients.c.client_id == client_id, clients.c.revoked_at.is_(None)).values(must_bind=must_bind)
    )
    return done.rowcount > 0


async def set_outside(connection: AsyncConnection, client_id: str, external_id: str) -> bool:
    """Say what the outside provider calls a client; whether there was such a client that was not revoked."""
    done = await connection.execute(
        sa.update(clients)
        .where(clients.c.client_id == client_id, clients.c.revoked_at.is_(None))
        .values(external_id=external_id)
    )
    return done.rowcount > 0


def _written(keys: Sequence[dict[str, Any]]) -> str | None:
    return json.dumps(list(keys)) if keys else None


def _read(row: sa.RowMapping) -> ClientRow:
    return ClientRow(**{**row, "scopes": tuple(json.loads(row["scopes"])), "keys": tuple(json.loads(row["keys"] or "[]"))})
