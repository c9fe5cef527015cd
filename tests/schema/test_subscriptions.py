"""Events are planned under the same rules as queries: nobody is told of a record that it could not look up, nor more of it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from auth.principals import BankOffice, Principal
from hub.domain.findings.words import Severity
from hub.domain.log import Posted
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.identifiers import version_id
from hub.services.banks.portfolios import Portfolios, Row
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.records import log
from schema import subscriptions
from schema.answers import Answer, Operation
from schema.audiences import MOMENT_SECONDS
from schema.execution import Graph
from schema.portfolios import tellers
from schema.root import build_schema
from schema.subscriptions import ENTRIES_FOR_ONE
from tests.background import at_work
from tests.conftest import FILLED
from tests.duties import licence_succession
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    LOAN,
    LOCAL,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    a_province,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    uscc,
)

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


@FILLED
async def test_an_event_tells_a_record_if_and_as_the_caller_may_look_it_up(
    database: Database, reading: Reading, posting: Posting
) -> None:
    # Everybody sees this one, so who has been told of it has been told of everything.
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(99))
    while await Sequencer(database).step():
        pass
    entries = await whole_log(database)
    newest = {entry.record_id: entry.version for entry in entries}
    everything = " ".join(leaves_of(kind) for kind in KINDS)
    following = Followers(database)
    graph = Graph(SCHEMA, reading, posting, following=following, consumers=Consumers(database))
    last, tellings, bare = entries[-1].position, {}, {}
    async with at_work(following):
        for who in CALLERS:
            tellings[who] = await told(graph, who, f"gone record {{ {everything} }}", last)
            bare[who] = await told(graph, who, "", last)
    ask = Ask(graph)
    for who, told_of in tellings.items():
        events = {position: event for position, event in told_of.items() if not event["gone"]}
        assert all(event["record"] is None for event in told_of.values() if event["gone"])
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
        assert bare[who].keys() == told_of.keys()


@FILLED
async def test_looking_through_the_log_costs_whatever_is_told_of_it(
    database: Database, reading: Reading, posting: Posting
) -> None:
    while await Sequencer(database).step():
        pass
    charged: list[int] = []
    last = (await whole_log(database))[-1].position
    following = Followers(database)
    graph = Graph(
        SCHEMA,
        reading,
        posting,
        following=following,
        consumers=Consumers(database),
        charge=lambda _client, cost: charged.append(cost),
    )

    async def cost(asked: str, after: int) -> int:
        charged.clear()
        document = f"subscription ($after: Cursor) {{ recordPosted(after: $after{asked}) {{ position }} }}"
        begun = await graph.begin(Operation(document, None, {"after": after}, LOAN), ECOLOGY)
        assert not isinstance(begun, Answer)
        await begun.aclose()
        return sum(charged)

    async with at_work(following):
        for asked in ("", ", kinds: [PENALTY]", f', licenceNos: ["{licence(99)}"]'):
            await cost(asked, last)
            nothing = await cost(asked, last)
            for passed in (last, 11, 10, 1):
                assert await cost(asked, last - passed) - nothing == math.ceil(passed / ENTRIES_FOR_ONE), asked


async def first_of(graph: Graph, who: Principal, document: str, count: int) -> list[dict[str, Any]]:
    """The first messages of a subscription."""
    begun = await graph.begin(Operation(document, None, {}, LOAN), who)
    assert not isinstance(begun, Answer), begun
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(begun):
        async for answer in begun:
            found.append(json.loads(answer.extended(500)))
            if len(found) == count:
                break
    return found


@pytest.fixture
async def small(database: Database, posting: Posting, reading: Reading) -> AsyncIterator[Graph]:
    await a_province(posting)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(9, mines=[licence(1), licence(2), licence(3)]))
    await Sequencer(database).step()
    following = Followers(database)
    async with at_work(following):
        portfolios = Portfolios(database)
        yield Graph(SCHEMA, reading, posting, following=following, consumers=Consumers(database), portfolios=portfolios)


async def test_who_watches_mines_is_told_of_each_change_with_the_mines_as_they_stand(small: Graph) -> None:
    document = f"""subscription {{
      mineChanged(licenceNos: ["{licence(2)}", "{licence(3)}"], after: 0) {{
        position type licenceNos mines {{ licenceNo penalties {{ totalCount }} }} record {{ __typename }}
      }}
    }}"""
    messages = await first_of(small, BANK, document, 3)
    events = [message["data"]["mineChanged"] for message in messages]
    assert [(event["position"], event["type"]) for event in events] == [
        (2, "mine.posted"),
        (3, "mine.posted"),
        (12, "penalty.posted"),
    ]
    assert events[0]["mines"] == [{"licenceNo": licence(2), "penalties": {"totalCount": 1}}]
    # The event names all mines that it concerns; told are those that are watched.
    assert events[2]["licenceNos"] == [licence(1), licence(2), licence(3)]
    assert [mine["licenceNo"] for mine in events[2]["mines"]] == [licence(2), licence(3)]
    assert events[2]["record"] == {"__typename": "Penalty"}
    assert messages[2]["extensions"]["log"]["position"] == 12


async def test_who_watches_a_portfolio_is_told_of_the_mines_that_it_holds_then(
    small: Graph, database: Database, posting: Posting
) -> None:
    portfolios = Portfolios(database)

    async def put(*numbers: int) -> str:
        rows = [Row(licence(number)) for number in numbers]
        return str((await portfolios.put("公司部", Severity.INFO, rows, BANK))["portfolio"]["id"])

    async def pulled() -> list[int]:
        document = f'{{ events(where: {{watch: "{watched}"}}) {{ nodes {{ position }} }} }}'
        return [node["position"] for node in (await Ask(small)(BANK, document))["data"]["events"]["nodes"]]

    watched = await put(2)
    changed = f'mineChanged(watch: "{watched}", after: 0) {{ position mines {{ licenceNo }} }}'
    messages = await first_of(small, BANK, f"subscription {{ {changed} }}", 2)
    assert [message["data"]["mineChanged"] for message in messages] == [
        {"position": position, "mines": [{"licenceNo": licence(2)}]} for position in (2, 12)
    ]
    assert await pulled() == [2, 12]
    await put(3)
    assert await pulled() == [3, 12]
    # A mine goes on under its new number, and is the same that was watched, by a webhook too.
    renewed = licence_succession(form="RENEWAL", predecessors=[licence(3)], successors=[licence(31)])
    await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, renewed)
    await Sequencer(database).step()
    assert await pulled() == [12, 13, 14]
    async with database.connection() as connection:
        entries = await log.after(connection, 0, 100)
    documents = small.webhook_documents
    assert documents is not None
    for which in (f'watch: "{watched}"', f'licenceNos: ["{licence(31)}"]'):
        telling = await documents.read(f"subscription {{ mineChanged({which}) {{ mines {{ licenceNo }} }} }}", LOAN, BANK)
        events = await telling.tell([entry for entry in entries if telling.wanted.holds(entry)])
        assert [(one.position, said) for one, said in events] == [
            (position, {"mines": [{"licenceNo": licence(31)}]}) for position in (12, 13, 14)
        ]
    await portfolios.remove(watched, BANK)
    asked = {
        f'mineChanged(watch: "{watched}") {{ position }}': (BANK, "NOT_FOUND", "watch"),
        f'mineChanged(watch: "{watched}", kinds: [PENALTY]) {{ position }}': (ECOLOGY, "FORBIDDEN", None),
        "mineChanged(kinds: [PENALTY]) { position }": (BANK, "REQUIRED", "licenceNos"),
    }
    for field, (who, code, named) in asked.items():
        answer = await small.begin(Operation(f"subscription {{ {field} }}", None, {}, LOAN), who)
        assert isinstance(answer, Answer)
        [error] = json.loads(answer.body)["errors"]
        assert (error["extensions"]["code"], error["extensions"].get("field")) == (code, named)
    told = await Ask(small)(BANK, f'{{ events(where: {{watch: "{watched}"}}) {{ nodes {{ position }} }} }}')
    [error] = told["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("NOT_FOUND", "where.watch")


async def test_who_watches_a_mine_is_told_of_the_one_into_which_it_goes_meanwhile(
    small: Graph, database: Database, posting: Posting
) -> None:
    """Whatever types and departments are wanted; and no more of it once the merger is taken back."""
    gone, principal, merged = licence(3), licence(2), licence(31)
    document = f"""subscription {{ mineChanged(licenceNos: ["{gone}"], kinds: [OPINION], departments: [ECOLOGY]) {{
      mines {{ licenceNo }} record {{ ... on Opinion {{ documentNumber }} }} }} }}"""
    begun = await small.begin(Operation(document, None, {}, LOAN), BANK)
    assert not isinstance(begun, Answer), begun

    async def say(number: int, *mines: str) -> None:
        items = [opinion(number + n, licenceNo=no, issuedOn="2026-06-01") for n, no in enumerate(mines)]
        assert all(one.record_id for one in await posted(posting, ECOLOGY, RecordKind.OPINION, *items))
        await Sequencer(database).step()

    async def told() -> tuple[str, list[str]]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            event = json.loads((await anext(begun)).body)["data"]["mineChanged"]
        return event["record"]["documentNumber"], [mine["licenceNo"] for mine in event["mines"]]

    def number(item: int) -> str:
        return str(opinion(item)["documentNumber"])

    async with aclosing(begun):
        merger = licence_succession(form="MERGER", predecessors=[gone, principal], principal=principal, successors=[merged])
        [made] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, merger)
        assert made.record_id, made.problems
        await say(50, merged, gone)
        assert [await told(), await told()] == [(number(50), [merged]), (number(51), [merged])]
        await posting.withdraw(NATURAL_RESOURCES, made.record_id, "示例：误报", source="test")
        await say(60, principal, gone)
        assert await told() == (number(61), [gone])
    # Pulled, a page ends with the merger and the next one goes on; a webhook is told by its own reading of each part.
    await posting.reinstate(NATURAL_RESOURCES, made.record_id, "示例：无误", source="test")
    await say(70, merged)
    where = f'{{licenceNos: ["{gone}"], kinds: [OPINION], departments: [ECOLOGY]}}'
    nodes = "nodes { record { ... on Opinion { documentNumber } } } pageInfo { endCursor hasNextPage }"
    pages, page = [], {"endCursor": "0", "hasNextPage": True}
    while page["hasNextPage"]:
        asked = f'{{ events(after: "{page["endCursor"]}", where: {where}) {{ {nodes} }} }}'
        found = (await Ask(small)(BANK, asked))["data"]["events"]
        page = found["pageInfo"]
        pages.append([node["record"]["documentNumber"] for node in found["nodes"]])
    assert pages == [[], [number(50), number(51)], [number(60), number(61)], [number(70)]]


class Following:
    """A bank that follows its portfolio, what it was charged, and the hub's watch; `elsewhere` is another process."""

    def __init__(self, database: Database, posting: Posting, reading: Reading) -> None:
        self.portfolios, self.elsewhere = Portfolios(database), Portfolios(database)
        self.charged: list[tuple[str, int]] = []
        self.reads = ReadLedger(database)
        self.following, self.database = Followers(database), database
        self._posting = posting
        self.graph = Graph(
            SCHEMA,
            reading,
            posting,
            following=self.following,
            consumers=Consumers(database),
            portfolios=self.portfolios,
            reads=self.reads,
            charge=lambda client, cost: self.charged.append((client, cost)),
            tellers=tellers(self.portfolios),
        )

    async def put(self, name: str, *numbers: int) -> str:
        rows = [Row(licence(number), f"贷{number}") for number in numbers]
        return str((await self.portfolios.put(name, Severity.ATTENTION, rows, BANK))["portfolio"]["id"])

    async def find(self, number: int, mine: int, **more: Any) -> None:
        """Let something be found of a mine, by whichever process is first."""
        stated = penalty(number, mines=[licence(mine)], partyUscc=uscc(mine), **more)
        [made] = await posted(self._posting, ECOLOGY, RecordKind.PENALTY, stated)
        assert made.record_id, made.problems
        await Sequencer(self.database).step()
        while await self.elsewhere.work():
            pass

    async def begin(self, asked: str, who: Principal = BANK) -> Any:
        return await self.graph.begin(Operation(f"subscription {{ found: portfolioFinding{asked} }}", None, {}, LOAN), who)


