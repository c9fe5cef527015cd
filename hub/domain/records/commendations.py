"""Commendation 表彰: units and persons commended in public for what they did (plan, section 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import Issued
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class RecipientKind(Words):
    """表彰对象 / who is commended."""

    UNIT = "UNIT", "单位", "unit"
    PERSON = "PERSON", "个人", "person"


@dataclass(frozen=True, kw_only=True)
class Commendation(Issued):
    """Public commendation"""

    chinese: ClassVar[str] = "表彰"

    recipient_kind: RecipientKind = fields.word(RecipientKind, "表彰对象类别", "unit or person", find=True)
    recipient: str = fields.text(200, "表彰对象", "who is commended", find=True)
    party_uscc: str | None = fields.uscc(
        "受表彰单位统一社会信用代码", "credit code of the unit", default=None, find=True, link=fields.ENTERPRISE
    )
    licence_no: str | None = fields.licence_no(
        "采矿许可证号", "the mine, where one is commended", default=None, find=True, link=fields.MINE
    )
    honour: str = fields.text(200, "荣誉名称", "the honour")
    reason: str = fields.text(4000, "事迹", "what for")
    commended_on: date = fields.day("表彰日期", "commended on", past=True, find=True, sort=True)

    def problems(self) -> list[Problem]:
        if self.recipient_kind is RecipientKind.PERSON and self.party_uscc is not None:
            return [Problem("partyUscc", ErrorCode.NOT_ALLOWED_HERE, RecipientKind.PERSON)]
        return []
