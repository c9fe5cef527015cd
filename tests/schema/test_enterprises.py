"""What is told of enterprises that were merged: the code of before leads to who owes now, and under the former one stands what
stood there."""

from __future__ import annotations

from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.domain.words.identifiers import record_id
from hub.services.posting.pipeline import Posting
from tests import makers
from tests.makers import BANK, ECOLOGY, MARKET_REGULATION, NATURAL_RESOURCES, Ask, posted, uscc

OF_IT = """uscc successor { uscc } predecessors { uscc succeededOn penalties { totalCount } mines { totalCount } }"""
QUERY = f"""query ($uscc: String!, $id: ID!) {{
  enterprise(uscc: $uscc) {{ {OF_IT} }}
  former: node(id: $id) {{ ... on Enterprise {{ {OF_IT} }} }}
}}"""
LISTED = """query ($uscc: String!, $usccs: [String!]) {
  one: enterprises(filter: {uscc: {eq: $uscc}}) { nodes { uscc } }
  several: enterprises(filter: {uscc: {in: $usccs}}) { nodes { uscc } }
  mines(filter: {enterpriseUscc: {eq: $uscc}}) { nodes { enterpriseUscc } }
  penalties(filter: {partyUscc: {in: $usccs}}) { nodes { partyUscc } }
  except: enterprises(filter: {not: {uscc: {eq: $uscc}}}) { nodes { uscc } }
  begins: enterprises(filter: {uscc: {startsWith: $uscc}}) { nodes { uscc } }
  _entities(representations: [{__typename: "Enterprise", uscc: "%s"}]) { ... on Enterprise { uscc } }
}"""


def merged(into: int, number: int, day: str = "2026-05-01") -> dict[str, Any]:
    return makers.enterprise(number, registrationStatus="CANCELLED", successorUscc=uscc(into), succeededOn=day)


async def test_the_code_of_before_leads_to_the_successor_and_under_the_former_one_stands_what_stood_there(
    posting: Posting, ask: Ask
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1), makers.mine(2))
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, makers.enterprise(2), merged(2, 1))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(1), makers.penalty(2, partyUscc=uscc(2)))

    async def told(number: int) -> Any:
        return (await ask(BANK, QUERY, uscc=uscc(number), id=record_id("enterprise", uscc(1))))["data"]

    before = {"uscc": uscc(1), "succeededOn": "2026-05-01", "penalties": {"totalCount": 1}, "mines": {"totalCount": 1}}
    successor = {"uscc": uscc(2), "successor": None, "predecessors": [before]}
    former = {"uscc": uscc(1), "successor": {"uscc": uscc(2)}, "predecessors": []}
    assert await told(1) == await told(2) == {"enterprise": successor, "former": former}

    async def listed(number: int) -> dict[str, list[str]]:
        answer = await ask(BANK, LISTED % uscc(number), uscc=uscc(number), usccs=[uscc(number), uscc(9)])
        assert "errors" not in answer, answer
        found = answer["data"]
        return {
            name: sorted(code for one in (rows if isinstance(rows, list) else rows["nodes"]) for code in one.values())
            for name, rows in found.items()
        }

    old, new = [uscc(1)], [uscc(2)]
    ahead = {"one": new, "several": new, "_entities": new, "except": old}
    assert await listed(1) == ahead | {"mines": old + new, "penalties": old + new, "begins": old}
    assert await listed(2) == ahead | {"mines": new, "penalties": new, "begins": new}


async def test_a_code_leads_over_several_mergers_for_as_long_as_the_successor_stands(posting: Posting, ask: Ask) -> None:
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, *(makers.enterprise(n) for n in (1, 2, 3)))
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, merged(2, 1), merged(3, 2, "2026-06-01"))
    query = """query ($uscc: String!, $usccs: [String!]) { enterprise(uscc: $uscc) { uscc }
      enterprises(filter: {uscc: {in: $usccs}}) { nodes { uscc } } }"""

    async def told() -> list[Any]:
        answers = [(await ask(BANK, query, uscc=uscc(n), usccs=[uscc(n)]))["data"] for n in (1, 2, 3)]
        assert all([one["enterprise"]] == one["enterprises"]["nodes"] for one in answers)
        return [one["enterprise"]["uscc"] for one in answers]

    assert await told() == [uscc(3)] * 3
    [last] = await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, makers.enterprise(3))
    await posting.withdraw(MARKET_REGULATION, str(last.record_id), "示例：误报", source="test")
    answer = (await ask(BANK, query, uscc=uscc(1), usccs=[uscc(1), uscc(2), uscc(3)]))["data"]
    assert answer == {"enterprise": {"uscc": uscc(2)}, "enterprises": {"nodes": [{"uscc": uscc(2)}]}}
