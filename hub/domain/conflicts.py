"""Conflict 部门间冲突: what the departments' records say against one another, and who should act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.departments import Department


class ConflictCode(StrEnum):
    """在册但有严重处罚, 在册但许可证过期, 采矿权人未登记, 涉区但意见为同意, 修复逾期, 植被恢复逾期, 名称不一致."""

    LISTED_WITH_SERIOUS_PENALTY = "LISTED_WITH_SERIOUS_PENALTY"
    LISTED_LICENCE_EXPIRED = "LISTED_LICENCE_EXPIRED"
    HOLDER_NOT_REGISTERED = "HOLDER_NOT_REGISTERED"
    AGREED_DESPITE_OVERLAP = "AGREED_DESPITE_OVERLAP"
    RESTORATION_OVERDUE = "RESTORATION_OVERDUE"
    VEGETATION_OVERDUE = "VEGETATION_OVERDUE"
    NAMES_DIFFER = "NAMES_DIFFER"


@dataclass(frozen=True, slots=True)
class ConflictFacts:
    """Who should act, and by which part of the plan."""

    department: Department
    section: str


CONFLICTS: dict[ConflictCode, ConflictFacts] = {
    ConflictCode.LISTED_WITH_SERIOUS_PENALTY: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.LISTED_LICENCE_EXPIRED: ConflictFacts(Department.NATURAL_RESOURCES, "1, 5.4"),
    ConflictCode.HOLDER_NOT_REGISTERED: ConflictFacts(Department.MARKET_REGULATION, "annex 4"),
    # Which of the two departments acts depends on the zone; this one keeps red lines.
    ConflictCode.AGREED_DESPITE_OVERLAP: ConflictFacts(Department.NATURAL_RESOURCES, "annex 1, 7"),
    ConflictCode.RESTORATION_OVERDUE: ConflictFacts(Department.NATURAL_RESOURCES, "2.3.3, annex 1"),
    ConflictCode.VEGETATION_OVERDUE: ConflictFacts(Department.FORESTRY_GRASSLAND, "annex 7"),
    ConflictCode.NAMES_DIFFER: ConflictFacts(Department.MARKET_REGULATION, "annex 4"),
}
