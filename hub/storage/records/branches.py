"""The numbers of mines that went into others, or came out of them, each by a succession; and where any number leads at last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.records.successions import Branch, Step, Way
from hub.storage.records import licences
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain, metadata

table = sa.Table(
    "licence_branches",
    metadata,
    sa.Column("licence_no", Plain(), primary_key=True),
    sa.Column("way", Plain(), primary_key=True),
    sa.Column("succession_id", Plain(), nullable=False, index=True),
    sa.Column("goes_on", Plain(), nullable=False, index=True),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("valid_until", sa.Date()),
)


async def named(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[tuple[str, Way], Branch]:
    """Those of these numbers that went into another mine's or came out of it, each with the number that mine has today."""
    if not (wanted := list(licence_nos)):
        return {}
    found = await _read(connection, one_of(connection, table.c.licence_no, wanted))
    today = await licences.leading(connection, {one.goes_on for one in found})
    return {(one.licence_no, one.way): replace(one, goes_on=today[one.goes_on]) for one in found}


async def ways_on(connection: AsyncConnection, licence_nos: Collection[str]) -> dict[str, list[Step]]:
    """Where each of these numbers leads whose mine went into another, by days: first to itself, then on."""
    reached = await licences.leading(connection, licence_nos)
    found = {number: [Step(None, today)] for number, today in reached.items()}
    while reached:
        gone = await named(connection, set(reached.values()))
        on = {number: gone[at, Way.JOINED] for number, at in reached.items() if (at, Way.JOINED) in gone}
        for number, branch in on.items():
            found[number].append(Step(branch.day, branch.goes_on))
        reached = {number: branch.goes_on for number, branch in on.items()}
    return {number: steps for number, steps in found.items() if len(steps) > 1}


async def carrying_on(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, str]:
    """The number of the mine that carries each of these on today: most lead to themselves."""
    wanted = list(licence_nos)
    today, on = await licences.leading(connection, wanted), await ways_on(connection, wanted)
    return {number: on[number][-1].number if number in on else today[number] for number in wanted}


async def going_into(connection: AsyncConnection, licence_nos: Iterable[str]) -> set[str]:
    """All numbers of the mines that went into those of these numbers, or into one of those."""
    found: set[str] = set()
    reached = set(licence_nos)
    while reached:
        joined = table.c.way == Way.JOINED.value, one_of(connection, table.c.goes_on, reached)
        went = set((await connection.execute(sa.select(table.c.licence_no).where(*joined))).scalars())
        reached = await licences.with_former(connection, went) - found if went else set()
        found |= reached
    return found


async def put(connection: AsyncConnection, branches: Sequence[Branch]) -> None:
    """Keep what a succession says of others than the mine that goes on."""
    if branches:
        await connection.execute(sa.insert(table), [asdict(one) for one in branches])


async def drop(connection: AsyncConnection, succession_id: str) -> list[Branch]:
    """Forget what a succession said, and return it."""
    mine = table.c.succession_id == succession_id
    found = await _read(connection, mine)
    await connection.execute(sa.delete(table).where(mine))
    return found


#: So many mergers on a number leads at most.
_MOST = 20


def carries_on(given: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Where a number leads at last: to the mine that carries it on, whether it was renumbered or went into another, as far as
    the successions that stand say so."""
    led_to = sa.type_coerce(licences.leads(given), Plain()).label("no")
    first: Any = sa.select(led_to, sa.literal_column("0").label("steps"))
    reached = first.cte(recursive=True)
    gone, said = _gone()
    on = sa.select(
        sa.type_coerce(licences.leads(gone.goes_on), Plain()), reached.c.steps + sa.literal_column("1", sa.Integer())
    )
    led = reached.union_all(
        on.where(gone.licence_no == reached.c.no, *_stands(gone, said), reached.c.steps < sa.literal_column(str(_MOST)))
    )
    return sa.select(led.c.no).order_by(led.c.steps.desc()).limit(sa.literal_column("1")).scalar_subquery()


def carried_on(numbers: sa.Select[Any]) -> sa.Select[Any]:
    """The numbers that carry on those among these whose mines went into others.

    Two mergers on are followed, in one flat statement: SQLite bears no deeper one within what stands around it.
    """
    (given,), (item,) = numbers.selected_columns, numbers.get_final_froms()
    own, first, second = (licences.table.alias().c for _ in range(3))
    (gone, said), (again, confirmed) = _gone(), _gone()
    own_number = sa.func.coalesce(own.leads_to, given, type_=Plain())
    once = sa.func.coalesce(first.leads_to, gone.goes_on, type_=Plain())
    twice = sa.func.coalesce(second.leads_to, again.goes_on, type_=Plain())
    source = (
        item.outerjoin(own.mine_id.table, own.licence_no == given)
        .join(gone.way.table, gone.licence_no == own_number)
        .join(said.id.table, sa.and_(*_stands(gone, said)))
        .outerjoin(first.mine_id.table, first.licence_no == gone.goes_on)
        .outerjoin(again.way.table, sa.and_(again.licence_no == once, again.way == _JOINED))
        .outerjoin(confirmed.id.table, sa.and_(*_stands(again, confirmed)))
        .outerjoin(second.mine_id.table, second.licence_no == again.goes_on)
    )
    return sa.select(sa.case((confirmed.id.is_not(None), twice), else_=once)).select_from(source)


def has_gone(number: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the mine of a number went into another."""
    gone, said = _gone()
    return sa.exists().where(gone.licence_no == number, *_stands(gone, said))


_JOINED = sa.literal(Way.JOINED.value, Plain())


def _gone() -> tuple[Any, Any]:
    """A number that parted from another, and the succession that says so."""
    return table.alias().c, TABLES[RecordKind.LICENCE_SUCCESSION].alias().c


def _stands(gone: Any, said: Any) -> list[sa.ColumnElement[bool]]:
    """Whether a number went into another by a succession that stands."""
    return [gone.way == _JOINED, said.id == gone.succession_id, *live(said)]


async def _read(connection: AsyncConnection, wanted: sa.ColumnElement[bool]) -> list[Branch]:
    rows = (await connection.execute(sa.select(table).where(wanted).order_by(table.c.licence_no, table.c.way))).mappings()
    return [Branch(**{**row, "way": Way(row["way"])}) for row in rows]
