"""Events are planned under the same rules as queries: nobody is told of a record that it could not look up, nor more of it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from auth.principals import Principal
from hub.domain.log import Posted
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.identifiers import version_id
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.records import log
from schema.answers import Answer, Operation
from schema.execution import Graph
from schema.root import build_schema
from schema.subscriptions import ENTRIES_FOR_ONE
from tests.background import at_work
from tests.makers import BANK, CREDIT, ECOLOGY, LOAN, LOCAL, NATURAL_RESOURCES, OPERATOR, Ask, mine, posted
from tests.reference.data import fill

SCHEMA = build_schema()
CALLERS = (ECOLOGY, LOCAL, BANK, CREDIT, OPERATOR)
PATIENCE_SECONDS = 60


def leaves_of(kind: RecordKind) -> str:
    """Every field of a kind's type that is no object."""
    name = KINDS[kind].payload.__name__
    made: Any = SCHEMA._schema.type_map[name]
    assert isinstance(made, GraphQLObjectType)
    leaves = [field for field, told in made.fields.items() if is_leaf_type(get_named_type(told.type))]
    return f"... on {name} {{ {' '.join(f'{name}_{leaf}: {leaf}' for leaf in leaves)} }}"


@pytest.fixture
async def graph(database: Database, posting: Posting, reading: Reading) -> AsyncIterator[Graph]:
    await fill(database, posting)
    # Everybody sees this one, so who has been told of it has been told of everything.
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(99))
    while await Sequencer(database).step():
        pass
    following = Followers(database)
    async with at_work(following):
        yield Graph(SCHEMA, reading, posting, following=following)


async def whole_log(database: Database) -> list[Posted]:
    async with database.connection() as connection:
        return list(await log.after(connection, 0, 100_000))


async def told(graph: Graph, who: Principal, asked: str, last: int) -> dict[int, dict[str, Any]]:
    """Every event that a caller is told, by its position."""
    document = f"subscription {{ recordPosted(after: 0) {{ position recordId version {asked} }} }}"
    begun = await graph.begin(Operation(document, None, {}, LOAN), who)
    assert not isinstance(begun, Answer), begun
    found: dict[int, dict[str, Any]] = {}
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(begun):
        async for answer in begun:
            event = json.loads(answer.body)["data"]["recordPosted"]
            assert event["position"] not in found
            found[event["position"]] = event
            if event["position"] == last:
                break
    return found


async def test_an_event_tells_a_record_if_and_as_the_caller_may_look_it_up(graph: Graph, database: Database) -> None:
    entries = await whole_log(database)
    newest = {entry.record_id: entry.version for entry in entries}
    everything = " ".join(leaves_of(kind) for kind in KINDS)
    ask = Ask(graph)
    for who in CALLERS:
        events = await told(graph, who, f"record {{ {everything} }}", entries[-1].position)
        seen = 0
        for entry in entries:
            is_newest = entry.version == newest[entry.record_id]
            key = entry.record_id if is_newest else version_id(entry.record_id, entry.version)
            answer = await ask(who, f"query ($id: ID!) {{ node(id: $id) {{ {leaves_of(entry.kind)} }} }}", id=key)
            node = answer["data"]["node"]
            event = events.get(entry.position)
            assert (event["record"] if event else None) == node, (who, entry)
            seen += node is not None
        assert 0 < seen == len(events)
        # The others see less than all: banks what stands, the credit system what is its affair, an office its division.
        assert (seen == len(entries)) is (who in (ECOLOGY, OPERATOR))
        # Who asks nothing of the record is told of no more records.
        assert (await told(graph, who, "", entries[-1].position)).keys() == events.keys()


@pytest.mark.parametrize("asked", ["", ", kinds: [PENALTY]", f', licenceNos: ["{mine(99)["licenceNo"]}"]'], ids=repr)
async def test_looking_through_the_log_costs_whatever_is_told_of_it(
    database: Database, reading: Reading, posting: Posting, asked: str
) -> None:
    await fill(database, posting)
    while await Sequencer(database).step():
        pass
    charged: list[int] = []
    last = (await whole_log(database))[-1].position
    following = Followers(database)
    graph = Graph(SCHEMA, reading, posting, following=following, charge=lambda _client, cost: charged.append(cost))
    document = f"subscription ($after: Int) {{ recordPosted(after: $after{asked}) {{ position }} }}"

    async def cost(after: int) -> int:
        charged.clear()
        begun = await graph.begin(Operation(document, None, {"after": after}, LOAN), ECOLOGY)
        assert not isinstance(begun, Answer)
        await begun.aclose()
        return sum(charged)

    async with at_work(following):
        await cost(last)
        nothing = await cost(last)
        for passed in (last, 11, 10, 1):
            assert await cost(last - passed) - nothing == math.ceil(passed / ENTRIES_FOR_ONE)
