"""`dryRun`: the whole pipeline judges what is sent, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.services.bells import Bell
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.sql.metadata import metadata
from schema.execution import Graph
from schema.root import build_schema
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, Ask, a_province, opinion

POST = """
mutation ($items: [OpinionInput!]!, $dry: Boolean) {
  postOpinions(items: $items, dryRun: $dry) {
    accepted unchanged newVersions rejected
    results { index outcome recordId version payloadHash recordedAt problems { path code message chinese english detail } }
  }
}
"""


async def rows(database: Database) -> dict[str, int]:
    """How much every table holds."""
    async with database.connection() as connection:
        return {
            name: int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
            for name, table in metadata.tables.items()
        }


def told(answer: dict[str, Any]) -> list[tuple[str, str | None, int | None, list[str]]]:
    results = answer["data"]["postOpinions"]["results"]
    return [
        (one["outcome"], one["recordId"], one["version"], [f"{p['path']}:{p['code']}" for p in one["problems"]])
        for one in results
    ]


async def test_what_is_judged_is_what_a_post_would_answer_and_nothing_is_kept(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await a_province(posting)
    before = await rows(database)
    batch = [
        opinion(7),
        opinion(7, text="同一文号，另一内容。"),
        opinion(8, licenceNo="C0"),
        opinion(1),
        opinion(1, text="改"),
        opinion(9, licenceNo="C9999999999999999999999"),
    ]
    dry = await ask(ECOLOGY, POST, items=batch, dry=True)
    assert await rows(database) == before
    posted = await ask(ECOLOGY, POST, items=batch, dry=False)
    assert told(dry) == told(posted)
    assert [one[0] for one in told(dry)] == ["ACCEPTED", "NEW_VERSION", "REJECTED", "UNCHANGED", "NEW_VERSION", "REJECTED"]
    assert dry["data"]["postOpinions"]["accepted"] == 1
    after = await rows(database)
    assert {name for name in after if after[name] > before[name]} >= {"log", "opinions", "rejections"}


async def test_a_receipt_of_what_was_not_kept_proves_nothing(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    dry = await ask(ECOLOGY, POST, items=[opinion(7), opinion(1)], dry=True)
    new, standing = dry["data"]["postOpinions"]["results"]
    assert (new["payloadHash"], new["recordedAt"], standing["recordedAt"]) == (None, None, None)
    assert standing["payloadHash"]


async def test_nobody_is_woken_by_it(database: Database, reading: Reading) -> None:
    rung = 0

    class Counted(Bell):
        def ring(self) -> None:
            nonlocal rung
            rung += 1

    posting = Posting(database, clock=lambda: NOW, posted=Counted())
    await a_province(posting)
    rung = 0
    asked = Ask(Graph(build_schema(), reading, posting))
    await asked(ECOLOGY, POST, items=[opinion(7)], dry=True)
    assert rung == 0
    await asked(ECOLOGY, POST, items=[opinion(7)])
    assert rung == 1


async def test_problems_are_told_in_each_language_beside_the_field(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    sent = opinion(7, documentNumber="长" * 129, mines=["x"])
    problems = (await ask(ECOLOGY, POST, items=[sent], dry=True))["data"]["postOpinions"]["results"][0]["problems"]
    by_code = {problem["code"]: problem for problem in problems}
    assert by_code["TOO_LONG"] == {
        "path": "documentNumber",
        "code": "TOO_LONG",
        "message": "documentNumber: 超过长度上限 / is too long (≤ 128)",
        "chinese": "超过长度上限",
        "english": "is too long",
        "detail": "≤ 128",
    }
    assert by_code["UNKNOWN_FIELD"]["detail"] is None


async def test_whether_it_is_meant_is_never_guessed(database: Database, posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    before = await rows(database)
    [error] = (await ask(ECOLOGY, POST, items=[opinion(7)], dry=None))["errors"]
    assert error["message"] == "输入无效 / The input is not valid (dryRun)"
    assert error["extensions"] == {
        "code": "INVALID_INPUT",
        "field": "dryRun",
        "detail": "dryRun",
        "chinese": "输入无效",
        "english": "The input is not valid",
    }
    assert await rows(database) == before


async def test_who_may_not_post_may_not_try(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    answer = await ask(BANK, POST, items=[opinion(7)], dry=True)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
