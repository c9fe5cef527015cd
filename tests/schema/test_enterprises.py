"""What is told of enterprises that were merged: from either side the other is found, with what stands under it."""

from __future__ import annotations

from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from tests import makers
from tests.makers import BANK, ECOLOGY, MARKET_REGULATION, NATURAL_RESOURCES, Ask, posted, uscc

QUERY = """query ($uscc: String!) { enterprise(uscc: $uscc) {
  uscc successor { uscc } predecessors { uscc succeededOn penalties { totalCount } mines { totalCount } } } }"""


async def test_by_the_code_of_before_the_successor_is_found_and_under_it_what_stood_before(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    old = makers.enterprise(1, registrationStatus="CANCELLED", successorUscc=uscc(2), succeededOn="2026-05-01")
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, makers.enterprise(2), old)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(1))

    async def told(number: int) -> Any:
        return (await ask(BANK, QUERY, uscc=uscc(number)))["data"]["enterprise"]

    assert await told(1) == {"uscc": uscc(1), "successor": {"uscc": uscc(2)}, "predecessors": []}
    before = {"uscc": uscc(1), "succeededOn": "2026-05-01", "penalties": {"totalCount": 1}, "mines": {"totalCount": 1}}
    assert await told(2) == {"uscc": uscc(2), "successor": None, "predecessors": [before]}
