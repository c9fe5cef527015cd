"""The fictional province that all sandboxes tell of: mines, enterprises and what departments say of them.

Everything follows from the seed and a number, so any part can be told without the rest, and a province of any size costs no
memory.  All names say that they are examples; all codes have valid check digits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import lcm
from random import Random
from typing import Any

from hub.domain.departments import AUDITING, DEPARTMENTS, Department
from hub.domain.divisions import DIVISIONS, PREFECTURES, PROVINCE
from hub.domain.identifiers import uscc_check_digit
from hub.domain.opinions import AUDIT_TOPICS, OpinionTopic
from hub.domain.penalties import PENALTY_KIND_TERMS, PenaltyKind

Data = dict[str, Any]

#: The day on which the fictional province stands still.
TODAY = date(2026, 11, 1)

_COUNTIES: dict[str, list[str]] = {
    prefecture: [c for c, d in DIVISIONS.items() if d.parent_code == prefecture] for prefecture in PREFECTURES
}
_MINERALS = (  # name, class, methods, medium and large from … (10,000 t a year)
    ("磷矿", "NON_METAL", ("OPEN_PIT", "UNDERGROUND"), 30, 100),
    ("铜矿", "METAL", ("UNDERGROUND", "COMBINED"), 30, 100),
    ("铅锌矿", "METAL", ("UNDERGROUND",), 30, 100),
    ("锡矿", "METAL", ("UNDERGROUND",), 30, 100),
    ("铝土矿", "METAL", ("OPEN_PIT",), 30, 100),
    ("煤", "ENERGY", ("UNDERGROUND",), 45, 120),
    ("石灰岩", "NON_METAL", ("OPEN_PIT",), 50, 100),
    ("岩盐", "NON_METAL", ("OTHER",), 10, 20),
    ("矿泉水", "WATER_GAS", ("OTHER",), 5, 10),
)
_AREAS = "东南西北中"
_SHORT = {
    Department.NATURAL_RESOURCES: "自然资",
    Department.ECOLOGY: "环",
    Department.FINANCE: "财",
    Department.MARKET_REGULATION: "市监",
    Department.FINANCIAL_REGULATION: "金监",
    Department.SECURITIES_REGULATION: "证监",
    Department.FORESTRY_GRASSLAND: "林",
    Department.INDUSTRY: "工信",
    Department.WATER: "水",
    Department.EMERGENCY: "应急",
    Department.ENERGY: "能源",
    Department.TAXATION: "税",
}
#: One penalty for so many mines.
_PENALTY_EVERY = {
    Department.NATURAL_RESOURCES: 4,
    Department.ECOLOGY: 3,
    Department.FORESTRY_GRASSLAND: 6,
    Department.MARKET_REGULATION: 9,
    Department.FINANCE: 40,
    Department.FINANCIAL_REGULATION: 40,
    Department.SECURITIES_REGULATION: 60,
    Department.INDUSTRY: 30,
    Department.WATER: 12,
    Department.EMERGENCY: 8,
    Department.ENERGY: 30,
    Department.TAXATION: 20,
}
#: Departments without a system of their own here: their penalties come through the credit system.
THROUGH_CREDIT = (
    Department.INDUSTRY,
    Department.WATER,
    Department.EMERGENCY,
    Department.ENERGY,
    Department.TAXATION,
)
_LISTED_EVERY, _NATIONAL_EVERY, _WARNED_EVERY, _REMOVED_EVERY = 6, 18, 42, 60
#: After so many mines the steps come round again; within one round, the mine and the step of each entry.
_ENTRY_ROUND = lcm(_LISTED_EVERY, _NATIONAL_EVERY, _WARNED_EVERY, _REMOVED_EVERY)
_ENTRIES = [
    (number, step)
    for number in range(0, _ENTRY_ROUND, _LISTED_EVERY)
    for step in range(1 + 3 * (number % _NATIONAL_EVERY == 0) + (number % _WARNED_EVERY == 0 or number % _REMOVED_EVERY == 0))
]
_AUDITS_EACH = 2
_COMMENT_EVERY = 5


def credit_code(prefix: str, number: int) -> str:
    """The valid credit code with this prefix and number."""
    body = f"{prefix}{number:0{17 - len(prefix)}d}"
    return body + uscc_check_digit(body)


@lru_cache(maxsize=4096)
def authority(department: Department, division: str) -> Data:
    """A department's organ in a division."""
    number = list(Department).index(department) + 1
    return {
        "code": credit_code(f"11{division}", number),
        "name": f"示例·{DIVISIONS[division].name}{DEPARTMENTS[department].chinese}",
        "belongsTo": department.value,
        "divisionCode": division,
    }


