"""Records go along with their mine when its number changes: what they state stays beside, and can be gone back to."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import canonical
from hub.domain.record_kinds import RecordKind
from hub.storage.records.searching import found_by
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import at_any_time, live
from hub.storage.sql.metadata import Json, Plain


async def follow(connection: AsyncConnection, leads: Mapping[str, str], among: Collection[str]) -> None:
    """Let all versions of records that stand under one of the numbers `among` stand where what they state `leads`."""
    for kind, table in TABLES.items():
        if kind in LINKS:
            await _follow_several(connection, kind, leads, among)
        elif kind is not RecordKind.MINE and "licence_no" in table.c:
            for stated, number in leads.items():
                await connection.execute(_pointed(connection, table, stated, number, among))
            await connection.execute(_told(connection, kind, table, set(leads.values())))


def _pointed(connection: AsyncConnection, table: sa.Table, stated: str, number: str, among: Collection[str]) -> sa.Update:
    row, said = table.c, canonical([stated])
    states = sa.or_(
        sa.and_(row.stated_licence_nos.is_(None), row.licence_no == stated),
        sa.type_coerce(row.stated_licence_nos, sa.Text()) == sa.literal(said, sa.Text()),
    )
    return (
        sa.update(table)
        .where(at_any_time(row, one_of(connection, row.licence_no, among)), states, row.licence_no != number)
        .values(licence_no=number, stated_licence_nos=None if stated == number else [stated])
    )


def _told(connection: AsyncConnection, kind: RecordKind, table: sa.Table, licence_nos: Collection[str]) -> sa.Update:
    """What hits of a search tell of the mines of records that stand under these numbers."""
    row = table.alias().c
    named = one_of(connection, row.licence_no, licence_nos), *live(row)
    theirs, stands = sa.select(row.id).where(*named), (row.id == found_by.c.record_id, *named)
    told = sa.literal('["', sa.Text()) + sa.type_coerce(row.licence_no, sa.Text()) + '"]'
    tells = found_by.c.kind == kind.value, found_by.c.licence_nos.is_not(None), found_by.c.record_id.in_(theirs)
    return sa.update(found_by).where(*tells).values(licence_nos=sa.select(told).where(*stands).scalar_subquery())


async def _follow_several(
    connection: AsyncConnection, kind: RecordKind, leads: Mapping[str, str], among: Collection[str]
) -> None:
    table, links = TABLES[kind], LINKS[kind]
    linked = sa.select(links.c.record_id, links.c.version).where(one_of(connection, links.c.licence_no, among)).distinct()
    named = linked.subquery().c
    found = sa.select(
        table.c.id,
        table.c.version,
        sa.type_coerce(table.c.mines, sa.Text()).label("mines"),
        sa.type_coerce(table.c.stated_licence_nos, sa.Text()).label("stated"),
    ).join(named.record_id.table, sa.and_(table.c.id == named.record_id, table.c.version == named.version))
    rows: list[dict[str, Any]] = []
    for row in await connection.execute(found):
        stated = json.loads(row.stated or row.mines)
        # What was named by two of a mine's numbers is named once.
        numbers = list(dict.fromkeys(leads.get(one, one) for one in stated))
        if numbers != json.loads(row.mines):
            rows.append({"b_id": row.id, "b_version": row.version, "b_mines": numbers, "b_stated": stated})
    if not rows:
        return
    for one in rows:
        one["b_stated"] = None if one["b_stated"] == one["b_mines"] else one["b_stated"]
    at_id, at_version = sa.bindparam("b_id", type_=Plain()), sa.bindparam("b_version", type_=sa.Integer())
    of_record = [table.c.id == at_id, table.c.version == at_version]
    of_links = [links.c.record_id == at_id, links.c.version == at_version]
    said = {"mines": sa.bindparam("b_mines", type_=Json()), "stated_licence_nos": sa.bindparam("b_stated", type_=Json())}
    await connection.execute(sa.update(table).where(*of_record).values(said), rows)
    hits = [found_by.c.record_id == at_id, found_by.c.version == at_version, found_by.c.licence_nos.is_not(None)]
    renamed = sa.update(found_by).where(*hits).values(licence_nos=sa.bindparam("b_mines", type_=Json()))
    await connection.execute(renamed, [{k: one[k] for k in ("b_id", "b_version", "b_mines")} for one in rows])
    await connection.execute(sa.delete(links).where(*of_links), [{k: one[k] for k in ("b_id", "b_version")} for one in rows])
    again = [
        {"record_id": one["b_id"], "version": one["b_version"], "licence_no": number}
        for one in rows
        for number in one["b_mines"]
    ]
    await connection.execute(sa.insert(links), again)
