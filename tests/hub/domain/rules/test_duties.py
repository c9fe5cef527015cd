"""Who must build, who must sign a contract, and how far the contract is: each word on both sides of its edge."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.duties import BuildDuty, ContractState
from hub.domain.records.mines import LifeCycle, MineScale
from hub.domain.rules.duties import (
    BUILD_DUTY,
    CONTRACT_STATE,
    MUST_CONTRACT,
    build_duty,
    contract_state,
    held_to_closure,
    must_contract,
)
from hub.domain.rules.timelines import Fact, Facts, Rule, State
from tests import duties, makers
from tests.hub.domain.records.judging import read

ON = date(2026, 11, 2)


def mine(**more: Any) -> Any:
    return read(RecordKind.MINE, makers.mine(**more))


@pytest.mark.parametrize(
    ("said", "duty"),
    [
        ({}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "EXPANSION"}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "NEW", "normalProduction3Years": False}, BuildDuty.MUST_BUILD),
        ({"normalProduction3Years": False}, BuildDuty.NOT_PRODUCING),
        ({"normalProduction3Years": None}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "SUSPENDED"}, BuildDuty.NOT_PRODUCING),
        ({"licenceValidUntil": "2026-11-01"}, BuildDuty.NO_VALID_LICENCE),
        ({"licenceValidUntil": "2026-11-02"}, BuildDuty.MUST_BUILD),
        ({"licenceValidFrom": "2026-11-03"}, BuildDuty.NO_VALID_LICENCE),
        ({"licenceValidFrom": "2026-11-02"}, BuildDuty.MUST_BUILD),
        ({"remainingYears": "2.99"}, BuildDuty.CLOSURE_DUTIES),
        ({"remainingYears": "3.00"}, BuildDuty.MUST_BUILD),
        ({"remainingYears": None}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "CLOSING", "licenceValidUntil": "2026-01-01"}, BuildDuty.CLOSURE_DUTIES),
        ({"lifeCycle": "CLOSED", "remainingYears": "1"}, BuildDuty.CLOSED),
    ],
)
def test_who_must_build_and_who_is_exempt_and_why(said: dict[str, Any], duty: BuildDuty) -> None:
    assert build_duty(mine(**said), ON) is duty
    assert held_to_closure(mine(**said)) is (duty is BuildDuty.CLOSURE_DUTIES)


@pytest.mark.parametrize("scale", list(MineScale))
@pytest.mark.parametrize("life", list(LifeCycle))
def test_large_and_medium_licensed_mines_sign_a_contract_unless_they_close(scale: MineScale, life: LifeCycle) -> None:
    one = mine(scale=scale.value, lifeCycle=life.value)
    closes = life in (LifeCycle.CLOSING, LifeCycle.CLOSED)
    assert must_contract(one, ON) is (not closes and scale is not MineScale.SMALL)


@pytest.mark.parametrize(
    ("said", "must"),
    [
        ({"lifeCycle": "SUSPENDED"}, True),
        ({"normalProduction3Years": False}, True),
        ({"remainingYears": None}, True),
        ({"remainingYears": "3.00"}, True),
        ({"remainingYears": "2.99"}, False),
        ({"licenceValidUntil": "2026-11-02"}, True),
        ({"licenceValidUntil": "2026-11-01"}, False),
    ],
)
def test_only_little_life_left_or_no_licence_exempts_a_large_mine(said: dict[str, Any], must: bool) -> None:
    assert must_contract(mine(**said), ON) is must


def contract(**more: Any) -> Fact:
    return Fact("contract_1", read(RecordKind.CONTRACT, duties.contract(1, **{"milestones": [], "dueOn": "2027-06-30"} | more)))


@pytest.mark.parametrize(
    ("said", "contracts", "state"),
    [
        ({}, [], ContractState.MISSING),
        ({"scale": "SMALL"}, [], ContractState.NOT_REQUIRED),
        ({}, [contract()], ContractState.RUNNING),
        ({"scale": "SMALL"}, [contract()], ContractState.RUNNING),
        ({}, [contract(dueOn="2026-11-02")], ContractState.RUNNING),
        ({}, [contract(dueOn="2026-11-01")], ContractState.OVERDUE),
        ({}, [contract(milestones=[{"task": "示例任务", "dueOn": "2026-11-01"}])], ContractState.OVERDUE),
        ({}, [contract(fulfilledOn="2026-11-02")], ContractState.FULFILLED),
        ({}, [contract(breachedOn="2026-11-02", breach="示例")], ContractState.BREACHED),
        ({}, [contract(terminatedOn="2026-11-02")], ContractState.MISSING),
        ({}, [contract(contractKind="TRANSFER")], ContractState.TRANSFER_ONLY),
        ({"lifeCycle": "NEW"}, [contract(contractKind="TRANSFER")], ContractState.RUNNING),
    ],
)
def test_each_state_of_a_contract_has_its_records(said: dict[str, Any], contracts: list[Fact], state: ContractState) -> None:
    told, because = contract_state(mine(**said), contracts, ON)
    assert told is state
    assert because == (contracts if state not in (ContractState.MISSING, ContractState.NOT_REQUIRED) else [])


@pytest.mark.parametrize(
    ("kind", "state"), [("CONSTRUCTION", ContractState.RUNNING), ("TRANSFER", ContractState.TRANSFER_ONLY)]
)
def test_of_several_contracts_the_last_that_was_signed_alone_tells_the_state(kind: str, state: ContractState) -> None:
    earlier, last = (contract(contractKind=kind, signedOn=day) for day in ("2025-03-01", "2025-04-01"))
    for known in ([earlier, last], [last, earlier]):
        told, because = contract_state(mine(), known, ON)
        assert (told, [fact.record.signed_on for fact in because]) == (state, [date(2025, 4, 1)])


def _said(rule: Rule, contracts: list[Fact], **of_the_mine: Any) -> list[State]:
    known = {"mine": [Fact("mine_1", mine(**of_the_mine))], "contract": contracts}
    return list(rule.on(Facts(known), ON))


def test_the_duty_to_contract_is_told_with_the_mine_that_decides_it() -> None:
    assert _said(MUST_CONTRACT, []) == [State("YES", because=("mine_1",))]
    assert _said(MUST_CONTRACT, [], scale="SMALL") == [State("NO", because=("mine_1",))]


def test_the_state_of_a_contract_is_told_with_the_contract_that_decides_it_or_with_the_mine_that_has_none() -> None:
    assert _said(CONTRACT_STATE, [contract()]) == [State("RUNNING", because=("contract_1",))]
    assert _said(CONTRACT_STATE, []) == [State("MISSING", because=("mine_1",))]


def test_of_a_mine_that_nobody_has_registered_nothing_is_said() -> None:
    for rule in (BUILD_DUTY, MUST_CONTRACT, CONTRACT_STATE):
        assert list(rule.on(Facts({"contract": [contract()]}), ON)) == []
