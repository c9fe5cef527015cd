"""Screening 涉区审查: whether a mine's boundary touches red lines or protected areas, and by how much.

RedLineScreening is natural resources' duty, ProtectedAreaScreening forestry and grassland's (plan, annex 1 and 7); both are
screenings, told apart by the kind of zone.  Areas are on the ellipsoid of CGCS2000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Flag, Number
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.issued import AboutMine
from hub.domain.records.zones import Zone, ZoneKind, wrong_keeper
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.overlaps import Boundaries
from hub.domain.words.worded import Words


class ScreeningState(Words):
    """审查时效 / whether a screening still holds."""

    CURRENT = "CURRENT", "有效", "current"
    OUTDATED = "OUTDATED", "已过时（范围已变更，须重新审查）", "outdated: a boundary has changed"


@dataclass(frozen=True, kw_only=True)
class Overlap(Payload):
    """Where a mine lies inside a zone."""

    chinese: ClassVar[str] = "重叠情况"

    zone_code: str = fields.code(64, "区域编号", "code of the zone")
    name: str | None = fields.text(200, "区域名称", "name of the zone", default=None)
    area: Decimal = fields.number(4, 10**7, "重叠面积（公顷）", "overlapping area, in hectares")
    share: Decimal = fields.number(4, 101, "占矿区比例（%）", "share of the mine's area, in percent")


@dataclass(frozen=True, kw_only=True)
class Screening(AboutMine):
    """Screening of a mine against red lines or protected areas"""

    chinese: ClassVar[str] = "涉红线或保护地审查"

    zone_kind: ZoneKind = fields.word(ZoneKind, "审查类别", "what the mine is screened against", find=True)
    screened_on: date = fields.day("审查日期", "screened on", past=True, find=True, sort=True)
    mine_area: Decimal = fields.number(4, 10**7, "矿区面积（公顷）", "area of the mine, in hectares")
    zones_looked_at: int = fields.whole(0, 10**6, "比对区域数", "number of zones compared with")
    overlaps: tuple[Overlap, ...] = fields.parts(Overlap, 500, "重叠情况", "the zones that the mine touches")
    stated_overlap_area: Decimal | None = fields.number(
        4,
        10**7,
        "重叠总面积（公顷）",
        "area inside any of the zones, in hectares; what lies in several counts once",
        default=None,
    )
    overlap_area: Decimal | None = fields.derived(
        Number(4, Decimal(10**7)),
        "重叠总面积（公顷），未填报且涉及多个区域时为空",
        "area inside any of the zones, in hectares: as stated, else of the only one; null if several and not stated",
        lambda s: s._overlap_area(),
    )
    compared_with: str | None = fields.text(
        64, "比对依据摘要", "SHA-256 of the boundaries that were compared: the mine's, and those of zones near it", default=None
    )
    touches: bool = fields.derived(
        Flag(), "是否涉及", "whether the mine touches a zone", lambda s: bool(s.overlaps), find=True, watch=True
    )

    def _overlap_area(self) -> Decimal | None:
        if self.stated_overlap_area is not None or len(self.overlaps) > 1:
            return self.stated_overlap_area
        return self.overlaps[0].area if self.overlaps else Decimal("0.0000")

    def problems(self) -> list[Problem]:
        problems = [
            Problem(f"overlaps.{index}.share", ErrorCode.OUT_OF_RANGE, "≤ 100")
            for index, overlap in enumerate(self.overlaps)
            if overlap.share > 100
        ]
        areas = [overlap.area for overlap in self.overlaps]
        least, most = max(areas, default=Decimal(0)), min(sum(areas, Decimal(0)), self.mine_area)
        if self.stated_overlap_area is not None and not least <= self.stated_overlap_area <= most:
            problems.append(Problem("statedOverlapArea", ErrorCode.OUT_OF_RANGE, f"{least}..{most}"))
        return problems

    def allowed_for(self, department: Department) -> list[Problem]:
        """Each department screens against the zones that it keeps."""
        return wrong_keeper(self.zone_kind, department)


class Screener:
    """Screens mines against the zones of one kind."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._zones = zones
        self._boundaries = Boundaries([zone.boundary for zone in zones])

    def screened(self, boundary: str) -> dict[str, Any]:
        """What a screening of a mine with this boundary finds, as it is posted."""
        overlaps = self._boundaries.shared_with(boundary)
        touched = [(self._zones[one.place], one) for one in overlaps.shared]
        return {
            "mineArea": str(overlaps.area),
            "zonesLookedAt": len(self._zones),
            "statedOverlapArea": str(overlaps.together),
            "comparedWith": self._compared_with(boundary),
            "overlaps": [
                {"zoneCode": zone.zone_code, "name": zone.name, "area": str(one.area), "share": str(one.share)}
                for zone, one in touched
            ],
        }

    def _compared_with(self, boundary: str) -> str:
        near = [self._zones[place] for place in self._boundaries.near(boundary)]
        compared = [boundary, *(f"{zone.zone_code} {zone.boundary}" for zone in near)]
        return hashlib.sha256("\n".join(compared).encode()).hexdigest()
