"""Lists: pages forward and backward, filters, orders, and what the GraphQL specification asks of selections."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from tests.makers import (
    BANK,
    CURSORS,
    ECOLOGY,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    a_province,
    entry,
    licence,
    mine,
    penalty,
    posted,
)

PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String, $order: [MineOrder!], $filter: MineFilter) {
  mines(first: $first, after: $after, last: $last, before: $before, orderBy: $order, filter: $filter) {
    totalCount nodes { licenceNo } edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
ORDERS: list[list[dict[str, str]] | None] = [
    None,
    [{"field": "NAME", "direction": "DESC"}],
    [{"field": "LICENCE_VALID_UNTIL", "direction": "ASC"}, {"field": "NAME", "direction": "DESC"}],
]


async def some_mines(posting: Posting, count: int = 11) -> None:
    items = [
        mine(
            n,
            name=f"示例{n % 4}矿",
            licenceValidUntil=f"204{n % 3}-01-14",
            divisionCode="530112" if n % 2 else "530402",
            scale="SMALL" if n % 3 else "LARGE",
        )
        for n in range(1, count + 1)
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *items)


async def numbers(ask: Ask, **variables: Any) -> tuple[list[str], dict[str, Any]]:
    page = (await ask(ECOLOGY, PAGE, **variables))["data"]["mines"]
    return [node["licenceNo"] for node in page["nodes"]], page


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_forward_and_backward_tell_the_whole_list_once(
    ask: Ask, posting: Posting, order: list[dict[str, str]] | None
) -> None:
    await some_mines(posting)
    whole, page = await numbers(ask, first=100, order=order)
    assert len(set(whole)) == page["totalCount"] == 11
    assert page["pageInfo"]["hasNextPage"] is False
    assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]

    told: list[str] = []
    cursor = None
    while True:
        part, page = await numbers(ask, first=3, after=cursor, order=order)
        told += part
        cursor = page["pageInfo"]["endCursor"]
        assert page["edges"][-1]["cursor"] == cursor
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert told == whole

    told, cursor = [], None
    while True:
        part, page = await numbers(ask, last=4, before=cursor, order=order)
        told = part + told
        cursor = page["pageInfo"]["startCursor"]
        assert page["edges"][0]["cursor"] == cursor
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert told == whole


async def test_a_cursor_of_another_order_is_refused(ask: Ask, posting: Posting) -> None:
    await some_mines(posting, 3)
    _, page = await numbers(ask, first=1)
    answer = await ask(ECOLOGY, PAGE, first=1, after=page["pageInfo"]["endCursor"], order=ORDERS[1])
    assert answer["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "after"}.items()


async def test_a_cursor_of_another_kind_of_list_is_refused_though_its_order_is_the_same(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    page = "query ($c: String) { %s(first: 1, orderBy: [{field: NAME}], after: $c) { pageInfo { endCursor } } }"
    of_mines = (await ask(ECOLOGY, page % "mines"))["data"]["mines"]["pageInfo"]["endCursor"]
    assert (await ask(ECOLOGY, page % "mines", c=of_mines))["data"]["mines"]["pageInfo"]["endCursor"] != of_mines
    answer = await ask(ECOLOGY, page % "enterprises", c=of_mines)
    assert answer["errors"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": "after"}.items()


async def test_a_cursor_tells_nothing_of_its_row_and_is_the_same_each_time(ask: Ask, posting: Posting) -> None:
    await some_mines(posting, 3)
    page = "{ mines(first: 2, orderBy: [{field: LICENCE_NO}]) { edges { cursor } nodes { licenceNo id } } }"
    told = (await ask(ECOLOGY, page))["data"]["mines"]
    assert told == (await ask(ECOLOGY, page))["data"]["mines"]
    for edge, node in zip(told["edges"], told["nodes"], strict=True):
        for hidden in (node["licenceNo"], node["id"]):
            for spelled in (hidden.encode(), hidden.encode().hex().encode(), base64.b64encode(hidden.encode())[:-4]):
                assert spelled not in edge["cursor"].encode()
                assert spelled not in base64.urlsafe_b64decode(edge["cursor"])


async def test_cursors_of_lists_in_lists_and_in_payloads_are_sealed_and_lead_on(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    query = """query ($c: String) { mines(first: 1) { nodes {
        penalties(first: 1, after: $c) { nodes { id } edges { cursor } pageInfo { endCursor } } } } }"""
    seen, cursor = [], None
    for _ in range(2):
        [mine] = (await ask(ECOLOGY, query, c=cursor))["data"]["mines"]["nodes"]
        page = mine["penalties"]
        cursor = page["pageInfo"]["endCursor"]
        assert [edge["cursor"] for edge in page["edges"]] == [cursor]
        seen += [node["id"] for node in page["nodes"]]
    assert len(set(seen)) == 2
    posts = """mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) {
        results { record { mines { penalties(first: 1) { edges { cursor } } } } } } }"""
    answer = await ask(ECOLOGY, posts, items=[penalty(3)])
    [mine] = answer["data"]["postPenalties"]["results"][0]["record"]["mines"]
    assert CURSORS.open(mine["penalties"]["edges"][0]["cursor"], "after")[0].startswith("penalty ")


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"prefectureCode": {"eq": "530100"}}, 6),
        ({"scale": {"in": ["LARGE"]}}, 3),
        ({"scale": {"in": ["LARGE", "SMALL"]}}, 11),
        ({"name": {"contains": "例2"}}, 3),
        ({"name": {"startsWith": "示例2"}}, 3),
        ({"licenceValidUntil": {"from": "2041-01-01", "to": "2041-12-31"}}, 4),
        ({"and": [{"prefectureCode": {"eq": "530100"}}, {"scale": {"eq": "LARGE"}}]}, 2),
        ({"or": [{"licenceNo": {"eq": licence(1)}}, {"licenceNo": {"in": [licence(2), licence(3)]}}]}, 3),
        ({"not": {"scale": {"eq": "LARGE"}}}, 8),
        ({"standing": {"eq": "LISTED_PROVINCIAL"}}, 1),
        ({"withdrawn": True}, 0),
        (None, 11),
    ],
)
async def test_filters(ask: Ask, posting: Posting, wanted: dict[str, Any] | None, count: int) -> None:
    await some_mines(posting)
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(1))
    found, page = await numbers(ask, filter=wanted)
    assert len(found) == page["totalCount"] == count


SUMS = """
query ($of: PenaltyAmount!, $filter: PenaltyFilter, $first: Int) {
  penalties(filter: $filter, first: $first) {
    a: sum(of: $of) totalCount b: sum(of: CONFISCATED_VALUE) nodes { fine } ... @skip(if: false) { c: sum(of: FINE) }
  }
}
"""


async def some_penalties(posting: Posting) -> list[str]:
    items = [
        penalty(1, fine="0.01"),
        penalty(2, fine="9999999999999.99", publishedOn=None, publicationClass=None),
        penalty(3, fine="9999999999999.98", kinds=["FINE", "CONFISCATION_OF_GAINS"], confiscatedValue="0.10"),
        penalty(4, fine=None, kinds=["WARNING"], mines=[]),
        penalty(5, fine="0.70"),
    ]
    return [str(result.record_id) for result in await posted(posting, ECOLOGY, RecordKind.PENALTY, *items)]


@pytest.mark.parametrize(
    ("who", "wanted", "sums"),
    [
        (ECOLOGY, None, (5, "20000000000000.68", "0.10")),
        # A bank adds what is published, and cannot tell the rest from its sum.
        (BANK, None, (4, "10000000000000.69", "0.10")),
        (ECOLOGY, {"kinds": {"has": "WARNING"}}, (4, "10000000000000.70", "0.00")),
        (ECOLOGY, {"fine": {"to": "1"}}, (2, "0.71", "0.00")),
        (ECOLOGY, {"documentNumber": {"eq": "none"}}, (0, "0.00", "0.00")),
        (ECOLOGY, {"withdrawn": True}, (0, "0.00", "0.00")),
    ],
)
async def test_a_list_adds_up_its_rows_to_the_fen_whatever_the_page(
    ask: Ask, posting: Posting, who: Principal, wanted: dict[str, Any] | None, sums: tuple[int, str, str]
) -> None:
    await some_mines(posting, 3)
    await some_penalties(posting)
    page = (await ask(who, SUMS, of="FINE", filter=wanted, first=1))["data"]["penalties"]
    assert list(page) == ["a", "totalCount", "b", "nodes", "c"]
    assert (page["totalCount"], page["a"], page["b"]) == sums
    assert page["c"] == page["a"]
    other = (await ask(who, SUMS, of="CONFISCATED_VALUE", filter=wanted))["data"]["penalties"]
    assert other["a"] == other["b"] == page["b"]


async def test_a_mine_adds_up_its_own_and_what_was_taken_back_is_added_apart(ask: Ask, posting: Posting) -> None:
    await some_mines(posting, 3)
    ids = await some_penalties(posting)
    await posting.withdraw(ECOLOGY, ids[4], "示例理由", source="test")
    query = """
    query ($no: String!) {
      mine(licenceNo: $no) {
        penalties { sum(of: FINE) } gone: penalties(filter: {withdrawn: true}) { sum(of: FINE) }
        supportGrants { sum(of: AMOUNT) } energyUses { sum(of: ENERGY) }
      }
    }
    """
    found = (await ask(ECOLOGY, query, no=licence(1)))["data"]["mine"]
    assert found == {
        "penalties": {"sum": "19999999999999.98"},
        "gone": {"sum": "0.70"},
        "supportGrants": {"sum": "0.00"},
        "energyUses": {"sum": "0.0000"},
    }
    assert (await ask(BANK, query.replace("energyUses { sum(of: ENERGY) }", ""), no=licence(1)))["data"]["mine"]["gone"] == {
        "sum": "0.00"
    }


async def test_only_what_adds_can_be_added(ask: Ask) -> None:
    for query in ("{ opinions { sum(of: VERSION) } }", "{ penalties { sum(of: VALID_UNTIL) } }", "{ mines { sum } }"):
        assert (await ask(ECOLOGY, query))["errors"][0]["extensions"]["code"] == "DOCUMENT_INVALID"


async def test_a_tool_that_selects_all_and_gives_no_arguments_is_answered(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    query = "query ($of: PenaltyAmount) { penalties { sum null: sum(of: null) unsaid: sum(of: $of) fine: sum(of: FINE) } }"
    told = (await ask(ECOLOGY, query))["data"]["penalties"]
    assert told == {"sum": None, "null": None, "unsaid": None, "fine": told["fine"]}
    assert told["fine"] is not None
    assert (await ask(ECOLOGY, query, of="FINE"))["data"]["penalties"]["unsaid"] == told["fine"]


async def test_aliases_fragments_directives_and_node(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    found = await ask(
        OPERATOR,
        """
        query ($no: String!, $with: Boolean!) {
          a: mine(licenceNo: $no) { ...Named standing @skip(if: $with) name @include(if: $with) }
          b: mine(licenceNo: $no) { opinions { nodes { id } nodes { ... on PostedRecord { version } nature __typename } } }
        }
        fragment Named on Mine { number: licenceNo ... on Node { id } }
        """,
        no=licence(1),
        **{"with": True},
    )
    data = found["data"]
    assert list(data["a"]) == ["number", "id", "name"]
    opinion = data["b"]["opinions"]["nodes"][0]
    assert list(opinion) == ["id", "version", "nature", "__typename"]
    again = await ask(
        OPERATOR, "query ($id: ID!) { node(id: $id) { __typename id ... on Opinion { nature } } }", id=opinion["id"]
    )
    assert again["data"]["node"] == {"__typename": "Opinion", "id": opinion["id"], "nature": opinion["nature"]}


async def test_an_earlier_version_is_found_under_an_id_of_its_own(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, content="改后内容"))
    query = '{ penalties(filter: {documentNumber: {contains: "〕1号"}}) { nodes { versions { id version content } } } }'
    (found,) = (await ask(OPERATOR, query))["data"]["penalties"]["nodes"]
    assert [v["version"] for v in found["versions"]] == [2, 1]
    old = found["versions"][1]
    node = "query ($id: ID!) { node(id: $id) { ... on Penalty { content } } }"
    assert (await ask(OPERATOR, node, id=old["id"]))["data"]["node"] == {"content": old["content"]}
    assert (await ask(BANK, node, id=old["id"]))["data"]["node"] is None
    assert (await ask(OPERATOR, node, id="penalty_nope.v999999999999"))["data"]["node"] is None


async def test_what_a_role_may_not_see_is_refused_and_personal_data_is_hidden(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    refused = await ask(BANK, "{ rejections { totalCount } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    personal = "{ penalties { nodes { legalRepresentativeIdNo postedBy } } }"
    own = (await ask(ECOLOGY, personal))["data"]["penalties"]["nodes"]
    others = (await ask(NATURAL_RESOURCES, personal))["data"]["penalties"]["nodes"]
    bank = (await ask(BANK, personal))["data"]["penalties"]["nodes"]
    assert own[0]["legalRepresentativeIdNo"] == "530000190001010000"
    assert others[0]["legalRepresentativeIdNo"] is None
    assert bank == [{"legalRepresentativeIdNo": None, "postedBy": None}]


def doubling(kind: str, spread: str, count: int, end: str) -> str:
    """Fragments that each spread the next one twice."""
    links = (f"fragment f{n} on {kind} {{ {spread.replace('NEXT', f'...f{n + 1}')} }} " for n in range(count))
    return "".join(links) + f"fragment f{count} on {kind} {{ {end} }}"


TWICE = "a: opinions { nodes { mine { NEXT } } } b: opinions { nodes { mine { NEXT } } }"
BOMBS = [
    "{ ...f0 } " + doubling("Query", "NEXT NEXT", 30, "__typename"),
    '{ mine(licenceNo: "x") { ...f0 } } ' + doubling("Mine", TWICE, 18, "id"),
]


@pytest.mark.parametrize("bomb", BOMBS)
async def test_fragment_bombs_cost_little(ask: Ask, bomb: str) -> None:
    began = time.process_time()
    answer = await ask(OPERATOR, bomb)
    assert time.process_time() - began < 5
    assert "data" in answer or answer["errors"]
