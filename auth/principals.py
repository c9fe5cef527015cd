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


class BankOffice(Words):
    """银行岗位 / what a person does at a bank."""

    OFFICER = "OFFICER", "信贷员", "credit officer: checks and attests"
    AUDITOR = "AUDITOR", "审计员", "auditor: reads the bank's checks, and the ledger of what it read"
    PORTFOLIO_MANAGER = "PORTFOLIO_MANAGER", "组合管理员", "portfolio manager: keeps what the bank watches"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity has been proven.  `department` is set for departments' systems; `division_code` is the division
    within which it may post, and a department's system reads.  `bank` and `office` are set for persons of a bank, which is
    known by its client."""

    client_id: str
    role: Role
    scopes: frozenset[str]
    department: Department | None = None
    division_code: str = PROVINCE
    #: From where somebody of the public asks: by addresses they pay, and are one caller for all else.
    address: str | None = field(default=None, compare=False)
    bank: str | None = None
    office: BankOffice | None = None

    @property
    def account(self) -> str:
        """Who pays for what is asked."""
        return self.client_id if self.address is None else f"{self.client_id} {self.address}"

    @property
    def owner(self) -> str:
        """Whose the checks and portfolios are that it makes: the bank's, for its persons as for its client."""
        return self.bank or self.client_id

    def __hash__(self) -> int:
        """By the client, which nearly says it all: every read is counted by who reads."""
        return hash(self.client_id)
