"""The ledger follows the data told, not the shape of a query: each mine of an answer is in it, and those asked for by name."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_interface_type, is_leaf_type, is_required_argument

from auth.rules import VISIBILITY
from hub.domain.record_kinds import RecordKind
from hub.services.banks.loan_checks import LoanChecks
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.limits import Limits
from schema.loan_checks import tellers
from schema.root import build_schema
from tests.background import at_work
from tests.conftest import FILLED, NOW
from tests.makers import BANK, ECOLOGY, LOAN, Ask, a_province, licence, penalty, posted, uscc
from tests.schema.ledgers import kept

SCHEMA = build_schema()
BOUNDLESS = Limits(fields=10**6, aliases=10**6, steps=10**7, pairs=10**7, cost=10**12, parts=10**9)
#: By what is asked which arguments need not be, but for one of them.
_ASKED_BY = {"loanCheck": f'(licenceNo: "{licence(1)}")', "loanChecks": f'(licenceNos: ["{licence(2)}"])'}
_NUMBER = re.compile(r'"(C\d{22}|\d{13})"')


@dataclass(frozen=True)
class Way:
    """A way from the root to objects of a type: a query with `%s` where their fields are asked for."""

    query: str
    kind: GraphQLObjectType

    def on(self, name: str, field: Any) -> Way | None:
        kind = get_named_type(field.type)
        if is_leaf_type(kind) or any(is_required_argument(argument) for argument in field.args.values()):
            return None
        if kind.name.endswith("Connection"):
            node = get_named_type(kind.fields["nodes"].type)
            return Way(self.query.replace("%s", f"{name}(first: 9) {{ edges {{ node {{ __typename %s }} }} }}"), node)
        asked = f"{name}{_ASKED_BY.get(name, '')} {{ __typename %s }}"
        return None if is_interface_type(kind) else Way(self.query.replace("%s", asked), kind)


def ways() -> Iterator[Way]:
    """The shortest way to every type, and from there every field that leads to what speaks of a mine."""
    root = SCHEMA._schema.query_type
    assert root is not None
    known, waiting = {root.name}, [Way("{ %s }", root)]
    while waiting:
        way = waiting.pop(0)
        for name, field in way.kind.fields.items():
            if (further := way.on(name, field)) is None:
                continue
            if {"licenceNo", "licenceNos"} & further.kind.fields.keys():
                yield further
            if further.kind.name not in known:
                known.add(further.kind.name)
                waiting.append(further)


@pytest.fixture
async def asked(database: Database, posting: Posting, reading: Reading, ledger: ReadLedger) -> AsyncIterator[Ask]:
    while await Sequencer(database).step():
        pass
    following = Followers(database)
    async with at_work(following):
        told_whole = tellers(LoanChecks(database, clock=lambda: NOW))
        graph = Graph(
            SCHEMA,
            reading,
            posting,
            following=following,
            consumers=Consumers(database),
            reads=ledger,
            limits=BOUNDLESS,
            tellers=told_whole,
        )
        yield Ask(graph)


@pytest.fixture
def ledger(database: Database) -> ReadLedger:
    return ReadLedger(database, clock=lambda: NOW)


async def noted(ledger: ReadLedger, database: Database) -> set[str]:
    """The mines that stand in the ledger since it was last looked at."""
    rows = await kept(ledger, database)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DELETE FROM mine_reads")
    return {row["licence_no"] for row in rows} - {None}


@FILLED
async def test_by_whichever_way_an_answer_comes_to_a_mine_it_stands_in_the_ledger(
    asked: Ask, ledger: ReadLedger, database: Database
) -> None:
    told = []
    for way in ways():
        number = "licenceNos" if "licenceNos" in way.kind.fields else "licenceNo"
        query = way.query.replace("%s", f"told: {number}")
        answer = await asked.graph.run(Operation(query, None, {}, LOAN), BANK)
        found = json.loads(answer.body)
        if "errors" in found:
            assert found["errors"][0]["extensions"]["code"] == "FORBIDDEN", query
            continue
        mines = set(_NUMBER.findall(answer.body.decode()))
        assert mines <= await noted(ledger, database), query
        # Who does not ask for the number is told of the mine all the same.
        await asked.graph.run(Operation(way.query.replace("%s", ""), None, {}, LOAN), BANK)
        assert mines <= await noted(ledger, database), way.query
        told += [query] * bool(mines)
    assert len(told) > 60
    assert any(query.startswith("{ loanCheck(") for query in told)


PROVINCE_QUERIES = {
    "{ authorities { nodes { directoryEntries { nodes { mine { name } } } } } }": {1},
    "{ enterprises { nodes { mines { nodes { name } } } } }": {1, 2, 3},
    "{ a: penalties(last: 1) { edges { node { fine } } } b: mines(last: 1) { nodes { id } } }": {1, 3},
    "{ divisions { code } mines { totalCount } }": set(),
    f'{{ mines(filter: {{licenceNo: {{eq: "{licence(2)}"}}}}) {{ totalCount }} }}': {2},
    f'{{ mines(filter: {{name: {{eq: "x"}}, licenceNo: {{in: ["{licence(2)}", "{licence(9)}"]}}}}) {{ totalCount }} }}': {2, 9},
    f'{{ mines(filter: {{not: {{or: [{{and: {{licenceNo: {{eq: "{licence(3)}"}}}}}}]}}}}) {{ totalCount }} }}': {1, 2, 3},
    f'{{ mines(filter: {{licenceNo: {{startsWith: "{licence(3)}"}}}}) {{ totalCount }} }}': {3},
    f'{{ opinions(filter: {{licenceNo: {{eq: "{licence(7)}"}}}}) {{ pageInfo {{ endCursor }} }} }}': {7},
    f'{{ enterprises {{ nodes {{ mines(filter: {{licenceNo: {{eq: "{licence(8)}"}}}}) {{ totalCount }} }} }} }}': {8},
    f'{{ penalties {{ nodes {{ id }} }} mine(licenceNo: "{licence(5)}") {{ id }} }}': {1, 5},
}


@pytest.mark.parametrize(("query", "mines"), PROVINCE_QUERIES.items(), ids=range(len(PROVINCE_QUERIES)))
async def test_mines_told_below_the_root_and_mines_named_by_filters_are_kept(
    database: Database, posting: Posting, ledger: ReadLedger, query: str, mines: set[int]
) -> None:
    await a_province(posting)
    ask = Ask(Graph(SCHEMA, Reading(database), posting, reads=ledger))
    assert "data" in await ask(BANK, query)
    assert await noted(ledger, database) == {licence(number) for number in mines}


#: What asks of mines otherwise than by their numbers, and is told no row: of which it is told all the same, and what it asked.
NAMELESS: list[tuple[str, set[int], set[str]]] = [
    ('mines(filter: {name: {eq: "示例2号磷矿"}}) { totalCount }', {2}, {"示例2号磷矿"}),
    ('mines(first: 0, after: null, filter: {name: {eq: "示例2号磷矿"}}) { nodes { id } n: totalCount }', {2}, {"示例2号磷矿"}),
    (
        'mines(filter: {name: {in: ["示例2号磷矿", "示例(99)号"]}}) { pageInfo { endCursor } }',
        {2},
        {"示例2号磷矿", "示例(99)号"},
    ),
    ('mines(filter: {name: {eq: "示例98号磷矿"}}) { totalCount }', set(), {"示例98号磷矿"}),
    (f'mines(filter: {{not: {{enterpriseUscc: {{eq: "{uscc(11)}"}}}}}}) {{ totalCount }}', {*range(1, 11)}, {uscc(11)}),
    ("mines(filter: {scale: {eq: LARGE}}) { totalCount }", set(), set()),
    (f'penalties(filter: {{partyUscc: {{eq: "{uscc(1)}"}}}}) {{ sum(of: FINE) }}', {1}, {uscc(1)}),
    ("opinions(filter: {nature: {eq: AUDIT}}) { edges { cursor } }", {1}, set()),
    ('enterprises { nodes { mines(filter: {name: {contains: "示例3号"}}) { totalCount } } }', {3}, {"示例3号"}),
    ('mines(filter: {name: {eq: "; --"}}) { totalCount }', set(), set()),
]


async def test_who_counts_few_mines_is_told_of_each(
    database: Database, posting: Posting, reading: Reading, ledger: ReadLedger
) -> None:
    await a_province(posting, 11)
    ask = Ask(Graph(SCHEMA, reading, posting, reads=ledger))
    for query, mines, called in NAMELESS:
        assert "errors" not in await ask(BANK, f"{{ {query} }}"), query
        rows = await kept(ledger, database)
        assert {row["licence_no"] for row in rows} - {None} == {licence(number) for number in mines}, query
        assert {row["key"] for row in rows} - {None} == called, query
        async with database.transaction() as connection:
            await connection.exec_driver_sql("DELETE FROM mine_reads")


async def test_mines_named_by_variables_are_kept_of_every_caller(
    database: Database, posting: Posting, reading: Reading, ledger: ReadLedger
) -> None:
    ask = Ask(Graph(SCHEMA, reading, posting, reads=ledger))
    query = """query ($f: MineFilter, $n: [String!]) {
        mines(filter: $f) { totalCount } b: mines(filter: {licenceNo: {in: $n}}) { totalCount } }"""
    for who in (BANK, ECOLOGY):
        assert "data" in await ask(who, query, f={"or": [{"licenceNo": {"eq": licence(4)}}]}, n=[licence(5), licence(6)])
        assert await noted(ledger, database) == {licence(number) for number in (4, 5, 6)}


async def test_a_part_of_a_number_is_kept_as_the_key_that_was_asked_for(
    database: Database, posting: Posting, reading: Reading, ledger: ReadLedger
) -> None:
    ask = Ask(Graph(SCHEMA, reading, posting, reads=ledger))
    part = licence(4)[:-1]
    await ask(BANK, f'{{ mines(filter: {{licenceNo: {{startsWith: "{part}"}}}}) {{ totalCount }} }}')
    assert [(row["asked"], row["key"], row["licence_no"]) for row in await kept(ledger, database)] == [("mine", part, None)]


async def test_a_record_of_several_mines_tells_of_all_of_them(
    database: Database, posting: Posting, reading: Reading, ledger: ReadLedger
) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7, mines=[licence(2), licence(3)]))
    ask = Ask(Graph(SCHEMA, reading, posting, reads=ledger))
    assert "data" in await ask(BANK, f'{{ mine(licenceNo: "{licence(2)}") {{ penalties {{ nodes {{ id }} }} }} }}')
    assert await noted(ledger, database) == {licence(2), licence(3)}


async def test_an_answer_is_the_same_for_who_is_traced(posting: Posting, reading: Reading, database: Database) -> None:
    await a_province(posting)
    assert VISIBILITY[BANK.role].traced
    ask = Ask(Graph(SCHEMA, reading, posting))
    query = '{ a: mines { nodes { licenceNo name directoryEntries { nodes { step } } } } node(id: "mine_1") { id } }'
    assert await ask(BANK, query) == await ask(ECOLOGY, query)
