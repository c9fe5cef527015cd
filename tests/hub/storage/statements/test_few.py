"""A filtered list is the same whether few rows pass, more than few, or just as many as are few: its pages, ends and count."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.read_plan import AllOf, AnyOf, Compare, Negated, Operator, Order, Param
from hub.domain.record_kinds import RecordKind, mine_id
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.statements import few
from hub.storage.statements.few import conjuncts, is_served
from hub.storage.views.nouns import VIEWS
from schema.execution import Graph
from schema.root import build_schema
from tests import duties
from tests.conftest import NOW
from tests.makers import (
    CURSORS,
    ECOLOGY,
    LOCAL,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    a_province,
    entry,
    licence,
    mine,
    opinion,
    penalty,
    posted,
)

PASSING = 5
_ASKED = (
    "query($filter: OpinionFilter, $first: Int, $last: Int, $after: String, $before: String, $by: [OpinionOrder!]) { "
    "opinions(filter: $filter, first: $first, last: $last, after: $after, before: $before, orderBy: $by) { "
    "totalCount nodes { documentNumber } edges { cursor } "
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
)
_BY = [{"field": "ISSUED_ON", "direction": "ASC"}, {"field": "DOCUMENT_NUMBER", "direction": "DESC"}]


@pytest.fixture
async def opinions(posting: Posting) -> None:
    """Nine opinions, of which five agree under conditions, two of them on one day."""
    await a_province(posting)
    days = ["2025-03-01", "2025-02-01", "2025-02-01", "2025-01-01", "2025-04-01"]
    conditional = [
        opinion(10 + n, verdict="AGREE_WITH_CONDITIONS", conditions="示例", issuedOn=day) for n, day in enumerate(days)
    ]
    await posted(posting, ECOLOGY, RecordKind.OPINION, *conditional, opinion(20), opinion(21))


@pytest.mark.parametrize("most", [0, PASSING - 1, PASSING, PASSING + 1])
@pytest.mark.usefixtures("opinions")
async def test_pages_ends_and_count_are_the_same(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    answers = []
    for bound in (most, 1_000):
        monkeypatch.setattr(few, "FEW", bound)
        ask = Ask(Graph(build_schema(), Reading(database, clock=lambda: NOW, cursors=CURSORS), posting))
        answers.append(await _all(ask))
    assert answers[0] == answers[1]
    assert [page["totalCount"] for page in answers[0]] == [PASSING] * len(answers[0])
    assert [node["documentNumber"] for node in answers[0][0]["nodes"]] == [f"示例审〔2025〕1{n}号" for n in (4, 0)]


async def _all(ask: Ask) -> list[dict[str, Any]]:
    """Pages of the five from both ends, and what follows and goes before them, in two orders."""
    wanted = {"verdict": {"eq": "AGREE_WITH_CONDITIONS"}}
    pages = []
    for more in ({}, {"by": _BY}):
        first = await _page(ask, filter=wanted, first=2, **more)
        then = await _page(ask, filter=wanted, first=2, after=first["pageInfo"]["endCursor"], **more)
        last = await _page(ask, filter=wanted, last=2, **more)
        before = await _page(ask, filter=wanted, last=2, before=last["pageInfo"]["startCursor"], **more)
        pages += [first, then, last, before, await _page(ask, filter=wanted, first=0, **more)]
    return pages


async def _page(ask: Ask, **variables: Any) -> dict[str, Any]:
    answer = await ask(OPERATOR, _ASKED, **variables)
    assert "errors" not in answer, answer
    page: dict[str, Any] = answer["data"]["opinions"]
    return page


#: Filters by what rules tell of six mines, of which two are listed, one has another number by now and one was withdrawn; and
#: how many pass for those who see all, and for an office that sees two of them.
_TOLD = {
    "standing: {eq: LISTED_PROVINCIAL}": (2, 1),
    "standing: {eq: WARNED}": (0, 0),
    "standing: {in: [NOT_STARTED, LISTED_PROVINCIAL]}": (5, 2),
    "and: [{standing: {eq: NOT_STARTED}}]": (3, 1),
    "standing: {isNull: false}": (5, 2),
    "standing: {isNull: true}": (0, 0),
    "not: {standing: {eq: NOT_STARTED}}": (2, 1),
    'or: [{standing: {eq: NOT_STARTED}}, {name: {contains: "示例"}}]': (5, 2),
    "mustContract: {eq: true}, standing: {eq: LISTED_PROVINCIAL}": (2, 1),
    "buildDuty: {eq: MUST_BUILD}": (5, 2),
    "withdrawn: true, standing: {eq: NOT_STARTED}": (0, 0),
}


@pytest.fixture
async def mines(posting: Posting) -> None:
    await a_province(posting, mines=6)
    entries = (entry(n, licenceNo=licence(n)) for n in (2, 6))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(n, divisionCode="530302") for n in (2, 3, 4)))
    renewed = duties.licence_succession(predecessors=[licence(5)], successors=[licence(50)])
    await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, renewed)
    await posting.withdraw(NATURAL_RESOURCES, mine_id(licence(6)), "示例", source="test")


@pytest.mark.parametrize("most", [1, 1_000])
@pytest.mark.usefixtures("mines")
async def test_what_rules_tell_is_found_and_counted_as_what_stands_in_records(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(few, "FEW", most)
    found = {}
    for filtered in _TOLD:
        pages = [
            (await ask(who, f"{{ mines(first: 9, filter: {{{filtered}}}) {{ totalCount nodes {{ licenceNo }} }} }}"))["data"][
                "mines"
            ]
            for who in (OPERATOR, LOCAL)
        ]
        assert [page["totalCount"] for page in pages] == [len(page["nodes"]) for page in pages], filtered
        found[filtered] = tuple(page["totalCount"] for page in pages)
    assert found == _TOLD


#: Filters by the mines that records are about; and how many pass.
_ABOUT = {
    ("opinions", 'prefectureCode: {eq: "530100"}'): 3,
    ("opinions", 'divisionCode: {in: ["530112", "530302"]}'): 5,
    ("opinions", 'divisionCode: {startsWith: "53"}'): 5,
    ("opinions", "divisionCode: {isNull: true}"): 0,
    ("opinions", "divisionCode: {isNull: false}"): 5,
    ("opinions", 'not: {divisionCode: {contains: "0302"}}'): 3,
    ("opinions", 'or: [{divisionCode: {eq: "530112"}}, {documentNumber: {contains: "31号"}}]'): 4,
    ("penalties", 'prefectureCode: {eq: "530300"}'): 2,
    ("penalties", 'divisionCode: {contains: "30"}'): 4,
    ("penalties", f'licenceNo: {{in: ["{licence(1)}", "{licence(2)}"]}}'): 4,
    ("penalties", "licenceNo: {isNull: true}"): 1,
    ("penalties", 'not: {prefectureCode: {eq: "530100"}}'): 2,
}


@pytest.fixture
async def about(mines: None, posting: Posting) -> None:
    """Five opinions, and five penalties, of which one is about two mines and one about none."""
    told = opinion(30, licenceNo=licence(2)), opinion(31, licenceNo=licence(3)), opinion(32)
    await posted(posting, ECOLOGY, RecordKind.OPINION, *told)
    several = [penalty(31, mines=[licence(1), licence(2)]), penalty(32, mines=[licence(2)]), penalty(33, mines=[])]
    await posted(posting, ECOLOGY, RecordKind.PENALTY, *several)


@pytest.mark.parametrize(("most", "most_mines"), [(1, 1_000), (1_000, 1)])
@pytest.mark.usefixtures("about")
async def test_what_is_about_mines_is_found_by_them_be_they_few_or_many(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, most: int, most_mines: int
) -> None:
    monkeypatch.setattr(few, "FEW", most)
    monkeypatch.setattr(few, "FEW_MINES", most_mines)
    found = {}
    for noun, filtered in _ABOUT:
        asked = f"{{ {noun}(first: 9, filter: {{{filtered}}}) {{ totalCount nodes {{ id }} }} }}"
        page = (await ask(OPERATOR, asked))["data"][noun]
        assert page["totalCount"] == len(page["nodes"]), filtered
        found[noun, filtered] = page["totalCount"]
    assert found == _ABOUT


def test_what_an_index_brings_in_the_lists_order_is_not_looked_for_beforehand() -> None:
    view, value = VIEWS["penalty"], Param(0)
    newest = (Order("decided_on", descending=True),)

    def served(field: str, operator: Operator, order: tuple[Order, ...] = newest) -> bool:
        return is_served(view, AllOf((Compare(field, operator, value),)), order)

    assert served("party_uscc", Operator.EQ)
    assert served("decided_on", Operator.FROM)
    assert not served("fine", Operator.FROM)
    assert not served("fine", Operator.FROM, (Order("decided_on", descending=True), Order("fine", descending=True)))
    assert served("fine", Operator.FROM, (Order("fine", descending=False),))
    # The index has the newest first, and no other order.
    assert not served("party_uscc", Operator.EQ, (Order("document_number", descending=False),))
    assert not served("party_uscc", Operator.IN)
    assert not served("party_name", Operator.EQ)


def test_only_what_must_hold_by_itself_decides() -> None:
    one, other = (Compare(name, Operator.EQ, Param(0)) for name in ("nature", "verdict"))
    assert conjuncts(AllOf((one, AllOf((other,))))) == [one, other]
    assert conjuncts(AnyOf((one, other))) == conjuncts(Negated(one)) == conjuncts(None) == []
