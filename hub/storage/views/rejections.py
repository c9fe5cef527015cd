"""What was sent and could not be taken: by whom, when, why, and what it was.  Pulled items wait here in quarantine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.domain.rejections import Choice, RejectionState
from hub.storage.sql import bulk_insert
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Json, Plain, Problems, metadata, text
from hub.storage.views.view import Expression, Relation, table_view

table = sa.Table(
    "rejections",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("received_at", Instant(), nullable=False),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("department", Plain()),
    sa.Column("source", Plain(), nullable=False),
    sa.Column("kind", Plain()),
    sa.Column("reference", text()),
    sa.Column("problems", Json(), nullable=False),
    sa.Column("payload", Json(), nullable=False),
    sa.Column("outline", Json(), nullable=False),
    sa.Column("is_raw", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("withdrawn", text()),
    sa.Column("changed_at", Instant()),
    sa.Column("resolved_at", Instant()),
    sa.Column("settled", Plain()),
    sa.Column("settled_by", Plain()),
    sa.Column("reason", text()),
    sa.Column("record_id", Plain()),
    sa.Column("seen_at", Instant(), nullable=False),
    sa.Column("times", sa.Integer(), nullable=False, server_default="1"),
    sa.Column("digest", Plain()),
    sa.Column("file", text()),
    sa.Column("sheet", text()),
    sa.Column("row", sa.Integer()),
    sa.Column("cell", text()),
    sa.Column("tried_at", Instant()),
    sa.Column("claim", Plain()),
    sa.Column("claimed_until", Instant()),
    sa.Index("ix_rejections_received_at", "received_at", "id"),
    sa.Index("ix_rejections_client", "client_id", "received_at", "id"),
    sa.Index("ix_rejections_source", "source", "kind", "reference"),
    sa.Index("ix_rejections_digest", "source", "digest"),
)

#: The licence numbers and credit codes that something names which a department's system told.
numbers = sa.Table(
    "rejection_numbers",
    metadata,
    sa.Column("number", Plain(), primary_key=True),
    sa.Column("rejection_id", Plain(), primary_key=True),
    sa.Index("ix_rejection_numbers_rejection", "rejection_id"),
)

#: What is known anew of what a source tells again.
_TOLD_AGAIN = ("seen_at", "changed_at", "problems", "outline", "file", "sheet", "row", "cell")
#: What settles of what its source tells again in the same words: it is settled still.
_BY_PEOPLE = (RejectionState.REPAIRED.value, RejectionState.DISMISSED.value)

view = table_view(
    "rejection",
    table,
    (Order("received_at", True),),
    "id",
    state=Expression(lambda row, _: sa.func.coalesce(row.settled, sa.literal(RejectionState.WAITING.value, Plain())), Plain()),
    problem=Expression(lambda row, _: row.problems, Problems()),
    acts=Relation("rejection_act", {"id": "rejection_id"}),
)


def _conditions(connection: AsyncConnection, choice: Choice) -> list[sa.ColumnElement[bool]]:
    """What is meant, as SQL."""
    found: list[sa.ColumnElement[bool]] = [
        table.c[name] == value
        for name in ("source", "department", "client_id", "kind", "file")
        if (value := getattr(choice, name)) is not None
    ]
    if choice.ids is not None:
        found.append(one_of(connection, table.c.id, choice.ids))
    if choice.kinds is not None:
        found.append(one_of(connection, table.c.kind, choice.kinds))
    if choice.problem is not None:
        found.append(
            sa.type_coerce(table.c.problems, sa.Text()).contains(f'{Problems.before}{choice.problem}"', autoescape=True)
        )
    if choice.state == RejectionState.WAITING:
        found.append(table.c.resolved_at.is_(None))
    elif choice.state is not None:
        found.append(table.c.settled == choice.state)
    if choice.received_from is not None:
        found.append(table.c.received_at >= choice.received_from)
    if choice.received_to is not None:
        found.append(table.c.received_at <= choice.received_to)
    if choice.tried_before is not None:
        found.append(sa.or_(table.c.tried_at.is_(None), table.c.tried_at < choice.tried_before))
    return found


async def insert(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what could not be taken, and the `numbers` by which each is found."""
    await connection.execute(
        sa.insert(table), [{name: value for name, value in row.items() if name != "numbers"} for row in rows]
    )
    if named := [(number, row["id"]) for row in rows for number in row.get("numbers", ())]:
        await bulk_insert.insert(connection, numbers, ("number", "rejection_id"), named)


