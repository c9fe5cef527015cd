"""Makers of callers and of records as they are sent; every enterprise and mine is fictional."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from auth.principals import BankOffice, Principal, Role
from auth.rules import kinds_to_post
from hub.domain.declaring.fields import inputs_of
from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.records.authorities import Authority
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PREFECTURES, PROVINCE
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.identifiers import uscc_check_digit
from hub.domain.words.purposes import Purpose, PurposeWord
from hub.services.cursors import Cursors
from hub.services.posting.drafts import Submission, digest
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Result
from hub.storage.engine.database import Database
from hub.storage.records.commitments import commit
from hub.storage.records.envelope import Envelope
from hub.storage.records.versions import TABLES, Version, store
from schema.answers import Operation
from schema.execution import Graph


def caller(role: Role, department: Department | None = None, division: str = PROVINCE) -> Principal:
    """A caller with every scope that its role may have."""
    scopes = frozenset(f"{kind.value}:post" for kind in kinds_to_post(role, department)) | {"read"}
    name = (department or role).value.lower()
    return Principal(f"{name}-{division}", role, scopes, department, division)


OPERATOR = caller(Role.OPERATOR)
BANK = caller(Role.BANK)
#: A person of that bank.
AUDITOR = replace(BANK, client_id="person:auditor", bank=BANK.client_id, office=BankOffice.AUDITOR)
CREDIT = caller(Role.CREDIT_DISCLOSURE)
PUBLIC = caller(Role.PUBLIC)
NATURAL_RESOURCES = caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES)
ECOLOGY = caller(Role.DEPARTMENT, Department.ECOLOGY)
#: An office below the province.
LOCAL = caller(Role.DEPARTMENT, Department.ECOLOGY, "530100")
FINANCE = caller(Role.DEPARTMENT, Department.FINANCE)
MARKET_REGULATION = caller(Role.DEPARTMENT, Department.MARKET_REGULATION)
FORESTRY = caller(Role.DEPARTMENT, Department.FORESTRY_GRASSLAND)


def uscc(number: int, prefix: str = "91530100MA6K") -> str:
    """A valid credit code."""
    body = f"{prefix}{number:0{17 - len(prefix)}d}"
    return body + uscc_check_digit(body)


def organ(number: int = 1, division: str = "530000") -> str:
    """A valid credit code of an organ in a division."""
    return uscc(number, f"11{division}")


def seat(department: Department, division: str = PROVINCE) -> str:
    """The credit code of a department's own organ in a division; the databases of tests know those of `SEATED`."""
    return organ(900 + list(Department).index(department), division)


#: Where the departments of the tests have organs: all for the province, these also below it.
_BELOW = ("530100", "530102", "530112", "530300", "530302", "530400", "530402", "530921", "532301")
SEATED = {
    seat(department, division): (department, division)
    for department in Department
    for division in (PROVINCE, *_BELOW, *PREFECTURES)
    if division in (PROVINCE, *_BELOW) or department is Department.NATURAL_RESOURCES
}


def licence(number: int) -> str:
    return f"C5301002020017110{number:06d}"


def mine(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "licenceNo": licence(number),
        "name": f"示例{number}号磷矿",
        "enterpriseUscc": uscc(number),
        "mineral": "磷矿",
        "scale": "LARGE",
        "miningMethod": "OPEN_PIT",
        "divisionCode": "530112",
        "lifeCycle": "PRODUCING",
        "licenceValidFrom": "2020-01-15",
        "licenceValidUntil": "2040-01-14",
        "remainingYears": "12.50",
        "normalProduction3Years": True,
        "annualOutput": [{"year": 2024, "quantity": "120.5"}, {"year": 2025, "quantity": "118"}],
        "boundary": {
            "type": "Polygon",
            "coordinates": [[[102.5, 24.8], [102.6, 24.8], [102.6, 24.9], [102.5, 24.9], [102.5, 24.8]]],
        },
    } | more


def enterprise(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "uscc": uscc(number),
        "name": f"示例{number}号矿业有限公司",
        "registrationStatus": "IN_OPERATION",
        "registeredCapital": "5000000.00",
        "establishedOn": "2010-05-04",
        "divisionCode": "530112",
    } | more


def an_authority(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"code": organ(number), "name": f"示例{number}号机关", "belongsTo": "ECOLOGY", "divisionCode": "530000"} | more


def opinion(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "documentNumber": f"示例审〔2025〕{number}号",
        "licenceNo": licence(1),
        "nature": "AUDIT",
        "verdict": "AGREE",
        "topics": ["GENERAL"],
        "text": "经审核，同意。",
        "issuedOn": "2025-06-01",
        "authorityName": "示例机关",
        "authorityCode": seat(Department.ECOLOGY),
    } | more


