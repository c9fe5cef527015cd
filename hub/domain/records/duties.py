"""Who must build a green mine, who is exempt, and why: the words and figures (plan, sections 1 and 2.2)."""

from __future__ import annotations

from decimal import Decimal

from hub.domain.records.mines import LifeCycle, MineScale
from hub.domain.words.worded import Words


class BuildDuty(Words):
    """创建义务 / duty to build a green mine."""

    MUST_BUILD = "MUST_BUILD", "应当创建", "must build"
    CLOSURE_DUTIES = "CLOSURE_DUTIES", "闭坑前管理", "closure duties"
    NO_VALID_LICENCE = "NO_VALID_LICENCE", "证照不在有效期", "no valid licence"
    NOT_PRODUCING = "NOT_PRODUCING", "未正常生产", "not producing"
    CLOSED = "CLOSED", "已关闭", "closed"


class ContractState(Words):
    """合同状态 / state of a construction contract."""

    NOT_REQUIRED = "NOT_REQUIRED", "无须签订", "not required"
    MISSING = "MISSING", "应签未签", "missing"
    TRANSFER_ONLY = "TRANSFER_ONLY", "仅有出让合同（创建要求不明）", "transfer contract only, its duty to build not known"
    RUNNING = "RUNNING", "履行中", "running"
    OVERDUE = "OVERDUE", "已逾期", "overdue"
    BREACHED = "BREACHED", "已违约", "breached"
    FULFILLED = "FULFILLED", "已履行", "fulfilled"


#: Mines with less minable life than this sign no construction contract and are held to closure duties (plan, section 2.2).
CLOSING_YEARS = Decimal(3)

#: Where the plan says so.
CLOSURE_SECTION = "2.2"

#: 持证在产: in production, whatever is built besides.
PRODUCING = frozenset({LifeCycle.PRODUCING, LifeCycle.EXPANSION})

#: Who signs a construction contract with the county (plan, section 2.2).
CONTRACTING_SCALES = frozenset({MineScale.LARGE, MineScale.MEDIUM})
