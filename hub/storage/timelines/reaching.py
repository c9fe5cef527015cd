"""The subjects whose lines follow from records that do not name them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.reached import NAMED_BY, THROUGH, Through
from hub.domain.rules.timelines import Subject
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.json_text import Texts, one_of
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Json

#: No public notice that is too short lasts longer, holidays included.
_NOTICE = timedelta(days=60)


class Naming(NamedTuple):
    """The subjects' own records through which others are reached, and what each of them names: a row for each name."""

    own: Any
    source: sa.FromClause
    name: sa.ColumnElement[str]


def naming(through: Through) -> Naming:
    """The records that name others, as they are in the tables."""
    own = TABLES[RecordKind(through.kind)].alias().c
    column = own[through.field]
    if not isinstance(column.type, Json):
        return Naming(own, own.id.table, column)
    names = Texts(sa.type_coerce(column, sa.Text())).table_valued("value", name=f"named_by_{through.field}")
    return Naming(own, sa.join(own.id.table, names, sa.true()), sa.type_coerce(names.c.value, sa.Text()))


async def reached(connection: AsyncConnection, sort: Subject, through: Through, keys: Iterable[str]) -> list[str]:
    """The numbers of the subjects whose own records name one of these keys."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    own, source, name = naming(through)
    numbers = sa.select(own[NAMED_BY[sort]]).select_from(source).where(one_of(connection, name, wanted), *live(own))
    return list((await connection.execute(numbers.distinct())).scalars())


async def reaching(connection: AsyncConnection, sort: Subject, numbers: Collection[str]) -> set[str]:
    """What these subjects are reached by."""
    found: set[str] = set()
    for through in THROUGH[sort].values():
        own, source, name = naming(through)
        named = one_of(connection, own[NAMED_BY[sort]], numbers), name.is_not(None), *live(own)
        found.update((await connection.execute(sa.select(name).select_from(source).where(*named).distinct())).scalars())
    return found


async def decisions_of(connection: AsyncConnection, licence_nos: Collection[str]) -> list[str]:
    """The numbers of the decisions that name one of these mines."""
    penalty, link = TABLES[RecordKind.PENALTY].c, LINKS[RecordKind.PENALTY].c
    named = [one_of(connection, link.licence_no, licence_nos), penalty.id == link.record_id, penalty.version == link.version]
    found = await connection.execute(sa.select(penalty[NAMED_BY[Subject.DECISION]]).where(*named, *live(penalty)).distinct())
    return list(found.scalars())


async def mines_entered(connection: AsyncConnection, years: Iterable[int]) -> list[str]:
    """The mines with entries in the directory of these years, or of so soon before or after that a public notice of one may
    reach into the other."""
    entry = TABLES[RecordKind.DIRECTORY_ENTRY].c
    spans = [entry.effective_on.between(date(year, 1, 1) - _NOTICE, date(year, 12, 31) + _NOTICE) for year in years]
    found = await connection.execute(sa.select(entry.licence_no).where(sa.or_(sa.false(), *spans), *live(entry)).distinct())
    return list(found.scalars())