async def tell(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert what a source tells and is not taken, but for what it has told before in the same words: that waits since then,
    or people have settled it."""
    if not rows:
        return
    told = {row["digest"]: row for row in rows}
    found = await connection.execute(
        sa.select(table.c.id, table.c.digest).where(
            table.c.source == rows[0]["source"],
            one_of(connection, table.c.digest, told),
            sa.or_(table.c.resolved_at.is_(None), table.c.settled.in_(_BY_PEOPLE)),
        )
    )
    known: dict[str, dict[str, Any]] = {one: told[digest] for one, digest in found.all()}
    if known:
        said = sa.update(table).where(table.c.id == sa.bindparam("known"))
        new = [{"known": one, **{f"new_{name}": row[name] for name in _TOLD_AGAIN}} for one, row in known.items()]
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in _TOLD_AGAIN}
        await connection.execute(said.values(**values, times=table.c.times + 1), new)
    if fresh := [row for digest, row in told.items() if digest not in {row["digest"] for row in known.values()}]:
        await insert(connection, fresh)


async def set_payload(connection: AsyncConnection, rejection_id: str, payload: str, outline: str) -> bool:
    """Say otherwise what was sent, and what is shown of it; whether it is there."""
    said = sa.update(table).where(table.c.id == rejection_id).values(payload=payload, outline=outline)
    return bool((await connection.execute(said)).rowcount)


async def put(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Insert a row, or say otherwise what it holds."""
    if not await set_payload(connection, row["id"], row["payload"], row["outline"]):
        await insert(connection, [row])


async def forget(connection: AsyncConnection, settled: datetime, received: datetime) -> None:
    """Drop what was settled, and last told, before one moment, and what was last told before another."""
    await _drop(
        connection, sa.or_(sa.and_(table.c.resolved_at < settled, table.c.seen_at < settled), table.c.seen_at < received)
    )


async def forget_unread(connection: AsyncConnection, source: str, before: datetime) -> None:
    """Drop what came from `source` before a moment and was no item of any kind."""
    await _drop(connection, sa.and_(table.c.source == source, table.c.kind.is_(None), table.c.received_at < before))


async def _drop(connection: AsyncConnection, old: sa.ColumnElement[bool]) -> None:
    await connection.execute(sa.delete(numbers).where(numbers.c.rejection_id.in_(sa.select(table.c.id).where(old))))
    await connection.execute(sa.delete(table).where(old))


async def anything_waits(connection: AsyncConnection, source: str) -> bool:
    """Whether anything of a source waits."""
    waits = sa.select(sa.literal(1)).where(table.c.source == source, table.c.resolved_at.is_(None)).limit(1)
    return (await connection.execute(waits)).first() is not None


async def settle(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], at: datetime, state: RejectionState) -> None:
    """Mark what waits from a source (`of_source`) under references (`of_kind`, `of_reference`) as settled, each with the
    record that came of it (`became`)."""
    waits = sa.update(table).where(
        table.c.source == sa.bindparam("of_source"),
        table.c.kind == sa.bindparam("of_kind"),
        table.c.reference == sa.bindparam("of_reference"),
        table.c.resolved_at.is_(None),
    )
    said = waits.values(resolved_at=at, settled=state.value, record_id=sa.bindparam("became"), claim=None, claimed_until=None)
    await connection.execute(said, list(rows))


