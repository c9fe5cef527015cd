"""What is short to ask and long to plan: bounded, paid for, and made beside the loop, whatever one client sends."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import weakref
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.statements.size import FIELD
from schema.answers import Operation
from schema.execution import Graph
from schema.planner.inputs import Inputs
from schema.root import build_schema
from schema.sights import Sights
from schema.workshop import Workshop
from tests.makers import (
    BANK,
    ECOLOGY,
    FINANCE,
    LOAN,
    LOCAL,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    a_province,
    licence,
    mine,
    posted,
)

CONDITIONS = {"or": [{"name": {"contains": "x"}}] * 499}


def conditions(aliases: int) -> str:
    lists = " ".join(f"a{n}: mines(filter: $f) {{ totalCount }}" for n in range(aliases))
    return f"query ($f: MineFilter) {{ {lists} }}"


def standings(aliases: int) -> str:
    """Each on a day of its own, so that none is another."""
    asked = (f'z{n}: standing(on: "{date(2026, 1, 1) + timedelta(n)}")' for n in range(aliases))
    return f"{{ mines(first: 1) {{ nodes {{ {' '.join(asked)} }} }} }}"


def eligibilities(aliases: int) -> str:
    """Each of other records, so that none is another."""
    asked = (f"z{n}: opinions(first: {n}) {{ ...F }}" for n in range(aliases))
    below = "fragment F on OpinionConnection { nodes { mine { supports { eligibility } } } }"
    return f"{{ mines(first: 1) {{ nodes {{ {' '.join(asked)} }} }} }} {below}"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (eligibilities(160), {}),
        (
            "{"
            + " ".join(f"a{n}: targetProgress(first: {n}) {{ ...P }}" for n in range(200))
            + "} fragment P on TargetProgressConnection { totalCount nodes { countedOn } }",
            {},
        ),
        (
            "{"
            + " ".join(f'a{n}: mines(filter: {{not: {{name: {{eq: "{n}"}}}}}}) {{ ...F }}' for n in range(180))
            + "} fragment F on MineConnection { totalCount nodes { name opinions(first: 1) { totalCount } } }",
            {},
        ),
    ],
    ids=["worked-out fields", "worked-out lists", "lists"],
)
async def test_a_statement_past_a_size_is_refused_before_it_is_compiled(
    ask: Ask, query: str, variables: dict[str, Any]
) -> None:
    answer = await ask(BANK, query, **variables)
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "parts of a statement" in answer["errors"][0]["message"]


@pytest.mark.parametrize("aliases", [40, 250])
async def test_conditions_are_counted_over_the_whole_operation(ask: Ask, aliases: int) -> None:
    answer = await ask(BANK, conditions(aliases), f=CONDITIONS)
    assert answer["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "filter"}.items()
    empty = await ask(BANK, conditions(aliases), f={"and": [{}] * 900})
    assert empty["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "filter"}.items()


async def test_values_of_lists_count_each_time_that_they_are_used(ask: Ask) -> None:
    names = (("mines", "name"), ("mines", "mineral"), ("enterprises", "name"))
    lists = " ".join(f"{noun}{name}: {noun}(filter: {{{name}: {{in: $v}}}}) {{ totalCount }}" for noun, name in names)
    query = f"query ($v: [String!]) {{ {lists} }}"
    assert "data" in await ask(ECOLOGY, query, v=["x"])
    answer = await ask(ECOLOGY, query, v=["x"] * 9000)
    assert answer["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "filter"}.items()


async def test_many_values_are_coerced_beside_the_loop_and_bounded(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    where: list[str] = []
    coerced = Inputs.coerced

    def noting(self: Inputs, *given: Any, **more: Any) -> Any:
        where.append(threading.current_thread().name)
        return coerced(self, *given, **more)

    monkeypatch.setattr(Inputs, "coerced", noting)
    query = "query ($f: MineFilter) { mines(filter: $f) { totalCount } }"
    for conditions, beside in ((1, False), (90, True)):
        where.clear()
        assert "data" in await ask(ECOLOGY, query, f={"or": [{"name": {"contains": "x"}}] * conditions})
        assert [name.startswith("hub-plan") for name in where] == [beside]
    answer = await ask(ECOLOGY, query, f={"or": [{"name": {"in": ["x"] * 10_000}}]})
    assert answer["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "variables"}.items()
    assert "10000 values" in answer["errors"][0]["message"]


async def test_an_order_has_few_keys(ask: Ask) -> None:
    query = "query ($o: [MineOrder!]) { mines(orderBy: $o) { totalCount } }"
    answer = await ask(ECOLOGY, query, o=[{"field": "NAME"}] * 4000)
    assert answer["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "orderBy"}.items()


async def test_as_many_conditions_and_worked_out_fields_as_one_needs_are_taken(ask: Ask) -> None:
    answer = await ask(ECOLOGY, conditions(1), f={"or": CONDITIONS["or"][:90]})
    assert answer.get("data") == {"a0": {"totalCount": 0}}, answer
    assert "data" in await ask(ECOLOGY, standings(10))


@pytest.mark.parametrize("page", ["mines(last: 3)", "mines(first: 3)"])
@pytest.mark.parametrize("who", [ECOLOGY, LOCAL, BANK])
async def test_equal_fields_are_each_of_their_own_row(
    database: Database, ask: Ask, posting: Posting, page: str, who: Principal
) -> None:
    """Whatever looks further than its row: at the log, other records, lines that are kept, under rules that look further."""
    await a_province(posting)
    while await Sequencer(database).step():
        pass
    fields = (
        "logPosition",
        "standing",
        "payloadHash",
        "supports { support eligibility }",
        "penalties(last: 2) { totalCount nodes { logPosition documentNumber mines { licenceNo } } }",
        "opinions(first: 2) { sumless: totalCount nodes { verdict mine { name } } }",
        "enterprise { name }",
        "versions { version }",
    )
    asked = " ".join(f"{name}{n}: {field}" for n, field in enumerate(fields) for name in "abcd")
    beside = "logPosition z1: recordId z2: recordId z3: recordId z4: recordId"
    once = " ".join(f"a{n}: {field}" for n, field in enumerate(fields))
    both = (await ask(who, f"{{ {page} {{ nodes {{ {asked} }} edges {{ node {{ {asked} }} }} }} }}"))["data"]["mines"]
    alone = (await ask(who, f"{{ {page} {{ nodes {{ {once} }} }} }}"))["data"]["mines"]["nodes"]
    apart = (await ask(who, f"{{ {page} {{ nodes {{ {beside} }} }} }}"))["data"]["mines"]["nodes"]
    assert [node["logPosition"] for node in apart] == [node["a0"] for node in alone]
    assert len(alone) == (3 if who is not LOCAL else len(alone))
    assert alone
    for found in (both["nodes"], [edge["node"] for edge in both["edges"]]):
        assert [{name: value for name, value in node.items() if name[0] == "a"} for node in found] == alone
        for other in "bcd":
            assert [{"a" + name[1:]: value for name, value in node.items() if name[0] == other} for node in found] == alone


@pytest.mark.parametrize(
    "asked",
    [
        "mines(first: 1) { nodes { %s } }|supports { eligibility }",
        'mines(first: 1) { nodes { %s } }|opinions(first: 3, filter: {documentNumber: {eq: "1"}}) { totalCount nodes { id } }',
        "mines(first: 1) { nodes { %s } }|annualOutput { a: quantity b: quantity }",
        "%s|closureDuties(first: 1) { nodes { dueOn } }",
        "%s|mines(first: 1) { nodes { name } }",
    ],
)
async def test_equal_fields_under_other_names_are_one(reading: Reading, posting: Posting, ask: Ask, asked: str) -> None:
    """The answer tells each under its name; the statement is not larger for sixty of them than for four."""
    frame, field = asked.split("|")
    parts: list[int] = []

    class Noting(Reading):
        def prepare(self, *given: Any) -> Any:
            statement = super().prepare(*given)
            parts.append(statement.parts)
            return statement

    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    graph = Graph(build_schema(), Noting(reading._database), posting)
    told = []
    for times in (1, 4, 60):
        names = [f"z{n}" for n in range(times)]
        query = "{" + frame % " ".join(f"{name}: {field} {name}t: __typename" for name in names) + "}"
        answer = json.loads((await graph.run(Operation(query, None, {}), ECOLOGY)).body)["data"]
        inner = answer["mines"]["nodes"][0] if "mines(first: 1) { nodes { %s" in frame else answer
        assert list(inner) == [name for one in names for name in (one, f"{one}t")]
        told.append(inner["z0"])
        assert all(inner[name] == inner["z0"] for name in names)
    assert told[0] == told[1] == told[2]
    assert parts[2] - parts[1] == 56 * FIELD if inner is not answer else parts[2] == parts[1]


async def test_each_new_statement_is_paid_for_by_its_parts(reading: Reading, posting: Posting) -> None:
    spent: Counter[str] = Counter()

    def charge(client: str, cost: int) -> None:
        spent[client] += cost

    graph = Graph(build_schema(), reading, posting, charge=charge)

    async def price(query: str, **variables: Any) -> int:
        before = spent[ECOLOGY.client_id]
        await graph.run(Operation(query, None, variables), ECOLOGY)
        return spent[ECOLOGY.client_id] - before

    few, many = await price(standings(2)), await price(standings(12))
    assert many > 3 * few
    assert await price(standings(12)) == 2 + 12 * 10
    await price(conditions(1), f={"or": CONDITIONS["or"][:1]})
    assert await price(conditions(1), f=CONDITIONS) > 499 * 7 * 50


async def test_what_a_client_pays_tells_nothing_of_what_others_ask(reading: Reading, posting: Posting) -> None:
    """Whoever writes numbers into its documents is not found out by who tries them after it."""
    spent: Counter[str] = Counter()

    def charge(client: str, cost: int) -> None:
        spent[client] += cost

    graph = Graph(build_schema(), reading, posting, charge=charge, owe=charge)

    async def prices(who: Principal, query: str) -> list[int]:
        found = []
        for _ in range(3):
            before = spent[who.client_id]
            await graph.run(Operation(query, None, {}, LOAN), who)
            found.append(spent[who.client_id] - before)
        return found

    for query in (f'{{ mine(licenceNo: "{licence(7)}") {{ name standing }} }}', "{ mines { nope } }"):
        for first, second in ((ECOLOGY, FINANCE), (BANK, replace(BANK, client_id="another bank")), (OPERATOR, BANK)):
            named = f"query Q{first.role} {query}"
            asked = await prices(first, named)
            assert await prices(second, named) == asked
            assert asked[0] > asked[1] == asked[2]


def test_what_was_asked_by_is_remembered_within_bounds() -> None:
    sights = Sights(most_clients=2, most_of_one=2)
    for client in ("a", "b"):
        for text in ("1", "2", "2"):
            sights.note(client, text)
    assert [sights.is_first("a", text) for text in ("1", "2", "3")] == [False, False, True]
    sights.note("a", "3")
    assert [sights.is_first("a", text) for text in ("1", "2", "3")] == [True, False, False]
    sights.note("c", "1")
    assert [sights.is_first(client, "2") for client in ("a", "b", "c")] == [True, False, True]


async def test_documents_are_read_and_planned_beside_the_loop(reading: Reading, posting: Posting) -> None:
    where: set[str] = set()

    class Noting(Reading):
        def prepare(self, *given: Any) -> Any:
            where.add(threading.current_thread().name)
            return super().prepare(*given)

    graph = Graph(build_schema(), Noting(reading._database), posting)
    answer = await graph.run(Operation("{ mines { totalCount } }", None, {}), ECOLOGY)
    assert answer.body == b'{"data":{"mines":{"totalCount":0}}}'
    assert where
    assert all(name.startswith("hub-plan") for name in where)


async def test_work_leaves_nothing_behind_that_others_would_wait_for(reading: Reading, posting: Posting) -> None:
    """What holds itself in circles is collected with the work that made it, read, planned or refused, and no later: a whole
    collection would find next to nothing, however many documents were new."""
    graph = Graph(build_schema(), reading, posting)

    async def ask(number: int) -> None:
        for text, variables in (
            (f"{{ a{number}: mines(first: 1) {{ nodes {{ standing }} }} }}", {}),
            (conditions(40).replace("a0", f"b{number}"), {"f": CONDITIONS}),
            (f"{{ c{number}: mines(first: 1) {{ nodes {{ nope }} }} }}", {}),
            (f"{{ d{number}: mines(first: 1, last: 1) {{ nodes {{ name }} }} ok: mines {{ totalCount }} }}", {}),
            (f"{{ e{number} ", {}),
        ):
            await graph.run(Operation(text, None, variables), ECOLOGY)

    await ask(0)
    gc.collect()
    gc.disable()
    try:
        for number in range(1, 11):
            await ask(number)
        assert gc.collect() < 500
    finally:
        gc.enable()


async def test_what_work_leaves_in_circles_is_gone_after_it_though_it_was_looked_at_amid_the_work() -> None:
    class Circle:
        def __init__(self) -> None:
            self.own = self

    def work() -> weakref.ref[Circle]:
        made = [Circle() for _ in range(3_000)]
        return weakref.ref(made[0])

    before = gc.get_threshold()
    # As a process that serves has them, which leaves alone what it has looked at once.
    gc.set_threshold(1_000, 1_000_000_000, 1_000_000_000)
    try:
        assert (await Workshop(60).do("bank", work))() is None
    finally:
        gc.set_threshold(*before)


async def test_what_cannot_be_planned_is_paid_for_all_the_same(reading: Reading, posting: Posting) -> None:
    owed: list[int] = []
    graph = Graph(build_schema(), reading, posting, owe=lambda _, cost: owed.append(cost))
    await graph.run(Operation(eligibilities(160), None, {}), ECOLOGY)
    assert owed == [50 * 20_000 // 4]
    query = "query ($v: [String!]) { mines(filter: {name: {in: $v}}) { totalCount } }"
    await graph.run(Operation(query, None, {"v": ["x"]}), ECOLOGY)
    assert owed == [50 * 20_000 // 4]


async def test_work_goes_client_by_client_and_equal_work_is_done_once() -> None:
    shop, may_end, done = Workshop(60), threading.Event(), []
    found: dict[str, str] = {}

    def make(name: str) -> str:
        may_end.wait(60)
        done.append(name)
        found[name] = name
        return name

    def work(client: str, name: str) -> asyncio.Task[str]:
        return asyncio.create_task(shop.do(client, lambda: make(name), lambda: found.get(name)))

    tasks = [
        work("hostile", "first"),
        *(work("hostile", f"n{n}") for n in range(3)),
        work("bank", "one"),
        work("credit", "one"),
    ]
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(*tasks)
    assert done[:3] == ["first", "n0", "one"]
    assert done.count("one") == 1


async def test_work_that_takes_too_long_ends_for_who_waits_and_blocks_nobody_for_good() -> None:
    shop, may_end = Workshop(0.05), threading.Event()
    with pytest.raises(HubError) as late:
        await shop.do("hostile", lambda: may_end.wait(60))
    assert late.value.code is ErrorCode.DEADLINE_EXCEEDED
    may_end.set()
    patient = Workshop(60)
    assert await patient.do("bank", lambda: "planned") == "planned"
