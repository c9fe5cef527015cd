"""A webhook is sent what its client may be told, signed, of each mine in order, again and again until it is received."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.responses import RedirectResponse, Response

from auth.principals import Principal, Role
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.log import BEGINNING
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import written
from hub.domain.words.webhooks import PauseReason, WebhookState
from hub.domain.words.work import LEASE, WorkState
from hub.http.pinned import Addresses, read_networks
from hub.services.access.clients import Clients
from hub.services.banks.portfolios import Portfolios, Row
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.sealing import Sealing
from hub.services.work import webhook_delivery
from hub.services.work.leases import Leases
from hub.services.work.webhook_delivery import WebhookDelivery
from hub.services.work.webhook_sending import Sender
from hub.services.work.webhooks import Registration, WebhookRow, Webhooks, next_attempt
from hub.storage.engine.database import Database
from hub.storage.work import leases
from schema.execution import Graph
from schema.root import build_schema
from tests.background import at_work
from tests.hub.services.log.subscribers import restored
from tests.makers import ECOLOGY, LOAN, a_province, licence, opinion, penalty, posted
from tests.receivers import LOOPBACK, PATIENCE_SECONDS, Delivered, Receiver, a_receiver

DOCUMENT = "subscription { recordPosted { position type licenceNos record { id ... on Penalty { documentNumber } } } }"


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Hall:
    """A hub's webhooks, a client, and a receiver of its."""

    database: Database
    posting: Posting
    graph: Graph
    following: Followers
    clients: Clients
    receiver: Receiver
    client: Principal
    clock: Clock = field(default_factory=Clock)
    keys: list[bytes] = field(default_factory=lambda: [b"key"])
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.sender = Sender(Addresses(read_networks([LOOPBACK])), self.clock)
        self.webhooks = Webhooks(self.database, Sealing("webhooks", lambda: self.keys), self.sender, self.clock)

    async def register(self, document: str = DOCUMENT, name: str = "desk") -> str:
        """A webhook from the beginning of the log; its secret."""
        asked = Registration(name, self.receiver.url, document, LOAN, None, BEGINNING)
        _, secret = await self.webhooks.register(self.client, asked)
        return secret

    def late(self, status: int = 200) -> Response:
        """An answer that comes once the receiver is `answering`."""
        answering = self.answering

        class Late(Response):
            async def __call__(self, *to: Any) -> None:
                await answering.wait()
                await super().__call__(*to)

        return Late(status_code=status)

    async def row(self, name: str = "desk") -> WebhookRow:
        return next(row for row in await self.webhooks.every() if row.name == name)

    async def until(self, holds: Callable[[WebhookRow], bool], name: str = "desk") -> WebhookRow:
        """The webhook, as soon as something holds of it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if holds(row := await self.row(name)):
                    return row
                await asyncio.sleep(0.02)

    async def logged(self, position: int) -> None:
        """The log is known up to a position."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if (end := self.following.end) and end.position >= position:
                    return
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def delivering(self, lease_seconds: float = 1.0) -> AsyncIterator[WebhookDelivery]:
        """One process that delivers."""
        documents = self.graph.webhook_documents
        assert documents is not None
        delivery = WebhookDelivery(
            self.database,
            self.webhooks,
            self.following,
            find=self.clients.find,
            read=documents.read,
            clock=self.clock,
            leases=Leases(self.database, lease_seconds),
        )
        async with at_work(delivery):
            yield delivery
        await delivery.close()


