"""Keeping lines: what a rule says now against what is kept, and the difference written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.rules.rule_set import lines
from hub.domain.rules.timelines import During, Facts, Rule, Span
from hub.storage.sql.bulk_insert import insert
from hub.storage.sql.json_text import Sought, sought
from hub.storage.sql.metadata import Instant
from hub.storage.timelines.facts import Known, known
from hub.storage.timelines.table import timelines

_WRITTEN = tuple(column.name for column in timelines.c if column.name not in ("id", "superseded_at"))


async def keep(
    connection: AsyncConnection, rules: tuple[Rule, ...], subjects: Iterable[str], now: datetime, *, are_new: bool = False
) -> int:
    """Bring the lines of subjects by these rules to what the records say; returns how many spans were not so.  Mines that
    `are_new` nothing names yet."""
    gone: list[int] = []
    new: list[tuple[str, str, Span]] = []
    for number, one in (await known(connection, rules, subjects, are_new=are_new)).items():
        for rule, kept, said in difference(rules, one):
            gone += [row for span, row in kept.items() if span not in said]
            new += [(number, rule, span) for span in said if span not in kept]
    if gone:
        await connection.execute(_supersede(connection.dialect.name), {"rows": json.dumps(gone), "at": now})
    if new:
        await insert(connection, timelines, _WRITTEN, (_row(*one, now) for one in new))
    return len(gone) + len(new)


async def rested(connection: AsyncConnection, resting: During, subjects: Iterable[str]) -> set[str]:
    """The subjects of which a rule says, on whatever day, what others rest on."""
    by, wanted = sought(connection, subjects)
    return set((await connection.execute(_rested(resting, by), wanted)).scalars())


@cache
def _rested(resting: During, by: Sought) -> sa.Select[Any]:
    kept = timelines.c
    said = kept.rule == resting.rule, kept.state.in_(sorted(resting.states)), kept.superseded_at.is_(None)
    return sa.select(kept.subject).where(by.has(kept.subject), *said).distinct()


@cache
def _supersede(dialect: str) -> sa.Update:
    rows = sa.bindparam("rows", type_=sa.Text())
    numbers: sa.ColumnElement[int]
    if dialect == "postgresql":
        texts = sa.func.json_array_elements_text(sa.cast(rows, sa.Text()).cast(sa.JSON())).column_valued("row_id")
        numbers = sa.cast(texts, sa.BigInteger())
    else:
        numbers = sa.func.json_each(rows).table_valued("value", name="row_id").c.value
    at = sa.bindparam("at", type_=Instant())
    return sa.update(timelines).where(timelines.c.id.in_(sa.select(numbers))).values(superseded_at=at)


def difference(rules: tuple[Rule, ...], one: Known) -> Iterator[tuple[str, dict[Span, int], set[Span]]]:
    """Of each rule what is kept of a subject, and what it says."""
    said = lines(rules, Facts(one.records), {name: list(spans) for name, spans in one.kept.items()})
    for name, spans in said.items():
        # Most rules have nothing to say of most subjects.
        if spans or name in one.kept:
            yield name, one.kept[name], set(spans)


def _row(subject: str, rule: str, span: Span, now: datetime) -> tuple[object, ...]:
    state = span.state
    return (
        subject,
        rule,
        state.about,
        span.from_day,
        span.until_day,
        str(state.state),
        list(state.because),
        state.due_on,
        state.label,
        now,
    )
