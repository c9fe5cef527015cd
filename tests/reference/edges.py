"""Records on the edge: of every date that a kind declares one of the day before the tests' day, of the day, of the day after.

A date is moved and the others follow as little as they must, so that a kind or a date that is new tomorrow has its rows too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, product
from typing import Any

from auth.principals import Principal
from hub.domain.declaring.checks import Day
from hub.domain.declaring.fields import camel, fields_of, validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PREFECTURES
from tests import makers
from tests.duties import MADE, poster
from tests.duties import steps as steps_of_assessment
from tests.makers import ECOLOGY, FORESTRY, MARKET_REGULATION, NATURAL_RESOURCES, licence, seat, uscc

TODAY = date(2026, 11, 2)
DAYS = tuple(TODAY + timedelta(days) for days in (-1, 0, 1))

#: When the province is read: the tests' moment, the day before and after it, and both sides, to a second, of the days on which
#: something falls due that is no record's date: reminders of reports, reports, years.
MOMENTS = (
    datetime(2026, 11, 2, 3, 4, 5, 678901, tzinfo=UTC),
    datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 2, 16, 0, 0, tzinfo=UTC),
    *(
        datetime(year, month, day, 15, 59, 59, tzinfo=UTC) + timedelta(seconds=second)
        for year, month, day in ((2026, 10, 30), (2026, 11, 30), (2026, 12, 31))
        for second in (0, 1)
    ),
)

#: Dates that follow from others in a way that leaves none for these days; moments of reading stand on both sides of those.
ELSEWHERE = {
    (RecordKind.RESTORATION_PLAN, "owed_since"): "ends of years: MOMENTS stand on both sides",
    (RecordKind.PENALTY, "publication_earliest_end"): "months after the decision, compared with other dates of the record",
    (RecordKind.PENALTY, "report_due_on"): "working days after the decision: of the day before, that is the week after",
    (RecordKind.PENALTY, "service_due_on"): "as report_due_on",
    (RecordKind.PENALTY, "fine_due_on"): "fifteen days after service, told as it is",
    (RecordKind.PENALTY, "withdrawal_due_on"): "working days after annulment, told as it is",
    (RecordKind.ASSESSMENT, "passed_on"): "the day of a step, told as it is",
}

#: Numbers apart from those of other records of the province.
_FIRST = 3000
#: What a date needs beside it to be weighed at all.
_BESIDE: dict[tuple[RecordKind, str], dict[str, Any]] = {
    **{(RecordKind.PENALTY, name): {"publicationClass": "SERIOUS"} for name in ("valid_until", "annulled_on")},
    (RecordKind.PENALTY, "repaired_on"): {
        "publicationClass": "SERIOUS",
        "decidedOn": "2025-11-01",
        "repairDocument": "示例修复1号",
    },
    (RecordKind.CONTRACT, "due_on"): {"milestones": []},
    (RecordKind.CONTRACT, "breached_on"): {"breach": "示例情形"},
    (RecordKind.ASSESSMENT, "applied_on"): {"steps": [], "scores": [], "preconditions": []},
    (RecordKind.ENTERPRISE, "succeeded_on"): {"successorUscc": uscc(_FIRST + 900)},
    (RecordKind.ENTERPRISE, "serious_breach_since"): {"seriousBreach": True},
    (RecordKind.MINING_RIGHT_LISTING, "removed_on"): {"removalReason": "示例事由"},
    (RecordKind.APPEAL, "answered_on"): {"answer": "示例回应"},
    (RecordKind.LICENCE_SUCCESSION, "licence_valid_from"): {"licenceValidUntil": "2040-01-14"},
}


def days_of(kind: RecordKind, *, derived: bool = False) -> list[tuple[str, Day]]:
    """The dates that a kind declares, or those that follow from others."""
    found = ((f.name, f.spec.check) for f in fields_of(KINDS[kind].payload) if bool(f.spec.derive) == derived)
    return [(name, check) for name, check in found if isinstance(check, Day)]


def edges(kind: RecordKind) -> Iterator[dict[str, Any]]:
    """Items of a kind for each of its dates and each of the three days on which it may be; the mines take turns."""
    number = _FIRST
    for name, check in days_of(kind):
        for day in DAYS:
            if check.past and day > TODAY:
                continue
            number += 1
            item = MADE[kind](number) | _BESIDE.get((kind, name), {})
            yield _moved(kind, item, name, day)


def _moved(kind: RecordKind, item: dict[str, Any], name: str, day: date) -> dict[str, Any]:
    """The item with one date on a day; of the others as few as can be stand on the same day, or are not said."""
    others = [camel(other) for other, _ in days_of(kind) if other != name]
    choices = sorted(product((0, 1, 2), repeat=len(others)), key=lambda choice: (sum(map(bool, choice)), choice))
    problems: Any = None
    for choice in choices:
        tried = dict(item) | {camel(name): day.isoformat()}
        for other, how in zip(others, choice, strict=True):
            if how:
                tried[other] = day.isoformat() if how == 1 else None
        record, problems = validate(KINDS[kind].payload, tried, TODAY)
        if record is not None:
            return tried
    raise LookupError(f"no {kind} has {name} on {day}: say in tests/reference/edges.py (_BESIDE) what goes with it; {problems}")


Post = Callable[..., Awaitable[list[str]]]

#: Kinds that are posted by hand below, because which mine they are of decides whether they are weighed.
_PLACED = (RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.DIRECTORY_ENTRY, RecordKind.CONTRACT, RecordKind.ASSESSMENT)
_CLEAN, _IN_BREACH = uscc(_FIRST + 900), uscc(_FIRST + 901)
_NAME = "示例边界矿业有限公司"


def _mines(first: int, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mines of their own; the holder of every third is in serious breach."""
    return [
        item
        | {"licenceNo": licence(first + n), "enterpriseUscc": _CLEAN if n % 3 else _IN_BREACH, "name": f"示例边{first + n}号"}
        for n, item in enumerate(items)
    ]


