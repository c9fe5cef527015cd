"""The version of the rules goes up with every change of what they say: what is kept was worked out by one version."""

from __future__ import annotations

import hashlib
from random import Random

import sqlalchemy as sa

from hub.domain.rules.rule_set import RULES, VERSION
from hub.storage.engine.database import Database
from hub.storage.timelines.table import timelines
from tests.histories import history

#: What the rules of each version say of the history below.
SAID = {6: "a6c6fb8fd1f2191f", 7: "b3405af4e092d6e8", 8: "b3405af4e092d6e8"}


async def test_a_rule_that_says_something_else_has_another_version(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await history(database, Random(3))  # noqa: S311
    kept = timelines.c
    columns = (kept.subject, kept.rule, kept.from_day, kept.until_day, kept.state, kept.due_on)
    async with database.connection() as connection:
        rows = await connection.execute(sa.select(*columns).where(kept.superseded_at.is_(None)).order_by(*columns))
        lines = ["|".join(map(str, row)) for row in rows]
    await database.close()
    assert {line.split("|")[1] for line in lines} == {rule.name for rule in RULES}, "the history has no line of some rule"
    said = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    assert said == SAID.get(VERSION), (
        f"{len(lines)} lines say something else than version {VERSION} said.  Did a rule change? Raise VERSION in"
        f" hub/domain/rules/rule_set.py, and add it here with {said!r}.  Did only the history? Write {said!r} here."
    )
