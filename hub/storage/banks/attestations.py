"""Attestations that were issued: for which check and mine, where in which status list, until when, and why revoked."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Json, Plain, metadata

#: So many attestations share a list; the half of it is used, so that a free place is found soon and tells nobody how many.
LIST_SIZE = 1 << 17

attestations = sa.Table(
    "attestations",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("check_id", Plain(), nullable=False),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("licence_no", Plain(), nullable=False),
    sa.Column("list_no", sa.Integer(), nullable=False),
    sa.Column("place", sa.Integer(), nullable=False),
    sa.Column("issued_at", Instant(), nullable=False),
    sa.Column("ends_at", Instant(), nullable=False),
    sa.Column("answer", Plain(), nullable=False),
    sa.Column("evidence", Json(), nullable=False),
    sa.Column("sd_jwt", Plain(), nullable=False),
    sa.Column("revoked_at", Instant()),
    sa.Column("revoked_for", Plain()),
    sa.UniqueConstraint("list_no", "place"),
    sa.UniqueConstraint("check_id", "licence_no"),
    sa.Index("ix_attestations_mine", "licence_no", "ends_at"),
    sa.Index(
        "ix_attestations_unrevoked",
        "ends_at",
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)


@dataclass(frozen=True, slots=True)
class Attestation:
    """One attestation.  `answer` is what its check said of the mine by records alone, `evidence` the ids of its records."""

    id: str
    check_id: str
    client_id: str
    licence_no: str
    list_no: int
    place: int
    issued_at: datetime
    ends_at: datetime
    answer: str
    evidence: str
    sd_jwt: str
    revoked_at: datetime | None = None
    revoked_for: str | None = None


async def free_place(connection: AsyncConnection) -> tuple[int, int]:
    """A list, and a place in it that nobody has; by chance, so that it tells nothing."""
    issued = int(await connection.scalar(sa.select(sa.func.count()).select_from(attestations)) or 0)
    number = issued * 2 // LIST_SIZE
    while True:
        place = secrets.randbelow(LIST_SIZE)
        taken = sa.exists().where(attestations.c.list_no == number, attestations.c.place == place)
        if not await connection.scalar(sa.select(taken)):
            return number, place


async def keep(connection: AsyncConnection, one: Attestation) -> None:
    await connection.execute(sa.insert(attestations).values({c.name: getattr(one, c.name) for c in attestations.c}))


async def find(connection: AsyncConnection, attestation_id: str) -> Attestation | None:
    return await _one(connection, attestations.c.id == attestation_id)


async def of_check(connection: AsyncConnection, check_id: str, licence_no: str) -> Attestation | None:
    """The one that was issued for a mine of a check."""
    return await _one(connection, sa.and_(attestations.c.check_id == check_id, attestations.c.licence_no == licence_no))


async def _one(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> Attestation | None:
    row = (await connection.execute(sa.select(attestations).where(condition))).mappings().first()
    return Attestation(**row) if row else None


async def is_any_good(connection: AsyncConnection, now: datetime) -> bool:
    """Whether there is one that is good still."""
    found = sa.exists().where(attestations.c.ends_at > now, attestations.c.revoked_at.is_(None))
    return bool(await connection.scalar(sa.select(found)))


async def good(connection: AsyncConnection, licence_nos: Collection[str], now: datetime) -> Sequence[Attestation]:
    """Those of these mines that are good still."""
    wanted = sa.select(attestations).where(
        one_of(connection, attestations.c.licence_no, list(licence_nos)),
        attestations.c.ends_at > now,
        attestations.c.revoked_at.is_(None),
    )
    return [Attestation(**row) for row in (await connection.execute(wanted)).mappings()]


async def revoke(connection: AsyncConnection, attestation_id: str, at: datetime, why: str) -> None:
    """End one, unless it was ended before."""
    standing = attestations.c.id == attestation_id, attestations.c.revoked_at.is_(None)
    await connection.execute(sa.update(attestations).where(*standing).values(revoked_at=at, revoked_for=why))


async def revoked_in(connection: AsyncConnection, list_no: int) -> list[int] | None:
    """The places of a list that are revoked; None of a list in which nobody has a place."""
    rows = (
        await connection.execute(
            sa.select(attestations.c.place, attestations.c.revoked_at).where(attestations.c.list_no == list_no)
        )
    ).all()
    return [row.place for row in rows if row.revoked_at is not None] if rows else None
