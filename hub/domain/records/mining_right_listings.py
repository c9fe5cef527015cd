"""MiningRightListing 矿业权人异常名录、严重失信主体: lists that banks ask for and that bar an assessment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class BlackList(Words):
    """名单 / list of mining-right holders."""

    ABNORMAL = "ABNORMAL", "矿业权人异常名录", "abnormal mining-right holders"
    SERIOUS_BREACH = "SERIOUS_BREACH", "严重失信主体名单", "serious breach of trust"


@dataclass(frozen=True, kw_only=True)
class MiningRightListing(AboutMine):
    """Entry in the list of abnormal mining-right holders or of serious breach"""

    chinese: ClassVar[str] = "矿业权人异常名录与严重失信主体"

    black_list: BlackList = fields.word(BlackList, "名单类别", "which list", find=True)
    party_uscc: str = fields.uscc("矿业权人统一社会信用代码", "the holder", find=True, link=fields.ENTERPRISE)
    reason: str = fields.text(2000, "列入事由", "why it was entered")
    entered_on: date = fields.day("列入日期", "entered on", past=True, find=True, sort=True)
    removed_on: date | None = fields.day("移出日期", "removed on; none while it stands", past=True, default=None, find=True)
    removal_reason: str | None = fields.text(2000, "移出事由", "why it was removed; needed with removedOn", default=None)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("entered_on", self.entered_on), ("removed_on", self.removed_on))
        if self.removed_on and self.removal_reason is None:
            problems.append(Problem("removalReason", ErrorCode.REQUIRED, "removedOn"))
        return problems
