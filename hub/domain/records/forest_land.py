"""ForestLandUse 占用林地草地: permanent or temporary; vegetation is due again when a temporary use ends (plan, annex 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class LandUse(Words):
    """占用方式 / for how long land is used."""

    PERMANENT = "PERMANENT", "永久占用", "permanent"
    TEMPORARY = "TEMPORARY", "临时占用", "temporary"


class LandCover(Words):
    """地类 / what grows on the land."""

    FOREST = "FOREST", "林地", "forest"
    GRASSLAND = "GRASSLAND", "草地", "grassland"


@dataclass(frozen=True, kw_only=True)
class ForestLandUse(AboutMine):
    """Use of forest or grass land"""

    chinese: ClassVar[str] = "占用林地草地"

    use: LandUse = fields.word(LandUse, "占用方式", "permanent or temporary", find=True)
    cover: LandCover = fields.word(LandCover, "地类", "forest or grassland", find=True)
    area: Decimal = fields.number(4, 10**7, "占用面积（公顷）", "area used, in hectares", adds=True)
    approved_on: date = fields.day("批准日期", "approved on", past=True, find=True, sort=True)
    ends_on: date | None = fields.day(
        "临时占用到期日", "end of a temporary use; needed with TEMPORARY", default=None, find=True
    )
    restoration_due_on: date | None = fields.day("恢复植被期限", "vegetation restored by; needed with TEMPORARY", default=None)
    restored_area: Decimal = fields.number(
        4, 10**7, "已恢复面积（公顷）", "area restored and accepted, in hectares", default=Decimal("0.0000"), adds=True
    )
    restored_on: date | None = fields.day("恢复验收日期", "restoration accepted on", past=True, default=None)
    owed_since: date | None = fields.derived(
        Day(),
        "恢复到期日",
        "when restoration falls due while it is not accepted for the whole area; overdue once it has passed",
        lambda u: None if u._is_restored() else u.restoration_due_on,
        find=True,
        watch=True,
    )

    def _is_restored(self) -> bool:
        return self.restored_on is not None and self.restored_area >= self.area

    def problems(self) -> list[Problem]:
        problems = fields.in_order(
            ("approved_on", self.approved_on), ("ends_on", self.ends_on), ("restoration_due_on", self.restoration_due_on)
        )
        for wire, value in (("endsOn", self.ends_on), ("restorationDueOn", self.restoration_due_on)):
            if self.use is LandUse.TEMPORARY and value is None:
                problems.append(Problem(wire, ErrorCode.REQUIRED, LandUse.TEMPORARY))
            if self.use is LandUse.PERMANENT and value is not None:
                problems.append(Problem(wire, ErrorCode.NOT_ALLOWED_HERE, LandUse.PERMANENT))
        if self.restored_area > self.area:
            problems.append(Problem("restoredArea", ErrorCode.OUT_OF_RANGE, f"≤ {self.area}"))
        return problems