@pytest.fixture
async def hall(database: Database, posting: Posting, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    monkeypatch.setattr(webhook_delivery, "_LINGER_SECONDS", 0.2)
    monkeypatch.setattr(webhook_delivery, "_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(webhook_delivery, "_ELSEWHERE_SECONDS", 0.1)
    await a_province(posting)
    await Sequencer(database).step()
    following, clients = Followers(database), Clients(database)
    client_id, _ = await clients.add("示例银行", Role.BANK)
    found = await clients.find(client_id)
    assert found is not None
    consumers, portfolios = Consumers(database), Portfolios(database)
    graph = Graph(build_schema(), reading, posting, following=following, consumers=consumers, portfolios=portfolios)
    async with a_receiver() as receiver, at_work(following, Sequencer(database)):
        hall = Hall(database, posting, graph, following, clients, receiver, found.principal)
        yield hall
        # Nobody is left without an answer, for that the receiver would wait.
        hall.answering.set()


def positions(messages: list[Delivered]) -> list[int]:
    return [one.data["position"] for one in messages]


async def test_what_is_posted_is_sent_signed_and_acknowledged_place_by_place(hall: Hall) -> None:
    secret = await hall.register()
    async with hall.delivering():
        # Of the eleven a bank sees all but the comment and the penalty that is not published.
        await hall.receiver.until(lambda it: len(it.taken) == 9)
        await hall.until(lambda row: row.cursor.position == 11)
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(9))
        await hall.until(lambda row: row.cursor.position == 12)
    assert sorted(positions(hall.receiver.taken)) == [1, 2, 3, 4, 5, 6, 7, 9, 11, 12]
    last = hall.receiver.taken[-1]
    verified = Webhook(secret).verify(last.body, last.headers)
    assert (verified["type"], verified["data"]["type"]) == ("penalty.posted", "penalty.posted")
    assert verified["data"]["record"]["documentNumber"] == penalty(9)["documentNumber"]
    assert last.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(last.body.replace("penalty", "penalti"), last.headers)
    row = await hall.row()
    assert (row.delivered, row.state, row.failures, row.last_status) == (10, WebhookState.ACTIVE, 0, 204)


async def test_of_a_mine_nothing_is_sent_before_what_came_before_it_and_others_go_on(hall: Hall) -> None:
    await hall.register("subscription { recordPosted(kinds: [PENALTY]) { position } }")
    await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(20), penalty(21, mines=[licence(2)]), penalty(22))
    await hall.logged(14)
    fails = True
    hall.receiver.answers = lambda one: Response(status_code=500 if fails and one.data["position"] == 9 else 200)
    async with hall.delivering():
        failing = await hall.until(lambda row: row.failures == 1)
        # The other mine's went through; of the first mine's, those behind the one that failed have not been tried.
        await hall.receiver.until(lambda it: 13 in positions(it.came))
        assert not {12, 14} & set(positions(hall.receiver.came))
        assert (failing.cursor.position, failing.last_status, failing.state) == (0, 500, WebhookState.ACTIVE)
        assert failing.next_at is not None
        assert timedelta(seconds=4) <= failing.next_at - hall.clock.now <= timedelta(seconds=6)
        fails = False
        hall.clock.now = failing.next_at
        await hall.until(lambda row: row.cursor.position == 14)
    assert [position for position in positions(hall.receiver.taken) if position != 13] == [9, 12, 14]
    again = [one for one in hall.receiver.came if one.data["position"] == 9]
    assert len(again) == 2
    assert len({(one.id, one.body) for one in again}) == 1