async def post_edges(post: Post) -> None:
    """Post them, each on a mine of which it decides something: listed ones, such as nothing else is known of, closing ones."""
    closing = [MADE[RecordKind.MINE](remainingYears=left) for left in ("2.99", "1", "0", "2.99", "1.5", "0.5", "2")]
    closing += [MADE[RecordKind.MINE](lifeCycle="CLOSING", divisionCode="530402") for _ in range(3)]
    holders: list[dict[str, Any]] = [
        {"uscc": _CLEAN, "name": "示例边界矿业有限公司"},
        {"uscc": _IN_BREACH, "seriousBreach": True},
    ]
    made = (makers.enterprise(_FIRST + 900 + n, **more) for n, more in enumerate(holders))
    await post(MARKET_REGULATION, RecordKind.ENTERPRISE, *made, *edges(RecordKind.ENTERPRISE))
    groups = (_mines(200, list(edges(RecordKind.MINE))), _mines(300, [makers.mine()] * 16), _mines(400, closing))
    for group in groups:
        await post(NATURAL_RESOURCES, RecordKind.MINE, *group)
    listed, bare, closing = groups
    await _close(post)
    await _list(post, [mine["licenceNo"] for mine in listed])
    await _build(post, bare)
    prefectures = cycle(PREFECTURES[1:])
    for kind in RecordKind:
        if kind in _PLACED or not days_of(kind):
            continue
        closes = kind in (RecordKind.POLLUTANT_PERMIT, RecordKind.FOREST_LAND_USE, RecordKind.RESTORATION_PLAN)
        about = cycle(mine["licenceNo"] for mine in (closing if closes else listed))
        items = list(edges(kind))
        for item in items:
            if "licenceNo" in item or "mines" in item:
                number = next(about)
                item.update({"licenceNo": number} if "licenceNo" in item else {"mines": [number]})
            if "predecessors" in item:
                # A mine has another number once only in these.
                item["predecessors"] = [next(about)]
            if "prefectureCode" in item:
                code = next(prefectures)
                item.update(prefectureCode=code, authorityCode=seat(LEADING, code))
        await post(poster(kind), kind, *items)
    await _report(post)
    await _doubt(post)
    await _contradict(post, [mine["licenceNo"] for mine in bare])
    await _grant(post)
    await _decide(post)


