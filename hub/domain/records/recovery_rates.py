"""RecoveryRates 三率: mining 开采回采率, processing 选矿回收率 and utilisation 综合利用率 in a year (plan, annex 1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Flag, Text
from hub.domain.declaring.fields import Payload, camel
from hub.domain.words.errors import ErrorCode, Problem

_RATES = ("mining", "processing", "utilisation")


def _percent(chinese: str, english: str) -> Any:
    return fields.number(2, 101, f"{chinese}（%）", f"{english}, in percent", default=None)


@dataclass(frozen=True, kw_only=True)
class RecoveryRates(Payload):
    """Recovery rates of a mine in a year

    The required minimum depends on mineral, method, scale and ore body; the band that was chosen is named, not decided here.
    """

    chinese: ClassVar[str] = "“三率”指标"

    licence_no: str = fields.licence_no("采矿许可证号", "the mine", find=True, link=fields.MINE)
    year: int = fields.past_year(1990, "年度", "calendar year", find=True, sort=True)
    mining: Decimal | None = _percent("开采回采率", "mining recovery")
    mining_required: Decimal | None = _percent("开采回采率最低要求", "required minimum")
    processing: Decimal | None = _percent("选矿回收率", "processing recovery")
    processing_required: Decimal | None = _percent("选矿回收率最低要求", "required minimum")
    utilisation: Decimal | None = _percent("综合利用率", "utilisation of co-mined and associated minerals")
    utilisation_required: Decimal | None = _percent("综合利用率最低要求", "required minimum")
    standard: str = fields.text(200, "指标标准", "the standard and band by which the minimum was set")
    verified_by: str | None = fields.text(200, "核定单位", "who verified the figures", default=None)
    meets_required: bool | None = fields.derived(
        Flag(),
        "是否达标",
        "whether every rate reaches its required minimum; null where none falls short and a rate or a minimum is not stated",
        lambda r: r._meets_required(),
        find=True,
    )
    unstated: str | None = fields.derived(
        Text(200),
        "未填报项",
        "rates without a minimum and minima without a rate, for which it is not known whether they are met",
        lambda r: r._unstated(),
    )

    def _pairs(self) -> list[tuple[str, Decimal | None, Decimal | None]]:
        return [(name, getattr(self, name), getattr(self, f"{name}_required")) for name in _RATES]

    def _meets_required(self) -> bool | None:
        """False as soon as one falls short.  A rate that has neither a figure nor a minimum does not apply to the mine."""
        if any(rate is not None and least is not None and rate < least for _, rate, least in self._pairs()):
            return False
        return True if self._unstated() is None else None

    def _unstated(self) -> str | None:
        lacking = [camel(f"{name}_required") for name, rate, least in self._pairs() if rate is not None and least is None]
        lacking += [name for name, rate, least in self._pairs() if rate is None and least is not None]
        return ", ".join(lacking) or None

    def problems(self) -> list[Problem]:
        problems = [
            Problem(name, ErrorCode.OUT_OF_RANGE, "≤ 100") for name, rate, _ in self._pairs() if rate is not None and rate > 100
        ]
        if not any(rate is not None for _, rate, _ in self._pairs()):
            problems.append(Problem("mining", ErrorCode.REQUIRED, ", ".join(_RATES)))
        return problems