async def test_a_digest_goes_to_who_follows_its_portfolio_and_again_with_its_id_until_it_is_received(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolios = Portfolios(hall.database, clock=hall.clock)
    followed, other = [
        await portfolios.put(name, Severity.INFO, [Row(licence(1))], hall.client, DigestPeriod.DAILY) for name in ("甲", "乙")
    ]
    watch = followed["portfolio"]["id"]
    await hall.register(f'subscription {{ mineChanged(watch: "{watch}", kinds: [COMMENDATION]) {{ position }} }}')
    await hall.register("subscription { recordPosted(kinds: [COMMENDATION]) { position } }", "nothing")
    hall.clock.now += timedelta(days=1)
    while await portfolios.work():
        pass
    hall.receiver.answers = lambda _one: Response(status_code=503)
    store, crashes = WebhookDelivery._store, 1

    async def crash(self: WebhookDelivery, row: WebhookRow, *given: Any) -> None:
        nonlocal crashes
        if row.name == "desk" and crashes:
            crashes -= 1
            raise ConnectionResetError
        await store(self, row, *given)

    async with hall.delivering():
        failing = await hall.until(lambda row: row.failures == 1)
        assert (failing.digest, failing.last_status) == (0, 503)
        hall.receiver.answers = lambda _one: Response(status_code=204)
        # It is received, and the hub dies before it knows.
        monkeypatch.setattr(WebhookDelivery, "_store", crash)
        hall.clock.now += timedelta(minutes=1)
        [digest] = await portfolios.digests(watch, 0, 10, hall.client)
        # That of another portfolio is passed over, also by who follows none.
        [passed] = await portfolios.digests(other["portfolio"]["id"], 0, 10, hall.client)
        for name in ("desk", "nothing"):
            await hall.until(lambda row: row.digest == max(digest["position"], passed["position"]), name)
    assert (len({one.id for one in hall.receiver.came}), len(hall.receiver.taken)) == (1, 2)
    assert hall.receiver.taken[-1].message | {"timestamp": ""} == {"type": "portfolio.digest", "timestamp": "", "data": digest}


async def test_what_changes_in_a_portfolio_goes_to_who_follows_it_in_order_and_again_until_it_is_received(hall: Hall) -> None:
    portfolios = Portfolios(hall.database, clock=hall.clock)
    followed, other = [await portfolios.put(name, Severity.INFO, [Row(licence(1))], hall.client) for name in ("甲", "乙")]
    watch = followed["portfolio"]["id"]
    document = f'subscription {{ mineChanged(watch: "{watch}", kinds: [COMMENDATION]) {{ position }} }}'
    await hall.register(document)
    await hall.register("subscription { recordPosted(kinds: [COMMENDATION]) { position } }", "nothing")
    hall.receiver.answers = lambda one: Response(status_code=503 if len(hall.receiver.came) == 2 else 204)

    async def changed(*numbers: int) -> list[dict[str, Any]]:
        at = (await hall.following.last()).position
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, *(penalty(number) for number in numbers))
        await hall.logged(at + len(numbers))
        while await portfolios.work():
            pass
        return await portfolios.events(watch, 0, 10, hall.client)

    async with hall.delivering():
        events = await changed(31, 32)
        failing = await hall.until(lambda row: row.failures == 1)
        assert (failing.event, failing.last_status) == (events[0]["position"], 503)
        hall.clock.now += timedelta(minutes=1)
        [*_, last] = await portfolios.events(other["portfolio"]["id"], 0, 10, hall.client)
        # Those of another portfolio are passed over, also by who follows none.
        for name in ("desk", "nothing"):
            await hall.until(lambda row: row.event == max(last["position"], events[-1]["position"]), name)
        # Who comes later is told of what changes from then on.
        await hall.register(document, "later")
        events = await changed(33)
        for name in ("desk", "later"):
            await hall.until(lambda row: row.event >= events[-1]["position"], name)
    taken = [(one.message["type"], one.message["timestamp"], one.data) for one in hall.receiver.taken]
    told = [("portfolio.finding", written(datetime.fromisoformat(one["at"])), one) for one in events]
    assert sorted(taken, key=lambda one: one[2]["position"]) == [*told[:2], told[2], told[2]]
    assert {one["licenceNo"] for one in events} == {licence(1)}
    assert len(hall.receiver.came) == len(taken) + 1, "the one that was not received came twice, with its id"


async def test_what_is_not_received_for_three_days_is_paused_and_keeps_its_place(hall: Hall) -> None:
    hall.receiver.answers = lambda _one: Response(status_code=503)
    await hall.register()
    began = hall.clock.now
    async with hall.delivering():
        await hall.until(lambda row: row.failures == 1)
        hall.clock.now = began + timedelta(days=3) - timedelta(seconds=1)
        row = await hall.until(lambda row: row.failures == 2)
        assert row.state == WebhookState.ACTIVE
        hall.clock.now = began + timedelta(days=4)
        row = await hall.until(lambda row: row.state == WebhookState.PAUSED)
        assert (row.reason, row.cursor, row.failing_since) == (PauseReason.NOT_DELIVERED, BEGINNING, began)
        hall.receiver.answers = lambda _one: Response()
        await hall.webhooks.resume(hall.client.client_id, "desk")
        await hall.until(lambda row: row.cursor.position == 11)
    assert len(hall.receiver.taken) == 9


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (Response(status_code=410), WebhookState.PAUSED, PauseReason.GONE),
        (RedirectResponse("http://127.0.0.1:9/elsewhere"), WebhookState.ACTIVE, None),
        (Response(status_code=404), WebhookState.ACTIVE, None),
    ],
    ids=["gone", "redirected", "not found"],
)
async def test_what_is_answered_otherwise_than_by_two_hundreds_is_not_received(
    hall: Hall, answer: Response, state: WebhookState, reason: PauseReason | None
) -> None:
    hall.receiver.answers = lambda _one: answer
    await hall.register()
    async with hall.delivering():
        row = await hall.until(lambda row: row.failures == 1)
    assert (row.state, row.reason, row.last_status, row.cursor) == (state, reason, answer.status_code, BEGINNING)
    # Those of other mines were tried as well; none of a mine's twice.
    assert len({one.id for one in hall.receiver.came}) == len(hall.receiver.came)


