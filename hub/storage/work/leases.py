"""Standing work: who does a piece of it, until when, and when it is due next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.words.work import LEASE, WorkState
from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.elapsed import Elapsed
from hub.storage.sql.metadata import Instant, Plain, metadata, text

#: Past this a token counts anew: one more would be none.
_LARGEST_TOKEN = 2**62


class _Moment(Instant):
    """A moment; None for what somebody wrote by hand that is none."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        try:
            return super().process_result_value(value, dialect)
        except ValueError:
            return None


table = sa.Table(
    "standing_work",
    metadata,
    sa.Column("name", Plain(), primary_key=True),
    sa.Column("next_at", _Moment()),
    sa.Column("holder", text()),
    sa.Column("until", _Moment()),
    sa.Column("token", sa.BigInteger(), nullable=False),
    sa.Column("outcome", text()),
)


#: Another than any before it, also where somebody wrote one by hand that is none, or the last of all.
_NEXT = sa.case((table.c.token.between(0, _LARGEST_TOKEN), table.c.token + 1), else_=1)
#: As either database reads and compares them.
_EPOCH: sa.ColumnElement[Any] = sa.literal_column("'1970-01-01T00:00:00Z'")
_END: sa.ColumnElement[Any] = sa.literal_column("'9999-01-01T00:00:00Z'")


#: What begins the name of work that has no time of its own: whoever has something for it begins it.
ON_DEMAND = "webhook "


def moment(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A moment of a row; none where no datetime holds what somebody wrote."""
    return sa.case((column.between(_EPOCH, _END), column))


def is_held(until: sa.ColumnElement[Any], now: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether somebody does a piece of work, by the end of its lease; as `Standing.is_held`, to the second."""
    return sa.and_(moment(until) > now, Elapsed(now, moment(until)) <= int(2 * LEASE.total_seconds()))


def _told(name: str) -> sa.ColumnElement[Any]:
    """A column, without moments that no datetime holds."""
    column = table.c[name]
    return moment(column).label(name) if isinstance(column.type, _Moment) else column


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a piece of work, until when, unless the lease is renewed."""

    holder: str | None
    until: datetime | None
    token: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a piece of work stands."""

    name: str
    next_at: datetime | None
    holder: str | None
    until: datetime | None
    outcome: str | None

    def is_held(self, now: datetime, length: timedelta) -> bool:
        """Whether somebody does it at a moment; a lease that ends later than any that is given binds nobody."""
        return self.until is not None and now < self.until <= now + 2 * length

    def state(self, now: datetime, length: timedelta) -> WorkState:
        """How it is told that it stands."""
        if self.is_held(now, length):
            return WorkState.RUNNING
        if self.next_at is not None and self.next_at > now:
            return WorkState.WAITING
        return WorkState.IDLE if self.name.startswith(ON_DEMAND) else WorkState.DUE

    def is_due(self, now: datetime, furthest: timedelta) -> bool:
        """Whether its time has come; one further ahead than any that is meant was written by hand, or by a clock that was
        wrong."""
        return self.next_at is None or not now < self.next_at <= now + furthest


async def claim(
    connection: AsyncConnection,
    name: str,
    holder: str,
    now: datetime,
    length: timedelta,
    *,
    furthest: timedelta | None = None,
) -> int | None:
    """Take a piece of work for so long; the token that tells this lease from all before it, None where another holds it.

    With `furthest` it is taken only when it is due, see `Standing`: whoever looked before another had done it comes too late.
    A lease that ends later than any that is given was written by hand or by a clock that was wrong: it binds nobody.
    """
    # Not by the insert alone, which would wait for the transaction of whoever holds the row.
    if not (await connection.execute(sa.select(table.c.name).where(table.c.name == name))).first():
        await connection.execute(insert_unless_there(connection, table).values(name=name, token=0).on_conflict_do_nothing())
    is_free = sa.or_(table.c.until.is_(None), table.c.until <= now, table.c.until > now + 2 * length)
    if furthest is not None:
        due = sa.or_(table.c.next_at.is_(None), table.c.next_at <= now, table.c.next_at > now + furthest)
        is_free = sa.and_(is_free, due)
    # What its holder writes under just now is held, whatever the row says until that is stored.
    free = sa.select(table.c.name).where(table.c.name == name, is_free).with_for_update(skip_locked=True)
    taken = sa.update(table).where(table.c.name.in_(free))
    claimed = await connection.execute(taken.values(holder=holder, until=now + length, token=_NEXT).returning(table.c.token))
    token: int | None = claimed.scalar()
    return token


async def standing(connection: AsyncConnection) -> Sequence[Standing]:
    """All work that anybody ever did, by name."""
    columns = (_told(name) for name in ("name", "next_at", "holder", "until", "outcome"))
    return [Standing(*row) for row in await connection.execute(sa.select(*columns).order_by(table.c.name))]


async def held(connection: AsyncConnection, name: str) -> Held:
    """Who holds a piece of work that was claimed before, or did so last."""
    columns = (_told(field) for field in ("holder", "until", "token"))
    row = (await connection.execute(sa.select(*columns).where(table.c.name == name))).one()
    return Held(*row)


async def renew(connection: AsyncConnection, name: str, token: int, until: datetime) -> bool:
    """Hold a piece of work on; False where another has taken it over.  Until this transaction ends nobody can."""
    renewed = await connection.execute(sa.update(table).where(table.c.name == name, table.c.token == token).values(until=until))
    return bool(renewed.rowcount)


async def give_back(connection: AsyncConnection, name: str, token: int, outcome: str, next_at: datetime | None) -> None:
    """End a lease, unless another has taken the work over, and say how the work went and when it is due again, where that is
    to be said."""
    said: dict[str, Any] = {"outcome": outcome} if outcome else {}
    if next_at is not None:
        said["next_at"] = next_at
    await connection.execute(
        sa.update(table).where(table.c.name == name, table.c.token == token).values(holder=None, until=None, **said)
    )


async def forget(connection: AsyncConnection, name: str) -> None:
    """Forget a piece of work that is done no more; whoever does it just now is refused in its next transaction."""
    await connection.execute(sa.delete(table).where(table.c.name == name))


async def make_due(connection: AsyncConnection, name: str) -> None:
    """Let a piece of work be done at once."""
    await connection.execute(sa.update(table).where(table.c.name == name).values(next_at=None))


async def shown(connection: AsyncConnection, name: str) -> dict[str, Any]:
    """All that is known of a piece of work, but its name; empty where nobody ever did it."""
    columns = [_told(column.name) for column in table.c if column.name not in ("name", "token")]
    row = (await connection.execute(sa.select(*columns).where(table.c.name == name))).mappings().first()
    return dict(row) if row else {}
