"""What departments' records say against one another, on both sides of the day from which it is so."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind as K
from hub.services.posting.pipeline import Posting
from tests import duties, makers
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, licence, posted, uscc


async def listed_mines(posting: Posting, *numbers: int) -> None:
    """Mines of registered holders, listed in good order."""
    await posted(posting, makers.MARKET_REGULATION, K.ENTERPRISE, *(makers.enterprise(n) for n in numbers))
    await posted(posting, NATURAL_RESOURCES, K.MINE, *(makers.mine(n) for n in numbers))
    entries = (makers.entry(n, licenceNo=licence(n)) for n in numbers)
    results = await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, *entries)
    assert all(result.record_id for result in results), results


async def test_one_penalty_on_two_listed_mines_is_two_conflicts_with_ids_of_their_own(posting: Posting, ask: Ask) -> None:
    await listed_mines(posting, 1, 2)
    serious = makers.penalty(1, publicationClass="SERIOUS", mines=[licence(1), licence(2)])
    [result] = await posted(posting, ECOLOGY, K.PENALTY, serious)
    page = "{ conflicts(filter: {code: {eq: LISTED_WITH_SERIOUS_PENALTY}}) { totalCount nodes { id licenceNo } } }"
    told = (await ask(ECOLOGY, page))["data"]["conflicts"]
    code = "LISTED_WITH_SERIOUS_PENALTY"
    assert told == {
        "totalCount": 2,
        "nodes": [{"id": f"{code}:{licence(n)}:{result.record_id}", "licenceNo": licence(n)} for n in (1, 2)],
    }


async def test_an_opinion_on_two_kinds_of_zones_is_a_conflict_with_each_screening(posting: Posting, ask: Ask) -> None:
    await listed_mines(posting, 1)
    both = makers.opinion(1, nature="COMMENT", topics=["ECOLOGICAL_RED_LINE", "PROTECTED_AREA"])
    await posted(posting, NATURAL_RESOURCES, K.OPINION, both)
    for number, who, zone in ((1, NATURAL_RESOURCES, "ECOLOGICAL_RED_LINE"), (2, makers.FORESTRY, "PROTECTED_AREA")):
        await posted(posting, who, K.SCREENING, duties.screening(number, zoneKind=zone))
    told = (await ask(ECOLOGY, "{ conflicts { nodes { id code department } } }"))["data"]["conflicts"]["nodes"]
    agreed = [node for node in told if node["code"] == "AGREED_DESPITE_OVERLAP"]
    assert sorted(node["department"] for node in agreed) == ["FORESTRY_GRASSLAND", "NATURAL_RESOURCES"]
    assert len({node["id"] for node in agreed}) == 2


async def test_a_conflict_of_an_enterprise_is_known_by_the_enterprise(posting: Posting, ask: Ask) -> None:
    await listed_mines(posting, 1)
    [result] = await posted(posting, ECOLOGY, K.PENALTY, makers.penalty(1, partyName="示例旧名有限公司"))
    told = (await ask(ECOLOGY, "{ conflicts { nodes { id } } }"))["data"]["conflicts"]["nodes"]
    assert told == [{"id": f"NAMES_DIFFER:{uscc(1)}:{result.record_id}"}]


@pytest.mark.parametrize(
    ("code", "edge", "from_edge"),
    [
        (
            "LISTED_LICENCE_EXPIRED",
            {"mine": {"licenceValidUntil": "2026-11-02"}},
            {"mine": {"licenceValidUntil": "2026-11-01"}},
        ),
        ("LISTED_TOO_LITTLE_LEFT", {"mine": {"remainingYears": "3"}}, {"mine": {"remainingYears": "2.99"}}),
        ("LISTED_CLOSED", {"mine": {"lifeCycle": "SUSPENDED"}}, {"mine": {"lifeCycle": "CLOSED"}}),
        (
            "LISTED_WITH_SERIOUS_PENALTY",
            {"penalty": {"publicationClass": "SERIOUS", "validUntil": "2026-11-01"}},
            {"penalty": {"publicationClass": "SERIOUS", "validUntil": "2026-11-02"}},
        ),
        (
            "LISTED_LICENCE_REVOKED",
            {"penalty": {"kinds": ["CLOSURE"], "annulledOn": "2026-11-02"}},
            {"penalty": {"kinds": ["CLOSURE"], "annulledOn": None}},
        ),
    ],
)
async def test_what_stands_against_the_directory_does_so_from_its_day(
    posting: Posting, ask: Ask, code: str, edge: dict[str, Any], from_edge: dict[str, Any]
) -> None:
    await listed_mines(posting, 1)
    page = f"{{ conflicts(filter: {{code: {{eq: {code}}}}}) {{ nodes {{ licenceNo mine {{ name }} evidence }} }} }}"
    for more, found in ((edge, 0), (from_edge, 1)):
        for kind, who, make in ((K.MINE, NATURAL_RESOURCES, makers.mine), (K.PENALTY, ECOLOGY, makers.penalty)):
            if words := more.get(kind.value):
                [result] = await posted(posting, who, kind, make(1, **words))
                assert result.record_id, result
        nodes = (await ask(ECOLOGY, page))["data"]["conflicts"]["nodes"]
        assert len(nodes) == found, more
        assert all(result.record_id in node["evidence"] and node["licenceNo"] == licence(1) for node in nodes)
