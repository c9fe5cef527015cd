"""The benchmark can be run: it stands outside `make test`, and what it posts must be what the rules allow."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from hub.services.posting.pipeline import Posting
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from hub.storage.engine.postgres import KEEP_MEMORY
from tests import postgres
from tests.benchmark import larger, limit, posting, province, questions, walk
from tests.makers import SEATED, seat_organs

MINES = 130


async def test_the_hubs_statements_and_those_written_by_hand_answer_the_same(postgres_server: str) -> None:
    url = await questions.province(postgres_server, MINES)
    connection = await asyncpg.connect(url)
    await connection.execute(KEEP_MEMORY)
    composed, by_hand = await limit.composed(MINES, count=5), limit.written(MINES, count=5)
    for question in questions.QUESTIONS:
        answers = [
            [await connection.fetchval(sql, *values) for sql, values in asked[question]] for asked in (composed, by_hand)
        ]
        assert answers[0] == answers[1], question
        assert any(len(answer) > 500 for answer in answers[0]), f"{question} finds next to nothing"
    await connection.close()
    await postgres.statement(postgres_server, f"DROP DATABASE bench_read_{MINES} WITH (FORCE)")


async def test_every_record_of_the_benchmarks_province_is_taken_and_copies_follow_the_rules(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await seat_organs(database, {code: at for code, at in province.ORGANS.items() if code not in SEATED})
    await walk.fill(Posting(database), MINES)
    await database.start()
    walking = walk.Walk(database, sessions=[])
    before, differ = await _counts(walking), await Rules(database).differing()
    await larger.copy(database, 2)
    after = await _counts(walking)
    assert after == {name: 3 * count for name, count in before.items()}
    assert sum(count for name, count in after.items() if "standing" in name) == 3 * MINES
    # What is kept of a copy is what the rules say of it, as far as it is of what was posted.
    assert len(await Rules(database).differing()) == 3 * len(differ)
    await database.close()


async def _counts(walking: walk.Walk) -> dict[str, int]:
    """How many mines there are of every word by which lists are filtered."""
    said = {"scale", "standing"}
    asked = [
        await walking.ask(question)
        async for question in walking.questions("mines")
        if question.name.split()[1] in said and question.name.split()[2] == "eq"
    ]
    return {one.question.name: one.count for one in asked if one}


async def test_what_the_posting_benchmark_sends_is_taken(tmp_path: Path) -> None:
    rates, rows = await posting.through_the_hub(f"sqlite:///{tmp_path}/hub.db", posting.BATCH, seconds=0.2)
    assert min(rates) > 0
    assert len(rows["penalties"][1]) > posting.BATCH
