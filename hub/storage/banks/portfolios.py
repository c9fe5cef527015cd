"""Portfolios of mines that banks watch, and what was told of them: never anybody's but the bank's that keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert, insert_unless_there
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Json, Plain, Scaled, metadata, text
from hub.storage.work import digests, watch_events

portfolios = sa.Table(
    "portfolios",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("least_severity", Plain(), nullable=False),
    sa.Column("put", Plain(), nullable=False),
    # How often a digest is made, the day on which the next is, of which days it tells, and after which event.
    sa.Column("digest", Plain()),
    sa.Column("digest_on", sa.Date()),
    sa.Column("digest_from", sa.Date()),
    sa.Column("digest_after", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("least_fine", Scaled(2)),
    # What was last told of sources that are silent; nothing until it was looked for the first time.
    sa.Column("silent", Json()),
    sa.Index("ix_portfolios_digest", "digest_on"),
    sa.UniqueConstraint("client_id", "name"),
)

#: `told` is what was last found of the mine, `turns_on` the next day on which that may change though nobody posts.
watched = sa.Table(
    "portfolio_mines",
    metadata,
    sa.Column("portfolio_id", Plain(), primary_key=True),
    sa.Column("licence_no", Plain(), primary_key=True),
    sa.Column("reference", text()),
    sa.Column("loan_on", sa.Date()),
    sa.Column("told", Json(), nullable=False),
    sa.Column("turns_on", sa.Date(), nullable=False),
    sa.Index("ix_portfolio_mines_mine", "licence_no"),
    sa.Index("ix_portfolio_mines_turn", "turns_on"),
)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A bank's portfolio.  Findings below `least_severity` are no events of it, but for penalties of a mine whose fines in
    publication come to `least_fine` yuan.  `put` is another each time that it is put."""

    id: str
    client_id: str
    name: str
    least_severity: str
    put: str
    digest: str | None = None
    digest_on: date | None = None
    digest_from: date | None = None
    digest_after: int = 0
    least_fine: Decimal | None = None
    silent: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A mine of a portfolio."""

    portfolio_id: str
    licence_no: str
    reference: str | None
    loan_on: date | None
    told: str
    turns_on: date


async def are_any(connection: AsyncConnection) -> bool:
    """Whether any bank has a portfolio."""
    return bool(await connection.scalar(sa.select(sa.exists().select_from(portfolios))))


async def of_client(connection: AsyncConnection, client_id: str) -> list[Portfolio]:
    found = sa.select(portfolios).where(portfolios.c.client_id == client_id).order_by(portfolios.c.name)
    return [Portfolio(**row) for row in (await connection.execute(found)).mappings()]


async def find(connection: AsyncConnection, portfolio_id: str) -> Portfolio | None:
    row = (await connection.execute(sa.select(portfolios).where(portfolios.c.id == portfolio_id))).mappings().first()
    return Portfolio(**row) if row else None


async def named(connection: AsyncConnection, portfolio_ids: Collection[str]) -> dict[str, Portfolio]:
    found = sa.select(portfolios).where(one_of(connection, portfolios.c.id, portfolio_ids))
    return {row["id"]: Portfolio(**row) for row in (await connection.execute(found)).mappings()}


async def put(connection: AsyncConnection, portfolio: Portfolio) -> None:
    """Keep what is said of a portfolio as a whole; its mines stay, and what was told of it."""
    values = {column.name: getattr(portfolio, column.name) for column in portfolios.c if column is not portfolios.c.silent}
    new = insert_unless_there(connection, portfolios).values(values)
    await connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=values))


async def is_current(connection: AsyncConnection, portfolio: Portfolio) -> bool:
    """Whether a portfolio is there as it was put last; until this transaction ends nobody puts it again."""
    found = sa.select(portfolios.c.put).where(portfolios.c.id == portfolio.id).with_for_update()
    return await connection.scalar(found) == portfolio.put


async def watch(connection: AsyncConnection, mines: Sequence[Watched]) -> None:
    """Let portfolios have mines that they did not have."""
    names = tuple(column.name for column in watched.c)
    if mines:
        await insert(connection, watched, names, ([getattr(one, name) for name in names] for one in mines))


async def let_go(connection: AsyncConnection, portfolio_id: str, licence_nos: Collection[str]) -> None:
    """Watch mines of a portfolio no more; what was told of them stays."""
    if licence_nos:
        of_it = watched.c.portfolio_id == portfolio_id, one_of(connection, watched.c.licence_no, licence_nos)
        await connection.execute(sa.delete(watched).where(*of_it))


async def restate(connection: AsyncConnection, portfolio_id: str, said: Mapping[str, tuple[str | None, date | None]]) -> None:
    """Keep what the bank says of mines that are watched: its reference and the day of the loan."""
    at = watched.c.portfolio_id == portfolio_id, watched.c.licence_no == sa.bindparam("number")
    values: dict[str, Any] = {"reference": sa.bindparam("said"), "loan_on": sa.bindparam("day")}
    rows = [{"number": number, "said": reference, "day": day} for number, (reference, day) in said.items()]
    if rows:
        await connection.execute(sa.update(watched).where(*at).values(values), rows)


async def remove(connection: AsyncConnection, portfolio_id: str) -> None:
    """Drop a portfolio, its mines, its events and its digests."""
    await connection.execute(sa.delete(portfolios).where(portfolios.c.id == portfolio_id))
    await connection.execute(sa.delete(watched).where(watched.c.portfolio_id == portfolio_id))
    await watch_events.remove(connection, portfolio_id)
    await digests.remove(connection, portfolio_id)


async def numbers_in(connection: AsyncConnection, portfolio_id: str) -> list[str]:
    """The mines of a portfolio."""
    found = sa.select(watched.c.licence_no).where(watched.c.portfolio_id == portfolio_id).order_by(watched.c.licence_no)
    return list((await connection.execute(found)).scalars())


async def stated(
    connection: AsyncConnection, portfolio_id: str, licence_nos: Collection[str] | None = None
) -> dict[str, tuple[str | None, date | None]]:
    """What the bank said of each mine of a portfolio, or of those of these: its reference and the day of the loan."""
    found = sa.select(watched.c.licence_no, watched.c.reference, watched.c.loan_on).where(
        watched.c.portfolio_id == portfolio_id
    )
    if licence_nos is not None:
        found = found.where(one_of(connection, watched.c.licence_no, licence_nos))
    return {row.licence_no: (row.reference, row.loan_on) for row in await connection.execute(found)}


async def among(connection: AsyncConnection, portfolio_id: str, client_id: str, licence_nos: Collection[str]) -> frozenset[str]:
    """Those of these mines that are in a client's portfolio."""
    found = (
        sa.select(watched.c.licence_no)
        .join(portfolios, portfolios.c.id == watched.c.portfolio_id)
        .where(
            watched.c.portfolio_id == portfolio_id,
            portfolios.c.client_id == client_id,
            one_of(connection, watched.c.licence_no, licence_nos),
        )
    )
    return frozenset((await connection.execute(found)).scalars())


