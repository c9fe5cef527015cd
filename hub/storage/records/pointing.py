"""Records go along with their mine when its number changes: what they state stays beside, and can be gone back to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import canonical
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.records.successions import Step, leads_on
from hub.storage.records import branches, licences
from hub.storage.records.searching import found_by
from hub.storage.records.versions import LINKS, TABLES, names_mines
from hub.storage.sql.json_text import Sought, one_of, sought
from hub.storage.sql.live import at_any_time, live
from hub.storage.sql.metadata import Json, Plain


async def follow(connection: AsyncConnection, leads: Mapping[str, Sequence[Step]], among: Collection[str]) -> None:
    """Let all versions of records that stand under one of the numbers `among` stand where their words lead on their days."""
    for kind in await _standing_under(connection, among):
        table = TABLES[kind]
        if kind in LINKS:
            await _follow_several(connection, kind, leads, among)
        else:
            for stated, steps in leads.items():
                for step, until in _spans(kind, steps):
                    on_days = _on_days(kind, table, step.from_day, until)
                    await connection.execute(_pointed(connection, table, stated, step.number, among).where(*on_days))
            await connection.execute(_told(connection, kind, table, {one.number for some in leads.values() for one in some}))


async def _standing_under(connection: AsyncConnection, licence_nos: Collection[str]) -> list[RecordKind]:
    """The kinds of which any version stands under one of these numbers: about most mines there are records of few."""
    by, wanted = sought(connection, licence_nos)
    return [RecordKind(word) for word in (await connection.execute(_kinds(by), wanted)).scalars()]


@cache
def _kinds(by: Sought) -> sa.CompoundSelect[Any]:
    found = []
    for kind, table in TABLES.items():
        if not names_mines(kind):
            continue
        row = LINKS[kind].c if kind in LINKS else table.c
        named = by.has(row.licence_no) if kind in LINKS else at_any_time(row, by.has(row.licence_no))
        found.append(sa.select(sa.literal(kind.value, sa.Text())).where(sa.select(row.licence_no).where(named).exists()))
    return sa.union_all(*found)


def _led(kind: RecordKind, steps: Sequence[Step], day: date) -> str:
    return steps[0].number if KINDS[kind].stays else leads_on(steps, day)


def _spans(kind: RecordKind, steps: Sequence[Step]) -> Iterator[tuple[Step, date | None]]:
    """Where records of a kind are led, each until the day from which they are led further."""
    further = [] if KINDS[kind].stays else steps[1:]
    return zip([steps[0], *further], [*(one.from_day for one in further), None], strict=True)


def _on_days(kind: RecordKind, table: sa.Table, from_day: date | None, until: date | None) -> Iterator[sa.ColumnElement[bool]]:
    """Whether a version is of these days (`Kind.day_of`)."""
    day = table.c[KINDS[kind].order.field]
    is_year = isinstance(day.type, sa.Integer)

    def since(first: date) -> sa.ColumnElement[bool]:
        # A year is of its first day.
        begins: Any = first.year + (first > date(first.year, 1, 1)) if is_year else first
        return sa.type_coerce(day >= begins, sa.Boolean())

    if from_day is not None:
        yield since(from_day)
    if until is not None:
        yield sa.not_(since(until))


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


async def _ways_of_others(connection: AsyncConnection, licence_nos: Collection[str]) -> dict[str, list[Step]]:
    """Where the numbers lead of mines that a record names beside those that go along: they may have others since long."""
    today = await licences.leading(connection, licence_nos)
    return {no: [Step(None, own)] for no, own in today.items()} | await branches.ways_on(connection, licence_nos)


async def _follow_several(
    connection: AsyncConnection, kind: RecordKind, leads: Mapping[str, Sequence[Step]], among: Collection[str]
) -> None:
    table, links = TABLES[kind], LINKS[kind]
    linked = sa.select(links.c.record_id, links.c.version).where(one_of(connection, links.c.licence_no, among)).distinct()
    named = linked.subquery().c
    found = sa.select(
        table.c.id,
        table.c.version,
        table.c[KINDS[kind].order.field].label("day"),
        sa.type_coerce(table.c.mines, sa.Text()).label("mines"),
        sa.type_coerce(table.c.stated_licence_nos, sa.Text()).label("stated"),
    ).join(named.record_id.table, sa.and_(table.c.id == named.record_id, table.c.version == named.version))
    rows: list[dict[str, Any]] = []
    standing = (await connection.execute(found)).all()
    words = [json.loads(row.stated or row.mines) for row in standing]
    every = {**await _ways_of_others(connection, {one for stated in words for one in stated} - leads.keys()), **leads}
    for row, stated in zip(standing, words, strict=True):
        # What was named by two of a mine's numbers is named once.
        numbers = list(dict.fromkeys(_led(kind, every[one], row.day) for one in stated))
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
