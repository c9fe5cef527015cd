"""The numbers of mines that have had several: where each leads today, and on which days it was the mine's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.records.successions import Licence
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Plain, metadata

table = sa.Table(
    "licences",
    metadata,
    sa.Column("licence_no", Plain(), primary_key=True),
    sa.Column("mine_id", Plain(), nullable=False, index=True),
    sa.Column("leads_to", Plain(), nullable=False, index=True),
    sa.Column("from_day", sa.Date()),
    sa.Column("until_day", sa.Date()),
    sa.Column("succession_id", Plain(), index=True),
    sa.Column("absorbed_id", Plain()),
)


async def named(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, Licence]:
    """Those of these numbers that are, or were, one of several of a mine."""
    if not (wanted := list(licence_nos)):
        return {}
    rows = await connection.execute(sa.select(table).where(one_of(connection, table.c.licence_no, wanted)))
    return {row.licence_no: Licence(**row._mapping) for row in rows}


async def lineages(connection: AsyncConnection, mine_ids: Collection[str]) -> dict[str, list[Licence]]:
    """All numbers of each of these mines that has had several, in the order in which it had them."""
    found: dict[str, list[Licence]] = {}
    if mine_ids:
        rows = await connection.execute(sa.select(table).where(one_of(connection, table.c.mine_id, mine_ids)))
        # Nothing comes before the first number that the hub knows.
        for one in sorted((Licence(**row._mapping) for row in rows), key=lambda one: str(one.from_day or "")):
            found.setdefault(one.mine_id, []).append(one)
    return found


async def given_by(connection: AsyncConnection, succession_id: str) -> Licence | None:
    """The number that a succession which stands has given."""
    row = (await connection.execute(sa.select(table).where(table.c.succession_id == succession_id))).first()
    return Licence(**row._mapping) if row else None


async def leading(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, str]:
    """Where each of these numbers leads: most to themselves."""
    wanted = list(licence_nos)
    known = await named(connection, wanted)
    return {number: known[number].leads_to if number in known else number for number in wanted}


async def with_former(connection: AsyncConnection, licence_nos: Collection[str]) -> set[str]:
    """These numbers, and all others of their mines."""
    lineages_of = {one.mine_id for one in (await named(connection, licence_nos)).values()}
    lineage = await lineages(connection, lineages_of)
    return {*licence_nos, *(one.licence_no for some in lineage.values() for one in some)}


async def put(connection: AsyncConnection, mine_id: str, lineage: Sequence[Licence]) -> None:
    """Keep these numbers of a mine, and none else."""
    await connection.execute(sa.delete(table).where(table.c.mine_id == mine_id))
    if lineage:
        await connection.execute(sa.insert(table), [asdict(one) for one in lineage])


def leads(given: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Where a number leads: to the one that its mine has today, or to itself."""
    kept = table.alias().c
    found = sa.select(kept.leads_to).where(kept.licence_no == given).scalar_subquery()
    return sa.func.coalesce(found, given, type_=Plain())
