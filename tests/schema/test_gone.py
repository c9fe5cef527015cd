"""Who could see a record and may see it no more is told that it is gone, and why in one word; nobody else learns anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal, Role
from auth.rules import CLASSES, VISIBILITY
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.access.clients import Clients
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.work.expiry import Expiry
from hub.services.work.leases import Leases
from hub.storage.engine.database import Database
from hub.storage.records import log
from hub.storage.records.versions import TABLES
from hub.storage.statements.gone import BY_DAY
from hub.storage.views.access_conditions import TODAY, condition
from schema.execution import Graph
from schema.root import build_schema
from tests import duties
from tests.background import at_work
from tests.conftest import NOW
from tests.makers import (
    BANK,
    CREDIT,
    CURSORS,
    ECOLOGY,
    FINANCE,
    LOAN,
    LOCAL,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    a_province,
    caller,
    mine,
    opinion,
    penalty,
    posted,
    seat,
)
from tests.schema.test_subscriptions import told

K = RecordKind
ELSEWHERE = caller(Role.DEPARTMENT, Department.ECOLOGY, "530300")
SCHEMA = build_schema()


@dataclass
class Days:
    """A hub whose days pass when the test says so."""

    database: Database
    now: datetime = NOW
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posting = Posting(self.database, self.clock)
        self.reading = Reading(self.database, self.clock, cursors=CURSORS)
        self.expiry = Expiry(self.database, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def post(self, known_as: str, who: Principal, kind: RecordKind, item: dict[str, Any], **revised: Any) -> None:
        """Post an item, and again as it is revised later; it is known by a name."""
        for said in (item, item | revised)[: 2 if revised else 1]:
            [result] = await posted(self.posting, who, kind, said)
            assert result.record_id, result.problems
            self.ids[known_as] = result.record_id
            self.now += timedelta(seconds=1)

    async def withdraw(self, name: str, who: Principal) -> None:
        await self.posting.withdraw(who, self.ids[name], "示例理由", source="test")
        self.now += timedelta(seconds=1)

    async def expire(self) -> str:
        """Do what stands to be done when days have passed."""
        async with Leases(self.database).held("expiry") as lease:
            return await self.expiry.run(lease)

    async def end(self) -> int:
        """Number what was posted; the last position."""
        while await Sequencer(self.database).step():
            pass
        async with self.database.connection() as connection:
            return await log.last_position(connection)


@pytest.fixture
async def days(database: Database) -> Days:
    days = Days(database)
    await a_province(days.posting)
    days.now += timedelta(seconds=1)
    return days


async def a_history(days: Days) -> None:
    """Records that go from somebody's sight, each in its own way, and beside them such as nobody could see."""
    await days.post("repaired", ECOLOGY, K.PENALTY, penalty(11), repairedOn="2026-11-01", repairDocument="示例修复〔2026〕1号")
    await days.post("annulled", ECOLOGY, K.PENALTY, penalty(12), annulledOn="2026-11-01")
    await days.post("published no more", ECOLOGY, K.PENALTY, penalty(13), publishedOn=None)
    await days.post("ended before", ECOLOGY, K.PENALTY, penalty(14), publicationEndsOn="2026-11-01")
    await days.post("withdrawn", ECOLOGY, K.PENALTY, penalty(15))
    await days.withdraw("withdrawn", ECOLOGY)
    await days.post("ends today", ECOLOGY, K.PENALTY, penalty(16, publicationEndsOn="2026-11-02"))
    await days.post("goes on", ECOLOGY, K.PENALTY, penalty(17, publicationEndsOn="2026-11-04"), remarks="示例")
    await days.post("disputed", ECOLOGY, K.PENALTY, penalty(18), disputed=True)
    await days.post(
        "never published",
        ECOLOGY,
        K.PENALTY,
        penalty(21, publishedOn=None),
        repairedOn="2026-11-01",
        repairDocument="示例修复2号",
    )
    await days.post("long over", ECOLOGY, K.PENALTY, penalty(22, publicationEndsOn="2026-10-30"), annulledOn="2026-11-01")
    await days.post("a comment now", ECOLOGY, K.OPINION, opinion(31), nature="COMMENT", verdict=None)
    await days.post("a comment", ECOLOGY, K.OPINION, opinion(32, nature="COMMENT", verdict=None))
    await days.withdraw("a comment", ECOLOGY)
    moved = {"divisionCode": "530302"}
    await days.post("moved", NATURAL_RESOURCES, K.MINE, mine(41), **moved)
    handed = duties.transfer(1, toDepartment="FINANCE", toAuthorityCode=seat(Department.FINANCE))
    await days.post("handed", ECOLOGY, K.CASE_TRANSFER, handed, toDepartment="WATER", toAuthorityCode=seat(Department.WATER))


