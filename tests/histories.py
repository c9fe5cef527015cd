"""Random histories of mines: posts, corrections and withdrawals of every kind that a rule reads, while the clock goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.mines import LifeCycle, MineScale
from hub.domain.records.mining_right_listings import BlackList
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate, roll_back
from tests import duties, makers
from tests.makers import CREDIT, ECOLOGY, FORESTRY, MARKET_REGULATION, NATURAL_RESOURCES, entry, licence, posted, uscc

MINES = 12
POSTS = 300
#: The mines that are in the directory when a history begins.
LISTED = (2, 3, 4, 5)
#: Who says what natural resources does not.
_OTHERS = {
    RecordKind.ENTERPRISE: MARKET_REGULATION,
    RecordKind.FOREST_LAND_USE: FORESTRY,
    RecordKind.POLLUTANT_PERMIT: ECOLOGY,
}
#: A version of the tables before which more was told than they keep.
BEFORE = "0052"
FIRST = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


async def back_and_forth(database: Database) -> None:
    """Let the tables become those of a version of before, and come on again, with what is in them."""
    await roll_back(database, BEFORE)
    await migrate(database)


class Days:
    """A clock that goes on by days."""

    def __init__(self) -> None:
        self.now = FIRST

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now


async def history(
    database: Database, dice: Random, posts: int = POSTS, beside: Callable[[int, Days], Awaitable[None]] | None = None
) -> Days:
    """Some mines, and what happens to them; what else happens or is seen goes on `beside`, before each post."""
    clock = Days()
    posting = Posting(database, clock)
    for kind, items in (
        (RecordKind.MINE, [_mine(dice, n) for n in range(1, MINES + 1)]),
        (RecordKind.MINE, [makers.mine(MINES + 1, remainingYears="2.50")]),
        (RecordKind.CONTRACT, [_signed_too_late(), _signed_by_another()]),
        (RecordKind.INDICATOR_SYSTEM, [duties.system()]),
        (RecordKind.ASSESSOR, [duties.assessor(1), duties.assessor(2), duties.assessor(3, technicalStaff=14)]),
        (RecordKind.EXPERT, [duties.expert(1), duties.expert(2)]),
        (RecordKind.ASSESSMENT, [_assessed_by_few(), _passed_without_experts(), _assessed_by_strangers()]),
        (RecordKind.PENALTY, [_decided(seat) for seat in ("530000", "530100")]),
        (RecordKind.DIRECTORY_ENTRY, [entry(POSTS + n, licenceNo=licence(n), effectiveOn="2024-06-01") for n in LISTED]),
        (RecordKind.DIRECTORY_ENTRY, _listed_against_the_rules()),
    ):
        assert all(result.record_id for result in await posted(posting, NATURAL_RESOURCES, kind, *items))
    assert all(result.record_id for result in await posted(posting, CREDIT, RecordKind.PENALTY, _unlawful()))
    taken: list[tuple[Principal, str]] = []
    for place in range(posts):
        clock.now += timedelta(days=dice.randrange(9))
        today = clock.now.date()
        if beside is not None:
            await beside(place, clock)
        if taken and dice.random() < 0.12:
            who, record = taken.pop(dice.randrange(len(taken)))
            await posting.withdraw(who, record, "示例更正", source="test")
            continue
        kind, item = dice.choice(_MADE)(dice, place, today)
        who = _OTHERS.get(kind, NATURAL_RESOURCES)
        [result] = await posted(posting, who, kind, item)
        if result.record_id and kind not in (RecordKind.MINE, RecordKind.ENTERPRISE):
            taken.append((who, result.record_id))
    return clock


def _signed_too_late() -> dict[str, Any]:
    number = MINES + 1
    return duties.contract(POSTS, licenceNo=licence(number), partyUscc=uscc(number), signedOn="2024-09-01")


def _signed_by_another() -> dict[str, Any]:
    number = MINES + 1
    return duties.contract(
        POSTS + 1, licenceNo=licence(number), partyUscc=uscc(99), signedOn="2024-09-02", contractKind="TRANSFER"
    )


def _assessed_by_few() -> dict[str, Any]:
    agency, steps = duties.assessor(3)["uscc"], duties.steps(6, year=2024)
    return duties.assessment(POSTS, licenceNo=licence(MINES + 1), assessorUscc=agency, appliedOn="2024-01-01", steps=steps)


def _passed_without_experts() -> dict[str, Any]:
    about = {"licenceNo": licence(MINES), "expertNos": [], "appliedOn": "2024-01-01"}
    return duties.assessment(POSTS + 1, **about, steps=duties.steps(6, year=2024))


def _assessed_by_strangers() -> dict[str, Any]:
    about = {"licenceNo": licence(MINES), "expertNos": ["E2", "E9"], "appliedOn": "2024-01-01"}
    return duties.assessment(POSTS + 2, **about, steps=duties.steps(5, year=2024))


def _listed_against_the_rules() -> list[dict[str, Any]]:
    """On an assessment by who is unfit, with a long term afterwards; and in the nation's directory out of none."""
    long = {"step": "RECTIFICATION", "effectiveOn": "2024-12-01", "rectificationDueOn": "2025-06-02"}
    told: list[dict[str, Any]] = [{"effectiveOn": "2024-06-01"}, long]
    told.append({"level": "NATIONAL", "step": "PROPOSED", "effectiveOn": "2024-06-02"})
    numbers = (MINES + 1, MINES + 1, MINES)
    return [
        entry(2 * POSTS + place, licenceNo=licence(number), **one)
        for place, (number, one) in enumerate(zip(numbers, told, strict=True))
    ]


