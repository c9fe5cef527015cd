"""The graph of a mine."""

from __future__ import annotations

from hub.services.posting.pipeline import Posting
from tests.makers import BANK, ECOLOGY, OPERATOR, Ask, a_province, licence, uscc

EVERYTHING = """
query ($no: String!) {
  mine(licenceNo: $no) {
    __typename id licenceNo name standing remainingYears boundary annualOutput { year quantity }
    division { name parent { name level } }
    enterprise { name uscc registeredCapital mines { totalCount nodes { licenceNo } } }
    opinions { totalCount nodes { documentNumber nature verdict text issuedOn department topics } }
    penalties(first: 1) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { documentNumber fine kinds disputed publishedOn publicationLatestEnd mines { name } } }
    }
    directoryEntries { nodes { step level effectiveOn } }
    versions { version recordedAt }
  }
}
"""


async def test_one_mine_answers_with_all_of_its_records(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    answer = await ask(ECOLOGY, EVERYTHING, no=licence(1))
    mine = answer["data"]["mine"]
    assert mine["name"] == "示例1号磷矿"
    assert mine["standing"] == "LISTED_PROVINCIAL"
    assert mine["remainingYears"] == "12.50"
    assert mine["annualOutput"] == [{"year": 2024, "quantity": "120.5000"}, {"year": 2025, "quantity": "118.0000"}]
    assert mine["division"]["parent"] == {"name": "昆明市", "level": "PREFECTURE"}
    assert mine["enterprise"]["uscc"] == uscc(1)
    assert mine["opinions"]["totalCount"] == 2
    assert mine["penalties"]["totalCount"] == 2
    assert mine["penalties"]["pageInfo"]["hasNextPage"] is True
    assert mine["penalties"]["edges"][0]["node"]["fine"] == "200000.00"
    assert mine["penalties"]["edges"][0]["cursor"] == mine["penalties"]["pageInfo"]["endCursor"]
    assert mine["versions"] == [{"version": 1, "recordedAt": "2026-11-02T03:04:05.678901Z"}]


async def test_a_bank_sees_what_is_a_banks_to_see(ask: Ask, posting: Posting) -> None:
    await a_province(posting)
    mine = (await ask(BANK, EVERYTHING, no=licence(1)))["data"]["mine"]
    assert [o["nature"] for o in mine["opinions"]["nodes"]] == ["AUDIT"]
    assert mine["opinions"]["nodes"][0]["text"] is None
    assert mine["penalties"]["totalCount"] == 1


async def test_an_unknown_mine_is_null(ask: Ask) -> None:
    assert await ask(OPERATOR, EVERYTHING, no=licence(999)) == {"data": {"mine": None}}