@pytest.mark.parametrize(
    ("says", "seconds"),
    [
        ("3600", 3600),
        ("Sun, 01 Nov 2026 01:00:00 GMT", 3600),
        # Longer than any wait, and what is no time at all.
        ("999999999", 86_400),
        ("soon", 5),
    ],
)
async def test_a_receiver_that_asks_to_be_waited_for_is_waited_for(hall: Hall, says: str, seconds: int) -> None:
    said = {"retry-after": says, "date": "Sun, 01 Nov 2026 00:00:00 GMT"}
    hall.receiver.answers = lambda _one: Response(status_code=429, headers=said)
    await hall.register()
    async with hall.delivering():
        row = await hall.until(lambda row: row.failures == 1)
    assert row.next_at is not None
    waits = row.next_at - hall.clock.now
    assert 0.8 * seconds <= waits.total_seconds() <= max(seconds, 1.2 * 5)


async def test_what_is_received_later_than_in_time_is_not_received(hall: Hall) -> None:
    hall.webhooks.sender = Sender(Addresses(read_networks([LOOPBACK])), hall.clock, seconds=0.1)
    hall.receiver.answers = lambda _one: hall.late()
    await hall.register()
    async with hall.delivering():
        row = await hall.until(lambda row: row.failures == 1)
        hall.answering.set()
        hall.receiver.answers = lambda _one: Response()
        hall.webhooks.sender = Sender(Addresses(read_networks([LOOPBACK])), hall.clock)
        assert (row.cursor, row.last_status, row.last_error) == (BEGINNING, None, "TIMEOUT")
        hall.clock.now += timedelta(seconds=10)
        await hall.until(lambda row: row.cursor.position == 11)
    bodies: dict[str, set[str]] = {}
    for one in hall.receiver.came:
        bodies.setdefault(one.id, set()).add(one.body)
    assert len(bodies) == 9
    assert all(len(same) == 1 for same in bodies.values())


async def test_a_clock_that_was_ahead_holds_a_webhook_up_no_longer_than_any_wait_is(hall: Hall) -> None:
    hall.receiver.answers = lambda _one: Response(status_code=500)
    await hall.register()
    begun = hall.clock.now
    hall.clock.now += timedelta(days=365)
    async with hall.delivering():
        await hall.until(lambda row: row.failures == 1)
        hall.clock.now = begun
        row = await hall.until(lambda row: row.failures == 2)
        # It gives up three days after it is known to fail, not a year later.
        assert row.failing_since == begun
        hall.receiver.answers = lambda _one: Response()
        hall.clock.now += timedelta(minutes=1)
        await hall.until(lambda row: row.cursor.position == 11)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 5), (2, 10), (3, 20), (12, 10_240), (13, 20_480), (14, 21_600), (100, 21_600)]
)
def test_each_failure_is_waited_for_twice_as_long_up_to_six_hours(failures: int, seconds: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_attempt(failures, now, 1.0) == now + timedelta(seconds=seconds)


async def test_two_secrets_sign_for_a_day_after_a_rotation_and_neither_lies_open(hall: Hall) -> None:
    old = await hall.register()
    row, new = await hall.webhooks.rotate(hall.client, "desk", None)
    assert not any(secret.removeprefix("whsec_") in repr(row.secrets) for secret in (old, new))
    assert len(hall.webhooks.secrets_of(row)) == 2
    async with hall.delivering():
        await hall.receiver.until(lambda it: len(it.taken) == 9)
        one = hall.receiver.taken[0]
        assert [Webhook(secret).verify(one.body, one.headers)["type"] for secret in (old, new)] == ["mine.posted"] * 2
        await hall.until(lambda row: row.cursor.position == 11)
        hall.clock.now += timedelta(hours=24)
        # The hub's keys were changed meanwhile: what counts is sealed anew as it is used, and what does not is forgotten.
        hall.keys.insert(0, b"newer key")
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(9))
        await hall.receiver.until(lambda it: len(it.taken) == 10)
        row = await hall.until(lambda row: row.cursor.position == 12)
        one = hall.receiver.taken[-1]
        assert len(one.headers["webhook-signature"].split(" ")) == len(row.secrets) == 1
        del hall.keys[1]
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(10))
        await hall.receiver.until(lambda it: len(it.taken) == 11)
        await hall.until(lambda row: row.cursor.position == 13)
        # A key that is lost takes the secrets with it.
        hall.keys[0] = b"another key"
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(11))
        row = await hall.until(lambda row: row.state == WebhookState.PAUSED)
    assert (row.reason, row.cursor.position) == (PauseReason.UNSEALED, 13)


