"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE
from hub.domain.words.worded import Words


class Role(Words):
    """角色 / what kind of caller."""

    DEPARTMENT = "DEPARTMENT", "政府部门", "department"
    BANK = "BANK", "银行", "bank"
    CREDIT_DISCLOSURE = "CREDIT_DISCLOSURE", "信用公示系统", "credit-disclosure system"
    OPERATOR = "OPERATOR", "平台运行人员", "operator of the hub"
    PUBLIC = "PUBLIC", "社会公众", "the public: whoever asks without saying who"


#: Those of callers who prove who they are; nobody is given the other.
PROVEN: tuple[Role, ...] = tuple(role for role in Role if role is not Role.PUBLIC)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity has been proven.  `department` is set for departments' systems; `division_code` is the division
    within which it may post, and a department's system reads."""

    client_id: str
    role: Role
    scopes: frozenset[str]
    department: Department | None = None
    division_code: str = PROVINCE
    #: From where somebody of the public asks: by addresses they pay, and are one caller for all else.
    address: str | None = field(default=None, compare=False)

    @property
    def account(self) -> str:
        """Who pays for what is asked."""
        return self.client_id if self.address is None else f"{self.client_id} {self.address}"

    def __hash__(self) -> int:
        """By the client, which nearly says it all: every read is counted by who reads."""
        return hash(self.client_id)