async def next_found(begun: Any) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        found: dict[str, Any] = json.loads((await anext(begun)).body)["data"]["found"]
    return found


@pytest.fixture
async def bank(database: Database, posting: Posting, reading: Reading) -> AsyncIterator[Following]:
    await a_province(posting)
    await Sequencer(database).step()
    made = Following(database, posting, reading)
    async with at_work(made.portfolios):
        yield made


async def test_who_follows_what_is_found_of_a_portfolio_is_told_what_was_missed_and_then_each_once(bank: Following) -> None:
    """As the feed tells it, paid for and noted one by one; and from now on where no event is named."""
    watched, other = await bank.put("公司部", 2), await bank.put("别的", 3)
    for number in (30, 31):
        await bank.find(number, 2)
    asked = "{ __typename position licenceNo reference change code gone before { code } now { chinese fine } logPosition at }"
    begun, later = [await bank.begin(f'(watch: "{watched}"{after}) {asked}') for after in (", after: 0", "")]
    async with aclosing(begun), aclosing(later):
        about = (("mine", None, licence(2)),)
        assert [read.found for read, _ in bank.reads._noted] == [about] * 2, "that nothing is found says something too"
        await bank.find(50, 3)
        bank.charged.clear()
        noted = len(bank.reads._noted)
        found = [await next_found(begun) for _ in range(2)]
        for number in (32, 33, 34):
            # It waits already, and is woken.
            waiting = asyncio.ensure_future(next_found(begun))
            await bank.find(number, 2)
            found.append(await waiting)
        assert len(bank.charged) == len(found)
        assert {client for client, _ in bank.charged} == {BANK.client_id}
        told = [read.found for read, _ in list(bank.reads._noted)[noted:]]
        assert told == [about] * len(found)
        assert [await next_found(later) for _ in range(3)] == found[2:]
    feed = await Ask(bank.graph)(BANK, f'{{ watchEvents(portfolio: "{watched}") {asked} }}')
    assert found == feed["data"]["watchEvents"]
    assert [(one["change"], one["code"], one["reference"]) for one in found] == [("NEW", "PENALTY_GENERAL", "贷2")] * 5
    after = f'(watch: "{watched}", after: {found[2]["position"]}) {asked}'
    async with aclosing(await bank.begin(after)) as again:
        assert [await next_found(again) for _ in range(2)] == found[3:]
    last = found[-1]["position"]
    refused = {
        f'(watch: "{watched}", after: {last + 1})': (BANK, "INVALID_INPUT", "after"),
        f'(watch: "{watched}", after: -1)': (BANK, "INVALID_INPUT", "after"),
        f'(watch: "{watched}")': (replace(BANK, client_id="bank-other"), "NOT_FOUND", "watch"),
        '(watch: "portfolio_x", after: 0)': (BANK, "NOT_FOUND", "watch"),
        f'(watch: "{other}", after: 0)': (ECOLOGY, "FORBIDDEN", None),
        f'(watch: "{other}")': (replace(BANK, office=BankOffice.AUDITOR), "FORBIDDEN", None),
    }
    for named, (who, code, field) in refused.items():
        answer = await bank.begin(f"{named} {{ position }}", who)
        assert isinstance(answer, Answer), named
        [error] = json.loads(answer.body)["errors"]
        assert (error["extensions"]["code"], error["extensions"].get("field")) == (code, field), named


