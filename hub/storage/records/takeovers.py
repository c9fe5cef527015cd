"""Where the code of an enterprise leads that was merged into another: to the one that has taken over its rights and debts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import ENTERPRISE, fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import live, standing
from hub.storage.sql.metadata import Plain

#: The code by which an enterprise is known.
USCC = RecordKind.ENTERPRISE.value, "uscc"
#: By which fields of which kinds an enterprise is named or known.
CODES = frozenset(
    (kind.value, field.name)
    for kind, facts in KINDS.items()
    for field in fields_of(facts.payload)
    if field.spec.link == ENTERPRISE
) | {USCC}

#: So many mergers on a code leads at most.
_MOST = 20


async def with_successors(connection: AsyncConnection, usccs: Iterable[str], at: datetime | None = None) -> set[str]:
    """These enterprises, and all that have taken one of them over, one after another: now, or as was known at a moment."""
    found = set(usccs)
    last = found
    while last:
        last = set((await _next(connection, last, at)).values()) - found
        found |= last
    return found


async def carrying_on(connection: AsyncConnection, usccs: Iterable[str]) -> dict[str, str]:
    """The enterprise that has taken over each of these at last: most lead to themselves."""
    found = {code: code for code in usccs}
    reached = set(found)
    for _ in range(_MOST):
        if not (on := await _next(connection, reached)):
            break
        found = {code: on.get(at, at) for code, at in found.items()}
        reached = set(on.values())
    return found


async def _next(connection: AsyncConnection, usccs: Iterable[str], at: datetime | None = None) -> dict[str, str]:
    gone, joined, stands = _merged(at)
    wanted = sa.select(gone.uscc, gone.successor_uscc).select_from(joined)
    rows = await connection.execute(wanted.where(one_of(connection, gone.uscc, usccs), *stands))
    return {row.uscc: row.successor_uscc for row in rows}


def carries_on(given: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Where a code leads at last."""
    code = sa.type_coerce(given, Plain()).label("code")
    itself: Any = sa.select(code, sa.literal_column("0").label("steps"))
    led = _led(itself)
    return sa.select(led.c.code).order_by(led.c.steps.desc()).limit(sa.literal_column("1")).scalar_subquery()


def carried_on(codes: sa.Select[Any]) -> sa.Select[Any]:
    """The codes to which these lead, one after another, that are of enterprises which took others over."""
    gone, joined, stands = _merged()
    code, steps = gone.successor_uscc.label("code"), sa.literal_column("1", sa.Integer()).label("steps")
    once: sa.Select[Any] = sa.select(code, steps).select_from(joined)
    return sa.select(_led(once.where(sa.type_coerce(gone.uscc, sa.Text()).in_(codes), *stands)).c.code)


def _led(first: sa.Select[Any]) -> sa.CTE:
    reached = first.cte(recursive=True)
    code, steps = reached.c
    gone, joined, stands = _merged()
    on = sa.select(gone.successor_uscc, steps + sa.literal_column("1", sa.Integer())).select_from(joined)
    return reached.union_all(on.where(gone.uscc == code, *stands, steps < sa.literal_column(str(_MOST))))


def has_gone(enterprise: Any) -> sa.ColumnElement[bool]:
    """Whether an enterprise was merged into another that is registered."""
    heir = TABLES[RecordKind.ENTERPRISE].alias().c
    return sa.exists().where(heir.uscc == enterprise.successor_uscc, *live(heir))


def _merged(at: datetime | None = None) -> tuple[Any, sa.Join, list[sa.ColumnElement[bool]]]:
    """An enterprise that was merged, joined with the one that took it over, as long as both stand."""
    gone, heir = (TABLES[RecordKind.ENTERPRISE].alias().c for _ in range(2))
    joined = sa.join(gone.uscc.table, heir.uscc.table, heir.uscc == gone.successor_uscc)
    return gone, joined, standing(at, gone, heir)
