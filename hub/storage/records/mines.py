"""Mines: the look-ups that posting, screening and the drawing of experts need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.records.successions import Validity
from hub.domain.words.divisions import PROVINCE
from hub.storage.records import branches
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import Sought, one_of, sought
from hub.storage.sql.live import at_any_time, live

table = TABLES[RecordKind.MINE]


async def divisions_of(connection: AsyncConnection, licence_nos: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """The division of each registered mine among `licence_nos`, the others are not registered; and which of them have gone
    into others.

    None of them gets another number until the transaction ends.
    """
    if not (numbers := set(licence_nos)):
        return {}, set()
    by, wanted = sought(connection, numbers)
    rows = (await connection.execute(_divisions(by), wanted)).all()
    return {row.licence_no: row.division_code for row in rows}, {row.licence_no for row in rows if row.has_gone}


async def last_divisions(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, str]:
    """The division in which each of these mines lay that was withdrawn."""
    columns = sa.select(table.c.licence_no, table.c.division_code)
    gone = table.c.superseded_at.is_(None), table.c.withdrawn_at.is_not(None)
    rows = await connection.execute(columns.where(one_of(connection, table.c.licence_no, licence_nos), *gone))
    return {row.licence_no: row.division_code for row in rows}


@cache
def _divisions(by: Sought) -> sa.Select[Any]:
    columns = table.c.licence_no, table.c.division_code, branches.has_gone(table.c.licence_no).label("has_gone")
    there = sa.select(*columns).where(by.has(table.c.licence_no), *live(table.c))
    return there.order_by(table.c.id).with_for_update(read=True, key_share=True, of=table)


@dataclass(frozen=True, slots=True)
class Registered:
    """The record of a mine under a number; what was withdrawn may return."""

    id: str
    holder: str
    division: str
    withdrawn: bool


async def registered(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, Registered]:
    """The mines that have these numbers, withdrawn ones included."""
    if not (wanted := set(licence_nos)):
        return {}
    columns = table.c.licence_no, table.c.id, table.c.enterprise_uscc, table.c.division_code, table.c.withdrawn_at
    found = await connection.execute(
        sa.select(*columns).where(one_of(connection, table.c.licence_no, wanted), table.c.superseded_at.is_(None))
    )
    return {
        row.licence_no: Registered(row.id, row.enterprise_uscc, row.division_code, row.withdrawn_at is not None)
        for row in found
    }


async def last_under(connection: AsyncConnection, mine_id: str, licence_no: str) -> Validity:
    """When a mine's licence was valid, as last told under one of its numbers."""
    found = await connection.execute(
        sa.select(table.c.licence_valid_from, table.c.licence_valid_until)
        .where(table.c.id == mine_id, table.c.licence_no == licence_no)
        .order_by(table.c.version.desc())
        .limit(1)
    )
    return Validity(*found.one())


async def last_told(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, Validity]:
    """When the licences of these numbers were valid, as last told of whichever mine."""
    if not (wanted := set(licence_nos)):
        return {}
    found = await connection.execute(
        sa.select(table.c.licence_no, table.c.licence_valid_from, table.c.licence_valid_until)
        .where(at_any_time(table.c, one_of(connection, table.c.licence_no, wanted)))
        .order_by(table.c.recorded_at, table.c.version)
    )
    return {number: Validity(begins, ends) for number, begins, ends in found}


async def ever_had(connection: AsyncConnection, licence_nos: Iterable[str]) -> set[str]:
    """Those of these numbers under which a mine was ever registered."""
    named = at_any_time(table.c, one_of(connection, table.c.licence_no, licence_nos))
    found = sa.select(table.c.licence_no).where(named).distinct()
    return set((await connection.execute(found)).scalars())


def renumbered(at: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The ids of the mines that had another number at a moment than they have now, and whether they got theirs in that very
    instant."""
    said, was, now = TABLES[RecordKind.LICENCE_SUCCESSION].c, table.alias().c, table.alias().c
    changed = sa.exists().where(sa.or_(said.recorded_at >= at, said.superseded_at >= at))
    return (
        sa.select(was.id, sa.type_coerce(was.superseded_at == at, sa.Boolean()).label("at_once"))
        .join(now.id.table, sa.and_(now.id == was.id, now.superseded_at.is_(None), now.licence_no != was.licence_no))
        .where(changed, was.recorded_at <= at, was.superseded_at >= at)
    )


async def why_withdrawn(connection: AsyncConnection, mine_id: str) -> str | None:
    """Why a mine was taken back, where it is."""
    found = sa.select(table.c.withdrawal_reason).where(table.c.id == mine_id, table.c.superseded_at.is_(None))
    return (await connection.execute(found.where(table.c.withdrawn_at.is_not(None)))).scalar_one_or_none()


async def close(connection: AsyncConnection, mine_id: str, at: datetime | None) -> None:
    """Let no version of a mine be its newest from a moment on, as another record has taken it in; or let the last be it again
    (None)."""
    last = sa.select(sa.func.max(table.c.version)).where(table.c.id == mine_id).scalar_subquery()
    await connection.execute(sa.update(table).where(table.c.id == mine_id, table.c.version == last).values(superseded_at=at))


async def holder_of(connection: AsyncConnection, licence_no: str) -> str | None:
    """The credit code of a registered mine's holder."""
    found = await connection.execute(sa.select(table.c.enterprise_uscc).where(table.c.licence_no == licence_no, *live(table.c)))
    return found.scalar_one_or_none()


async def boundaries_within(
    connection: AsyncConnection, division: str, licence_nos: Sequence[str] | None = None
) -> dict[str, str | None]:
    """The boundary of each mine that stands within a division, or of some of these; None where it has none."""
    where: list[sa.ColumnElement[bool]] = live(table.c)
    if division != PROVINCE:
        where.append(sa.or_(table.c.division_code == division, table.c.prefecture_code == division))
    if licence_nos is not None:
        where.append(one_of(connection, table.c.licence_no, licence_nos))
    found = await connection.execute(sa.select(table.c.licence_no, table.c.boundary).where(*where).order_by(table.c.licence_no))
    return dict(found.all())
