"""The four questions of the reading benchmark, with random variables, and the province that they are asked of."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DIVISIONS, PREFECTURES
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from tests import makers, postgres
from tests.makers import ECOLOGY, MARKET_REGULATION, NATURAL_RESOURCES, licence, posted, uscc

COUNTIES = sorted(code for code, division in DIVISIONS.items() if division.parent_code in PREFECTURES)
DEPARTMENTS = ("ECOLOGY", "NATURAL_RESOURCES", "FORESTRY_GRASSLAND")

#: One mine by licence number with enterprise, entries, latest 10 opinions, latest 10 penalties.
Q1 = """
query Q1($no: String!) {
  mine(licenceNo: $no) {
    licenceNo name scale mineral lifeCycle divisionCode licenceValidUntil standing
    enterprise { uscc name registrationStatus }
    directoryEntries { nodes { documentNumber level step effectiveOn } }
    opinions(first: 10) { nodes { documentNumber department nature verdict issuedOn text } }
    penalties(first: 10) { nodes { documentNumber department kinds fine decidedOn content } }
  }
}
"""
#: The first 50 mines of a prefecture with enterprise, opinions, penalties.
Q2 = """
query Q2($prefecture: String!) {
  mines(first: 50, filter: {prefectureCode: {eq: $prefecture}}) {
    nodes {
      licenceNo name scale mineral
      enterprise { uscc name }
      opinions(first: 10) { nodes { documentNumber department verdict issuedOn } }
      penalties(first: 10) { nodes { documentNumber department fine decidedOn } }
    }
  }
}
"""
#: What a bank asks of one mine: standing, licence, penalties in force with count and sum, latest opinion of each department,
#: directory entry.
Q3 = (
    "query Q3($no: String!, $today: Date!) { mine(licenceNo: $no) { licenceNo standing licenceValidUntil "
    "penalties(filter: {validUntil: {from: $today}}) { totalCount sum(of: FINE) nodes { documentNumber fine validUntil } } "
    + " ".join(
        f"{name.lower()}: opinions(first: 1, filter: {{department: {{eq: {name}}}}}) {{ nodes {{ verdict issuedOn }} }}"
        for name in DEPARTMENTS
    )
    + " directoryEntries(first: 1) { nodes { level step effectiveOn } } } }"
)
#: A filtered, ordered page of penalties with their mines.
Q4 = """
query Q4($from: Date!, $to: Date!) {
  penalties(
    first: 50
    filter: {decidedOn: {from: $from, to: $to}, kinds: {has: FINE}}
    orderBy: [{field: DECIDED_ON, direction: DESC}]
  ) {
    nodes { documentNumber partyName fine decidedOn mines { licenceNo name } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
#: What a bank asks before a loan.
LOAN_CHECK = "LOAN_CHECK"
CHECKED = """
  id answer on logPosition ruleSet
  mines {
    licenceNo answer standing standingSince licenceValidUntil directoryLevel
    holder { uscc name registrationStatus } penalties { count fines } problem { code }
    findings { code severity chinese evidence { recordId version documentNumber } }
  }
"""
#: How many different requests are asked of each question, over and over.
REQUESTS = 2000
QUESTIONS = {"Q1": Q1, "Q2": Q2, "Q3": Q3, "Q4": Q4}


def variables(question: str, mines: int, count: int) -> list[dict[str, Any]]:
    """Variables for so many requests, at random but always the same."""
    dice = Random(question)  # noqa: S311
    found: list[dict[str, Any]] = []
    for _ in range(count):
        number = licence(dice.randrange(1, mines + 1))
        month = dice.randrange(1, 12)
        found.append(
            {
                "Q1": {"no": number},
                "Q2": {"prefecture": dice.choice(sorted(PREFECTURES))},
                "Q3": {"no": number, "today": "2026-11-02"},
                "Q4": {"from": f"2025-{month:02d}-01", "to": f"2025-{month + 1:02d}-20"},
            }[question]
        )
    return found


def checked(mines: int, count: int) -> list[str]:
    """The mines that so many checks are of, at random but always the same."""
    dice = Random(LOAN_CHECK)  # noqa: S311
    return [licence(dice.randrange(1, mines + 1)) for _ in range(count)]


def bodies(question: str, mines: int, count: int) -> list[bytes]:
    """Requests as clients send them."""
    return [
        json.dumps({"query": QUESTIONS[question], "variables": given}).encode() for given in variables(question, mines, count)
    ]


def name(mines: int) -> str:
    """The database of a province of so many mines."""
    return f"bench_read_{mines}"


async def province(server: str, mines: int) -> str:
    """A database of its own with so many mines; its address."""
    await postgres.statement(server, f"CREATE DATABASE {name(mines)}")
    url = postgres.named(server, name(mines))
    database = Database(url)
    await migrate(database)
    await makers.seat_organs(database)
    await fill(Posting(database), mines)
    # Else the hub that is measured would give what was posted its positions, and look at all of it.
    sequencer = Sequencer(database)
    while await sequencer.work():
        pass
    await database.close()
    await postgres.statement(url, "VACUUM ANALYZE")
    return url


async def fill(posting: Posting, mines: int) -> None:
    """A province: for each mine half an enterprise, ten opinions, five penalties, and a directory entry for every third."""
    enterprises = mines // 2

    async def post(who: Any, kind: RecordKind, count: int, make: Any) -> None:
        for start in range(0, count, 1000):
            results = await posted(posting, who, kind, *(make(n) for n in range(start + 1, min(start + 1000, count) + 1)))
            assert all(result.record_id for result in results), results[0]

    def mine(n: int) -> dict[str, Any]:
        code = COUNTIES[n % len(COUNTIES)]
        return makers.mine(n, divisionCode=code, enterpriseUscc=uscc(n % enterprises), boundary=None)

    def opinion(n: int) -> dict[str, Any]:
        day = f"{2021 + n % 5}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
        return makers.opinion(n, licenceNo=licence(n % mines + 1), issuedOn=day, text=f"示例意见{n}：经审核，同意。")

    def penalty(n: int) -> dict[str, Any]:
        day = f"{2021 + n % 5}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
        return makers.penalty(
            n,
            mines=[licence(n % mines + 1)],
            partyUscc=uscc(n % enterprises),
            partyName=makers.enterprise(n % enterprises)["name"],
            decidedOn=day,
            validUntil="2026-12-31" if n % 3 else day,
        )

    def entry(n: int) -> dict[str, Any]:
        return makers.entry(n, licenceNo=licence(n * 3 % mines + 1), authorityCode=makers.seat(Department.NATURAL_RESOURCES))

    await post(NATURAL_RESOURCES, RecordKind.MINE, mines, mine)
    await post(MARKET_REGULATION, RecordKind.ENTERPRISE, enterprises, lambda n: makers.enterprise(n - 1))
    await post(ECOLOGY, RecordKind.OPINION, mines * 10 - mines * 10 // 3, opinion)
    await post(NATURAL_RESOURCES, RecordKind.OPINION, mines * 10 // 3, opinion)
    await post(ECOLOGY, RecordKind.PENALTY, mines * 5, penalty)
    await post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, mines // 3, entry)