async def test_what_is_found_is_told_as_it_may_be_told_at_that_moment(bank: Following) -> None:
    """However long it waits for who takes it slowly; and nothing of a portfolio that was removed until it is put again."""
    watched, other = await bank.put("公司部", 2), await bank.put("别的", 3)
    for number in (30, 31, 32):
        await bank.find(number, 2)
    begun = await bank.begin(f'(watch: "{watched}", after: 0) {{ position change gone now {{ chinese }} }}')
    async with aclosing(begun):
        bank.charged.clear()
        first = await next_found(begun)
        await bank.find(31, 2, repairedOn="2026-10-30", repairDocument="修1")
        await asyncio.sleep(MOMENT_SECONDS)
        second = await next_found(begun)
        assert (first["gone"], second["gone"], second["position"]) == (None, "REPAIRED", first["position"] + 1)
        assert "示例罚" in first["now"]["chinese"]
        assert "示例罚" not in second["now"]["chinese"]
        # Of another's events none is told for one that is gone.
        await bank.find(50, 3)
        await bank.portfolios.remove(watched, BANK)
        await asyncio.sleep(MOMENT_SECONDS)
        waiting = asyncio.ensure_future(next_found(begun))
        assert await bank.put("公司部", 2) == watched
        await bank.find(33, 2)
        third = await waiting
        assert (third["change"], third["gone"]) == ("NEW", None)
        assert "33号" in third["now"]["chinese"]
        assert len(bank.charged) == 3, "what is read anew is paid for once"
    assert other != watched


async def test_who_asks_for_progress_is_told_from_where_it_listens_and_how_far_was_looked(
    small: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "_PROGRESS", 5)
    begins, event, later = await first_of(
        small, BANK, 'subscription { recordPosted(after: 1, progress: true, types: ["mine.posted"]) { position cursor } }', 3
    )
    assert begins["data"] == {"recordPosted": None}
    assert begins["extensions"]["log"]["position"] == 1
    assert event["data"]["recordPosted"]["position"] == event["extensions"]["log"]["position"] == 2
    assert event["data"]["recordPosted"]["cursor"] == event["extensions"]["log"]["cursor"]
    assert later["data"]["recordPosted"]["position"] == 3


async def test_who_sees_nothing_of_what_comes_is_told_how_far_was_looked_all_the_same(
    small: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "_PROGRESS", 5)
    document = 'subscription { recordPosted(after: 0, progress: true, licenceNos: ["C5300002020010000000099"]) { position } }'
    begins, later = await first_of(small, BANK, document, 2)
    assert (begins["extensions"]["log"]["position"], later["extensions"]["log"]["position"]) == (0, 12)
    assert later["data"] == {"recordPosted": None}
