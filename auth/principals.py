"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE


class Role(StrEnum):
    """What kind of caller: a department's system, a bank, the credit-disclosure system, or an operator of the hub."""

    DEPARTMENT = "DEPARTMENT"
    BANK = "BANK"
    CREDIT_DISCLOSURE = "CREDIT_DISCLOSURE"
    OPERATOR = "OPERATOR"


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
