"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE
from hub.domain.words.worded import Words


class Role(Words):
    """角色 / what kind of caller."""

    DEPARTMENT = "DEPARTMENT", "政府部门", "department"
    BANK = "BANK", "银行", "bank"
    CREDIT_DISCLOSURE = "CREDIT_DISCLOSURE", "信用公示系统", "credit-disclosure system"
    OPERATOR = "OPERATOR", "平台运行人员", "operator of the hub"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity has been proven.  `department` is set for departments' systems; `division_code` is the division
    within which it may post, and a department's system reads."""

    client_id: str
    role: Role
    scopes: frozenset[str]
    department: Department | None = None
    division_code: str = PROVINCE

    def __hash__(self) -> int:
        """By the client, which nearly says it all: every read is counted by who reads."""
        return hash(self.client_id)
