"""A hub that has the throw-away kind in the place of another, in a process of its own, since kinds are for good.

Reads items to post, documents to run and orders to walk in from its input, as JSON, and writes the problems and the answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from hub.domain import record_kinds
from hub.domain.read_plan import Order
from hub.domain.record_kinds import KINDS, Kind, RecordKind
from tests.hub.domain.declaring.combinations import Piece, everything_possible

if TYPE_CHECKING:
    from auth.principals import Principal
    from tests.makers import Ask

#: A kind that nothing but its own declaration and rights name.
PLACE = RecordKind.COMMUNITY_PROJECT


async def answered(url: str, items: list[dict[str, Any]], documents: list[str], orders: list[str]) -> dict[str, Any]:
    # Everything else is made from the kinds when it is imported.
    from hub.services.posting.pipeline import Posting
    from hub.services.reading import Reading
    from hub.storage.engine.database import Database
    from hub.storage.records.versions import TABLES
    from schema.execution import Graph
    from schema.root import build_schema
    from tests.conftest import NOW
    from tests.makers import NATURAL_RESOURCES, Ask, posted

    database = Database(url, pool_size=2)
    await database.start()
    async with database.transaction() as connection:
        await connection.run_sync(TABLES[PLACE].create)
    posting = Posting(database, clock=lambda: NOW)
    ask = Ask(Graph(build_schema(), Reading(database, clock=lambda: NOW), posting))
    results = await posted(posting, NATURAL_RESOURCES, PLACE, *items)
    answers = [await ask(NATURAL_RESOURCES, document) for document in documents]
    walks = [await walked(ask, NATURAL_RESOURCES, order) for order in orders]
    await database.close()
    problems = [problem.as_dict() for result in results for problem in result.problems]
    return {"problems": problems, "answers": answers, "walks": walks}


async def walked(ask: Ask, who: Principal, order: str) -> list[str]:
    """The document numbers in an order, page by page."""
    window = f"first: 2, after: $after, orderBy: [{order}]"
    told = "nodes { documentNumber } pageInfo { hasNextPage endCursor }"
    document = f"query ($after: String) {{ throwaways({window}) {{ {told} }} }}"
    found: list[str] = []
    after: str | None = None
    while True:
        answer = await ask(who, document, after=after)
        assert "errors" not in answer, (order, answer)
        page = answer["data"]["throwaways"]
        found += [node["documentNumber"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


if __name__ == "__main__":
    KINDS[PLACE] = Kind(payload=everything_possible(), plural="throwaways", order=Order("document_number", descending=False))
    record_kinds.PARTS = (*record_kinds.PARTS, Piece)
    asked = json.load(sys.stdin)
    json.dump(asyncio.run(answered(**asked)), sys.stdout)