#: Of which records of the history a caller is told that they are gone, and why.
TOLD: dict[str, tuple[Principal, dict[str, str]]] = {
    "a bank": (
        BANK,
        {
            "repaired": "REPAIRED",
            "annulled": "ANNULLED",
            "published no more": "UNPUBLISHED",
            "ended before": "EXPIRED",
            "withdrawn": "WITHDRAWN",
            "ends today": "EXPIRED",
            "a comment now": "RESTRICTED",
        },
    ),
    "an office of the division that it left": (LOCAL, {"moved": "RESTRICTED"}),
    "an office of the division to which it came": (ELSEWHERE, {}),
    "who was to be handed a case": (FINANCE, {"handed": "RESTRICTED"}),
    "who handed it over": (ECOLOGY, {}),
    "the credit system": (CREDIT, {}),
    "operators": (OPERATOR, {}),
}

FEED = """query ($after: Cursor, $where: RecordEventFilter) {
  events(after: $after, first: 1000, where: $where) {
    nodes { position type action recordId gone record { id } }
    pageInfo { endCursor }
  }
}"""


async def test_who_could_see_it_is_told_that_it_is_gone_by_every_way(days: Days) -> None:
    await a_history(days)
    before = await days.end()
    days.now += timedelta(days=1)
    assert await days.expire() == "OK: 1 ended"
    # Everybody sees this one, and it is the last.
    await days.post("last", NATURAL_RESOURCES, K.MINE, mine(1), name="示例改名磷矿", otherDivisions=["530302"])
    last = await days.end()
    following = Followers(days.database)
    async with at_work(following):
        graph = Graph(SCHEMA, days.reading, days.posting, following=following, consumers=Consumers(days.database))
        names = {record: name for name, record in days.ids.items()}
        for who, expected in TOLD.values():
            told_by_feed = (await Ask(graph)(who, FEED))["data"]["events"]["nodes"]
            gone = [event for event in told_by_feed if event["gone"]]
            assert {names[event["recordId"]]: event["gone"] for event in gone} == expected, who
            # Once each, and nothing of the record but that.
            assert len(gone) == len(expected)
            for event in gone:
                kind = event["recordId"].rpartition("_")[0]
                assert (event["type"], event["action"], event["record"]) == (f"{kind}.gone", "GONE", None)
            assert all(event["record"] for event in told_by_feed if not event["gone"])
            followed = await told(graph, who, "type action gone record { id }", last)
            for event in told_by_feed:
                assert {name: followed[event["position"]][name] for name in event} == event
            assert len(followed) == len(told_by_feed)
            # A webhook's selection is read in the same way; whoever wants any type of a kind is told.
            assert graph.webhook_documents is not None
            document = 'subscription { recordPosted(types: ["penalty.posted"]) { recordId gone } }'
            telling = await graph.webhook_documents.read(document, LOAN, who)
            async with days.database.connection() as connection:
                entries = [one for one in await log.after(connection, 0, 1000) if telling.wanted.holds(one)]
            delivered = [(one.type, data) for one, data in await telling.tell(entries)]
            assert {names[data["recordId"]]: data["gone"] for word, data in delivered if word == "penalty.gone"} == {
                name: why for name, why in expected.items() if days.ids[name].startswith("penalty_")
            }
            assert {word for word, _ in delivered} <= {"penalty.posted", "penalty.gone"}
        # What ended by the day alone has its own place in the log.
        page = (await Ask(graph)(BANK, FEED, after=before, where={"types": ["penalty.gone"]}))["data"]["events"]
        assert [(names[event["recordId"]], event["gone"]) for event in page["nodes"]] == [("ends today", "EXPIRED")]
        # Of a mine that is watched it is told as well.
        watching = {"types": ["penalty.posted"], "licenceNos": [mine(1)["licenceNo"]]}
        page = (await Ask(graph)(BANK, FEED, after=0, where=watching))["data"]["events"]
        assert {event["gone"] for event in page["nodes"]} == {None, *list(TOLD["a bank"][1].values())[:-1]}