def penalty(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "documentNumber": f"示例罚〔2025〕{number}号",
        "partyName": "示例1号矿业有限公司",
        "partyCategory": "ORGANISATION",
        "partyUscc": uscc(1),
        "legalRepresentative": "示例人",
        "legalRepresentativeIdType": "身份证",
        "legalRepresentativeIdNo": "530000190001010000",
        "violationType": "未按批准的方案开采",
        "violationFacts": "示例事实",
        "legalBasis": "《矿产资源法》第六十八条",
        "kinds": ["FINE", "WARNING"],
        "content": "警告，罚款20万元",
        "fine": "200000.00",
        "decidedOn": "2026-03-01",
        "validUntil": "2027-03-01",
        "authorityName": "示例机关",
        "authorityCode": seat(Department.ECOLOGY),
        "dataSourceName": "示例机关",
        "dataSourceCode": seat(Department.ECOLOGY),
        "mines": [licence(1)],
        "publicationClass": "GENERAL",
        "publishedOn": "2026-03-10",
    } | more


def entry(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "documentNumber": f"示例公告〔2025〕{number}号",
        "licenceNo": licence(1),
        "level": "PROVINCIAL",
        "step": "LISTED",
        "effectiveOn": "2025-03-20",
        "batch": "2024年度",
        "authorityName": "示例省自然资源厅",
        "authorityCode": seat(Department.NATURAL_RESOURCES),
    } | more


async def posted(posting: Posting, who: Principal, kind: RecordKind, *items: dict[str, Any]) -> list[Result]:
    results = await posting.post(who, kind, [Submission(issued_by(who, item)) for item in items], source="test")
    for result in results:
        for problem in result.problems:
            check_said(kind, problem)
    return results


#: What says who may, wherever it is said.
_WHO_MAY = {
    ErrorCode.FORBIDDEN,
    ErrorCode.OUTSIDE_DUTIES,
    ErrorCode.OUTSIDE_LEVEL,
    ErrorCode.WRONG_DEPARTMENT,
    ErrorCode.OUTSIDE_JURISDICTION,
}
_ENVELOPE = {"", "department", "expectedVersion", "changedAt"}


def check_said(kind: RecordKind, problem: Problem) -> None:
    """Whatever a test has refused: it says in both languages what is wrong, of which field of the input, and who may."""
    first = problem.path.partition(".")[0]
    known = first in _ENVELOPE or first in inputs_of(KINDS[kind].payload)
    assert known or problem.code is ErrorCode.UNKNOWN_FIELD, f"{kind}: {problem.path!r} is no field of the input"
    told = problem.as_dict()
    assert told["chinese"], problem
    assert told["english"], problem
    assert "None" not in problem.message, problem
    assert problem.detail or problem.code not in _WHO_MAY, f"{kind}: {problem.message} does not say who may"


def issued_by(who: Principal, item: dict[str, Any]) -> dict[str, Any]:
    """A made item, as the poster's own department issues it."""
    if not isinstance(item, dict):
        return item
    named = item.get("department")
    department = who.department or (Department(named) if named in list(Department) else None)
    if department is None or item.get("authorityCode") not in SEATED:
        return item
    return item | {"authorityCode": seat(department, SEATED[item["authorityCode"]][1])}


async def seat_organs(database: Database, seats: Mapping[str, tuple[Department, str]] = SEATED) -> None:
    """Register organs, without a line in the log: they were there before the test began."""
    at = datetime(2025, 1, 1, tzinfo=UTC)
    known = [
        Authority(code=code, name=f"示例{code}号机关", belongs_to=department, division_code=division)
        for code, (department, division) in seats.items()
    ]
    rows = [
        Version(
            Envelope(
                record_id=identify(RecordKind.AUTHORITY, Department.NATURAL_RESOURCES, one),
                recorded_at=at,
                commitment=commit(digest(one)),
                version=1,
                department=Department.NATURAL_RESOURCES.value,
                source="test",
                posted_by="test",
            ),
            one,
        )
        for one in known
    ]
    async with database.transaction() as connection:
        await store(connection, TABLES[RecordKind.AUTHORITY], None, rows)


async def a_province(posting: Posting, mines: int = 3) -> None:
    """Some mines with their enterprises and one of each record on the first."""
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(n) for n in range(1, mines + 1)))
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, *(enterprise(n) for n in range(1, mines + 1)))
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(1), opinion(2, nature="COMMENT", verdict=None))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1), penalty(2, publishedOn=None))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(1))


#: Why the banks of the tests read.
LOAN = Purpose(PurposeWord.PRE_LOAN_REVIEW, "2026-17")


#: Those of the tests' readings, so that a test can seal and open them.
CURSORS = Cursors(lambda: (b"tests",))


class Ask:
    """Asks the graph and reads the answer."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    async def __call__(self, who: Principal, document: str, **variables: Any) -> dict[str, Any]:
        answer = await self.graph.run(Operation(document, None, variables, LOAN), who)
        data: dict[str, Any] = json.loads(answer.body)
        return data
