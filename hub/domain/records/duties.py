"""Who must build a green mine, who is exempt, and why (plan, sections 1 and 2.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from hub.domain.records.mines import LifeCycle, Mine, MineScale


class BuildDuty(StrEnum):
    """应当创建, 闭坑前管理（污染防治、地质环境恢复、土地复垦、恢复植被）, 证照不在有效期, 未正常生产, 已关闭."""

    MUST_BUILD = "MUST_BUILD"
    CLOSURE_DUTIES = "CLOSURE_DUTIES"
    NO_VALID_LICENCE = "NO_VALID_LICENCE"
    NOT_PRODUCING = "NOT_PRODUCING"
    CLOSED = "CLOSED"


#: Mines with less minable life than this sign no construction contract and are held to closure duties (plan, section 2.2).
CLOSING_YEARS = Decimal(3)

#: Where the plan says so.
CLOSURE_SECTION = "2.2"

#: 持证在产: in production, whatever is built besides.
PRODUCING = frozenset({LifeCycle.PRODUCING, LifeCycle.EXPANSION})

#: Who signs a construction contract with the county (plan, section 2.2).
CONTRACTING_SCALES = frozenset({MineScale.LARGE, MineScale.MEDIUM})


def held_to_closure(mine: Mine) -> bool:
    """Whether a mine is held to closure duties instead: it is closing, or too little is left (plan, section 2.2)."""
    if mine.life_cycle is LifeCycle.CLOSED:
        return False
    little = mine.remaining_years is not None and mine.remaining_years < CLOSING_YEARS
    return little or mine.life_cycle is LifeCycle.CLOSING


def build_duty(mine: Mine, on: date) -> BuildDuty:
    """Whether a mine must be built into a green mine, as of a day, and if not, why.

    New, expansion and producing mines with a valid licence, normal production in the last three years and at least three years
    of minable reserves (plan, section 1).  A new mine has produced nothing yet, and what nobody has stated exempts nobody.
    """
    if mine.life_cycle is LifeCycle.CLOSED:
        return BuildDuty.CLOSED
    if held_to_closure(mine):
        return BuildDuty.CLOSURE_DUTIES
    if not mine.licence_valid_from <= on <= mine.licence_valid_until:
        return BuildDuty.NO_VALID_LICENCE
    stopped = mine.life_cycle is not LifeCycle.NEW and mine.normal_production_3_years is False
    if mine.life_cycle is LifeCycle.SUSPENDED or stopped:
        return BuildDuty.NOT_PRODUCING
    return BuildDuty.MUST_BUILD


def must_contract(mine: Mine, on: date) -> bool:
    """Whether the mine must have a construction contract with the county: large and medium licensed mines (plan, 2.2)."""
    return build_duty(mine, on) is BuildDuty.MUST_BUILD and mine.scale in CONTRACTING_SCALES
