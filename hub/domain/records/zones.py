"""Zone 管控区域: an EcologicalRedLine 生态保护红线 or a ProtectedArea 自然保护地, with its boundary.

Red lines are kept by natural resources, protected areas by forestry and grassland (plan, annex 1 and 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class ZoneKind(Words):
    """管控区域类型 / kind of zone."""

    ECOLOGICAL_RED_LINE = "ECOLOGICAL_RED_LINE", "生态保护红线", "ecological red line"
    PROTECTED_AREA = "PROTECTED_AREA", "自然保护地", "protected area"


#: Who keeps the zones of each kind, and screens mines against them.
SCREENED_BY: dict[ZoneKind, Department] = {
    ZoneKind.ECOLOGICAL_RED_LINE: Department.NATURAL_RESOURCES,
    ZoneKind.PROTECTED_AREA: Department.FORESTRY_GRASSLAND,
}


def wrong_keeper(kind: ZoneKind, department: Department) -> list[Problem]:
    """A problem where the department neither keeps nor screens against zones of the kind."""
    if department is SCREENED_BY[kind]:
        return []
    return [Problem("zoneKind", ErrorCode.OUTSIDE_DUTIES, SCREENED_BY[kind])]


@dataclass(frozen=True, kw_only=True)
class Zone(Payload):
    """Ecological red line or protected area"""

    chinese: ClassVar[str] = "生态保护红线或自然保护地"

    zone_code: str = fields.code(64, "区域编号", "code of the zone", find=True, sort=True)
    zone_kind: ZoneKind = fields.word(ZoneKind, "区域类别", "red line or protected area", find=True)
    name: str = fields.text(200, "名称", "name", find=True)
    level: str | None = fields.text(50, "级别", "level or type, such as 国家级自然保护区", default=None)
    effective_on: date = fields.day("生效日期", "in force from", past=True, find=True, sort=True)
    boundary: str = fields.boundary("范围", "boundary, GeoJSON in CGCS2000 (EPSG:4490)")
    west: Decimal = fields.extent("west", "最西经度", "westernmost longitude of the boundary, in degrees")
    south: Decimal = fields.extent("south", "最南纬度", "southernmost latitude of the boundary, in degrees")
    east: Decimal = fields.extent("east", "最东经度", "easternmost longitude of the boundary, in degrees")
    north: Decimal = fields.extent("north", "最北纬度", "northernmost latitude of the boundary, in degrees")

    def allowed_for(self, department: Department) -> list[Problem]:
        """Each kind of zone has one keeper."""
        return wrong_keeper(self.zone_kind, department)
