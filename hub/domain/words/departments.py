"""The departments of the plan, their Chinese names and duties (plan, annex), and which of them issue audit opinions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.domain.words.worded import Words


class Department(StrEnum):
    """部门 / department."""

    # As of all words (`hub.domain.words.worded`).
    __hash__ = str.__hash__

    NATURAL_RESOURCES = "NATURAL_RESOURCES"
    ECOLOGY = "ECOLOGY"
    FINANCE = "FINANCE"
    MARKET_REGULATION = "MARKET_REGULATION"
    FINANCIAL_REGULATION = "FINANCIAL_REGULATION"
    SECURITIES_REGULATION = "SECURITIES_REGULATION"
    FORESTRY_GRASSLAND = "FORESTRY_GRASSLAND"
    INDUSTRY = "INDUSTRY"
    WATER = "WATER"
    EMERGENCY = "EMERGENCY"
    ENERGY = "ENERGY"
    TAXATION = "TAXATION"


class PullState(Words):
    """取数状态 / what is being done about a system."""

    PULLING = "PULLING", "正在取数", "being pulled"
    PAUSED = "PAUSED", "连续失败，暂停中", "paused after failures"
    DUE = "DUE", "待取数", "due"
    WAITING = "WAITING", "待下次取数", "waiting for its next pull"


class Freshness(Words):
    """时效 / freshness of the hub's copy."""

    FRESH = "FRESH", "及时", "fresh"
    LATE = "LATE", "过期", "late"
    FAILING = "FAILING", "故障", "failing"
    NEVER = "NEVER", "从未取得", "never pulled"


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """What the plan says of a department: its names and its duties (annex to the plan)."""

    chinese: str
    english: str
    duties: str


DEPARTMENTS: dict[Department, DepartmentFacts] = {
    Department.NATURAL_RESOURCES: DepartmentFacts(
        "自然资源主管部门",
        "Natural resources",
        "牵头评价体系、专家库、评估核查、名录；三率监管；矿山地质环境保护与土地复垦方案监管；审查生态保护红线；出具审核意见",
    ),
    Department.ECOLOGY: DepartmentFacts(
        "生态环境主管部门", "Ecology and environment", "矿山企业生态环境监督、污染防治监管；配合评估核查；出具审核意见"
    ),
    Department.FINANCE: DepartmentFacts("财政部门", "Finance", "统筹保障第三方评估、实地核查、信息化管理建设等工作经费"),
    Department.MARKET_REGULATION: DepartmentFacts(
        "市场监管部门", "Market regulation", "配合地方标准制修订；绿色矿山企业统一登记注册及营业执照核发"
    ),
    Department.FINANCIAL_REGULATION: DepartmentFacts("金融监管部门", "Financial regulation", "制定完善绿色矿山金融支持政策"),
    Department.SECURITIES_REGULATION: DepartmentFacts(
        "证券监管主管部门", "Securities regulation", "支持符合条件的绿色矿山企业在境内上市融资"
    ),
    Department.FORESTRY_GRASSLAND: DepartmentFacts(
        "林业和草原主管部门",
        "Forestry and grassland",
        "占用林地草地手续办理、临时占用到期后植被恢复监管；审查自然保护地；出具审核意见",
    ),
    Department.INDUSTRY: DepartmentFacts("工业和信息化部门", "Industry", "依据自身职能落实相关工作"),
    Department.WATER: DepartmentFacts("水利部门", "Water resources", "依据自身职能落实相关工作"),
    Department.EMERGENCY: DepartmentFacts("应急管理部门", "Emergency management", "依据自身职能落实相关工作"),
    Department.ENERGY: DepartmentFacts("能源部门", "Energy", "依据自身职能落实相关工作"),
    Department.TAXATION: DepartmentFacts("税务部门", "Taxation", "依据自身职能落实相关工作"),
}

#: A system that fails is left alone for so long at most.
LONGEST_PAUSE = timedelta(hours=1)

#: Leads the work and sees what lies open between the others (plan, annex 1).
LEADING = Department.NATURAL_RESOURCES

#: Only these issue audit opinions 审核意见 (plan, annex 1, 2 and 7).
AUDITING: frozenset[Department] = frozenset({Department.NATURAL_RESOURCES, Department.ECOLOGY, Department.FORESTRY_GRASSLAND})
