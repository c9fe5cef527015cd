"""The two systems of indicators, of 2020 and of 2024.

Their structure, the names of the first level and the pass mark of 2020 are the documents' own; the points of most first levels,
the names below them, and the pass mark and the first day of that of 2024 are made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from connectors.world.province import Data
from connectors.world.shelves import Shelf, every

_PRECONDITIONS = (
    "营业执照、采矿许可证、安全生产许可证等证照合法有效",
    "近三年未受自然资源、生态环境等部门行政处罚，或已整改到位；未发生重大安全、环保事故",
    "未被列入矿业权人异常名录",
    "正常生产运营，剩余储量可采年限不少于三年",
    "矿区范围不涉及自然保护地",
)
#: First-level indicators: name, points, indicators of the second level, indicators of the third.
_LEVELS_2020 = (
    ("矿区环境", 220, 4, 17),
    ("资源开发方式", 220, 4, 15),
    ("资源综合利用", 140, 4, 17),
    ("节能减排", 140, 4, 17),
    ("科技创新与智能矿山", 140, 4, 17),
    ("企业管理与企业形象", 140, 4, 17),
)
_LEVELS_2024 = (
    ("矿区环境", 17, 4, 9),
    ("资源开发方式", 17, 4, 8),
    ("资源综合利用", 17, 4, 8),
    ("绿色低碳", 17, 4, 8),
    ("生态修复与环境治理", 16, 4, 8),
    ("科技创新与规范管理", 16, 3, 8),
)


def _shares(points: int, count: int) -> list[Decimal]:
    """So many points in tenths, as evenly as they go."""
    each, rest = divmod(points * 10, count)
    return [Decimal(each + (place < rest)) / 10 for place in range(count)]


def _tree(levels: Sequence[tuple[str, int, int, int]]) -> Iterator[Data]:
    for first, (name, points, seconds, thirds) in enumerate(levels, start=1):
        yield {"code": f"{first}", "level": 1, "name": name, "points": str(points)}
        shares = _shares(points, thirds)
        for second in range(1, seconds + 1):
            below = shares[second - 1 :: seconds]
            code = f"{first}.{second}"
            yield {"code": code, "parent": f"{first}", "level": 2, "name": f"示例二级指标{code}", "points": str(sum(below))}
            for third, share in enumerate(below, start=1):
                leaf = f"{code}.{third}"
                yield {"code": leaf, "parent": code, "level": 3, "name": f"示例指标{leaf}", "points": str(share)}


def _system(code: str, levels: Sequence[tuple[str, int, int, int]], **more: str) -> Data:
    return {
        "code": code,
        "totalPoints": str(sum(points for _, points, _, _ in levels)),
        "firstLevelShare": "75",
        "leastExperts": 5,
        "preconditions": [{"code": f"P{place}", "text": text} for place, text in enumerate(_PRECONDITIONS, start=1)],
        "indicators": list(_tree(levels)),
        **more,
    }


@lru_cache(maxsize=1)
def systems() -> dict[str, Data]:
    """The systems by code."""
    every_system = (
        _system(
            "NATIONAL-2020",
            _LEVELS_2020,
            name="绿色矿山评价指标（2020年，部分分值为示例）",
            basis="绿色矿山评价指标（2020-06-01）",
            effectiveOn="2020-06-01",
            passPoints="800",
        ),
        _system(
            "NATIONAL-2024",
            _LEVELS_2024,
            name="国家级绿色矿山建设评价指标（2024年，施行日期、分值与合格分为示例）",
            basis="自然资规〔2024〕1号附件3",
            effectiveOn="2024-05-01",
            passPoints="80",
        ),
    )
    return {system["code"]: system for system in every_system}


@lru_cache(maxsize=2)
def leaves(code: str) -> tuple[tuple[str, Decimal], ...]:
    """The indicators of a system that are scored, with their most points."""
    return tuple((one["code"], Decimal(one["points"])) for one in systems()[code]["indicators"] if one["level"] == 3)


def indicator_systems() -> Shelf:
    """Both systems."""
    return every(systems().values())
