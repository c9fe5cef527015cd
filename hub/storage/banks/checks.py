"""Loan checks that were made: who asked what, when and why, and what was answered, standing on which position of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert_new
from hub.storage.sql.metadata import Instant, Json, Plain, metadata

checks = sa.Table(
    "loan_checks",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("asked_at", Instant(), nullable=False),
    sa.Column("purpose", Plain()),
    sa.Column("reference", Plain()),
    sa.Column("question", Json(), nullable=False),
    sa.Column("answer", Json(), nullable=False),
    sa.Column("log_position", sa.BigInteger(), nullable=False),
    sa.Column("rule_set", Plain(), nullable=False),
    # Who asked: the bank's client itself, or a person of the bank.
    sa.Column("asked_by", Plain(), nullable=False),
    sa.Index("ix_loan_checks_client", "client_id", "asked_at", "id"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """A check as it was made.  `client_id` is the bank's, `answer` is the whole of it, as it was told."""

    id: str
    client_id: str
    asked_at: datetime
    purpose: str | None
    reference: str | None
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    log_position: int
    rule_set: str
    asked_by: str


_COLUMNS = tuple(column.name for column in checks.c)


async def keep(connection: AsyncConnection, several: Sequence[Check]) -> None:
    """Keep checks, each once whoever else may have kept it."""
    await insert_new(connection, checks, _COLUMNS, [[getattr(one, name) for name in _COLUMNS] for one in several])


async def find(connection: AsyncConnection, check_id: str) -> Check | None:
    row = (await connection.execute(sa.select(checks).where(checks.c.id == check_id))).mappings().first()
    if row is None:
        return None
    return Check(**dict(row) | {"question": orjson.loads(row["question"]), "answer": orjson.loads(row["answer"])})