async def test_a_rotation_whose_answer_was_lost_can_be_asked_for_again(hall: Hall) -> None:
    known = await hall.register()
    _, lost = await hall.webhooks.rotate(hall.client, "desk", None)
    row, told = await hall.webhooks.rotate(hall.client, "desk", None)
    assert _signing(hall, row) == [told, lost, known]
    # With a secret of its own the receiver's repeat changes nothing.
    for _ in range(2):
        row, own = await hall.webhooks.rotate(hall.client, "desk", "whsec_" + "A" * 32)
        assert _signing(hall, row) == [own, told, lost, known]
    row, newer = await hall.webhooks.rotate(hall.client, "desk", None)
    assert _signing(hall, row) == [newer, own, told, lost]
    hall.clock.now += timedelta(hours=24)
    assert _signing(hall, row) == [newer]
    row, newest = await hall.webhooks.rotate(hall.client, "desk", None)
    assert (_signing(hall, row), len(row.secrets)) == ([newest, newer], 2)


def _signing(hall: Hall, row: WebhookRow) -> list[str]:
    return ["whsec_" + b64encode(secret).decode() for secret in hall.webhooks.secrets_of(row)]


async def test_a_right_that_ended_before_an_event_was_sent_is_no_right(hall: Hall) -> None:
    await hall.register("subscription { recordPosted(kinds: [PENALTY]) { position record { id } } }")
    [given] = await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(30))
    await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(30, publishedOn=None))
    async with hall.delivering():
        await hall.until(lambda row: row.cursor.position == 13)
        assert positions(hall.receiver.taken) == [9]
        assert str(given.record_id) not in "".join(one.body for one in hall.receiver.came)
        # A client that is no more is sent nothing.
        await posted(hall.posting, ECOLOGY, RecordKind.OPINION, opinion(31))
        await hall.until(lambda row: row.cursor.position == 14)
        await hall.clients.revoke(hall.client.client_id)
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(32))
        row = await hall.until(lambda row: row.state == WebhookState.PAUSED)
    assert (row.reason, positions(hall.receiver.came)) == (PauseReason.CLIENT_REVOKED, [9])


async def test_of_several_processes_one_sends_and_each_message_once(hall: Hall) -> None:
    await hall.register()
    # Leases that a busy machine does not let end: who takes over sends again what was not acknowledged.
    async with hall.delivering(20.0), hall.delivering(20.0), hall.delivering(20.0):
        for number in range(40, 44):
            await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(number))
        await hall.until(lambda row: row.cursor.position == 15)
    ids = [one.id for one in hall.receiver.came]
    assert len(ids) == len(set(ids)) == 13


async def test_a_process_that_ended_before_it_knew_is_followed_by_one_that_sends_the_same_again(hall: Hall) -> None:
    await hall.register()
    async with hall.delivering() as first:
        await hall.receiver.until(lambda it: bool(it.taken))
        # Received, and not yet kept that it was.
        await first.close()
    async with hall.delivering():
        await hall.until(lambda row: row.cursor.position == 11)
    bodies: dict[str, set[str]] = {}
    for one in hall.receiver.taken:
        bodies.setdefault(one.id, set()).add(one.body)
    assert len(bodies) == 9
    assert all(len(same) == 1 for same in bodies.values())


async def test_at_a_place_that_the_log_does_not_have_a_webhook_is_paused_at_once_and_goes_on_from_none(hall: Hall) -> None:
    await hall.register()
    async with hall.delivering():
        await hall.until(lambda row: row.cursor.position == 11)
        await restored(hall.database, 8)
        # Nothing has been posted since: the older copy is told all the same.
        row = await hall.until(lambda row: row.state == WebhookState.PAUSED)
        assert (row.reason, row.cursor.position) == (PauseReason.LOG_CHANGED, 11)
    with pytest.raises(HubError) as refused:
        await hall.webhooks.resume(hall.client.client_id, "desk")
    assert refused.value.code is ErrorCode.LOG_CHANGED


