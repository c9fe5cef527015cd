"""EnergyUse 能耗与碳排放: intensity, carbon and clean transport of a mine in a year (plan, section 2.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Flag
from hub.domain.declaring.fields import Payload
from hub.domain.words.errors import ErrorCode, Problem


@dataclass(frozen=True, kw_only=True)
class EnergyUse(Payload):
    """Energy use of a mine in a year"""

    chinese: ClassVar[str] = "能耗与碳排放"

    licence_no: str = fields.licence_no("采矿许可证号", "the mine", find=True, link=fields.MINE)
    year: int = fields.past_year(1990, "年度", "calendar year", find=True, sort=True)
    energy: Decimal = fields.number(
        4, 10**9, "综合能源消费量（吨标准煤）", "energy used, in tonnes of standard coal", adds=True
    )
    intensity: Decimal = fields.number(
        6, 10**6, "单位产品能耗（千克标准煤/吨）", "energy per product, in kilograms of standard coal per tonne"
    )
    intensity_limit: Decimal | None = fields.number(
        6, 10**6, "单位产品能耗限额（千克标准煤/吨）", "limit of the intensity, in the same unit", default=None
    )
    carbon: Decimal | None = fields.number(
        4, 10**9, "碳排放量（吨二氧化碳）", "carbon, in tonnes of CO2", default=None, adds=True
    )
    clean_transport_share: Decimal | None = fields.number(
        2,
        101,
        "清洁运输比例（%）",
        "share of clean transport (rail, belt, electric or class-6 lorries), in percent",
        default=None,
    )
    energy_plan: bool = fields.flag("有年度能源管理计划", "whether there is a yearly plan of energy management", default=False)
    over_limit: bool = fields.derived(
        Flag(),
        "是否超限额",
        "whether the intensity lies over its limit",
        lambda e: e.intensity_limit is not None and e.intensity > e.intensity_limit,
        find=True,
    )

    def problems(self) -> list[Problem]:
        share = self.clean_transport_share
        return [Problem("cleanTransportShare", ErrorCode.OUT_OF_RANGE, "≤ 100")] if share is not None and share > 100 else []
