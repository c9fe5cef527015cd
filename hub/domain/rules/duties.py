"""Who must build a green mine, who must sign a contract for it, and how far the contract is (plan, sections 1, 2.2 and 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.domain.records.contracts import ContractKind, in_force_on
from hub.domain.records.duties import CLOSING_YEARS, CONTRACTING_SCALES, BuildDuty, ContractState
from hub.domain.records.mines import LifeCycle
from hub.domain.rules.timelines import Fact, Facts, Rule, State

_ENDING = frozenset({LifeCycle.CLOSING, LifeCycle.CLOSED})


def held_to_closure(mine: Any) -> bool:
    """Whether a mine is held to closure duties instead: it is closing, or too little is left (plan, section 2.2)."""
    if mine.life_cycle is LifeCycle.CLOSED:
        return False
    little = mine.remaining_years is not None and mine.remaining_years < CLOSING_YEARS
    return little or mine.life_cycle is LifeCycle.CLOSING


def licensed(mine: Any, day: date) -> bool:
    """Whether a mine's licence holds on a day, the last one included."""
    valid: bool = mine.licence_valid_from <= day <= mine.licence_valid_until
    return valid


def build_duty(mine: Any, day: date) -> BuildDuty:
    """Whether a mine must be built into a green mine, as of a day, and if not, why.

    New, expansion and producing mines with a valid licence, normal production in the last three years and at least three years
    of minable reserves (plan, section 1).  A new mine has produced nothing yet, and what nobody has stated exempts nobody.
    """
    if mine.life_cycle is LifeCycle.CLOSED:
        return BuildDuty.CLOSED
    if held_to_closure(mine):
        return BuildDuty.CLOSURE_DUTIES
    if not licensed(mine, day):
        return BuildDuty.NO_VALID_LICENCE
    stopped = mine.life_cycle is not LifeCycle.NEW and mine.normal_production_3_years is False
    if mine.life_cycle is LifeCycle.SUSPENDED or stopped:
        return BuildDuty.NOT_PRODUCING
    return BuildDuty.MUST_BUILD


def must_contract(mine: Any, day: date) -> bool:
    """Whether a mine must have a contract: large and medium licensed ones, but for those with less than three years left.

    The plan exempts these alone (section 2.2): a large mine that stands still must have one.
    """
    return (
        mine.scale in CONTRACTING_SCALES
        and mine.life_cycle not in _ENDING
        and not held_to_closure(mine)
        and licensed(mine, day)
    )


def contract_state(mine: Any, contracts: list[Fact], day: date) -> tuple[ContractState, list[Fact]]:
    """How far a mine's contract is on a day, and which one tells it: of several the last that was signed.

    A new mine carries its duties in the transfer contract.  Whether that of a mine in production has any is not known.
    """
    signed = sorted((c for c in contracts if in_force_on(c.record, day)), key=lambda c: (c.record.signed_on, c.id))
    telling = [c for c in signed if c.record.contract_kind is ContractKind.CONSTRUCTION or mine.life_cycle is LifeCycle.NEW]
    if telling:
        return _progress(telling[-1].record, day), telling[-1:]
    if not must_contract(mine, day):
        return ContractState.NOT_REQUIRED, []
    return (ContractState.TRANSFER_ONLY, signed[-1:]) if signed else (ContractState.MISSING, [])


def _progress(contract: Any, day: date) -> ContractState:
    if contract.fulfilled_on is not None and contract.fulfilled_on <= day:
        return ContractState.FULFILLED
    if contract.breached_on is not None and contract.breached_on <= day:
        return ContractState.BREACHED
    due_on = min(one for one in (contract.next_due_on, contract.due_on) if one is not None)
    return ContractState.OVERDUE if due_on < day else ContractState.RUNNING


def _build_duty(facts: Facts, day: date) -> Iterator[State]:
    if mine := facts.version("mine", day):
        yield State(build_duty(mine.record, day), because=(mine.id,))


def _must_contract(facts: Facts, day: date) -> Iterator[State]:
    if mine := facts.version("mine", day):
        yield State("YES" if must_contract(mine.record, day) else "NO", because=(mine.id,))


def _contract_state(facts: Facts, day: date) -> Iterator[State]:
    if mine := facts.version("mine", day):
        state, telling = contract_state(mine.record, list(facts.of("contract")), day)
        yield State(state, because=tuple(fact.id for fact in telling or [mine]))


_LICENCE = ("licence_valid_from", "licence_valid_until")

BUILD_DUTY = Rule(
    name="BUILD_DUTY",
    reads={"mine": ("life_cycle", "remaining_years", "normal_production_3_years", *_LICENCE)},
    on=_build_duty,
)
MUST_CONTRACT = Rule(
    name="MUST_CONTRACT",
    reads={"mine": ("life_cycle", "remaining_years", "scale", *_LICENCE)},
    on=_must_contract,
)
CONTRACT_STATE = Rule(
    name="CONTRACT_STATE",
    reads={
        "mine": ("life_cycle", "remaining_years", "scale", *_LICENCE),
        "contract": (
            "contract_kind",
            "signed_on",
            "due_on",
            "fulfilled_on",
            "breached_on",
            "terminated_on",
            "next_due_on",
        ),
    },
    on=_contract_state,
)
