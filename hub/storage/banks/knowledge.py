"""What is known beside a mine's own records: who has ever posted, whose mines are meant, and what is shown no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import restored
from hub.domain.log import Posted
from hub.domain.record_kinds import RecordKind
from hub.domain.records.penalties import Penalty
from hub.domain.rules.publication import why_hidden
from hub.domain.rules.reached import THROUGH
from hub.domain.rules.timelines import Subject
from hub.domain.words.departments import Department
from hub.domain.words.gone import Gone
from hub.storage.records import takeovers
from hub.storage.records.log import log
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import Writer, one_of
from hub.storage.sql.live import at_any_time, live, standing
from hub.storage.sql.metadata import Instant, Json
from hub.storage.timelines.reaching import reached

#: So many entries of the log are looked through at once.
_AT_ONCE = 5000


async def first_posts(connection: AsyncConnection) -> dict[Department, datetime]:
    """When each department posted for the first time, by whichever way; those that never did are missing."""
    firsts = sa.select(log.c.department, sa.func.min(log.c.recorded_at, type_=Instant())).group_by(log.c.department)
    return {Department(who): at for who, at in await connection.execute(firsts)}


def firsts_after(position: sa.ColumnElement[int]) -> sa.Select[str, datetime, int | None]:
    """The same of what came after a position, some thousands of entries at a time, and the last of their positions: none of
    what waits for its own, which is looked at each time."""
    entry = log.alias().c
    columns = sa.select(entry.department, sa.type_coerce(entry.recorded_at, Instant()).label("recorded_at"), entry.position)
    # In the order of an index, and so by it, whatever the database believes of how many wait.
    some = (
        columns.where(part).order_by(entry.position).limit(_AT_ONCE).offset(0).subquery()
        for part in (entry.position.is_(None), entry.position > position)
    )
    found = sa.union_all(*(sa.select(one) for one in some)).subquery().c
    first, last = sa.func.min(found.recorded_at, type_=Instant()), sa.func.max(found.position)
    return sa.select(found.department, first.label("first"), last.label("last")).group_by(found.department)


async def first_posts_after(connection: AsyncConnection, position: int) -> Sequence[tuple[Department, datetime, int | None]]:
    """What `firsts_after` brings."""
    rows = await connection.execute(firsts_after(sa.literal(position)))
    return [(Department(who), first, last) for who, first, last in rows]


async def holders(connection: AsyncConnection, licence_nos: Collection[str]) -> dict[str, str]:
    """The holder's credit code of each of these mines that is known."""
    mine = TABLES[RecordKind.MINE].c
    wanted = one_of(connection, mine.licence_no, licence_nos), *live(mine)
    rows = await connection.execute(sa.select(mine.licence_no, mine.enterprise_uscc).where(*wanted))
    return {row.licence_no: row.enterprise_uscc for row in rows}


async def mines_of(connection: AsyncConnection, usccs: Iterable[str], at: datetime | None = None) -> dict[str, str]:
    """The mines of these enterprises, in the order of their numbers, with the code of each one's holder: now, or as was known
    at a moment."""
    mine = TABLES[RecordKind.MINE].c
    held = one_of(connection, mine.enterprise_uscc, sorted(usccs))
    wanted = [held] if at is None else [at_any_time(mine, held)]
    columns = sa.select(mine.licence_no, mine.enterprise_uscc).where(*wanted, *standing(at, mine))
    rows = await connection.execute(columns.order_by(mine.licence_no))
    return {row.licence_no: row.enterprise_uscc for row in rows}


async def hidden_penalties(connection: AsyncConnection, ids: Collection[str], day: date) -> dict[str, Gone]:
    """Those of these penalties that a bank is not shown on a day, and why."""
    if not ids:
        return {}
    table = TABLES[RecordKind.PENALTY]
    wanted = sa.select(table).where(one_of(connection, table.c.id, ids), table.c.superseded_at.is_(None))
    found: dict[str, Gone] = {}
    for row in (await connection.execute(wanted)).mappings():
        taken_back = Gone.WITHDRAWN if row["withdrawn_at"] is not None else None
        if why := taken_back or why_hidden(restored(Penalty, dict(row)), day):
            found[row["id"]] = why
    return found


#: Of these kinds a record may name no mine, and concern those of an enterprise.
_PARTIES = {
    RecordKind.ENTERPRISE: "uscc",
    RecordKind.PENALTY: "party_uscc",
    RecordKind.CASE_TRANSFER: "party_uscc",
}


async def mines_concerned(connection: AsyncConnection, entries: Iterable[Posted]) -> set[str]:
    """The mines that these entries of the log concern: those that they name, those of the enterprises that they name, and those
    whose own records name what they are about (`THROUGH`)."""
    found: set[str] = set()
    named: defaultdict[RecordKind, set[str]] = defaultdict(set)
    for entry in entries:
        found.update(entry.mines)
        named[entry.kind].add(entry.record_id)
    usccs: set[str] = set()
    for kind, party in _PARTIES.items():
        usccs |= await _ever_said(connection, kind, named[kind], party)
    if usccs:
        found.update(await mines_of(connection, await takeovers.with_successors(connection, usccs)))
    for word, through in THROUGH[Subject.MINE].items():
        kind = RecordKind(word)
        if kind not in _PARTIES:
            keys = await _ever_said(connection, kind, named[kind], through.key)
            found.update(await reached(connection, Subject.MINE, through, keys))
    return found


async def _ever_said(connection: AsyncConnection, kind: RecordKind, ids: Collection[str], field: str) -> set[str]:
    """What any version of these records says in a field: what an earlier one named is concerned as well."""
    if not ids:
        return set()
    table = TABLES[kind].c
    given = sa.bindparam("ids", sorted(ids), type_=Json())
    among = Writer(connection.dialect.name).among(table.id, given)
    said = sa.select(table[field]).where(among, table[field].is_not(None)).distinct()
    return set((await connection.execute(said)).scalars())
