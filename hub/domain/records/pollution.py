"""PollutantPermit 排污许可 and MonitoringReading 监测数据: what may be emitted, what was measured (plan, annex 2; 2.3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Flag
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.errors import Problem
from hub.domain.words.worded import Words


class PermitCategory(Words):
    """排污管理类别 / category of a discharge permit."""

    KEY = "KEY", "重点管理", "key"
    SIMPLIFIED = "SIMPLIFIED", "简化管理", "simplified"
    REGISTERED = "REGISTERED", "登记管理", "registered"


class Medium(Words):
    """环境要素 / medium that is measured."""

    WASTE_WATER = "WASTE_WATER", "废水", "waste water"
    WASTE_GAS = "WASTE_GAS", "废气", "waste gas"
    NOISE = "NOISE", "噪声", "noise"
    DUST = "DUST", "扬尘", "dust"
    WASTE_ROCK = "WASTE_ROCK", "废石", "waste rock"
    TAILINGS = "TAILINGS", "尾矿", "tailings"
    SOIL = "SOIL", "土壤", "soil"
    GROUNDWATER = "GROUNDWATER", "地下水", "groundwater"


@dataclass(frozen=True, kw_only=True)
class EmissionLimit(Payload):
    """The limit of one pollutant at one outlet."""

    chinese: ClassVar[str] = "排放限值"

    outlet: str = fields.text(64, "排放口编号", "number of the outlet")
    pollutant: str = fields.text(100, "污染物", "pollutant")
    limit: Decimal = fields.number(6, 10**9, "限值", "limit, in `unit`")
    unit: str = fields.text(32, "单位", "unit, such as mg/L")


@dataclass(frozen=True, kw_only=True)
class PollutantPermit(AboutMine):
    """Pollutant discharge permit"""

    chinese: ClassVar[str] = "排污许可"

    category: PermitCategory = fields.word(PermitCategory, "管理类别", "category", find=True)
    issued_on: date = fields.day("核发日期", "issued on", past=True, find=True, sort=True)
    valid_until: date | None = fields.day("有效期止", "valid until; none for registrations", default=None, find=True)
    limits: tuple[EmissionLimit, ...] = fields.parts(EmissionLimit, 500, "排放限值", "limits by outlet and pollutant")
    revoked_on: date | None = fields.day("撤销或注销日期", "revoked on", past=True, default=None)

    def problems(self) -> list[Problem]:
        return fields.in_order(("issued_on", self.issued_on), ("valid_until", self.valid_until)) + fields.in_order(
            ("issued_on", self.issued_on), ("revoked_on", self.revoked_on)
        )


@dataclass(frozen=True, kw_only=True)
class MonitoringReading(Payload):
    """Monitoring reading"""

    chinese: ClassVar[str] = "环境监测数据"

    reading_no: str = fields.code(64, "监测数据编号", "number of the reading", find=True, sort=True)
    licence_no: str = fields.licence_no("采矿许可证号", "the mine", find=True, link=fields.MINE)
    medium: Medium = fields.word(Medium, "介质", "what was measured", find=True)
    outlet: str = fields.text(64, "监测点或排放口编号", "point of measurement")
    pollutant: str = fields.text(100, "污染物或指标", "pollutant or indicator", find=True)
    measured_on: date = fields.day("监测日期", "measured on", past=True, find=True, sort=True)
    value: Decimal = fields.number(6, 10**9, "监测值", "value, in `unit`")
    limit: Decimal | None = fields.number(6, 10**9, "限值", "limit that applies, in `unit`", default=None)
    unit: str = fields.text(32, "单位", "unit, such as mg/L")
    method: str | None = fields.text(200, "监测方法", "method", default=None)
    over_limit: bool = fields.derived(
        Flag(),
        "是否超标",
        "whether the value lies over the limit",
        lambda r: r.limit is not None and r.value > r.limit,
        find=True,
    )
