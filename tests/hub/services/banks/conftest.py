"""A bank over a hub whose clock is ours, and the departments that post to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.record_kinds import RecordKind
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.banks.portfolios import Portfolios, Row
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.views import departments
from hub.storage.work import positions
from tests import duties
from tests.makers import (
    BANK,
    ECOLOGY,
    FORESTRY,
    LOAN,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    enterprise,
    entry,
    licence,
    mine,
    opinion,
    posted,
)

NOW = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
OTHER_BANK = replace(BANK, client_id="bank-other")


class Bank:
    """A bank over a hub whose clock is ours, and the departments that post to it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.posting = Posting(database, clock=lambda: self.now)
        self.checks = LoanChecks(database, clock=lambda: self.now)

    async def post(self, who: Principal, kind: RecordKind, *items: dict[str, Any]) -> None:
        self.now += timedelta(seconds=1)
        for result in await posted(self.posting, who, kind, *items):
            assert not result.problems, result

    async def check(self, *numbers: str, who: Principal = BANK, **more: Any) -> dict[str, Any]:
        self.now += timedelta(seconds=1)
        return await self.checks.make(Question(numbers, **more), who, LOAN)

    async def one(self, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.check(licence(1), **more))["mines"][0]
        return found


class Watch:
    """The bank, and the hub's watch over its portfolios."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.portfolios = Portfolios(bank.database, clock=lambda: bank.now)
        self.sequencer = Sequencer(bank.database)

    async def settle(self) -> None:
        while await self.sequencer.work():
            pass
        while await self.portfolios.work():
            pass

    async def put(
        self,
        *numbers: str,
        least: Severity = Severity.ATTENTION,
        who: Principal = BANK,
        digest: DigestPeriod | None = None,
    ) -> dict[str, Any]:
        await self.settle()
        rows = [Row(number, f"贷{place}", date(2026, 1, 5)) for place, number in enumerate(numbers)]
        return await self.portfolios.put("公司部", least, rows, who, digest)

    async def events(self, told: dict[str, Any], who: Principal = BANK) -> list[tuple[str, str]]:
        await self.settle()
        return [(one["change"], one["code"]) for one in await self.portfolios.events(told["portfolio"]["id"], 0, 100, who)]


async def add_source(bank: Bank, code: str, department: str | None, pulled: datetime | None) -> None:
    """Tell the hub of a system of a department's, to be pulled every hour, and of when it was."""
    async with bank.database.transaction() as connection:
        await departments.declare(
            connection,
            code=code,
            department=department,
            chinese_name="系统",
            english_name="system",
            interface="REST",
            refresh_minutes=60,
        )
        await departments.note(connection, code, last_success_at=pulled)


async def astray(database: Database, position: int = 10**9) -> None:
    """Somebody writes places by hand at which the log has nothing."""
    async with database.transaction() as connection:
        await connection.execute(sa.update(positions.table).values(position=position))


async def renew(bank: Bank, old: int, new: int) -> None:
    """Let a mine go on under another licence number."""
    renewed = duties.licence_succession(predecessors=[licence(old)], successors=[licence(new)])
    await bank.post(NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, renewed)


@pytest.fixture
async def bank(database: Database) -> Bank:
    """Two mines of two enterprises, the first in perfect order by the word of every department."""
    made = Bank(database)
    await made.post(NATURAL_RESOURCES, RecordKind.MINE, mine(1, scale="SMALL"), mine(2, scale="SMALL"))
    await made.post(MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise(1), enterprise(2))
    await made.post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(1))
    for who in (NATURAL_RESOURCES, ECOLOGY, FORESTRY):
        await made.post(who, RecordKind.OPINION, opinion(1))
    await made.post(NATURAL_RESOURCES, RecordKind.SCREENING, duties.screening(1, overlaps=[], statedOverlapArea="0"))
    park = duties.screening(2, zoneKind="PROTECTED_AREA", overlaps=[], statedOverlapArea="0")
    await made.post(FORESTRY, RecordKind.SCREENING, park)
    return made


@pytest.fixture
def watch(bank: Bank) -> Watch:
    return Watch(bank)
