"""Mine 矿山: one of the two anchors of the graph, known by its mining-licence number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Flag, Several, Text
from hub.domain.declaring.fields import Payload
from hub.domain.words.divisions import around, prefecture_of
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.identifiers import is_legacy_licence
from hub.domain.words.worded import Words


class MineScale(Words):
    """生产建设规模 / scale, as recorded on the mining right."""

    LARGE = "LARGE", "大型", "large"
    MEDIUM = "MEDIUM", "中型", "medium"
    SMALL = "SMALL", "小型", "small"


class MiningMethod(Words):
    """开采方式 / mining method."""

    OPEN_PIT = "OPEN_PIT", "露天开采", "open pit"
    UNDERGROUND = "UNDERGROUND", "地下开采", "underground"
    COMBINED = "COMBINED", "露天/地下开采", "open pit and underground"
    OTHER = "OTHER", "其他", "other: solution, wells"


class MineralClass(Words):
    """矿产大类 / class of the mineral (矿产资源分类细目)."""

    ENERGY = "ENERGY", "能源矿产", "energy minerals"
    METAL = "METAL", "金属矿产", "metals"
    NON_METAL = "NON_METAL", "非金属矿产", "non-metals"
    WATER_GAS = "WATER_GAS", "水气矿产", "water and gas"


class LifeCycle(Words):
    """矿山阶段 / stage of a mine's life."""

    NEW = "NEW", "新建", "new"
    EXPANSION = "EXPANSION", "改扩建", "expansion"
    PRODUCING = "PRODUCING", "生产", "producing"
    SUSPENDED = "SUSPENDED", "停产", "suspended"
    CLOSING = "CLOSING", "闭坑中", "closing"
    CLOSED = "CLOSED", "已关闭", "closed"


_MOST_OTHER_DIVISIONS = 20


@dataclass(frozen=True, kw_only=True)
class AnnualOutput(Payload):
    """年度产量: what a mine produced in one year."""

    chinese: ClassVar[str] = "年度产量"

    year: int = fields.past_year(1949, "年度", "calendar year")
    quantity: Decimal = fields.number(4, 10**9, "产量", "ore produced, in 10,000 tonnes 万吨 (aggregates: 万立方米)")


@dataclass(frozen=True, kw_only=True)
class Mine(Payload):
    chinese: ClassVar[str] = "矿山"

    licence_no: str = fields.licence_no("采矿许可证号", "mining-licence number: C + 22 digits, or 13", find=True, sort=True)
    legacy_licence: bool = fields.derived(
        Flag(), "旧证号", "whether the number has the 13-digit form of before 2020", lambda m: is_legacy_licence(m.licence_no)
    )
    name: str = fields.text(200, "矿山名称", "name of the mine", find=True, sort=True)
    enterprise_uscc: str = fields.uscc(
        "采矿权人统一社会信用代码", "credit code of the holder", find=True, link=fields.ENTERPRISE
    )
    mineral: str = fields.text(100, "开采主矿种", "main mineral, by its Chinese name", find=True)
    mineral_class: MineralClass | None = fields.word(MineralClass, "矿产类别", "class of mineral", default=None)
    associated_minerals: tuple[str, ...] = fields.texts(100, 50, "共伴生矿种", "co-mined and associated minerals")
    scale: MineScale = fields.word(MineScale, "生产建设规模", "scale as recorded on the right", find=True)
    designed_capacity: Decimal | None = fields.number(
        4, 10**8, "设计生产能力", "designed capacity, in 10,000 tonnes a year 万吨/年 (aggregates: 万立方米/年)", default=None
    )
    mining_method: MiningMethod = fields.word(MiningMethod, "开采方式", "mining method", find=True)
    other_mining_method: str | None = fields.text(
        200,
        "其他开采方式",
        "which method it is, where that is OTHER: the text of 其他-…",
        default=None,
        other_of="mining_method",
    )
    division_code: str = fields.division(
        "所在行政区划代码", "main division, GB/T 2260: the one in which it counts", find=True, link=fields.DIVISION
    )
    prefecture_code: str | None = fields.derived(
        Text(6),
        "所在州（市）代码",
        "prefecture that the main division is or lies in",
        lambda m: prefecture_of(m.division_code),
        find=True,
        link=fields.PREFECTURE,
    )
    other_divisions: tuple[str, ...] = fields.divisions(
        _MOST_OTHER_DIVISIONS,
        "所跨其他行政区划代码",
        "other divisions that it lies in too: it counts in its main one, and all of them read it",
    )
    lies_in: tuple[str, ...] = fields.derived(
        Several(fields.DIVISION_CODE, 0, 3 * (_MOST_OTHER_DIVISIONS + 1)),
        "所在及所跨各级行政区划代码",
        "every division that it lies in with any part, of each level: lists are filtered by `liesIn` for what touches a place, "
        "by `divisionCode` or `prefectureCode` for what counts there",
        lambda m: tuple(sorted({outer for code in (m.division_code, *m.other_divisions) for outer in around(code)})),
    )
    life_cycle: LifeCycle = fields.word(LifeCycle, "矿山状态", "state in the mine's life", find=True)
    licence_valid_from: date = fields.day("采矿许可证有效期起", "licence valid from")
    licence_valid_until: date = fields.day("采矿许可证有效期止", "licence valid until, last day included", find=True, sort=True)
    mining_right_no: str | None = fields.code(64, "矿业权证书号", "certificate of the mining right", default=None)
    mining_right_until: date | None = fields.day("采矿权终止日期", "end of the mining right", default=None)
    remaining_years: Decimal | None = fields.number(2, 1000, "剩余储量可采年限", "years of minable reserves left", default=None)
    normal_production_3_years: bool | None = fields.flag(
        "近3年内正常生产", "normal production in the last three years", default=None
    )
    annual_output: tuple[AnnualOutput, ...] = fields.parts(AnnualOutput, 10, "近年产量", "output of the last years")
    boundary: str | None = fields.boundary("矿区范围", "boundary, GeoJSON in CGCS2000 (EPSG:4490)", default=None)
    west: Decimal | None = fields.extent("west", "最西经度", "westernmost longitude of the boundary, in degrees")
    south: Decimal | None = fields.extent("south", "最南纬度", "southernmost latitude of the boundary, in degrees")
    east: Decimal | None = fields.extent("east", "最东经度", "easternmost longitude of the boundary, in degrees")
    north: Decimal | None = fields.extent("north", "最北纬度", "northernmost latitude of the boundary, in degrees")

    def problems(self) -> list[Problem]:
        problems = fields.in_order(
            ("licence_valid_from", self.licence_valid_from), ("licence_valid_until", self.licence_valid_until)
        )
        problems += fields.only_of_other("other_mining_method", self.other_mining_method, self.mining_method)
        if self.division_code in self.other_divisions:
            problems.append(Problem("otherDivisions", ErrorCode.DUPLICATE, self.division_code))
        years = [output.year for output in self.annual_output]
        if len(set(years)) < len(years):
            problems.append(Problem("annualOutput", ErrorCode.DUPLICATE, "year"))
        return problems
