"""A small province with a bit of everything: versions, withdrawals, odd texts, open ends, and posts that were refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from auth.principals import Principal
from connectors.base import Manifest
from connectors.registry import CONNECTORS
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import LEADING
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from hub.storage.records import log
from tests import makers
from tests.duties import MADE, poster
from tests.makers import CREDIT, ECOLOGY, FINANCE, MARKET_REGULATION, NATURAL_RESOURCES, licence, posted, uscc
from tests.reference.edges import post_edges

MINES, ENTERPRISES = 9, 5
NOW = datetime(2026, 11, 2, 3, 4, 5, 678901, tzinfo=UTC)
_ODD = ['引号"与\\反斜线', "换行\n制表\t", "🙂𠀀", "</script>&amp;", "\u2028行分隔", "it's", "%_", "\u00a0空格", "é é"]
_DIVISIONS = ["530112", "530102", "530400", "530921", "532301"]


_POSTED_ABOVE = {
    RecordKind.MINE,
    RecordKind.ENTERPRISE,
    RecordKind.AUTHORITY,
    RecordKind.OPINION,
    RecordKind.PENALTY,
    RecordKind.DIRECTORY_ENTRY,
}


async def fill(database: Database, posting: Posting) -> None:
    """Post the province."""
    dice = Random(5)  # noqa: S311

    async def post(who: Principal, kind: RecordKind, *items: dict[str, Any]) -> list[str]:
        results = await posted(posting, who, kind, *items)
        assert all(result.record_id for result in results), results
        return [str(result.record_id) for result in results]

    def odd() -> str:
        return f"示例{dice.choice(_ODD)}{dice.randrange(9)}"

    def day(year: int) -> str:
        return f"{year}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"

    mines = [
        makers.mine(
            number,
            name=odd(),
            enterpriseUscc=uscc(dice.randrange(ENTERPRISES + 1)),
            scale=dice.choice(["LARGE", "MEDIUM", "SMALL"]),
            divisionCode=dice.choice(_DIVISIONS),
            licenceValidUntil=day(2030 + dice.randrange(3)),
            remainingYears=dice.choice([None, "2.99", "3.00", "0.5", "88"]),
            annualOutput=[{"year": 2021 + n, "quantity": f"{dice.randrange(9)}.5"} for n in range(number % 4)],
            associatedMinerals=dice.sample(["铁", "金", odd()], number % 3),
            boundary=makers.mine()["boundary"] if number % 2 else None,
            otherDivisions=["530403"] if number % 4 == 3 else [],
        )
        for number in range(1, MINES + 1)
    ]
    ids = await post(NATURAL_RESOURCES, RecordKind.MINE, *mines)
    await post(NATURAL_RESOURCES, RecordKind.MINE, *(mine | {"name": odd()} for mine in mines[:4]))
    await post(
        MARKET_REGULATION,
        RecordKind.ENTERPRISE,
        *(
            makers.enterprise(
                n,
                name=odd(),
                formerNames=[{"name": makers.enterprise(n)["name"], "usedUntil": "2026-03-31"}] if n % 3 == 1 else [],
                address=odd(),
                divisionCode=dice.choice([None, *_DIVISIONS]),
                **({"successorUscc": uscc(n - 1), "succeededOn": "2026-05-01"} if n % 3 == 1 else {}),
            )
            for n in range(ENTERPRISES)
        ),
    )
    owners = {1: "ECOLOGY", 2: "FINANCE", 3: "NATURAL_RESOURCES"}
    await post(
        NATURAL_RESOURCES,
        RecordKind.AUTHORITY,
        *(makers.an_authority(n, belongsTo=owner, divisionCode=dice.choice(_DIVISIONS)) for n, owner in owners.items()),
    )
    for who, own in ((ECOLOGY, 1), (FINANCE, 2), (CREDIT, 4)):
        stated = {"department": "ECOLOGY"} if who is CREDIT else {}
        penalties = [
            makers.penalty(
                100 * own + n,
                **stated,
                content=odd(),
                partyUscc=uscc(dice.randrange(ENTERPRISES + 1)),
                kinds=(kinds := dice.choice([["WARNING"], ["FINE", "WARNING"], ["OTHER", "PUBLIC_CRITICISM"]])),
                fine=dice.choice(["0.01", "200000.00", "99999999.99"]) if who is CREDIT or "FINE" in kinds else None,
                decidedOn=(decided := day(2025)),
                validUntil="2027-01-01",
                publishedOn=dice.choice([None, decided, "2026-01-05"]),
                publicationClass=dice.choice([None, "MINOR", "GENERAL", "SERIOUS"]),
                repairedOn=dice.choice([None, None, None, "2026-06-01" if who is CREDIT else "2026-10-30"]),
                repairDocument=dice.choice([None, "示例修复1号"]) if who is CREDIT else "示例修复1号",
                disputed=dice.choice([True, False]),
                mines=[licence(m) for m in sorted(dice.sample(range(1, MINES + 1), dice.randrange(4)))],
                remarks=dice.choice([None, odd()]),
            )
            for n in range(9)
        ]
        made = await post(who, RecordKind.PENALTY, *penalties)
        await post(who, RecordKind.PENALTY, *(item | {"content": odd(), "decidedOn": "2025-01-03"} for item in penalties[:3]))
        for record in made[2:4]:
            await posting.withdraw(who, record, odd(), source="test")
        if who is not CREDIT:
            opinions = [
                makers.opinion(
                    100 * own + n,
                    text=odd(),
                    licenceNo=licence(dice.randrange(1, MINES + 1)),
                    nature=(nature := dice.choice(["AUDIT", "COMMENT"]) if who is ECOLOGY else "COMMENT"),
                    verdict=dice.choice(["AGREE", "DISAGREE"]) if nature == "AUDIT" else None,
                    topics=["GENERAL"],
                    issuedOn=dice.choice(["2025-06-01", day(2025)]),
                )
                for n in range(9)
            ]
            made = await post(who, RecordKind.OPINION, *opinions)
            await post(who, RecordKind.OPINION, *(item | {"text": odd()} for item in opinions[:3]))
            await posting.withdraw(who, made[1], odd(), source="test")
    # What no organ may decide the credit system tells.
    told = {"department": "ECOLOGY", "decidedOn": "2026-01-05", "publishedOn": "2026-01-05", "repairedOn": "2026-06-01"}
    await post(
        CREDIT,
        RecordKind.PENALTY,
        makers.penalty(491, **told, publicationClass="SERIOUS", repairDocument="示例修复1号"),
        makers.penalty(492, **told, publicationClass="MINOR"),
    )
    entries = [
        makers.entry(
            n,
            licenceNo=licence(dice.randrange(1, MINES + 1)),
            level=dice.choice(["PROVINCIAL", "PROVINCIAL", "NATIONAL"]),
            step=dice.choice(["PROPOSED", "PUBLIC_NOTICE", "LISTED", "LISTED", "RECTIFICATION", "REMOVED"]),
            effectiveOn=f"2025-{n % 12 + 1:02d}-{n // 12 + 1:02d}",
            rectificationDueOn="2025-12-31",
            reasonCode="EXHAUSTED",
            legalBasis="示例依据",
        )
        for n in (place * 12 % 143 for place in range(120))
    ]
    # Steps that may not follow one another are refused.
    results = await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *entries)
    made = [str(result.record_id) for result in results if result.record_id]
    assert len(made) > MINES
    await posting.withdraw(NATURAL_RESOURCES, made[-1], odd(), source="test")
    await _duties(posting, dice, odd, {mine["licenceNo"]: mine for mine in mines})
    await posting.withdraw(NATURAL_RESOURCES, ids[-1], odd(), source="test")
    await post_edges(post)
    # Refused: a wrong code, an unknown mine, and no object at all.
    wrong = [
        makers.penalty(900, partyUscc="1"),
        makers.penalty(901, mines=[licence(999)]),
        makers.penalty(902, remarks=odd(), fine="x"),
    ]
    for who in (ECOLOGY, FINANCE):
        assert not any(result.record_id for result in await posted(posting, who, RecordKind.PENALTY, *wrong))
    await posted(posting, CREDIT, RecordKind.PENALTY, *wrong, 7)  # type: ignore[arg-type]
    ingest = Ingest(database, posting)
    for connector in CONNECTORS.values():
        manifest: Manifest = connector.manifest
        await ingest.declare(manifest)
    async with database.transaction() as connection:
        while await log.sequence(connection):
            pass
    # What comes now has no position in the log yet.
    await post(ECOLOGY, RecordKind.PENALTY, makers.penalty(990), makers.penalty(991, mines=[licence(1), licence(2)]))
    reads = ReadLedger(database, clock=lambda: NOW)
    for number in (1, 3, 6):
        found = (("mine", "mine", licence(number)),)
        for who in (makers.BANK, makers.OPERATOR):
            reads.note(Read(who, makers.LOAN, "0" * 64, found))
    reads.note(Read(None, outcome="UNAUTHENTICATED"))
    await reads.write()


async def _duties(posting: Posting, dice: Random, odd: Callable[[], str], mines: dict[str, dict[str, Any]]) -> None:
    """Some records of every other kind, with later versions and withdrawals among them; what does not fit is refused."""
    for kind in RecordKind:
        if kind in _POSTED_ABOVE:
            continue
        items = [MADE[kind](number) for number in range(1, 9)]
        for item in items:
            if "licenceNo" in item:
                item["licenceNo"] = dice.choice(sorted(mines))
            if kind is RecordKind.LICENCE_SUCCESSION:
                item["predecessors"] = [dice.choice(sorted(mines))]
            if kind is RecordKind.CONTRACT:
                item["authorityCode"] = makers.seat(LEADING, mines[item["licenceNo"]]["divisionCode"])
                item["partyUscc"] = mines[item["licenceNo"]]["enterpriseUscc"]
        results = await posted(posting, poster(kind), kind, *items)
        made = [str(result.record_id) for result in results if result.record_id]
        assert made, (kind, results)
        if "authorityName" in items[0]:
            await posted(posting, poster(kind), kind, *(item | {"authorityName": odd()} for item in items[:3]))
        if len(made) > 4:
            await posting.withdraw(poster(kind), made[-1], odd(), source="test")