async def test_a_receiver_that_takes_its_time_is_sent_nothing_that_it_may_not_see_any_more_nor_once_it_is_paused(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_delivery, "_SECONDS", 0.0)
    [penalised] = await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(9))
    await hall.logged(12)
    hall.receiver.answers = lambda _one: hall.late()
    await hall.register()
    async with hall.delivering():
        await hall.receiver.until(lambda it: len(it.came) == 1)
        await hall.posting.withdraw(ECOLOGY, str(penalised.record_id), "误报", source="test")
        await hall.webhooks.pause(hall.client.client_id, "desk")
        hall.answering.set()
        await hall.until(lambda row: row.cursor.position == 1)
        # Long enough for several rounds.
        await asyncio.sleep(0.3)
        assert len(hall.receiver.came) == 1
        await hall.webhooks.resume(hall.client.client_id, "desk")
        await hall.until(lambda row: row.cursor.position == 13)
    assert 12 not in positions(hall.receiver.came)
    assert (await hall.row()).delivered == len(hall.receiver.taken)


async def test_what_came_of_a_webhook_that_was_removed_is_nothing_to_the_next_of_its_name(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nor is it left to another process.
    monkeypatch.setattr(webhook_delivery, "_ELSEWHERE_SECONDS", 1000.0)
    hall.receiver.answers = lambda _one: hall.late(410)
    await hall.register()
    async with hall.delivering():
        await hall.receiver.until(lambda it: bool(it.came))
        await hall.webhooks.remove(hall.client.client_id, "desk")
        async with hall.database.connection() as connection:
            assert await leases.standing(connection) == [], "what is done no more is not told of either"
        hall.clock.now += timedelta(seconds=1)
        hall.receiver.answers = lambda _one: Response()
        await hall.register()
        hall.answering.set()
        row = await hall.until(lambda row: row.cursor.position == 11)
    assert (row.state, row.failures, row.delivered) == (WebhookState.ACTIVE, 0, 9)
    assert len(hall.receiver.taken) == 9


async def test_who_is_put_back_amid_a_delivery_is_sent_all_from_there(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    # Who delivers remembers what was received past the place.
    monkeypatch.setattr(webhook_delivery, "_LINGER_SECONDS", 1000.0)
    await hall.register()
    async with hall.delivering():
        await hall.until(lambda row: row.cursor.position == 11)
        hall.receiver.answers = lambda one: Response(status_code=500 if one.data["position"] == 12 else 200)
        await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(9), penalty(10, mines=[licence(2)]))
        await hall.until(lambda row: row.failures == 1)
        before = len(hall.receiver.came)
        hall.receiver.answers = lambda _one: hall.late()
        await hall.webhooks.resume(hall.client.client_id, "desk")
        await hall.receiver.until(lambda it: len(it.came) > before)
        again = len(hall.receiver.came)
        await hall.webhooks.resume(hall.client.client_id, "desk", BEGINNING)
        hall.receiver.answers = lambda _one: Response()
        hall.answering.set()
        await hall.receiver.until(lambda it: set(positions(it.came)[again:]) == {1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13})
        await hall.until(lambda row: row.cursor.position == 13)


async def test_while_there_is_nothing_to_send_its_work_is_nobodys_and_due_at_no_time(hall: Hall) -> None:
    async def given_back() -> leases.Standing:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with hall.database.connection() as connection:
                    [found] = await leases.standing(connection)
                if found.holder is None:
                    return found
                await asyncio.sleep(0.02)

    hall.receiver.answers = lambda _one: Response(status_code=503)
    await hall.register()
    async with hall.delivering():
        failing = await hall.until(lambda row: row.failures == 1)
        waiting = await given_back()
        assert (waiting.next_at, waiting.state(hall.clock.now, LEASE)) == (failing.next_at, WorkState.WAITING)
        hall.receiver.answers = lambda _one: Response()
        hall.clock.now += timedelta(seconds=10)
        await hall.until(lambda row: row.cursor.position == 11)
        assert (await given_back()).state(hall.clock.now, LEASE) is WorkState.IDLE


async def test_a_paused_webhook_sends_nothing_and_a_try_is_no_event(hall: Hall) -> None:
    secret = await hall.register()
    await hall.webhooks.pause(hall.client.client_id, "desk")
    attempt = await hall.webhooks.ping(hall.client.client_id, "desk")
    assert (attempt.status, attempt.is_good) == (204, True)
    async with hall.delivering():
        [result] = await posted(hall.posting, ECOLOGY, RecordKind.PENALTY, penalty(9))
        assert await hall.following.numbered(str(result.record_id), 1, PATIENCE_SECONDS)
        # Long enough for several rounds.
        await asyncio.sleep(0.5)
    [ping] = hall.receiver.came
    assert Webhook(secret).verify(ping.body, ping.headers)["type"] == "hub.ping"
    assert (await hall.row()).cursor == BEGINNING
