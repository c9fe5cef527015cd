"""Contract 合同: a new mine's transfer contract with its green-mine duties, or a construction contract (plan, section 2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.divisions import DivisionLevel
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class ContractKind(Words):
    """合同类型 / kind of contract."""

    TRANSFER = "TRANSFER", "采矿权出让合同", "transfer contract of a mining right"
    CONSTRUCTION = "CONSTRUCTION", "绿色矿山建设合同", "green-mine construction contract"


@dataclass(frozen=True, kw_only=True)
class Milestone(Payload):
    """A task of a contract with its due date."""

    chinese: ClassVar[str] = "合同任务"

    task: str = fields.text(500, "任务", "what is to be done")
    due_on: date = fields.day("完成时限", "due on")
    progress: int = fields.whole(0, 100, "进度（%）", "progress, in percent", default=0)
    done_on: date | None = fields.day("完成日期", "done on", past=True, default=None)


@dataclass(frozen=True, kw_only=True)
class Contract(AboutMine):
    """Contract with green-mine duties"""

    chinese: ClassVar[str] = "绿色矿山合同"

    contract_kind: ContractKind = fields.word(ContractKind, "合同类型", "transfer or construction", find=True)
    party_uscc: str = fields.uscc("矿山企业统一社会信用代码", "the enterprise that signs", find=True, link=fields.ENTERPRISE)
    signed_on: date = fields.day("签订日期", "signed on", past=True, find=True, sort=True)
    due_on: date = fields.day("建成时限", "the mine must be at standard by", find=True, sort=True)
    milestones: tuple[Milestone, ...] = fields.parts(Milestone, 100, "任务与进度", "tasks and schedule")
    requirements: str = fields.text(10_000, "要求", "requirements")
    liability: str = fields.text(4000, "违约责任", "liability for breach")
    fulfilled_on: date | None = fields.day("履行完毕日期", "fulfilled on", past=True, default=None)
    breached_on: date | None = fields.day("违约认定日期", "found in breach on", past=True, default=None, find=True)
    breach: str | None = fields.text(2000, "违约情形", "what the breach is; needed with breachedOn", default=None)
    terminated_on: date | None = fields.day("解除日期", "ended early on", past=True, default=None)
    next_due_on: date | None = fields.derived(
        Day(), "下一到期任务时限", "earliest due date of a task that is not done", lambda c: c._next_due_on(), find=True
    )

    def _next_due_on(self) -> date | None:
        if self.fulfilled_on or self.terminated_on:
            return None
        return min((m.due_on for m in self.milestones if m.done_on is None), default=self.due_on)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("signed_on", self.signed_on), ("due_on", self.due_on))
        for name in ("fulfilled_on", "breached_on", "terminated_on"):
            problems += fields.in_order(("signed_on", self.signed_on), (name, getattr(self, name)))
        if self.breached_on and self.breach is None:
            problems.append(Problem("breach", ErrorCode.REQUIRED, "breachedOn"))
        return problems

    def levels(self) -> Iterator[tuple[str, Sequence[DivisionLevel]]]:
        if self.contract_kind is ContractKind.CONSTRUCTION:
            yield "authorityCode", (DivisionLevel.COUNTY,)


def in_force_on(contract: Any, day: date) -> bool:
    """Whether a contract was signed by then and not ended early; one that is fulfilled still stands."""
    return contract.signed_on <= day and (contract.terminated_on is None or contract.terminated_on > day)