@dataclass(frozen=True)
class World:
    """A province with `mines` mines; the same seed gives the same province."""

    mines: int
    seed: int = 1

    def _dice(self, *of: Any) -> Random:
        return Random(f"{self.seed}/{'/'.join(map(str, of))}")  # noqa: S311

    def authorities(self) -> list[Data]:
        """The organs of every department, for the province and each prefecture."""
        return [authority(department, division) for department in Department for division in (PROVINCE, *PREFECTURES)]

    @property
    def enterprises(self) -> int:
        return (self.mines + 1) // 2

    def division(self, number: int) -> str:
        """The county of a mine; mines go round the prefectures."""
        counties = _COUNTIES[PREFECTURES[number % len(PREFECTURES)]]
        return counties[(number // len(PREFECTURES)) % len(counties)]

    def licence_no(self, number: int) -> str:
        if number % 97 == 96:
            return f"53{self.seed % 10}{number:010d}"
        month = number % 12 + 1
        return f"C{PREFECTURES[number % len(PREFECTURES)]}{2010 + number % 15}{month:02d}{self.seed % 1000:03d}{number:07d}"

    def enterprise_code(self, number: int) -> str:
        return credit_code("91530000MA", number // 2 + 100_000 * (self.seed % 10))

    def enterprise(self, number: int) -> Data:
        dice = self._dice("enterprise", number)
        first = number * 2
        established = date(1995 + dice.randrange(25), dice.randrange(12) + 1, dice.randrange(28) + 1)
        return {
            "uscc": self.enterprise_code(first),
            "name": self.enterprise_name(first),
            "legalRepresentative": f"示例人{number}",
            "enterpriseType": dice.choice(("有限责任公司", "股份有限公司")),
            "registrationStatus": "IN_OPERATION"
            if dice.random() < 0.97
            else dice.choice(("SUSPENDED", "REVOKED", "CANCELLED")),
            "registeredCapital": f"{dice.randrange(100, 50_000) * 10_000}.00",
            "establishedOn": established.isoformat(),
            "businessLicenceIssuedOn": established.isoformat(),
            "registrationAuthority": authority(Department.MARKET_REGULATION, PREFECTURES[first % len(PREFECTURES)])["name"],
            "formerRegistrationNo": f"5300000{number:08d}",
            "address": f"{DIVISIONS[self.division(first)].name}示例路{number % 300 + 1}号",
            "divisionCode": self.division(first),
            "abnormalOperation": number % 41 == 40,
            **({"abnormalSince": "2026-07-15"} if number % 41 == 40 else {}),
        }

    def enterprise_name(self, number: int) -> str:
        return f"示例{DIVISIONS[PREFECTURES[number % len(PREFECTURES)]].name[:2]}{number // 2 + 1}号矿业有限公司"

    def mine(self, number: int) -> Data:
        dice = self._dice("mine", number)
        mineral, mineral_class, methods, medium, large = _MINERALS[number % len(_MINERALS)]
        scale = dice.choices(("LARGE", "MEDIUM", "SMALL"), (2, 3, 5))[0]
        low, high = {"LARGE": (large, large * 4), "MEDIUM": (medium, large), "SMALL": (max(1, medium // 5), medium)}[scale]
        capacity = Decimal(dice.randrange(low * 10, max(high, low + 1) * 10)) / 10
        # Now and then a licence has run out.
        begins = date((2006 if number % 29 == 28 else 2017) + number % 8, number % 12 + 1, 1 + number % 28)
        years = {"LARGE": 30, "MEDIUM": 20, "SMALL": 10}[scale]
        state = dice.choices(("PRODUCING", "NEW", "EXPANSION", "SUSPENDED", "CLOSING", "CLOSED"), (75, 5, 7, 8, 3, 2))[0]
        remaining = Decimal(dice.randrange(50, 4000)) / 100
        west, south = self._corner(number, dice)
        return {
            "licenceNo": self.licence_no(number),
            "name": f"示例{DIVISIONS[self.division(number)].name}{_AREAS[number % 5]}{number + 1}号{mineral}",
            "enterpriseUscc": self.enterprise_code(number),
            "mineral": mineral,
            "mineralClass": mineral_class,
            "associatedMinerals": ["伴生银"] if mineral in ("铜矿", "铅锌矿") else [],
            "scale": scale,
            "designedCapacity": str(capacity),
            "miningMethod": dice.choice(methods),
            "divisionCode": self.division(number),
            "lifeCycle": state,
            "licenceValidFrom": begins.isoformat(),
            "licenceValidUntil": begins.replace(year=begins.year + years).isoformat(),
            "miningRightNo": f"示例采权〔{begins.year}〕{number + 1}号",
            "miningRightUntil": begins.replace(year=begins.year + 30).isoformat(),
            "remainingYears": str(remaining),
            "normalProduction3Years": state == "PRODUCING",
            "annualOutput": [
                {"year": year, "quantity": str((capacity * dice.randrange(60, 110) / 100).quantize(Decimal("0.01")))}
                for year in (2023, 2024, 2025)
            ],
            "boundary": _square(west, south, 0.01),
        }

    def _corner(self, number: int, dice: Random) -> tuple[float, float]:
        prefecture = number % len(PREFECTURES)
        return 98.5 + (prefecture % 4) * 1.6 + dice.random() * 1.2, 22.2 + (prefecture // 4) * 1.5 + dice.random() * 1.2

    @property
    def entry_count(self) -> int:
        """How many entries the directory has in all."""
        rounds, rest = divmod(self.mines, _ENTRY_ROUND)
        return rounds * len(_ENTRIES) + bisect_left(_ENTRIES, (rest, 0))

    def entry(self, place: int) -> Data:
        """An entry by its place in the directory, with its number there as `upstream`."""
        rounds, rest = divmod(place, len(_ENTRIES))
        offset, step = _ENTRIES[rest]
        number = rounds * _ENTRY_ROUND + offset
        return self.entries(number)[step] | {"upstream": {"gsh": f"{number}-{step}"}}

    def entries(self, number: int) -> list[Data]:
        """What the directory says of a mine: nothing for most."""
        if number % _LISTED_EVERY:
            return []
        dice = self._dice("entry", number)
        organ = authority(Department.NATURAL_RESOURCES, PROVINCE)
        steps = [("PROVINCIAL", "LISTED", date(2024, 12, 20), {"batch": "2024年度", "certificateNo": f"示例绿矿{number:05d}"})]
        if number % _NATIONAL_EVERY == 0:
            notice = {"noticeFrom": "2025-09-20", "noticeUntil": "2025-09-26"}
            steps.append(("NATIONAL", "PROPOSED", date(2025, 8, 15), {"batch": "2025年度"}))
            steps.append(("NATIONAL", "PUBLIC_NOTICE", date(2025, 9, 20), {"batch": "2025年度", **notice}))
            steps.append(("NATIONAL", "LISTED", date(2025, 11, 10), {"batch": "2025年度"}))
        if number % _WARNED_EVERY == 0:
            due = {"rectificationDueOn": "2026-12-20", "reason": "示例：边坡治理滞后"}
            steps.append(("PROVINCIAL", "RECTIFICATION", date(2026, 6, 30), due))
        elif number % _REMOVED_EVERY == 0:
            why = {"reasonCode": "EXHAUSTED", "reason": "示例：资源枯竭", "legalBasis": "绿色矿山名录动态管理要求"}
            steps.append(("PROVINCIAL", "REMOVED", date(2026, 8, 30), why))
        return [
            {
                "documentNumber": f"示例绿矿公告〔{day.year}〕{dice.randrange(1, 9)}号",
                "licenceNo": self.licence_no(number),
                "level": level,
                "step": step,
                "effectiveOn": day.isoformat(),
                "authorityName": organ["name"],
                "authorityCode": organ["code"],
                **more,
            }
            for level, step, day, more in steps
        ]

    def opinion_count(self, department: Department) -> int:
        return self.mines * _AUDITS_EACH if department in AUDITING else (self.mines + _COMMENT_EVERY - 1) // _COMMENT_EVERY

    def opinion(self, department: Department, number: int) -> Data:
        """An opinion of a department: two audits of each mine by those that audit, now and then a comment by the others."""
        audits = department in AUDITING
        mine = number // _AUDITS_EACH if audits else number * _COMMENT_EVERY % self.mines
        dice = self._dice("opinion", department, number)
        organ = authority(department, PREFECTURES[mine % len(PREFECTURES)])
        issued = date(2024, 1, 5) + timedelta(days=dice.randrange(1000))
        verdict = dice.choices(("AGREE", "AGREE_WITH_CONDITIONS", "DISAGREE"), (80, 14, 6))[0]
        topics = sorted(AUDIT_TOPICS[department] - {OpinionTopic.GENERAL}) if audits else [OpinionTopic.GENERAL]
        data: Data = {
            "documentNumber": f"示例{_SHORT[department]}审〔{issued.year}〕{number + 1}号",
            "licenceNo": self.licence_no(mine),
            "nature": "AUDIT" if audits else "COMMENT",
            "topics": [dice.choice(topics).value],
            "text": "示例意见：经审查有关材料并现场核实，意见如上。",
            "issuedOn": issued.isoformat(),
            "authorityName": organ["name"],
            "authorityCode": organ["code"],
        }
        if audits:
            data |= {"verdict": verdict, "validUntil": issued.replace(day=1, year=issued.year + 3).isoformat()}
            if verdict == "AGREE_WITH_CONDITIONS":
                data["conditions"] = "示例条件：六个月内完成排土场复绿。"
        return data

    def penalty_count(self, department: Department) -> int:
        return (self.mines + _PENALTY_EVERY[department] - 1) // _PENALTY_EVERY[department]

    def penalty(self, department: Department, number: int) -> Data:
        """A penalty by a department: linked to one mine, now and then to two or to none."""
        mine = number * _PENALTY_EVERY[department] % self.mines
        dice = self._dice("penalty", department, number)
        organ = authority(department, PREFECTURES[mine % len(PREFECTURES)])
        decided = date(2023, 6, 1) + timedelta(days=dice.randrange(1200))
        fine = dice.randrange(5, 500) * 1000
        kinds = [PenaltyKind.FINE] if dice.random() < 0.8 else [PenaltyKind.WARNING, PenaltyKind.FINE]
        if dice.random() < 0.08:
            kinds.append(PenaltyKind.PRODUCTION_SUSPENSION)
        sort = "SERIOUS" if fine > 300_000 or PenaltyKind.PRODUCTION_SUSPENSION in kinds else "GENERAL"
        links = [] if number % 11 == 10 else [mine, mine ^ 1] if number % 7 == 6 and (mine ^ 1) < self.mines else [mine]
        data: Data = {
            "documentNumber": f"示例{_SHORT[department]}罚〔{decided.year}〕{number + 1}号",
            "partyName": self.enterprise_name(mine),
            "partyCategory": "ORGANISATION",
            "partyUscc": self.enterprise_code(mine),
            "legalRepresentative": f"示例人{mine // 2}",
            "violationType": dice.choice(
                ("未按批准的方案开采", "未落实生态修复", "超标排放污染物", "未经批准占用林地", "安全设施不全")
            ),
            "violationFacts": "示例事实：现场检查发现有关问题，证据确凿。",
            "legalBasis": "示例依据：有关法律法规的相应条款。",
            "kinds": [kind.value for kind in kinds],
            "content": f"{'、'.join(PENALTY_KIND_TERMS[kind] for kind in kinds)}；罚款{fine}元",
            "fine": f"{fine}.00",
            "decidedOn": decided.isoformat(),
            "validUntil": decided.replace(day=1, year=decided.year + 3).isoformat(),
            "authorityName": organ["name"],
            "authorityCode": organ["code"],
            "dataSourceName": organ["name"],
            "dataSourceCode": organ["code"],
            "mines": [self.licence_no(link) for link in links],
            "publicationClass": sort,
            "publishedOn": min(decided + timedelta(days=7), TODAY).isoformat(),
            "disputed": number % 19 == 18,
        }
        if number % 13 == 12:
            data |= {
                "repairedOn": min(decided + timedelta(days=200), TODAY).isoformat(),
                "repairDocument": f"示例修复{number + 1}号",
            }
        return data


def _square(west: float, south: float, size: float) -> Data:
    w, s, e, n = (round(x, 6) for x in (west, south, west + size, south + size))
    return {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}


def stamp(revision: int) -> str:
    """The moment of the province's n-th change, as systems write it."""
    return (datetime(2026, 1, 1) + timedelta(seconds=revision)).strftime("%Y-%m-%dT%H:%M:%S")


def revision(moment: str) -> int:
    """The reverse of `stamp`; 0 for none."""
    if not moment:
        return 0
    return int((datetime.fromisoformat(moment) - datetime(2026, 1, 1)).total_seconds())


@dataclass
class Shelf:
    """What a system holds of one resource: rows in the order of their change, made when asked for, and what came later."""

    count: int
    row: Callable[[int], Data]
    later: list[Data] = field(default_factory=list)

    def __len__(self) -> int:
        return self.count + len(self.later)

    def add(self, row: Data) -> None:
        """A new or changed row."""
        self.later.append(row)

    def after(self, moment: str, size: int) -> list[tuple[str, Data]]:
        """Up to `size` rows that changed after a moment, each with its own."""
        first = max(0, revision(moment))
        return [
            (stamp(place + 1), self.row(place) if place < self.count else self.later[place - self.count])
            for place in range(first, min(first + size, len(self)))
        ]


def every(rows: Iterable[Data]) -> Shelf:
    """A shelf of rows that are known already."""
    known = list(rows)
    return Shelf(len(known), known.__getitem__)