def _decided(division: str) -> dict[str, Any]:
    """A decision that another organ posts too."""
    organ = makers.seat(Department.NATURAL_RESOURCES, division)
    return makers.penalty(POSTS, authorityCode=organ, decidedOn="2024-12-01", publishedOn=None, mines=[])


def _unlawful() -> dict[str, Any]:
    """What no organ may decide: repaired too early and without a document, with money that none of its kinds carries."""
    said = {"decidedOn": "2024-10-01", "publishedOn": None, "repairedOn": "2024-11-01", "kinds": ["WARNING"]}
    return makers.penalty(POSTS + 1, department="ECOLOGY", mines=[licence(2)], **said)


def _mine(dice: Random, number: int) -> dict[str, Any]:
    return makers.mine(
        number,
        enterpriseUscc=uscc(dice.choice([1, 1, 2, 3, 4])),
        remainingYears=dice.choice(["2.99", "3.00", None]),
        lifeCycle=dice.choice([*LifeCycle, *[LifeCycle.PRODUCING] * 6]).value,
        scale=dice.choice(list(MineScale)).value,
        normalProduction3Years=dice.choice([True, False, None]),
        licenceValidUntil=dice.choice(["2025-06-30", "2040-01-14"]),
    )


def _revision(dice: Random, _: int, __: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.MINE, _mine(dice, dice.randrange(1, MINES + 1))


def _past(dice: Random, today: date) -> str:
    return (today - timedelta(days=dice.choice([0, 0, 1, 20, 200]))).isoformat()


def _entry(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.DIRECTORY_ENTRY, entry(
        place,
        licenceNo=licence(dice.randrange(1, MINES // 2)),
        level=dice.choice([DirectoryLevel.PROVINCIAL, DirectoryLevel.PROVINCIAL, DirectoryLevel.NATIONAL]).value,
        step=dice.choice([*DirectoryStep, *[DirectoryStep.LISTED] * 5]).value,
        effectiveOn=(on := _past(dice, today)),
        rectificationDueOn=on,
        reasonCode="EXHAUSTED",
        legalBasis="示例依据",
    )


def _contract(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    # The same number again is a revision, which may name another mine.
    return RecordKind.CONTRACT, duties.contract(
        place % 7,
        licenceNo=licence(dice.randrange(1, MINES + 1)),
        partyUscc=uscc(dice.choice([1, 1, 2, 3])),
        contractKind=dice.choice(["CONSTRUCTION", "TRANSFER"]),
        signedOn=(signed := _past(dice, today)),
        dueOn=(date.fromisoformat(signed) + timedelta(dice.randrange(100))).isoformat(),
        milestones=[],
        fulfilledOn=dice.choice([None, today.isoformat()]),
        terminatedOn=dice.choice([None, None, today.isoformat()]),
    )


def _assessment(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    count = dice.choice([0, 3, 3, 3, 4, 6, 8])
    return RecordKind.ASSESSMENT, duties.assessment(
        place % 20,
        licenceNo=licence(dice.randrange(1, MINES // 2)),
        steps=duties.steps(count, failed=count == 3),
        assessorUscc=duties.assessor(dice.choice([1, 2]))["uscc"],
    )


def _assessor(dice: Random, _: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    deal = {"uscc": uscc(dice.choice([1, 2])), "beganOn": _past(dice, today), "subject": "示例勘查"}
    return RecordKind.ASSESSOR, duties.assessor(
        dice.choice([1, 2]),
        technicalStaff=dice.choice([20, 14]),
        dealings=dice.choice([[], [deal]]),
        suspendedUntil=dice.choice([None, today.isoformat()]),
    )


def _expert(dice: Random, _: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.EXPERT, duties.expert(
        dice.choice([1, 2]),
        employerUscc=dice.choice([None, None, uscc(dice.choice([1, 2]))]),
        avoids=dice.choice([[], [], [uscc(3), uscc(dice.choice([1, 2]))]]),
        leftOn=dice.choice([None, None, "2025-01-05", today.isoformat()]),
    )


def _noticed(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    """A notice, or a listing by one."""
    return RecordKind.DIRECTORY_ENTRY, entry(
        place,
        licenceNo=licence(MINES // 2),
        step=dice.choice(["PUBLIC_NOTICE", "LISTED", "LISTED"]),
        effectiveOn=_past(dice, today),
        noticeFrom=dice.choice([None, _past(dice, today)]),
    )


def _policy(dice: Random, _: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.SUPPORT_POLICY, duties.support_policy(1, effectiveOn=_past(dice, today), support="LAND")


def _grant(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    policy = duties.support_policy(1)["documentNumber"]
    return RecordKind.SUPPORT_GRANT, duties.support_grant(
        place % 20,
        licenceNo=licence(dice.choice(LISTED)),
        policyNumber=dice.choice([None, policy, policy, "示例策〔2024〕9号"]),
        grantedOn=_past(dice, today),
        endsOn=dice.choice([None, (today + timedelta(dice.randrange(90))).isoformat()]),
    )


def _penalty(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    decided = dice.choice([_past(dice, today), "2025-01-01"])
    numbers = dice.sample(range(1, MINES // 2), dice.randrange(5))
    return RecordKind.PENALTY, makers.penalty(
        place % 5,
        authorityCode=makers.seat(Department.NATURAL_RESOURCES, dice.choice(["530000", "530100"])),
        partyName=dice.choice(["示例1号矿业有限公司", "示例旧名有限公司"]),
        mines=[licence(number) for number in sorted(numbers)],
        kinds=dice.choice([["WARNING"], ["LICENCE_REVOCATION"], ["CLOSURE", "WARNING"]]),
        fine=None,
        licenceAffected="示例证照",
        publicationClass=dice.choice(["SERIOUS", "SERIOUS", "GENERAL", None]),
        decidedOn=decided,
        publishedOn=None,
        validUntil=(date.fromisoformat(decided) + timedelta(dice.randrange(400))).isoformat(),
        annulledOn=dice.choice([None, None, today.isoformat()]),
        repairedOn=None,
    )


def _listing(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.MINING_RIGHT_LISTING, duties.mining_right_listing(
        place % 30,
        licenceNo=licence(dice.randrange(1, MINES // 2)),
        blackList=dice.choice(list(BlackList)).value,
        enteredOn=_past(dice, today),
        removedOn=dice.choice([None, today.isoformat()]),
        removalReason="示例事由",
    )


def _holder(dice: Random, _: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    number = dice.choice([1, 2, 3])
    return RecordKind.ENTERPRISE, makers.enterprise(
        number,
        name=dice.choice([f"示例{number}号矿业有限公司", "示例新名有限公司"]),
        registrationStatus=dice.choice(["IN_OPERATION", "CANCELLED", "REVOKED"]),
        seriousBreach=dice.choice([True, False]),
        seriousBreachSince=dice.choice([None, _past(dice, today)]),
    )


def _opinion(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.OPINION, makers.opinion(
        place % 50,
        licenceNo=licence(dice.randrange(1, MINES // 2)),
        verdict=dice.choice(["AGREE", "DISAGREE", "DISAGREE"]),
        topics=dice.choice([["ECOLOGICAL_RED_LINE"], ["GENERAL"]]),
        issuedOn=_past(dice, today),
        validUntil=dice.choice([None, (today + timedelta(20)).isoformat()]),
    )


def _screening(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.SCREENING, duties.screening(
        place % 50,
        licenceNo=licence(dice.randrange(1, MINES // 2)),
        screenedOn=_past(dice, today),
        overlaps=dice.choice([[], duties.screening()["overlaps"]]),
    )


def _plan(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    year = {"year": today.year - 1, "duty": "3", "done": dice.choice(["3", "1"])}
    return RecordKind.RESTORATION_PLAN, duties.restoration_plan(
        place % 30,
        licenceNo=licence(dice.randrange(1, MINES + 1)),
        approvedOn=_past(dice, today),
        validUntil=(today + timedelta(dice.randrange(200))).isoformat(),
        years=dice.choice([[], [year], [year]]),
    )


def _land_use(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    temporary = {
        "endsOn": today.isoformat(),
        "restorationDueOn": (today + timedelta(dice.randrange(60))).isoformat(),
        "restoredOn": dice.choice([None, today.isoformat()]),
        "restoredArea": dice.choice(["2.5", "0.25"]),
    }
    use = dice.choice([temporary, temporary, {"use": "PERMANENT", "endsOn": None, "restorationDueOn": None}])
    about = {"licenceNo": licence(dice.randrange(1, MINES + 1)), "approvedOn": _past(dice, today)}
    return RecordKind.FOREST_LAND_USE, duties.forest_land_use(place % 30, **about, **use)


def _permit(dice: Random, place: int, today: date) -> tuple[RecordKind, dict[str, Any]]:
    return RecordKind.POLLUTANT_PERMIT, duties.pollutant_permit(
        place % 30,
        licenceNo=licence(dice.randrange(1, MINES + 1)),
        issuedOn=_past(dice, today),
        validUntil=dice.choice([None, (today + timedelta(dice.randrange(60))).isoformat()]),
        revokedOn=dice.choice([None, None, today.isoformat()]),
    )


_MADE = (
    *(_entry, _entry, _entry, _contract, _assessment, _assessment, _revision, _penalty, _penalty, _listing, _holder, _holder),
    *(_opinion, _opinion, _screening, _screening, _plan, _land_use, _permit),
    *(_assessor, _expert, _noticed, _noticed, _noticed, _policy, _grant, _grant),
)
