"""Delivery: whatever a node does, each version arrives once under its key, in order for each record, or says why not."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from typing import Any

import pytest

from hub.demo import free_port, serving
from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.services.work.delivery import Patience
from hub.storage.engine.database import Database
from hub.storage.work import deliveries
from tests.hub.services.work.delivering import NUMBER, decided, delivering, orders, rows, settled
from tests.hub.services.work.nodes import Moody, Node
from tests.makers import ECOLOGY, posted

#: `make soak` delivers more of them, and kills more often.
PENALTIES = int(os.environ.get("SOAK", "60"))
KILLS = 10 if PENALTIES > 60 else 3
CORRECTED = 5
SECONDS = 30 + PENALTIES


@pytest.mark.parametrize("fault", ["500", "400", "401", "lost", "half", "wordless", "contradicts", "twice", "other"])
async def test_after_each_fault_all_has_arrived_once(database: Database, posting: Posting, fault: str) -> None:
    node = Node([fault, fault])
    await posted(posting, ECOLOGY, RecordKind.PENALTY, *map(decided, range(1, 9)))
    async with delivering(database, node):
        found = await settled(database, 8)
    assert {row.id for row in found} == set(node.taken)
    assert (len(node.taken), node.two_contents) == (8, [])
    assert max(row.attempts for row in found) > (fault not in ("twice",))
    assert {row.reference for row in found} == {f"XYGS{number:08d}" for number in range(1, 9)}


async def test_a_refusal_says_why_and_a_correction_goes_out_after_it(database: Database, posting: Posting) -> None:
    node = Node()
    node.refuses = {NUMBER.format(1)}
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1), decided(2))
    async with delivering(database, node):
        found = await settled(database, 2, "ACKNOWLEDGED", "REFUSED")
        assert {(row.document_number, row.state, row.detail) for row in found} == {
            (NUMBER.format(1), "REFUSED", "主体不存在"),
            (NUMBER.format(2), "ACKNOWLEDGED", None),
        }
        node.refuses = set()
        await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1, content="更正"))
        found = await settled(database, 3, "ACKNOWLEDGED", "REFUSED")
    assert [row.state for row in found if row.document_number == NUMBER.format(1)] == ["REFUSED", "ACKNOWLEDGED"]


async def test_why_it_was_refused_is_kept_without_what_is_personal_in_it(database: Database, posting: Posting) -> None:
    node = Node()
    node.refuses = {NUMBER.format(number) for number in (1, 2)}
    # Who sees to deliveries never sees identity numbers, nor the beginning of one that stands where the rest is cut.
    node.says = "示" * 480 + "证件号{CF_FR_ZJHM}不符"
    others = decided(2, legalRepresentativeIdNo="530000190001010001")
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1), others)
    async with delivering(database, node):
        found = await settled(database, 2, "REFUSED")
    assert [row.detail for row in found] == ["示" * 480 + "证件号***不符"] * 2


async def test_a_row_at_which_the_node_fails_holds_up_no_other_and_is_dead_after_its_budget(
    database: Database, posting: Posting
) -> None:
    node = Node()
    node.fails_at = {NUMBER.format(5)}
    await posted(posting, ECOLOGY, RecordKind.PENALTY, *map(decided, range(1, 13)))
    patience = Patience(budget=timedelta(seconds=3), first_wait=timedelta(milliseconds=5))
    async with delivering(database, node, patience):
        found = await settled(database, 12, "ACKNOWLEDGED", "DEAD")
        assert [row.document_number for row in found if row.state == "DEAD"] == [NUMBER.format(5)]
        node.fails_at = set()
        async with database.transaction() as connection:
            await deliveries.redeliver(connection, [row.id for row in found if row.state == "DEAD"])
        await settled(database, 12)


async def test_the_time_that_a_node_names_is_kept(database: Database, posting: Posting) -> None:
    node = Node(["429"])
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1))
    async with delivering(database, node):
        await settled(database, 1)
    assert node.calls == [1, 1]
    assert node.came_at[1] - node.came_at[0] > 0.8


async def test_what_a_clock_that_was_ahead_put_off_goes_out_all_the_same(database: Database, posting: Posting) -> None:
    node, found = Node(), list[Any]()
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1), decided(2))
    node.refuses = {NUMBER.format(number) for number in (1, 2)}
    async with delivering(database, node):
        found = await settled(database, 2, "REFUSED")
    node.refuses = set()
    hour = timedelta(hours=1)
    async with database.transaction() as connection:
        await deliveries.redeliver(connection, [row.id for row in found])
        # No wait is longer than two hours: the second was put off by a year.
        for row, wait in zip(found, (hour, 365 * 24 * hour), strict=True):
            await deliveries.put_off(connection, row.id, database.clock.now() + wait, "")
    async with delivering(database, node), asyncio.timeout(10):
        while [row.state for row in await rows(database)] != ["WAITING", "ACKNOWLEDGED"]:  # noqa: ASYNC110 - seen in the database
            await asyncio.sleep(0.02)


async def test_killed_time_and_again_everything_arrives_once_and_in_order(
    database: Database, database_url: str, posting: Posting
) -> None:
    node = Moody(7)
    port = free_port(0)
    words = [sys.executable, "-m", "tests.hub.services.work.deliverer", database_url, f"http://127.0.0.1:{port}"]
    items = [decided(number) for number in range(1, PENALTIES + 1)]
    each = PENALTIES // (KILLS + 1)
    async with serving(node.app, "127.0.0.1", port):
        for kill in range(KILLS + 1):
            process = await asyncio.create_subprocess_exec(*words)
            part = items[each * kill : each * (kill + 1)]
            await posted(posting, ECOLOGY, RecordKind.PENALTY, *part)
            await posted(posting, ECOLOGY, RecordKind.PENALTY, *(one | {"content": "更正"} for one in part[:CORRECTED]))
            before = len(node.calls)
            if kill < KILLS:
                async with asyncio.timeout(60):
                    while len(node.calls) < before + 2:  # noqa: ASYNC110 - another process calls
                        await asyncio.sleep(0.01)
            else:
                found = await settled(database, each * (KILLS + 1) + CORRECTED * (KILLS + 1), seconds=SECONDS)
            process.kill()
            await process.wait()
    assert {row.id for row in found} == set(node.taken)
    assert (len(found), node.two_contents) == ((each + CORRECTED) * (KILLS + 1), [])
    for number in range(1, each * (KILLS + 1) + 1):
        told = [content for _, content in orders(node, number)]
        assert told == ["警告，罚款20万元", "更正"][: len(told)]
        assert len(told) == 1 + ((number - 1) % each < CORRECTED)
