"""The pull feed tells what a subscription tells, page by page, in the shape that was asked for."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from auth.principals import Principal
from hub.domain.log import Cursor
from hub.domain.record_kinds import RecordKind
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema import feed
from schema.answers import Answer, Operation
from schema.execution import Graph
from schema.log import MOST_EVENTS
from schema.root import build_schema
from tests import duties, makers
from tests.background import at_work
from tests.conftest import NOW
from tests.makers import BANK, CREDIT, ECOLOGY, LOAN, LOCAL, OPERATOR, Ask, a_province, licence, opinion, posted
from tests.schema.ledgers import kept
from tests.schema.test_subscriptions import told

PAGE = """
query ($after: Cursor, $first: Int, $where: RecordEventFilter) {
  events(after: $after, first: $first, where: $where) { nodes { position type } pageInfo { hasNextPage endCursor } }
}
"""


@pytest.fixture
async def graph(database: Database, posting: Posting, reading: Reading) -> AsyncIterator[Graph]:
    await a_province(posting)
    # Everybody sees this one.
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(40))
    await Sequencer(database).step()
    following = Followers(database)
    async with at_work(following):
        reads = ReadLedger(database, clock=lambda: NOW)
        yield Graph(build_schema(), reading, posting, following=following, consumers=Consumers(database), reads=reads)


@pytest.fixture
def ask(graph: Graph) -> Ask:
    return Ask(graph)


async def pages(ask: Ask, who: Principal, first: int, **where: Any) -> list[list[int]]:
    """The positions on each page, from the beginning to the end."""
    found: list[list[int]] = []
    after = None
    while True:
        page = (await ask(who, PAGE, after=after, first=first, where=where))["data"]["events"]
        found.append([event["position"] for event in page["nodes"]])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def test_the_pages_tell_each_caller_what_a_subscription_tells(graph: Graph, ask: Ask) -> None:
    for who in (ECOLOGY, LOCAL, BANK, CREDIT, OPERATOR):
        followed = await told(graph, who, "", 12)
        for first in (1, 5, MOST_EVENTS):
            found = await pages(ask, who, first)
            assert [position for page in found for position in page] == list(followed)
            assert all(len(page) <= first for page in found)


async def test_a_mine_of_which_nothing_is_told_stands_in_the_ledger_too(graph: Graph, ask: Ask, database: Database) -> None:
    """That nothing comes says something of it: nobody asks number after number without a trace."""
    assert await pages(ask, BANK, 10, licenceNos=[licence(9)]) == [[]]
    assert graph._reads is not None
    rows = [(row["asked"], row["licence_no"]) for row in await kept(graph._reads, database)]
    assert ("mine", licence(9)) in rows
    assert len(rows) == 1


async def test_a_page_is_one_read_of_all_mines_that_it_tells_of(graph: Graph, ask: Ask, database: Database) -> None:
    """A read for each event would hold as much memory as a thousand reads."""
    await pages(ask, BANK, MOST_EVENTS)
    assert graph._reads is not None
    [(one, _)] = graph._reads._noted
    rows = [row["licence_no"] for row in await kept(graph._reads, database) if row["licence_no"]]
    assert len(rows) == len(set(rows)) == len([mine for _, _, mine in one.found if mine]) > 1


async def test_nothing_is_kept_of_a_page_that_was_told(ask: Ask) -> None:
    """What holds itself would stay until circles are collected, which a busy process does not do for minutes."""
    document = "{ events(first: 100) { nodes { cursor record { id } mines { name } } edges { node { record { id } } } } }"
    await ask(OPERATOR, document)
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            await ask(OPERATOR, document)
        assert gc.collect() < 100
    finally:
        gc.enable()


async def test_a_page_is_written_in_the_shape_that_was_asked_for(ask: Ask) -> None:
    document = """{
      mines(first: 1) { nodes { licenceNo } }
      some: events(first: 2) {
        __typename
        a: nodes { x: position record { id } }
        b: nodes { x: version }
        edges { __typename cursor node { position cursor type action kind licenceNos record { ... on Mine { licenceNo } } } }
        pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }
      }
      departments { __typename }
    }"""
    answer = await ask(OPERATOR, document)
    assert list(answer["data"]) == ["mines", "some", "departments"]
    page = answer["data"]["some"]
    assert page["__typename"] == "RecordEventConnection"
    assert [(node["x"], set(node)) for node in page["a"]] == [(1, {"x", "record"}), (2, {"x", "record"})]
    assert page["b"] == [{"x": 1}, {"x": 1}]
    first, second = page["edges"]
    assert first["cursor"] == first["node"]["cursor"] != second["cursor"]
    assert (first["__typename"], first["node"]["type"], first["node"]["kind"]) == ("RecordEventEdge", "mine.posted", "MINE")
    assert first["node"]["record"]["licenceNo"] in first["node"]["licenceNos"] == [licence(1)]
    facts = page["pageInfo"]
    assert (facts["hasNextPage"], facts["hasPreviousPage"], facts["startCursor"]) == (True, False, "0")
    assert facts["endCursor"] == second["cursor"]


@pytest.mark.parametrize(
    ("where", "positions"),
    [
        ({"types": ["penalty.posted"]}, [9, 10]),
        ({"types": ["penalty.revised"]}, []),
        ({"kinds": ["PENALTY", "OPINION"]}, [7, 8, 9, 10, 12]),
        ({"kinds": ["PENALTY"], "types": ["penalty.posted", "opinion.posted"]}, [9, 10]),
        ({"departments": ["MARKET_REGULATION"]}, [4, 5, 6]),
        ({"licenceNos": [licence(2)]}, [2]),
        ({"licenceNos": []}, []),
    ],
    ids=lambda one: one.client_id if isinstance(one, Principal) else repr(one),
)
async def test_only_what_is_wanted_is_told(ask: Ask, where: dict[str, Any], positions: list[int]) -> None:
    assert [position for page in await pages(ask, OPERATOR, 2, **where) for position in page] == positions


async def test_who_follows_a_mine_by_any_of_its_numbers_is_told_of_all_of_them(
    graph: Graph, ask: Ask, database: Database, posting: Posting
) -> None:
    renewed = duties.licence_succession(predecessors=[licence(2)], successors=[licence(31)])
    await posted(posting, makers.NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, renewed)
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(41, licenceNo=licence(2)), opinion(42, licenceNo=licence(31)))
    await Sequencer(database).step()
    for number in (2, 31):
        found = await pages(ask, OPERATOR, 2, licenceNos=[licence(number)])
        # The mine, its succession, the mine under its new number, and what is said of it by the old and by the new.
        assert [position for page in found for position in page] == [2, 13, 14, 15, 16]
        watching = f'subscription {{ recordPosted(after: 0, licenceNos: ["{licence(number)}"]) {{ position }} }}'
        begun = await graph.begin(Operation(watching, None, {}, LOAN), OPERATOR)
        assert not isinstance(begun, Answer), begun
        async with asyncio.timeout(60), aclosing(begun):
            followed = [json.loads((await anext(begun)).body)["data"]["recordPosted"]["position"] for _ in range(5)]
        assert followed == [2, 13, 14, 15, 16]


@pytest.mark.parametrize(
    ("who", "given", "code", "field"),
    [
        (OPERATOR, {"first": MOST_EVENTS + 1}, "INVALID_INPUT", "first"),
        (OPERATOR, {"after": "1200.AbCdEfGhIjKl"}, "LOG_CHANGED", "after"),
        (OPERATOR, {"after": 13}, "INVALID_INPUT", "after"),
        (OPERATOR, {"after": "x"}, "INVALID_INPUT", None),
        (OPERATOR, {"where": {"types": ["penalty.posted", "penalty.eaten"]}}, "INVALID_INPUT", "where.types.1"),
        (OPERATOR, {"where": {"licenceNos": ["C53"]}}, "INVALID_INPUT", "where.licenceNos.0"),
        (OPERATOR, {"where": {"kinds": ["OPINION"], "types": ["penalty.posted"]}}, "INVALID_INPUT", "where.types"),
        (BANK, {"where": {"kinds": ["CASE_TRANSFER"]}}, "FORBIDDEN", "where.kinds.0"),
        (BANK, {"where": {"types": ["opinion.posted", "case_transfer.posted"]}}, "FORBIDDEN", "where.types.1"),
    ],
    ids=lambda one: one.client_id if isinstance(one, Principal) else repr(one),
)
async def test_what_cannot_be_told_is_refused_by_its_field(
    ask: Ask, who: Principal, given: dict[str, Any], code: str, field: str | None
) -> None:
    [error] = (await ask(who, PAGE, **given))["errors"]
    assert (error["extensions"]["code"], error["extensions"].get("field")) == (code, field)


async def test_a_page_that_finds_nothing_tells_how_far_it_looked(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_MOST_LOOKED", 3)
    found = await pages(ask, OPERATOR, 2, types=["directory_entry.posted"])
    assert [position for page in found for position in page] == [11]


async def test_every_answer_says_on_which_place_in_the_log_it_stands(
    graph: Graph, database: Database, posting: Posting
) -> None:
    async def place(document: str, after: Cursor | None = None) -> Any:
        begun = await graph.begin(Operation(document, None, {}, LOAN, after=after), BANK)
        assert isinstance(begun, Answer)
        return json.loads(begun.extended(500))["extensions"]["log"]

    while not await _knows(graph, 12):
        pass
    before = await place("{ mines { totalCount } }")
    assert before["position"] == 12
    # What comes after it is all that the answer does not hold.
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(41))
    await Sequencer(database).step()
    # Who named a place stands on it, though nobody has looked since how far the log is.
    assert (await place("{ mines { totalCount } }", Cursor(13)))["position"] == 13
    page = await Ask(graph)(OPERATOR, PAGE, after=before["cursor"])
    assert [event["position"] for event in page["data"]["events"]["nodes"]] == [13]


async def _knows(graph: Graph, position: int) -> bool:
    answer = await graph.run(Operation("{ __typename }", None, {}, LOAN), OPERATOR)
    told_place = json.loads(answer.extended(500))["extensions"].get("log")
    return bool(told_place and told_place["position"] == position)


async def test_who_asks_a_post_for_its_place_is_answered_when_it_has_one(graph: Graph, database: Database, ask: Ask) -> None:
    document = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { results { record { logPosition } } } }"
    async with at_work(Sequencer(database)):
        begun = await graph.begin(Operation(document, None, {"items": [opinion(42), opinion(43)]}), ECOLOGY)
    assert isinstance(begun, Answer)
    answer = json.loads(begun.extended(500))
    assert [one["record"]["logPosition"] for one in answer["data"]["postOpinions"]["results"]] == [13, 14]
    assert answer["extensions"]["log"]["position"] == 14