async def test_who_came_later_never_could_see_it_and_learns_nothing(days: Days) -> None:
    await days.post("repaired", ECOLOGY, K.PENALTY, penalty(11))
    await days.post("ends today", ECOLOGY, K.PENALTY, penalty(16, publicationEndsOn="2026-11-02"))

    async def new_bank() -> Principal:
        client_id, _ = await Clients(days.database, days.clock).add("示例银行", Role.BANK)
        found = await Clients(days.database, days.clock).find(client_id)
        assert found is not None
        days.now += timedelta(seconds=1)
        return found.principal

    there = await new_bank()
    await days.post("repaired", ECOLOGY, K.PENALTY, penalty(11, repairedOn="2026-11-01", repairDocument="示例修复〔2026〕1号"))
    then = await new_bank()
    days.now += timedelta(days=1)
    late = await new_bank()
    await days.expire()
    await days.end()
    following = Followers(days.database)
    async with at_work(following):
        graph = Graph(SCHEMA, days.reading, days.posting, following=following, consumers=Consumers(days.database))
        for bank, expected in ((there, ["REPAIRED", "EXPIRED"]), (then, ["EXPIRED"]), (late, [])):
            events = (await Ask(graph)(bank, FEED))["data"]["events"]["nodes"]
            assert [event["gone"] for event in events if event["gone"]] == expected


async def test_a_day_that_passes_is_told_of_once(days: Days) -> None:
    await days.post("ends today", ECOLOGY, K.PENALTY, penalty(16, publicationEndsOn="2026-11-02"))
    await days.post("ends tomorrow", ECOLOGY, K.PENALTY, penalty(17, publicationEndsOn="2026-11-03"))
    # The last day still counts.
    days.now = NOW.replace(hour=15, minute=59, second=59)
    assert await days.expire() == "OK: 0 ended"
    days.now += timedelta(seconds=1)
    assert await days.expire() == "OK: 1 ended"
    assert await days.expire() == "OK: 0 ended"
    # What is said of it later hides nothing that is not hidden; what shows it again lets it go again.
    item = penalty(16, publicationEndsOn="2026-11-02")
    await days.post("ends today", ECOLOGY, K.PENALTY, item, remarks="示例")
    await days.post("ends today", ECOLOGY, K.PENALTY, item | {"publicationEndsOn": "2026-11-03"})
    assert await days.expire() == "OK: 0 ended"
    # Nobody looked for a month, and the clock was wrong before.
    days.now += timedelta(days=30)
    assert await days.expire() == "OK: 2 ended"
    await days.end()
    async with days.database.connection() as connection:
        ended = [one for one in await log.after(connection, 0, 1000) if one.type == "penalty.gone"]
    again, tomorrow = days.ids["ends today"], days.ids["ends tomorrow"]
    assert {(one.record_id, one.version) for one in ended} == {(again, 1), (again, 3), (tomorrow, 1)}
    assert len(ended) == 3
    assert all(mine(1)["licenceNo"] in one.mines for one in ended)


def test_every_sight_that_ends_by_a_day_is_looked_after() -> None:
    """Of all who may follow the log; the public asks again."""
    for visibility in CLASSES:
        if visibility is VISIBILITY[Role.PUBLIC]:
            continue
        for kind in RecordKind:
            for word in visibility.rows(kind.value) if kind.value in visibility.nouns else ():
                told_by = condition(word, TABLES[kind].alias().c, kind.value)
                names = {bind.key for bind in sa.sql.visitors.iterate(told_by) if isinstance(bind, sa.BindParameter)}
                assert TODAY not in names or BY_DAY[word][0] is kind, (visibility.name, kind, word)
    assert set(BY_DAY) == {Condition.IN_PUBLICATION}
