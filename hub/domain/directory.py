"""DirectoryEntry 绿色矿山名录: one step of a mine's life in the provincial or national directory.

There is no prefecture or county directory (plan, section 5.4).  The latest effective entry of each level gives the standing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from hub.domain import fields
from hub.domain.errors import ErrorCode, Problem
from hub.domain.fields import Payload


class DirectoryLevel(StrEnum):
    """省级, 国家级."""

    PROVINCIAL = "PROVINCIAL"
    NATIONAL = "NATIONAL"


class DirectoryStep(StrEnum):
    """推荐, 公示, 列入, 限期整改, 移出."""

    PROPOSED = "PROPOSED"
    PUBLIC_NOTICE = "PUBLIC_NOTICE"
    LISTED = "LISTED"
    RECTIFICATION = "RECTIFICATION"
    REMOVED = "REMOVED"


@dataclass(frozen=True, kw_only=True)
class DirectoryEntry(Payload):
    chinese: ClassVar[str] = "绿色矿山名录记录"

    document_number: str = fields.text(128, "公告文号", "number of the announcement", find=True)
    licence_no: str = fields.licence_no("采矿许可证号", "the mine", find=True, link=fields.MINE)
    level: DirectoryLevel = fields.word(DirectoryLevel, "名录级别", "provincial or national", find=True)
    step: DirectoryStep = fields.word(DirectoryStep, "名录状态", "what the announcement says of the mine", find=True)
    effective_on: date = fields.day("生效日期", "effective on", past=True, find=True, sort=True)
    batch: str | None = fields.text(50, "批次", "batch of the directory, such as 2025年度", default=None)
    certificate_no: str | None = fields.text(64, "绿色矿山证书编号", "number of the certificate", default=None)
    notice_from: date | None = fields.day("公示起始日期", "public notice from", default=None)
    notice_until: date | None = fields.day("公示截止日期", "public notice until", default=None)
    rectification_due_on: date | None = fields.day("整改期限", "rectification due on; needed with RECTIFICATION", default=None)
    reason_code: str | None = fields.text(
        64, "事由代码", "code of the reason (configurable list); needed with REMOVED", default=None
    )
    reason: str | None = fields.text(2000, "事由", "reason in words", default=None)
    legal_basis: str | None = fields.text(2000, "依据", "basis in rules", default=None)
    authority_name: str = fields.text(200, "公告机关", "announcing authority")
    authority_code: str = fields.uscc("公告机关统一社会信用代码", "its credit code", find=True, link=fields.AUTHORITY)

    def problems(self) -> list[Problem]:
        found = fields.in_order(("notice_from", self.notice_from), ("notice_until", self.notice_until))
        found += fields.in_order(("effective_on", self.effective_on), ("rectification_due_on", self.rectification_due_on))
        if self.step is DirectoryStep.RECTIFICATION and self.rectification_due_on is None:
            found.append(Problem("rectificationDueOn", ErrorCode.REQUIRED, DirectoryStep.RECTIFICATION))
        if self.step is DirectoryStep.REMOVED and self.reason_code is None:
            found.append(Problem("reasonCode", ErrorCode.REQUIRED, DirectoryStep.REMOVED))
        return found