async def watching(connection: AsyncConnection, licence_nos: Collection[str]) -> list[Watched]:
    """These mines in whichever portfolios."""
    found = sa.select(watched).where(one_of(connection, watched.c.licence_no, licence_nos))
    return [Watched(**row) for row in (await connection.execute(found)).mappings()]


async def watch_too(connection: AsyncConnection, licence_no: str, number: str) -> None:
    """Let who watches a mine that went into another watch that other too, as far as nobody does there."""
    twin = watched.alias().c
    there = sa.exists().where(twin.portfolio_id == watched.c.portfolio_id, twin.licence_no == number)
    columns = [sa.literal(number, Plain()).label(one.name) if one.name == "licence_no" else one for one in watched.c]
    also = sa.select(*columns).where(watched.c.licence_no == licence_no, sa.not_(there))
    await connection.execute(sa.insert(watched).from_select([one.name for one in watched.c], also))


async def follow(connection: AsyncConnection, licence_nos: Collection[str], number: str) -> None:
    """Let a mine be watched under the number that it has now, by whichever of its numbers it was named."""
    twin = watched.alias().c
    same = sa.exists().where(
        twin.portfolio_id == watched.c.portfolio_id,
        one_of(connection, twin.licence_no, licence_nos),
        sa.or_(twin.licence_no == number, sa.and_(watched.c.licence_no != number, twin.licence_no < watched.c.licence_no)),
        twin.licence_no != watched.c.licence_no,
    )
    others = one_of(connection, watched.c.licence_no, licence_nos), watched.c.licence_no != number
    await connection.execute(sa.delete(watched).where(*others, same))
    await connection.execute(sa.update(watched).where(*others).values(licence_no=number))
    await watch_events.follow(connection, licence_nos, number)


async def due(connection: AsyncConnection, today: date, most: int) -> list[str]:
    """Mines whose day has come."""
    found = sa.select(watched.c.licence_no).where(watched.c.turns_on <= today).distinct().limit(most)
    return list((await connection.execute(found)).scalars())


async def look_again(connection: AsyncConnection, today: date) -> None:
    """Let every mine be looked at again: what is found of it follows from its records otherwise than it did."""
    await connection.execute(sa.update(watched).where(watched.c.turns_on > today).values(turns_on=today))


async def told_otherwise(connection: AsyncConnection, silent: str) -> list[Portfolio]:
    """The portfolios that were last told something else of the sources."""
    other = sa.or_(portfolios.c.silent.is_(None), portfolios.c.silent != silent)
    found = sa.select(portfolios).where(other).order_by(portfolios.c.id)
    return [Portfolio(**row) for row in (await connection.execute(found)).mappings()]


async def tell_of_sources(connection: AsyncConnection, portfolio_ids: Collection[str], silent: str) -> None:
    """Keep what portfolios are told of the sources now."""
    of_them = one_of(connection, portfolios.c.id, portfolio_ids)
    await connection.execute(sa.update(portfolios).where(of_them).values(silent=silent))


async def tell(connection: AsyncConnection, mines: Sequence[Watched]) -> None:
    """Keep what is told of mines now, and when that may change by itself."""
    at = watched.c.portfolio_id == sa.bindparam("of"), watched.c.licence_no == sa.bindparam("number")
    values: dict[str, Any] = {"told": sa.bindparam("says"), "turns_on": sa.bindparam("day")}
    rows = [{"of": one.portfolio_id, "number": one.licence_no, "says": one.told, "day": one.turns_on} for one in mines]
    if rows:
        await connection.execute(sa.update(watched).where(*at).values(values), rows)


async def to_digest(connection: AsyncConnection, today: date, most: int) -> list[Portfolio]:
    """Portfolios of which a digest is due."""
    found = sa.select(portfolios).where(portfolios.c.digest_on <= today).order_by(portfolios.c.digest_on).limit(most)
    return [Portfolio(**row) for row in (await connection.execute(found)).mappings()]


async def digested(connection: AsyncConnection, portfolio: Portfolio, after: int, on: date, since: date) -> bool:
    """Let a portfolio's next digest be made on a day, of what comes after an event; False where another has done so."""
    at = portfolios.c.id == portfolio.id, portfolios.c.digest_on == portfolio.digest_on
    values = {"digest_after": after, "digest_on": on, "digest_from": since}
    return bool((await connection.execute(sa.update(portfolios).where(*at).values(values))).rowcount)
