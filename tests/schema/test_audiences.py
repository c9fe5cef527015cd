"""What many are told alike is read once while it is new: reads do not grow with those who follow, and none is told of more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.principals import Principal
from hub.domain.as_of import AsOf
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Prepared, Reading, Told
from hub.services.replicas import Replica
from hub.storage.engine.database import Database
from schema import audiences
from schema.answers import Answer, Operation
from schema.execution import Graph
from schema.root import build_schema
from tests.background import at_work
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    FINANCE,
    LOAN,
    LOCAL,
    NATURAL_RESOURCES,
    OPERATOR,
    a_province,
    mine,
    opinion,
    posted,
)

SCHEMA = build_schema()
PATIENCE_SECONDS = 60
RECORDS = """subscription ($told: Boolean = true) {
  recordPosted(after: 0) { position kind record { id ... on Opinion { text @include(if: $told) } } }
}"""


class Counting(Reading):
    """Counts what is read, and by whom."""

    def __init__(self, database: Database, clock: Any) -> None:
        super().__init__(database, clock)
        self.by: list[str] = []

    async def traced(
        self,
        statement: Prepared,
        parameters: Sequence[Any],
        caller: Principal,
        moment: AsOf | None = None,
        at: Replica | None = None,
    ) -> tuple[bytes, Told]:
        self.by.append(caller.client_id)
        return await super().traced(statement, parameters, caller, moment, at)


class Province:
    """A graph over a province whose log is followed, and what is read for those who follow."""

    def __init__(self, database: Database, posting: Posting, following: Followers) -> None:
        self.now = datetime(2026, 3, 2, 4, tzinfo=UTC)
        self.reading = Counting(database, lambda: self.now)
        #: Who is refused what it asks to pay for next.
        self.broke: set[str] = set()
        self.graph = Graph(
            SCHEMA, self.reading, posting, following=following, consumers=Consumers(database), charge=self._charge
        )

    def _charge(self, client: str, _cost: int) -> None:
        if client in self.broke:
            self.broke.remove(client)
            raise HubError(ErrorCode.RATE_LIMITED, retry_after=0)

    async def told(self, who: Principal, last: int, document: str = RECORDS, **variables: Any) -> list[dict[str, Any]]:
        """The events that a caller is told, up to the position of one that all are told of."""
        begun = await self.graph.begin(Operation(document, None, variables, LOAN), who)
        assert not isinstance(begun, Answer), begun
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_SECONDS), aclosing(begun):
            async for answer in begun:
                found.append(json.loads(answer.body)["data"]["recordPosted"])
                if found[-1]["position"] == last:
                    break
        return found

    async def reads(self, *following: Any) -> tuple[list[str], list[list[dict[str, Any]]]]:
        """Who read for those who follow side by side, and what each was told."""
        self.reading.by.clear()
        told = await asyncio.gather(*following)
        return sorted(self.reading.by), told


@pytest.fixture
async def province(database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Province]:
    await a_province(posting)
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(80, nature="COMMENT", verdict=None), opinion(81))
    # Everybody sees this one, so who has been told of it has been told of everything.
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(99))
    await Sequencer(database).step()
    # However slow the machine is.
    monkeypatch.setattr(audiences, "MOMENT_SECONDS", 60.0)
    following = Followers(database)
    async with at_work(following):
        yield Province(database, posting, following)


async def test_who_asks_the_same_and_may_see_the_same_is_told_of_one_read(province: Province, database: Database) -> None:
    last = (await Followers(database).last()).position
    clients = [replace(ECOLOGY, client_id=f"client {number}") for number in range(20)]
    read, [told, *others] = await province.reads(*(province.told(who, last) for who in clients))
    assert all(one == told for one in others)
    # Records of one kind are one read.
    assert len(read) == len({one["kind"] for one in told})
    assert await province.reads(province.told(ECOLOGY, last)) == ([], [told])
    # Of other departments, of other classes, and by other variables each is another answer, and read apart.
    apart, (short, again, by_operator, by_bank, by_credit, *_) = await province.reads(
        province.told(ECOLOGY, last, told=False),
        province.told(ECOLOGY, last),
        *(province.told(who, last) for who in (OPERATOR, BANK, CREDIT, FINANCE, LOCAL)),
    )
    assert {who.client_id for who in (FINANCE, LOCAL, BANK, CREDIT, OPERATOR)} <= set(apart)
    assert again == told == by_operator
    assert [one["record"].keys() for one in short] == [{"id"} for _ in told]
    # The bank is told of audits alone.
    assert [sum(one["kind"] == "OPINION" for one in some) for some in (told, by_credit, by_bank)] == [4, 4, 2]


async def test_what_depends_on_the_client_is_read_for_each(province: Province, database: Database) -> None:
    last = (await Followers(database).last()).position
    # An office below the province sees of what lies elsewhere what it posted itself.
    offices = [LOCAL, replace(LOCAL, client_id="another office"), replace(LOCAL, client_id="a third office")]
    read, _ = await province.reads(*(province.told(who, last) for who in offices))
    assert set(read) == {who.client_id for who in offices}


async def test_what_was_read_is_told_of_that_day_alone(province: Province, database: Database) -> None:
    last = (await Followers(database).last()).position
    holding = asyncio.create_task(province.told(ECOLOGY, last + 1))
    read, _ = await province.reads(province.told(ECOLOGY, last))
    same, _ = await province.reads(province.told(ECOLOGY, last))
    province.now += timedelta(days=1)
    anew, _ = await province.reads(province.told(ECOLOGY, last))
    holding.cancel()
    assert (same, anew) == ([], [who for who in read if who == ECOLOGY.client_id][: len(anew)])
    assert anew


async def test_what_was_read_is_forgotten_after_a_moment(
    province: Province, database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = (await Followers(database).last()).position
    monkeypatch.setattr(audiences, "MOMENT_SECONDS", 0.0)
    holding = asyncio.create_task(province.told(ECOLOGY, last + 1))
    await province.told(ECOLOGY, last)
    anew, _ = await province.reads(province.told(ECOLOGY, last))
    holding.cancel()
    assert anew


async def test_one_who_cannot_pay_or_goes_away_keeps_nobody_waiting(province: Province, database: Database) -> None:
    last = (await Followers(database).last()).position
    others = [replace(ECOLOGY, client_id=f"another {number}") for number in range(3)]
    leaving = await province.graph.begin(Operation(RECORDS, None, {}, LOAN), ECOLOGY)
    assert not isinstance(leaving, Answer)
    first = asyncio.ensure_future(anext(leaving))
    told = [asyncio.create_task(province.told(who, last)) for who in others]
    await asyncio.sleep(0)
    first.cancel()
    assert len({json.dumps(one) for one in await asyncio.gather(*told)}) == 1
    # Planning is paid for by whoever comes first, and by each where that one cannot: who can pay is told at all events.
    for callers, may_be in ((others, {ErrorCode.RATE_LIMITED}), ((*others, ECOLOGY), {ErrorCode.RATE_LIMITED, None})):
        document = RECORDS.replace("text", " ".join(f"t{len(callers)}{number}: text" for number in range(200)))
        begun = [await province.graph.begin(Operation(document, None, {}, LOAN), who) for who in callers]
        province.broke |= {who.client_id for who in others}
        first_of: list[Any] = [anext(one) for one in begun if not isinstance(one, Answer)]
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await asyncio.gather(*first_of, return_exceptions=True)
        assert {getattr(one, "code", None) for one in found[: len(others)]} <= may_be, found
    assert isinstance(found[-1], Answer)
