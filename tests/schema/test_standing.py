"""Where a mine stands and what it must do is told, and filtered by, as the rules say it, evaluated afresh over all posts."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests import makers
from tests.histories import history
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, licence, posted
from tests.reference import afresh
from tests.reference.executor import load


async def test_the_graph_tells_what_the_rules_say(database: Database, ask: Ask) -> None:
    await history(database, Random(7))  # noqa: S311
    rows = await load(database)
    query = """query($on: Date) { mines(first: 500) { nodes {
        licenceNo standing(on: $on) buildDuty(on: $on) mustContract(on: $on) contractState(on: $on) } } }"""
    for on in (date(2025, 3, 1), date(2025, 9, 15), date(2026, 2, 10), date(2045, 1, 1), date(9999, 12, 31)):
        for node in (await ask(ECOLOGY, query, on=on.isoformat()))["data"]["mines"]["nodes"]:
            facts = afresh.facts_of(rows, node.pop("licenceNo"))
            [must] = facts.states("MUST_CONTRACT", min(on, date(8999, 12, 31)))
            told = {
                name: facts.states(rule, min(on, date(8999, 12, 31)))[0].state
                for name, rule in (("standing", "STANDING"), ("buildDuty", "BUILD_DUTY"), ("contractState", "CONTRACT_STATE"))
            }
            assert node == told | {"mustContract": must.state == "YES"}


async def test_lists_are_filtered_by_what_the_rules_say_of_today(posting: Posting, ask: Ask) -> None:
    await makers.a_province(posting, mines=3)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(4, scale="SMALL"))
    query = """query($filter: MineFilter) { mines(filter: $filter) { totalCount nodes { licenceNo } } }"""

    async def found(**given: Any) -> set[int]:
        page = (await ask(ECOLOGY, query, filter=given))["data"]["mines"]
        assert page["totalCount"] == len(page["nodes"])
        return {int(node["licenceNo"][-6:]) for node in page["nodes"]}

    assert await found(standing={"eq": "LISTED_PROVINCIAL"}) == {1}
    assert await found(standing={"in": ["NOT_STARTED", "LISTED_PROVINCIAL"]}) == {1, 2, 3, 4}
    assert await found(**{"not": {"standing": {"eq": "LISTED_PROVINCIAL"}}}) == {2, 3, 4}
    assert await found(mustContract={"eq": True}) == {1, 2, 3}
    assert await found(mustContract={"eq": False}) == {4}
    assert await found(contractState={"eq": "MISSING"}, mustContract={"eq": True}) == {1, 2, 3}
    assert await found(buildDuty={"eq": "MUST_BUILD"}, standing={"eq": "NOT_STARTED"}) == {2, 3, 4}


async def test_a_withdrawn_mine_stands_nowhere_and_is_told_where_it_stood_when_it_returns(posting: Posting, ask: Ask) -> None:
    await makers.a_province(posting, mines=1)
    mine = (await ask(ECOLOGY, f'{{ mine(licenceNo: "{licence(1)}") {{ id }} }}'))["data"]["mine"]["id"]
    await posting.withdraw(NATURAL_RESOURCES, mine, "示例更正", source="test")
    query = "{ mines(filter: {withdrawn: true}) { nodes { standing mustContract } } }"
    answer = await ask(NATURAL_RESOURCES, query)
    assert answer["data"]["mines"]["nodes"] == [{"standing": None, "mustContract": None}]


async def test_today_is_meant_where_no_day_is_given(posting: Posting, ask: Ask) -> None:
    await makers.a_province(posting, mines=1)
    answer = await ask(
        ECOLOGY,
        """query($licence: String!, $none: Date, $before: Date) { mine(licenceNo: $licence) {
            now: standing  absent: standing(on: $none)  before: standing(on: $before)
            entry: provincialEntry { step effectiveOn }  none: provincialEntry(on: $before) { step }
            nationalEntry { step } } }""",
        licence=licence(1),
        before="2025-03-19",
    )
    assert answer["data"]["mine"] == {
        "now": "LISTED_PROVINCIAL",
        "absent": "LISTED_PROVINCIAL",
        "before": "NOT_STARTED",
        "entry": {"step": "LISTED", "effectiveOn": "2025-03-20"},
        "none": None,
        "nationalEntry": None,
    }