async def _list(post: Post, numbers: list[str]) -> None:
    entries = [makers.entry(_FIRST + n, licenceNo=number, effectiveOn="2024-03-20") for n, number in enumerate(numbers)]
    told = product(("noticeFrom", "noticeUntil", "rectificationDueOn"), DAYS)
    for entry, (name, day) in zip(entries, told, strict=True):
        entry[name] = day.isoformat()
    for n, day in enumerate(DAYS[:2]):
        on = {"effectiveOn": day.isoformat(), "rectificationDueOn": "2026-12-31"}
        entries.append(makers.entry(_FIRST + 50 + n, licenceNo=numbers[-1 - n], step="RECTIFICATION", **on))
    await post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries)


async def _build(post: Post, mines: list[dict[str, Any]]) -> None:
    failed = {"stage": "APPLICATION", "outcome": "FAILED", "by": "示例单位"}
    bare: dict[str, Any] = {"scores": [], "preconditions": [], "expertNos": []}
    assessed = [*edges(RecordKind.ASSESSMENT)]
    for n, day in enumerate(DAYS[:2]):
        assessed.append(MADE[RecordKind.ASSESSMENT](_FIRST + 50 + n, steps=[failed | {"on": day.isoformat()}], **bare))
    assessed.append(MADE[RecordKind.ASSESSMENT](_FIRST + 60, steps=[], **bare))
    signed = list(edges(RecordKind.CONTRACT))
    for n, day in enumerate(DAYS):
        milestones = [{"task": "示例任务", "dueOn": day.isoformat()}]
        signed.append(MADE[RecordKind.CONTRACT](_FIRST + 50 + n, milestones=milestones))
    for kind, items in ((RecordKind.CONTRACT, signed), (RecordKind.ASSESSMENT, assessed)):
        for item, mine in zip(items, cycle(mines), strict=False):
            item["licenceNo"] = mine["licenceNo"]
            if kind is RecordKind.CONTRACT:
                item["partyUscc"] = mine["enterpriseUscc"]
        await post(poster(kind), kind, *items)


async def _report(post: Post) -> None:
    """Signed off on the last day, and the day after it."""
    for n, day in enumerate(("2025-11-30", "2025-12-01")):
        place = {"prefectureCode": PREFECTURES[-1 - n], "authorityCode": seat(LEADING, PREFECTURES[-1 - n])}
        made = MADE[RecordKind.PROGRESS_REPORT](_FIRST + 100 + n, year=2025, signedOffOn=day)
        await post(NATURAL_RESOURCES, RecordKind.PROGRESS_REPORT, made | place)


