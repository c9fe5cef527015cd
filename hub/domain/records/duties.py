"""Who must build a green mine, who is exempt, and why: the words and figures (plan, sections 1 and 2.2)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from hub.domain.records.mines import LifeCycle, MineScale


class BuildDuty(StrEnum):
    """应当创建, 闭坑前管理（污染防治、地质环境恢复、土地复垦、恢复植被）, 证照不在有效期, 未正常生产, 已关闭."""

    MUST_BUILD = "MUST_BUILD"
    CLOSURE_DUTIES = "CLOSURE_DUTIES"
    NO_VALID_LICENCE = "NO_VALID_LICENCE"
    NOT_PRODUCING = "NOT_PRODUCING"
    CLOSED = "CLOSED"


class ContractState(StrEnum):
    """无须签订, 应签未签, 仅有出让合同（创建要求不明）, 履行中, 已逾期, 已违约, 已履行."""

    NOT_REQUIRED = "NOT_REQUIRED"
    MISSING = "MISSING"
    TRANSFER_ONLY = "TRANSFER_ONLY"
    RUNNING = "RUNNING"
    OVERDUE = "OVERDUE"
    BREACHED = "BREACHED"
    FULFILLED = "FULFILLED"


#: Mines with less minable life than this sign no construction contract and are held to closure duties (plan, section 2.2).
CLOSING_YEARS = Decimal(3)

#: Where the plan says so.
CLOSURE_SECTION = "2.2"

#: 持证在产: in production, whatever is built besides.
PRODUCING = frozenset({LifeCycle.PRODUCING, LifeCycle.EXPANSION})

#: Who signs a construction contract with the county (plan, section 2.2).
CONTRACTING_SCALES = frozenset({MineScale.LARGE, MineScale.MEDIUM})
