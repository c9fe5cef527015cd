"""All lines worked out anew, some mines at a time, and held against what is kept."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.rule_set import RULES, rules_of
from hub.domain.rules.timelines import Subject
from hub.storage.records.versions import TABLES
from hub.storage.timelines.facts import known
from hub.storage.timelines.keeping import difference
from hub.storage.timelines.table import rebuilds, rule_set, timelines

#: Which records are the subjects, and by what number they go.
_SUBJECTS = {
    Subject.MINE: TABLES[RecordKind.MINE].c.licence_no,
    Subject.DECISION: TABLES[RecordKind.PENALTY].c.document_number,
}


async def subjects_after(connection: AsyncConnection, sort: Subject, last: str, most: int) -> list[str]:
    """The next subjects in the order of their numbers, withdrawn ones and those that only lines are left of included."""
    number, kept = _SUBJECTS[sort], timelines.c
    others = [rule.name for rule in RULES if rule.of is not sort]
    numbers = sa.union(
        sa.select(number.label("number")).where(number.table.c.superseded_at.is_(None), number > last),
        sa.select(kept.subject).where(kept.superseded_at.is_(None), kept.subject > last, kept.rule.not_in(others)),
    ).subquery()
    rows = await connection.execute(sa.select(numbers.c.number).order_by(numbers.c.number).limit(most))
    return list(rows.scalars())


async def differing(connection: AsyncConnection, sort: Subject, subjects: list[str]) -> list[str]:
    """The subjects, with the rule, whose kept lines are not what the rules say."""
    rules = rules_of(sort)
    return [
        f"{number} {rule}"
        for number, one in (await known(connection, rules, subjects)).items()
        for rule, kept, said in difference(rules, one)
        if kept.keys() != said
    ]


async def drop_unknown(connection: AsyncConnection, now: datetime) -> None:
    """Supersede the lines of rules that there are no more."""
    names = [rule.name for rule in RULES]
    gone = sa.update(timelines).where(timelines.c.rule.not_in(names), timelines.c.superseded_at.is_(None))
    await connection.execute(gone.values(superseded_at=now))


async def kept_by(connection: AsyncConnection) -> int | None:
    """The version of the rule set by which all lines are kept; None while there is none."""
    return (await connection.execute(sa.select(rule_set.c.version))).scalar_one_or_none()


async def note_version(connection: AsyncConnection, version: int) -> None:
    """Say by which rule set all lines are kept from now on."""
    await connection.execute(sa.delete(rule_set))
    await connection.execute(sa.insert(rule_set).values(version=version))
    await connection.execute(sa.delete(rebuilds))


async def place(connection: AsyncConnection, version: int) -> tuple[Subject, str] | None:
    """The last subject that a rebuild by this rule set has brought up before it was broken off."""
    row = (await connection.execute(sa.select(rebuilds).where(rebuilds.c.version == version))).one_or_none()
    return (Subject(row.sort), row.subject) if row else None


async def note_place(connection: AsyncConnection, version: int, sort: Subject, subject: str) -> None:
    """Say that all up to this subject is by this rule set."""
    await connection.execute(sa.delete(rebuilds))
    await connection.execute(sa.insert(rebuilds).values(version=version, sort=sort.value, subject=subject))