async def _doubt(post: Post) -> None:
    """Listed mines that should not be, and such as are like them but for one thing."""
    words: list[dict[str, Any]] = [
        {"lifeCycle": "CLOSED"},
        {"lifeCycle": "CLOSING"},
        {"remainingYears": "2.99"},
        {"remainingYears": "3.00"},
        *[{}] * 7,
    ]
    mines = _mines(501, [makers.mine(**more) for more in words])
    gone, fallen = uscc(_FIRST + 902), uscc(_FIRST + 903)
    mines[2]["enterpriseUscc"], mines[3]["enterpriseUscc"] = gone, fallen
    holders = [makers.enterprise(_FIRST + 902, registrationStatus="CANCELLED"), makers.enterprise(_FIRST + 903)]
    await post(MARKET_REGULATION, RecordKind.ENTERPRISE, *holders)
    await post(NATURAL_RESOURCES, RecordKind.MINE, *mines)
    fell = {"registrationStatus": "REVOKED", "seriousBreach": True}
    await post(MARKET_REGULATION, RecordKind.ENTERPRISE, holders[1] | fell)
    numbers = [mine["licenceNo"] for mine in mines]
    *older, new, failing = numbers
    entries = [makers.entry(_FIRST + 400 + n, licenceNo=number) for n, number in enumerate([*older, failing])]
    steps = {"PROPOSED": "2025-05-01", "PUBLIC_NOTICE": "2025-05-10", "LISTED": "2025-06-01"}
    entries += [
        makers.entry(_FIRST + 430 + n, licenceNo=new, step=step, effectiveOn=on) for n, (step, on) in enumerate(steps.items())
    ]
    for n, (number, day) in enumerate(zip(older[-3:], DAYS, strict=True)):
        due = {"step": "RECTIFICATION", "effectiveOn": "2026-06-01", "rectificationDueOn": day.isoformat()}
        entries.append(makers.entry(_FIRST + 440 + n, licenceNo=number, **due))
    national = [
        makers.entry(_FIRST + 420 + n, licenceNo=numbers[n], level="NATIONAL", effectiveOn="2025-03-21") for n in (0, 4)
    ]
    await post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries, *national)
    lost = MADE[RecordKind.ASSESSMENT](_FIRST + 80, licenceNo=failing, steps=steps_of_assessment(3, failed=True))
    await post(NATURAL_RESOURCES, RecordKind.ASSESSMENT, lost | {"scores": [], "preconditions": [], "expertNos": []})
    opinions = [
        makers.opinion(_FIRST + 400 + n, licenceNo=older[4], verdict=verdict, issuedOn=on, validUntil=until)
        for n, (verdict, on, until) in enumerate(
            (("DISAGREE", "2026-01-01", None), ("AGREE", "2026-02-01", None), ("DISAGREE", "2026-03-01", "2026-11-02"))
        )
    ]
    await post(ECOLOGY, RecordKind.OPINION, *opinions)
    revoked = {"licenceAffected": "示例证照", "fine": None, "publicationClass": "MINOR", "mines": numbers[3:5]}
    kinds = (["LICENCE_REVOCATION"], ["CLOSURE"], ["LICENCE_SUSPENSION"])
    await post(
        NATURAL_RESOURCES,
        RecordKind.PENALTY,
        *(makers.penalty(_FIRST + 400 + n, **revoked | {"kinds": kind}) for n, kind in enumerate(kinds)),
    )


async def _grant(post: Post) -> None:
    """Mines that were listed by notices of four and of five working days, and before one's end, with supports by policies known
    and unknown, some of them barred on the day, some afterwards."""
    mines = _mines(520, [makers.mine() for _ in range(5)])
    await post(NATURAL_RESOURCES, RecordKind.MINE, *mines)
    numbers = [mine["licenceNo"] for mine in mines]
    notices = ("2026-05-18", *["2026-05-15"] * 4)
    told: list[dict[str, Any]] = [
        {},
        {},
        {"noticeUntil": "2026-05-20"},
        {"noticeFrom": "2026-05-14", "noticeUntil": "2026-05-21"},
        {"noticeUntil": "2026-05-22"},
    ]
    entries = []
    for n, (number, on, more) in enumerate(zip(numbers, notices, told, strict=True)):
        entries.append(makers.entry(_FIRST + 460 + n, licenceNo=number, step="PROPOSED", effectiveOn="2026-05-01"))
        entries.append(makers.entry(_FIRST + 470 + n, licenceNo=number, step="PUBLIC_NOTICE", effectiveOn=on, **more))
        entries.append(makers.entry(_FIRST + 480 + n, licenceNo=number, effectiveOn="2026-05-22"))
    await post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries)
    policy = MADE[RecordKind.SUPPORT_POLICY](_FIRST + 100)
    await post(NATURAL_RESOURCES, RecordKind.SUPPORT_POLICY, policy)
    listings = [
        MADE[RecordKind.MINING_RIGHT_LISTING](_FIRST + 100 + n, licenceNo=numbers[n], enteredOn=on)
        for n, on in enumerate(("2026-06-01", "2026-06-02"))
    ]
    await post(NATURAL_RESOURCES, RecordKind.MINING_RIGHT_LISTING, *listings)
    known, unknown = policy["documentNumber"], "示例策〔2020〕9号"
    words = product(numbers[:3], ((known, None), (unknown, "2026-11-02"), (known, "2026-11-01"), (None, "2026-11-03")))
    grants = [
        MADE[RecordKind.SUPPORT_GRANT](_FIRST + 100 + n, licenceNo=number, policyNumber=by, grantedOn="2026-06-01", endsOn=ends)
        for n, (number, (by, ends)) in enumerate(words)
    ]
    await post(NATURAL_RESOURCES, RecordKind.SUPPORT_GRANT, *grants)


