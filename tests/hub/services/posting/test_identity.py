"""A document is known by its kind, its issuing organ and its number: nobody overwrites another organ's document."""

from __future__ import annotations

from typing import Any

import pytest

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from tests import duties
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, caller, entry, licence, mine, opinion, penalty, posted, seat, uscc

K = RecordKind
ECO, NR = Department.ECOLOGY, Department.NATURAL_RESOURCES


@pytest.fixture
async def province(posting: Posting) -> None:
    """A mine in each of two prefectures, with one holder."""
    await posted(posting, NATURAL_RESOURCES, K.MINE, mine(1), mine(2, divisionCode="530402", enterpriseUscc=uscc(1)))


SAME_NUMBER = [
    (K.PENALTY, ECO, penalty(7), {"mines": [licence(2)], "fine": "1.00"}),
    (K.OPINION, ECO, opinion(7, verdict="DISAGREE"), {"licenceNo": licence(2), "verdict": "AGREE"}),
    (K.CONTRACT, NR, duties.contract(contractKind="TRANSFER"), {"licenceNo": licence(2), "requirements": "无"}),
    (K.APPEAL, ECO, duties.appeal(), {"licenceNo": licence(2), "text": "无"}),
    (K.MONITORING_READING, ECO, duties.monitoring_reading(), {"licenceNo": licence(2), "value": "0.01"}),
]


@pytest.mark.parametrize("same", SAME_NUMBER, ids=lambda same: same[0].value)
async def test_the_same_number_of_another_prefecture_is_another_document(
    province: None, posting: Posting, same: tuple[RecordKind, Department, dict[str, Any], dict[str, Any]]
) -> None:
    kind, department, item, other = same
    here, there = (caller(Role.DEPARTMENT, department, division) for division in ("530100", "530400"))
    made = [await _taken(posting, who, kind, one) for who, one in ((here, item), (there, item | other))]
    assert [result.outcome for result in made] == [Outcome.ACCEPTED] * 2
    assert made[0].record_id != made[1].record_id
    assert (await _taken(posting, here, kind, item)).outcome is Outcome.UNCHANGED


async def _taken(posting: Posting, who: Principal, kind: RecordKind, item: dict[str, Any]) -> Any:
    if who.department and "authorityCode" in item:
        item = item | {"authorityCode": seat(who.department, who.division_code)}
    [result] = await posted(posting, who, kind, item)
    return result


async def test_the_next_step_under_one_announcement_is_a_new_entry(province: None, posting: Posting, ask: Ask) -> None:
    proposed = entry(7, step="PROPOSED", effectiveOn="2025-05-01")
    noticed = proposed | {"step": "PUBLIC_NOTICE", "effectiveOn": "2025-06-01"}
    made = await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, proposed, noticed)
    assert [result.outcome for result in made] == [Outcome.ACCEPTED] * 2
    found = await ask(ECOLOGY, "{ directoryEntries { nodes { step version } } }")
    assert {(node["step"], node["version"]) for node in found["data"]["directoryEntries"]["nodes"]} == {
        ("PROPOSED", 1),
        ("PUBLIC_NOTICE", 1),
    }


async def test_an_answer_names_the_organ_whose_transfer_it_answers(province: None, posting: Posting, ask: Ask) -> None:
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, duties.transfer())
    below = caller(Role.DEPARTMENT, ECO, "530100")
    await _taken(posting, below, K.CASE_TRANSFER, duties.transfer())
    await posted(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, duties.answer())
    found = await ask(NATURAL_RESOURCES, "{ caseTransfers { nodes { authorityCode state } } }")
    states = {node["authorityCode"]: node["state"] for node in found["data"]["caseTransfers"]["nodes"]}
    assert states == {seat(ECO): "IN_HAND", seat(ECO, "530100"): "OPEN"}