async def settle_each(
    connection: AsyncConnection,
    became: Mapping[str, str | None],
    at: datetime,
    state: RejectionState,
    *,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """Mark what waits as settled, by id, each with the record that came of it; and by whom and why, where people did it."""
    waits = sa.update(table).where(table.c.id == sa.bindparam("known"), table.c.resolved_at.is_(None))
    values = {"resolved_at": at, "settled": state.value, "settled_by": by, "reason": reason}
    said = waits.values(**values, record_id=sa.bindparam("became"), claim=None, claimed_until=None)
    if became:
        await connection.execute(said, [{"known": one, "became": record} for one, record in became.items()])


async def waiting_among(connection: AsyncConnection, source: str, kind: str, references: Collection[str]) -> set[str]:
    """Under which of these references something of a source waits."""
    waits = table.c.source == source, table.c.kind == kind, table.c.resolved_at.is_(None)
    found = await connection.execute(
        sa.select(table.c.reference).where(*waits, one_of(connection, table.c.reference, references))
    )
    return set(found.scalars())


async def waiting(connection: AsyncConnection, source: str) -> list[Any]:
    """What waits of a source: of what kind, in which file, and how often it was told."""
    columns = table.c.id, table.c.kind, table.c.file, table.c.times
    found = await connection.execute(sa.select(*columns).where(table.c.source == source, table.c.resolved_at.is_(None)))
    return list(found.all())


async def times_told(connection: AsyncConnection, ids: Collection[str]) -> dict[str, int]:
    """How often each of these was told, as far as it waits."""
    waits = one_of(connection, table.c.id, ids), table.c.resolved_at.is_(None)
    found = await connection.execute(sa.select(table.c.id, table.c.times).where(*waits))
    return {row.id: row.times for row in found}


#: What is told of what is claimed.
_TRIED = (
    *("id", "received_at", "client_id", "department", "source", "kind", "reference", "problems", "payload", "withdrawn"),
    *("changed_at", "is_raw", "file", "sheet", "row", "seen_at"),
)


async def claim(
    connection: AsyncConnection,
    choice: Choice,
    token: str,
    *,
    now: datetime,
    until: datetime,
    limit: int,
    but: Collection[str] = (),
) -> list[Any]:
    """Take what is meant and waits for oneself until a moment, those first that were tried longest ago: nobody else has it
    then.  It is given in the order in which it was last told: of one document its source's last word counts.  A claim that
    ends later than any that is given was made by a clock that was wrong: it binds nobody."""
    free = sa.or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now, table.c.claimed_until > until + (until - now))
    wanted = [table.c.resolved_at.is_(None), free, *_conditions(connection, choice)]
    if but:
        wanted.append(sa.not_(one_of(connection, table.c.id, but)))
    free_ones = (
        sa.select(table.c.id)
        .where(*wanted)
        .order_by(table.c.tried_at.is_not(None), table.c.tried_at, table.c.received_at, table.c.id)
        .limit(limit)
        # What is just being tried is passed over, not waited for.
        .with_for_update(skip_locked=True)
    )
    taken = sa.update(table).where(table.c.id.in_(free_ones)).values(claim=token, claimed_until=until, tried_at=now)
    rows = (await connection.execute(taken.returning(*(table.c[name] for name in _TRIED)))).all()
    return sorted(rows, key=lambda row: (row.seen_at, row.received_at, row.id))


async def hold(connection: AsyncConnection, token: str, ids: Collection[str], until: datetime) -> bool:
    """Keep what is claimed for longer; whether all of it is claimed still.  Until this transaction ends nobody else can."""
    held = table.c.claim == token, table.c.resolved_at.is_(None), one_of(connection, table.c.id, ids)
    kept = await connection.execute(sa.update(table).where(*held).values(claimed_until=until))
    return kept.rowcount == len(set(ids))


async def release(connection: AsyncConnection, token: str, wrong: Mapping[str, Any]) -> None:
    """Give back what is claimed and waits on, and say what is wrong with it now, by id."""
    if wrong:
        changed = sa.update(table).where(table.c.id == sa.bindparam("known"), table.c.resolved_at.is_(None))
        values: list[dict[str, Any]] = [{"known": one, "now_wrong": problems} for one, problems in wrong.items()]
        await connection.execute(changed.values(problems=sa.bindparam("now_wrong")), values)
    await connection.execute(sa.update(table).where(table.c.claim == token).values(claim=None, claimed_until=None))


async def chosen(connection: AsyncConnection, choice: Choice, limit: int, *, locked: bool = False) -> list[dict[str, Any]]:
    """What is meant, the longest waiting first."""
    found = sa.select(table).where(*_conditions(connection, choice)).order_by(table.c.received_at, table.c.id).limit(limit)
    if locked:
        found = found.with_for_update()
    return [dict(row) for row in (await connection.execute(found)).mappings()]


async def count(connection: AsyncConnection, choice: Choice, but: Collection[str] = ()) -> int:
    """How many are meant, but for some."""
    wanted = [*_conditions(connection, choice), *([sa.not_(one_of(connection, table.c.id, but))] if but else [])]
    found = sa.select(sa.func.count()).select_from(table).where(*wanted)
    return int(await connection.scalar(found) or 0)