async def _decide(post: Post) -> None:
    """Mines that were listed, warned, assessed and bound against the rules, and such as are like them but for a day."""
    mines = _mines(540, [makers.mine() for _ in range(8)])
    await post(NATURAL_RESOURCES, RecordKind.MINE, *mines)
    numbers = [mine["licenceNo"] for mine in mines]
    below, suspended, free, alone, again, long, short, bound = numbers
    why = {"reasonCode": "EXHAUSTED", "legalBasis": "示例依据"}
    taken: list[tuple[str, dict[str, Any]]] = [(number, {}) for number in (below, suspended, free, again, long, short)]
    taken.append((alone, {"level": "NATIONAL", "step": "PROPOSED", "effectiveOn": "2026-06-01"}))
    steps = ("PROPOSED", "PUBLIC_NOTICE", "LISTED", "REMOVED", "PROPOSED", "PUBLIC_NOTICE", "LISTED")
    days = ("2025-05-01", "2025-05-10", "2025-06-01", "2026-01-01", "2026-02-01", "2026-02-10", "2026-03-01")
    for step, on in zip(steps, days, strict=True):
        taken.append((again, {"level": "NATIONAL", "step": step, "effectiveOn": on} | (why if step == "REMOVED" else {})))
    for number, due in ((long, "2026-11-03"), (short, "2026-11-02")):
        taken.append((number, {"step": "RECTIFICATION", "effectiveOn": "2026-05-02", "rectificationDueOn": due}))
    entries = [makers.entry(_FIRST + 500 + n, licenceNo=number, **more) for n, (number, more) in enumerate(taken)]
    await post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries)
    untils = (None, "2025-01-06", "2025-01-05")
    assessors = [MADE[RecordKind.ASSESSOR](_FIRST + 200 + n, suspendedUntil=until) for n, until in enumerate(untils)]
    await post(NATURAL_RESOURCES, RecordKind.ASSESSOR, *assessors)
    judged = [
        MADE[RecordKind.ASSESSMENT](_FIRST + 200 + n, licenceNo=numbers[n], assessorUscc=assessor["uscc"])
        for n, assessor in enumerate(assessors)
    ]
    judged[0]["preconditions"] = []
    holder = mines[7]["enterpriseUscc"]
    people: list[dict[str, Any]] = [{"employerUscc": holder}, {"avoids": [_IN_BREACH, holder]}, {"avoids": [_IN_BREACH]}]
    people += [{"joinedOn": "2025-01-06"}, {"joinedOn": "2025-01-07"}, {"leftOn": "2025-01-05"}, {"leftOn": "2025-01-06"}]
    experts = [MADE[RecordKind.EXPERT](_FIRST + 200 + n, **more) for n, more in enumerate(people)]
    await post(NATURAL_RESOURCES, RecordKind.EXPERT, *experts)
    drawn = [[expert["expertNo"]] for expert in experts] + [[experts[1]["expertNo"], experts[0]["expertNo"], "E-示例"]]
    judged += [
        MADE[RecordKind.ASSESSMENT](
            _FIRST + 210 + n, licenceNo=bound, assessorUscc=assessors[0]["uscc"], expertNos=numbers_drawn
        )
        for n, numbers_drawn in enumerate(drawn)
    ]
    await post(NATURAL_RESOURCES, RecordKind.ASSESSMENT, *judged)
    party = mines[0]["enterpriseUscc"] if mines[7]["enterpriseUscc"] != mines[0]["enterpriseUscc"] else _CLEAN
    await post(
        NATURAL_RESOURCES, RecordKind.CONTRACT, MADE[RecordKind.CONTRACT](_FIRST + 200, licenceNo=bound, partyUscc=party)
    )


