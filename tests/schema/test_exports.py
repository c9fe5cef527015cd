"""Whole lists page by page: in turns, and nobody keeps rows while it waits for its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from schema.execution import Graph
from schema.exports import Page, pages, tables
from schema.root import build_schema
from tests.makers import ECOLOGY, a_province


async def test_a_page_is_read_and_made_in_one_turn_and_told_out_of_it(reading: Reading, posting: Posting) -> None:
    await a_province(posting)
    whole = tables()["mines"]
    small = replace(whole, document=whole.document.replace("first: 500", "first: 2"))
    steps: list[str] = []

    @asynccontextmanager
    async def turn() -> AsyncIterator[None]:
        steps.append("turn")
        yield
        steps.append("left")

    async def made(rows: Page) -> int:
        steps.append(f"{len(rows)} rows")
        return len(rows)

    graph = Graph(build_schema(), reading, posting)
    async for count in pages(graph, small, ECOLOGY, None, None, made=made, turn=turn, most=3):
        steps.append(f"told {count}")
    counted, paged = steps[:2], steps[2:]
    assert counted == ["turn", "left"]
    assert paged == ["turn", "2 rows", "left", "told 2", "turn", "1 rows", "left", "told 1"]
