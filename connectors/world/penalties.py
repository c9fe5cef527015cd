"""Penalties: linked to one mine, now and then to two or to none; now and then under a name that the register does not have.

Some tell a story: decided by several organs together, annulled, or taking the licence of a mine that is in the directory.
"""

from __future__ import annotations

from datetime import date, timedelta

from connectors.manifests import carried
from connectors.world.authorities import authority, document
from connectors.world.province import TODAY, Data, World, past
from connectors.world.shelves import Shelf
from hub.domain.record_kinds import RecordKind
from hub.domain.records.penalties import PenaltyKind
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE

#: One penalty for so many mines.
PENALTY_EVERY = {
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
#: Of those by emergency management one of so many takes the licence of a mine that is in the directory, or was annulled.
_REVOKES_EVERY, _ANNULLED_EVERY = 90, 8
_REVOKED_ON = date(2026, 5, 12)
#: Departments without a system of their own that brings them: their penalties come through the credit system.
THROUGH_CREDIT = tuple(department for department in PENALTY_EVERY if department not in carried(RecordKind.PENALTY))


def penalty(world: World, department: Department, number: int) -> Data:
    """A penalty by a department: the one with this number, which concerns mine number × `PENALTY_EVERY`."""
    mine = number * PENALTY_EVERY[department] % world.mines
    dice = world.dice("penalty", department, number)
    decided = date(2023, 6, 1) + timedelta(days=dice.randrange(1200))
    revokes = department is Department.EMERGENCY and number % _REVOKES_EVERY == 3
    if revokes:
        decided = _REVOKED_ON
    fine = dice.randrange(5, 500) * 1000
    kinds = [PenaltyKind.FINE] if dice.random() < 0.8 else [PenaltyKind.WARNING, PenaltyKind.FINE]
    if dice.random() < 0.08:
        kinds.append(PenaltyKind.PRODUCTION_SUSPENSION)
    if revokes:
        kinds.append(PenaltyKind.LICENCE_REVOCATION)
    sort = "SERIOUS" if fine > 450_000 or revokes or PenaltyKind.PRODUCTION_SUSPENSION in kinds else "GENERAL"
    links = [] if number % 11 == 10 else [mine, mine ^ 1] if number % 7 == 6 and (mine ^ 1) < world.mines else [mine]
    # Its mines lie in two prefectures, of which none decides for the other.
    organ = authority(department, PROVINCE if len(links) > 1 else world.prefecture(mine))
    data: Data = {
        "documentNumber": document(department, "罚", decided, number),
        "partyName": world.enterprise_name(mine) + ("（曾用名）" if number % 29 == 28 else ""),
        "partyCategory": "ORGANISATION",
        "partyUscc": world.enterprise_code(mine),
        "legalRepresentative": f"示例人{mine // 2}",
        "violationType": dice.choice(
            ("未按批准的方案开采", "未落实生态修复", "超标排放污染物", "未经批准占用林地", "安全设施不全")
        ),
        "violationFacts": "示例事实：现场检查发现有关问题，证据确凿。",
        "legalBasis": "示例依据：有关法律法规的相应条款。",
        "kinds": [kind.value for kind in kinds],
        "content": f"{'、'.join(kind.chinese for kind in kinds)}；罚款{fine}元",
        "fine": f"{fine}.00",
        "decidedOn": decided.isoformat(),
        "validUntil": decided.replace(day=1, year=decided.year + 3).isoformat(),
        "authorityName": organ["name"],
        "authorityCode": organ["code"],
        "dataSourceName": organ["name"],
        "dataSourceCode": organ["code"],
        "mines": [world.licence_no(link) for link in links],
        "publicationClass": sort,
        "servedOn": past(decided, 5),
        "publishedOn": past(decided, 7),
        "disputed": number % 19 == 18,
    }
    if revokes:
        data["licenceAffected"] = "示例安全生产许可证"
    if department is Department.EMERGENCY and number % _ANNULLED_EVERY == 2:
        data["annulledOn"] = past(decided, 120)
    if number % 17 == 16:
        other = Department.EMERGENCY if department is not Department.EMERGENCY else Department.ECOLOGY
        data["jointAuthorities"] = [authority(other, organ["divisionCode"])["code"]]
    if number % 13 == 12 and decided + timedelta(days=400) <= TODAY:
        data |= {
            # Credit is repaired once the shortest publication is over.
            "repairedOn": (decided + timedelta(days=400)).isoformat(),
            "repairDocument": f"示例修复{number + 1}号",
        }
    return data


def penalties(world: World, department: Department) -> Shelf:
    """All penalties of a department."""
    return Shelf(-(-world.mines // PENALTY_EVERY[department]), lambda number: penalty(world, department, number))
