"""Makers of the records that the plan's duties give, as they are sent; all are fictional."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auth.principals import Principal, Role
from auth.rules import POSTED_BY
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests import makers
from tests.makers import licence, seat, uscc

_STEPS = [
    "APPLICATION",
    "COUNTY_REVIEW",
    "PREFECTURE_REVIEW",
    "SELF_ASSESSMENT",
    "THIRD_PARTY_ASSESSMENT",
    "VERIFICATION",
    "PUBLIC_NOTICE",
    "LISTING",
]


def _issued(word: str, number: int, division: str = "530000") -> dict[str, Any]:
    return {
        "documentNumber": f"示例{word}〔2025〕{number}号",
        "authorityName": "示例机关",
        "authorityCode": seat(Department.NATURAL_RESOURCES, division),
    }


def _about(word: str, number: int, division: str = "530000") -> dict[str, Any]:
    return _issued(word, number, division) | {"licenceNo": licence(1)}


def system(number: int = 1, **more: Any) -> dict[str, Any]:
    """Two first levels of 60 and 40 points, pass 80, 75 % of each; two preconditions, two experts."""
    return {
        "code": f"EXAMPLE-{number}",
        "name": "示例评价指标体系",
        "basis": "示例文件",
        "effectiveOn": "2025-01-01",
        "totalPoints": "100",
        "passPoints": "80",
        "firstLevelShare": "75",
        "leastExperts": 2,
        "preconditions": [{"code": "P1", "text": "证照合法有效"}, {"code": "P2", "text": "未列入异常名录"}],
        "indicators": [
            {"code": "1", "level": 1, "name": "矿区环境", "points": "60"},
            {"code": "1.1", "parent": "1", "level": 2, "name": "矿容矿貌", "points": "60"},
            {"code": "1.1.1", "parent": "1.1", "level": 3, "name": "功能分区", "points": "40"},
            {"code": "1.1.2", "parent": "1.1", "level": 3, "name": "矿区绿化", "points": "20"},
            {"code": "2", "level": 1, "name": "资源开发方式", "points": "40"},
            {"code": "2.1", "parent": "2", "level": 2, "name": "绿色开采", "points": "40"},
        ],
    } | more


def expert(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "expertNo": f"E{number}",
        "name": f"示例{number}",
        "specialities": ["GEOLOGY"],
        "title": "SENIOR",
        "employer": "示例研究院",
        "joinedOn": "2020-01-01",
    } | more


def assessor(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "uscc": uscc(8000 + number),
        "name": f"示例评估{number}号机构",
        "category": "INSTITUTION",
        "independentLegalPerson": True,
        "technicalStaff": 20,
        "seniorStaff": 8,
        "registeredOn": "2024-01-01",
        "dealings": [{"uscc": uscc(70), "beganOn": "2021-01-01", "endedOn": "2022-01-01", "subject": "示例勘查"}],
    } | more


def steps(count: int, *, month: int = 1, year: int = 2025, failed: bool = False) -> list[dict[str, Any]]:
    """The first steps of an assessment, one a day; the last may be a failed one."""
    return [
        {
            "stage": stage,
            "outcome": "FAILED" if failed and place == count - 1 else "PASSED",
            "on": f"{year}-{month:02d}-{place + 2:02d}",
            "by": "示例单位",
        }
        for place, stage in enumerate(_STEPS[:count])
    ]


def assessment(number: int = 1, **more: Any) -> dict[str, Any]:
    """An assessment that has come through verification."""
    return {
        "assessmentNo": f"示例评估-{number}",
        "licenceNo": licence(1),
        "appliedOn": "2025-01-01",
        "indicatorSystemCode": "EXAMPLE-1",
        "assessorUscc": uscc(8001),
        "expertNos": ["E1", "E2"],
        "steps": steps(6),
        "preconditions": [{"code": "P1", "met": True}, {"code": "P2", "met": True}],
        "scores": [
            {"code": "1.1.1", "points": "36"},
            {"code": "1.1.2", "points": "18"},
            {"code": "2.1", "points": "35"},
        ],
    } | more


def contract(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("合同", number, "530112")
        | {
            "contractKind": "CONSTRUCTION",
            "partyUscc": uscc(1),
            "signedOn": "2025-05-20",
            "dueOn": "2027-12-31",
            "milestones": [{"task": "完成矿区绿化", "dueOn": "2026-06-30"}],
            "requirements": "达到省级绿色矿山标准",
            "liability": "按合同约定承担违约责任",
        }
        | more
    )


def transfer(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("移", number)
        | {
            "toDepartment": "NATURAL_RESOURCES",
            "toAuthorityCode": seat(Department.NATURAL_RESOURCES),
            "matter": "越界开采",
            "facts": "示例事实",
            "foundOn": "2026-01-04",
            "transferredOn": "2026-01-05",
            "answerDueOn": "2026-01-15",
            "handlingDueOn": "2026-03-31",
        }
        | more
    )


def answer(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("复", number)
        | {
            "fromDepartment": "ECOLOGY",
            "fromAuthorityCode": seat(Department.ECOLOGY),
            "transferNumber": transfer(number)["documentNumber"],
            "step": "ACCEPTED",
            "answeredOn": "2026-01-08",
        }
        | more
    )


def mining_right_listing(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("异", number)
        | {
            "blackList": "ABNORMAL",
            "partyUscc": uscc(1),
            "reason": "未按规定公示信息",
            "enteredOn": "2026-02-01",
        }
        | more
    )


def recovery_rates(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "licenceNo": licence(1),
        "year": 2000 + number,
        "mining": "93.50",
        "miningRequired": "92.00",
        "processing": "81",
        "processingRequired": "80",
        "standard": "示例标准",
    } | more


def restoration_plan(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("复垦", number)
        | {
            "approvedOn": "2024-03-01",
            "validUntil": "2029-03-01",
            "years": [{"year": 2024, "duty": "3", "done": "3"}, {"year": 2025, "duty": "4.5", "done": "1.25"}],
        }
        | more
    )


def zone(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "zoneCode": f"Z{number}",
        "zoneKind": "ECOLOGICAL_RED_LINE",
        "name": f"示例{number}号红线",
        "effectiveOn": "2022-10-01",
        "boundary": makers.mine()["boundary"],
    } | more


def screening(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("审查", number)
        | {
            "zoneKind": "ECOLOGICAL_RED_LINE",
            "screenedOn": "2025-08-01",
            "mineArea": "120.5",
            "zonesLookedAt": 3,
            "overlaps": [{"zoneCode": "Z1", "area": "1.5", "share": "1.2448"}],
        }
        | more
    )


def pollutant_permit(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("排污", number)
        | {
            "category": "KEY",
            "issuedOn": "2024-01-10",
            "validUntil": "2029-01-09",
            "limits": [{"outlet": "DW001", "pollutant": "总磷", "limit": "0.5", "unit": "mg/L"}],
        }
        | more
    )


def monitoring_reading(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "readingNo": f"M{number}",
        "licenceNo": licence(1),
        "medium": "WASTE_WATER",
        "outlet": "DW001",
        "pollutant": "总磷",
        "measuredOn": "2026-05-01",
        "value": "0.62",
        "limit": "0.5",
        "unit": "mg/L",
    } | more


def energy_use(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "licenceNo": licence(1),
        "year": 2000 + number,
        "energy": "5200",
        "intensity": "4.2",
        "intensityLimit": "4.5",
        "carbon": "13000",
        "cleanTransportShare": "62.5",
    } | more


def forest_land_use(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("林地", number)
        | {
            "use": "TEMPORARY",
            "cover": "FOREST",
            "area": "2.5",
            "approvedOn": "2023-06-01",
            "endsOn": "2025-06-01",
            "restorationDueOn": "2026-06-01",
        }
        | more
    )


def local_standard(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "standardNo": f"DB53/T 示例{number}",
        "title": "示例绿色矿山建设规范",
        "stage": "PUBLISHED",
        "stageOn": "2025-09-01",
        "effectiveOn": "2025-12-01",
    } | more


def budget_item(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("预", number)
        | {
            "year": 2026,
            "divisionCode": "530000",
            "purpose": "THIRD_PARTY_ASSESSMENT",
            "planned": "3000000.00",
            "paid": "1200000.00",
            "decidedOn": "2026-02-10",
        }
        | more
    )


def support_policy(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("策", number)
        | {
            "support": "LAND",
            "title": "示例用地支持政策",
            "text": "示例条款",
            "effectiveOn": "2025-06-01",
        }
        | more
    )


def support_grant(number: int = 1, **more: Any) -> dict[str, Any]:
    return _about("批", number) | {"support": "LAND", "grantedOn": "2026-04-01", "text": "示例用地指标"} | more


def appeal(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("诉", number)
        | {
            "topic": "扬尘",
            "text": "示例申诉",
            "receivedOn": "2026-03-01",
            "answerDueOn": "2026-03-15",
        }
        | more
    )


def innovation(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("创新", number)
        | {
            "innovationField": "DIGITAL",
            "title": "示例智能调度",
            "text": "示例成效",
            "achievedOn": "2025-11-01",
        }
        | more
    )


def community_project(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("共建", number)
        | {
            "communityField": "EDUCATION",
            "title": "示例助学",
            "text": "示例成效",
            "spent": "50000.00",
            "doneOn": "2025-09-01",
        }
        | more
    )


def supervision_visit(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _about("检查", number)
        | {
            "visitedOn": "2026-04-10",
            "topics": ["边生产边修复"],
            "findings": "示例情况",
            "result": "RECTIFICATION",
            "rectificationDueOn": "2026-07-10",
        }
        | more
    )


def commendation(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("表彰", number)
        | {
            "recipientKind": "UNIT",
            "recipient": "示例1号矿业有限公司",
            "partyUscc": uscc(1),
            "licenceNo": licence(1),
            "honour": "示例先进单位",
            "reason": "示例事迹",
            "commendedOn": "2026-06-05",
        }
        | more
    )


def prefecture_target(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("目标", number, "530100")
        | {
            "prefectureCode": "530100",
            "year": 2025 + number % 4,
            "share": "15.5",
            "decidedOn": "2025-06-01",
        }
        | more
    )


def progress_report(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("年报", number, "530100")
        | {
            "prefectureCode": "530100",
            "year": 2025 + number % 2,
            "figures": [{"scale": "LARGE", "producing": 20, "atStandard": 5, "plannedNext": 8}],
            "results": "示例成果",
            "nextPlan": "示例计划",
            "signedOffBy": "示例签发人",
            "signedOffOn": f"{2025 + number % 2}-10-20",
        }
        | more
    )


def licence_succession(number: int = 1, **more: Any) -> dict[str, Any]:
    return (
        _issued("换证", number)
        | {
            "form": "REISSUE",
            "predecessors": [licence(1)],
            "successors": [licence(70_000 + number)],
            "succeededOn": "2026-01-05",
        }
        | more
    )


class _Made(dict[RecordKind, Callable[..., dict[str, Any]]]):
    def __missing__(self, kind: RecordKind) -> Callable[..., dict[str, Any]]:
        raise LookupError(f"no maker of a valid {kind}: write one in tests/duties.py and give it a line in MADE")


#: A valid item of each kind, on which variations build.
MADE: dict[RecordKind, Callable[..., dict[str, Any]]] = _Made()
MADE |= {
    RecordKind.MINE: makers.mine,
    RecordKind.ENTERPRISE: makers.enterprise,
    RecordKind.AUTHORITY: makers.an_authority,
    RecordKind.OPINION: makers.opinion,
    RecordKind.PENALTY: makers.penalty,
    RecordKind.DIRECTORY_ENTRY: makers.entry,
    RecordKind.CONTRACT: contract,
    RecordKind.ASSESSMENT: assessment,
    RecordKind.INDICATOR_SYSTEM: system,
    RecordKind.EXPERT: expert,
    RecordKind.ASSESSOR: assessor,
    RecordKind.CASE_TRANSFER: transfer,
    RecordKind.TRANSFER_ANSWER: answer,
    RecordKind.MINING_RIGHT_LISTING: mining_right_listing,
    RecordKind.RECOVERY_RATES: recovery_rates,
    RecordKind.RESTORATION_PLAN: restoration_plan,
    RecordKind.ZONE: zone,
    RecordKind.SCREENING: screening,
    RecordKind.POLLUTANT_PERMIT: pollutant_permit,
    RecordKind.MONITORING_READING: monitoring_reading,
    RecordKind.ENERGY_USE: energy_use,
    RecordKind.FOREST_LAND_USE: forest_land_use,
    RecordKind.LOCAL_STANDARD: local_standard,
    RecordKind.BUDGET_ITEM: budget_item,
    RecordKind.SUPPORT_POLICY: support_policy,
    RecordKind.SUPPORT_GRANT: support_grant,
    RecordKind.APPEAL: appeal,
    RecordKind.INNOVATION: innovation,
    RecordKind.COMMUNITY_PROJECT: community_project,
    RecordKind.SUPERVISION_VISIT: supervision_visit,
    RecordKind.COMMENDATION: commendation,
    RecordKind.PREFECTURE_TARGET: prefecture_target,
    RecordKind.PROGRESS_REPORT: progress_report,
    RecordKind.LICENCE_SUCCESSION: licence_succession,
}


def made(kind: RecordKind, number: int = 1, **more: Any) -> dict[str, Any]:
    """A valid item, as its poster issues it."""
    return makers.issued_by(poster(kind), MADE[kind](number, **more))


def poster(kind: RecordKind) -> Principal:
    """A department that may post the made items of the kind."""
    allowed = POSTED_BY[kind]
    for department in (Department.NATURAL_RESOURCES, Department.ECOLOGY, *sorted(allowed)):
        # Transfers are made as handed to natural resources.
        to_itself = kind is RecordKind.CASE_TRANSFER and department is Department.NATURAL_RESOURCES
        if department in allowed and not to_itself:
            return makers.caller(Role.DEPARTMENT, department)
    raise KeyError(kind)