async def _close(post: Post) -> None:
    """Mines that close, each with one record that tells a duty: done, in part, not known."""
    mines = _mines(500, [MADE[RecordKind.MINE](remainingYears="1") for _ in range(7)])
    await post(NATURAL_RESOURCES, RecordKind.MINE, *mines)
    numbers = [mine["licenceNo"] for mine in mines]
    done = [{"year": 2024, "duty": "3", "done": "3"}]
    plans: list[dict[str, Any]] = [{"years": []}, {"years": done}]
    plans += [{"years": done, "validUntil": day} for day in ("2026-11-01", "2026-11-02", "2026-11-03")]
    items = [MADE[RecordKind.RESTORATION_PLAN](_FIRST + 200 + n, **more) for n, more in enumerate(plans)]
    about = [item | {"licenceNo": number} for item, number in zip(items, numbers, strict=False)]
    await post(NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, *about)
    permanent = {"use": "PERMANENT", "endsOn": None, "restorationDueOn": None}
    uses: list[dict[str, Any]] = [
        permanent,
        *({"restoredOn": "2026-05-01", "restoredArea": area} for area in ("2.5", "2.4999")),
    ]
    items = [MADE[RecordKind.FOREST_LAND_USE](_FIRST + 200 + n, **more) for n, more in enumerate(uses)]
    about = [item | {"licenceNo": number} for item, number in zip(items, numbers, strict=False)]
    about.append(items[0] | {"licenceNo": numbers[1], "documentNumber": "示例林地〔2025〕9号"})
    await post(FORESTRY, RecordKind.FOREST_LAND_USE, *about)


async def _contradict(post: Post, numbers: list[str]) -> None:
    """Agreed and not agreed, touching and not, screened once, again, and twice on a day; names that differ and that do not."""
    keepers: dict[str, Principal] = {"ECOLOGICAL_RED_LINE": NATURAL_RESOURCES, "PROTECTED_AREA": FORESTRY}
    free: dict[str, Any] = {"overlaps": []}
    screened: list[list[tuple[str, dict[str, Any]]]] = [
        [("2025-08-01", {})],
        [("2025-08-01", {}), ("2025-08-02", free)],
        [("2025-08-01", free), ("2025-08-02", {})],
        [("2025-08-01", {}), ("2025-08-01", free)],
    ]
    place = 0
    for zone, keeper in keepers.items():
        for verdict, times in product(("AGREE", "DISAGREE"), screened):
            number, place = numbers[place % len(numbers)], place + 1
            opinion = makers.opinion(_FIRST + 100 + place, licenceNo=number, topics=[zone], verdict=verdict)
            await post(keeper, RecordKind.OPINION, opinion)
            for again, (on, more) in enumerate(times):
                what = {"licenceNo": number, "zoneKind": zone, "screenedOn": on} | more
                await post(keeper, RecordKind.SCREENING, MADE[RecordKind.SCREENING](_FIRST + 100 + 10 * place + again, **what))
    people: list[dict[str, Any]] = [{}, {"technicalStaff": 14, "seniorStaff": 14}, {"technicalStaff": 15, "seniorStaff": 4}]
    people += [{"technicalStaff": 20, "seniorStaff": 6}, {"registeredOn": "2025-01-07"}, {"registeredOn": "2025-01-06"}]
    assessors = [MADE[RecordKind.ASSESSOR](_FIRST + 100 + n, **more) for n, more in enumerate(people)]
    await post(NATURAL_RESOURCES, RecordKind.ASSESSOR, *assessors)
    judged = [
        MADE[RecordKind.ASSESSMENT](_FIRST + 100 + n, licenceNo=numbers[n % len(numbers)], assessorUscc=assessor["uscc"])
        for n, assessor in enumerate(assessors)
    ]
    await post(NATURAL_RESOURCES, RecordKind.ASSESSMENT, *judged)
    party = {"partyUscc": _CLEAN, "mines": []}
    named = [
        makers.penalty(_FIRST + 100 + n, partyName=f"示例边界矿业{word}公司", **party) for n, word in enumerate(("有限", ""))
    ]
    await post(ECOLOGY, RecordKind.PENALTY, *named)
    done = [{"year": 2026, "duty": "3", "done": "3"}]
    behind = [{"year": 2026, "duty": "3", "done": "1"}]
    plans = [MADE[RecordKind.RESTORATION_PLAN](_FIRST + 100 + n, years=years) for n, years in enumerate((done, behind))]
    about = [plan | {"licenceNo": number} for plan, number in zip(plans, numbers, strict=False)]
    await post(NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, *about)
