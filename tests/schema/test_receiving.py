"""Consumers and webhooks are their client's own; what a webhook would carry is what its client may see just then."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from auth.principals import Principal, Role
from auth.rules import visibility_of
from hub.domain.log import Posted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import HubError
from hub.http.pinned import Addresses, read_networks
from hub.services.access.clients import Clients
from hub.services.access.trusted_documents import TrustedDocuments
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.sealing import Sealing
from hub.services.work.webhook_sending import Sender
from hub.services.work.webhooks import Webhooks
from hub.storage.engine.database import Database
from hub.storage.records import log
from schema.execution import Graph
from schema.limits import Limits
from schema.root import build_schema
from schema.subscriptions import ENTRIES_FOR_ONE
from tests.conftest import NOW
from tests.duties import made, poster
from tests.makers import BANK, CREDIT, CURSORS, ECOLOGY, LOAN, LOCAL, OPERATOR, Ask, a_province, posted
from tests.receivers import LOOPBACK

REGISTER = """
mutation ($name: String!, $url: String!, $subscribes: String!, $secret: String, $after: Cursor) {
  registerWebhook(name: $name, url: $url, document: $subscribes, secret: $secret, after: $after) { name state cursor secret }
}
"""
PENALTIES = "subscription { recordPosted(kinds: [PENALTY]) { position record { id } } }"
URL = "http://127.0.0.1:9/hook"
#: 24 bytes, and 23.
SECRET, SHORT = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="


def graph_of(database: Database, reading: Reading, posting: Posting, **more: Any) -> Graph:
    async def resolve(host: str, _port: int) -> Sequence[str]:
        return {"inside.example": ["10.0.0.7"], "outside.example": ["93.184.216.34"]}.get(host, [host])

    sender = Sender(Addresses(read_networks([LOOPBACK]), resolve), lambda: NOW)
    return Graph(
        build_schema(),
        reading,
        posting,
        following=Followers(database),
        consumers=Consumers(database),
        webhooks=Webhooks(database, Sealing("webhooks", lambda: (b"key",)), sender),
        documents=TrustedDocuments(database),
        limits=Limits(cost=5_000),
        **more,
    )


@pytest.fixture
def graph(database: Database, reading: Reading, posting: Posting) -> Graph:
    return graph_of(database, reading, posting)


@pytest.fixture
def ask(graph: Graph) -> Ask:
    return Ask(graph)


@pytest.fixture
async def bank(database: Database) -> Principal:
    client_id, _ = await Clients(database).add("示例银行", Role.BANK)
    return replace(BANK, client_id=client_id)


async def test_a_webhook_is_its_clients_own_and_shows_its_secret_once(ask: Ask, bank: Principal) -> None:
    given = {"name": "desk", "url": URL, "subscribes": PENALTIES}
    answer = await ask(bank, REGISTER, **given)
    made_one = answer["data"]["registerWebhook"]
    assert (made_one["state"], made_one["cursor"]) == ("ACTIVE", "0")
    assert made_one["secret"].startswith("whsec_")
    seen = "{ webhooks { name url state reason purpose reference behind cursor document } consumers { name position } }"
    [shown] = (await ask(bank, seen))["data"]["webhooks"]
    assert (shown["name"], shown["url"], shown["purpose"], shown["reference"]) == ("desk", URL, LOAN.word, LOAN.reference)
    assert (await ask(ECOLOGY, seen))["data"] == {"webhooks": [], "consumers": []}
    assert len((await ask(OPERATOR, seen))["data"]["webhooks"]) == 1
    assert (await ask(bank, REGISTER, **given))["errors"][0]["extensions"]["code"] == "CONFLICT"
    changed = await ask(
        bank, 'mutation { rotateWebhookSecret(name: "desk") { secret } pauseWebhook(name: "desk") { state reason } }'
    )
    assert changed["data"]["rotateWebhookSecret"]["secret"] != made_one["secret"]
    assert changed["data"]["pauseWebhook"] == {"state": "PAUSED", "reason": "BY_HAND"}
    for act in ("pauseWebhook", "resumeWebhook", "removeWebhook"):
        refused = await ask(ECOLOGY, f'mutation {{ {act}(name: "desk") {{ name }} }}')
        assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    tried = await ask(bank, 'mutation { pingWebhook(name: "desk") { delivered status error } }')
    assert tried["data"]["pingWebhook"] == {"delivered": False, "status": None, "error": "UNREACHABLE"}
    # It goes on from its consumer's place, which is not taken from under it.
    forget = 'mutation { forgetConsumer(consumer: "desk") { name } }'
    [refusal] = (await ask(bank, forget))["errors"]
    assert (refusal["extensions"]["code"], refusal["extensions"]["field"]) == ("CONFLICT", "consumer")
    resumed = await ask(bank, 'mutation { resumeWebhook(name: "desk") { state reason } removeWebhook(name: "desk") { name } }')
    assert resumed["data"]["resumeWebhook"] == {"state": "ACTIVE", "reason": None}
    # The consumer stays.
    assert (await ask(bank, seen))["data"] == {"webhooks": [], "consumers": [{"name": "desk", "position": 0}]}
    assert (await ask(bank, forget))["data"] == {"forgetConsumer": {"name": "desk"}}


REFUSED: list[tuple[dict[str, Any], str, str | None]] = [
    ({"url": "https://inside.example/hook"}, "INVALID_INPUT", "url"),
    ({"url": "http://outside.example/hook"}, "INVALID_INPUT", "url"),
    ({"url": "https://outside.example/hook", "secret": SHORT}, "INVALID_INPUT", "secret"),
    ({"secret": "whsec_%%%"}, "INVALID_INPUT", "secret"),
    ({"name": "a b"}, "INVALID_INPUT", "name"),
    ({"subscribes": "{ mines { totalCount } }"}, "INVALID_INPUT", "document"),
    ({"subscribes": "subscription {"}, "DOCUMENT_UNREADABLE", None),
    ({"subscribes": "subscription { recordPosted { nothing } }"}, "DOCUMENT_INVALID", None),
    ({"subscribes": "subscription { recordPosted(after: 0) { position } }"}, "INVALID_INPUT", "document"),
    ({"subscribes": 'subscription { recordPosted(consumer: "x") { position } }'}, "INVALID_INPUT", "document"),
    ({"subscribes": 'subscription { portfolioFinding(watch: "x") { position } }'}, "INVALID_INPUT", "document"),
    ({"subscribes": "subscription { recordPosted(kinds: [EXPERT]) { position } }"}, "FORBIDDEN", "kinds.0"),
    (
        {
            "subscribes": "subscription { recordPosted { record { ... on Mine { opinions(first: 500) "
            "{ nodes { versions { id } } } } } } }"
        },
        "QUERY_TOO_COMPLEX",
        "document",
    ),
]


async def test_looking_through_the_log_again_costs_whatever_a_webhook_tells_of_it(
    database: Database, reading: Reading, posting: Posting, bank: Principal
) -> None:
    await a_province(posting)
    while await Sequencer(database).step():
        pass
    owed: list[int] = []
    ask = Ask(graph_of(database, reading, posting, owe=lambda _client, cost: owed.append(cost)))
    last = (await Followers(database).last()).position
    nothing = PENALTIES.replace("PENALTY", "ASSESSMENT")
    whole = math.ceil(last / ENTRIES_FOR_ONE)
    assert whole > 1
    for name, after, cost in (("old", 0, whole), ("new", None, 0)):
        owed.clear()
        answer = await ask(bank, REGISTER, name=name, url=URL, subscribes=nothing, after=after)
        assert answer["data"]["registerWebhook"]["state"] == "ACTIVE"
        assert sum(owed) == cost
    for given, cost in (('"new", after: 0', whole), (f'"new", after: {last - 1}', 1), ('"new"', 0)):
        owed.clear()
        answer = await ask(bank, f"mutation {{ resumeWebhook(name: {given}) {{ state }} }}")
        assert answer["data"]["resumeWebhook"]["state"] == "ACTIVE"
        assert sum(owed) == cost


async def test_what_cannot_be_a_webhook_is_refused_when_it_is_registered(ask: Ask, bank: Principal) -> None:
    for given, code, field in REFUSED:
        answer = await ask(bank, REGISTER, **{"name": "desk", "url": URL, "subscribes": PENALTIES} | given)
        [error] = answer["errors"]
        assert (error["extensions"]["code"], error["extensions"].get("field")) == (code, field), given
    assert (await ask(bank, "{ webhooks { name } }"))["data"]["webhooks"] == []


async def test_a_secret_of_ones_own_and_a_held_clients_documents(ask: Ask, bank: Principal, database: Database) -> None:
    given = {"url": "https://outside.example/hook", "secret": SECRET}
    answer = await ask(bank, REGISTER, name="own", subscribes=PENALTIES, **given)
    assert answer["data"]["registerWebhook"]["secret"] == SECRET
    register = TrustedDocuments(database)
    await register.hold(bank.client_id, on=True)
    held = Ask(graph_of(database, Reading(database, cursors=CURSORS), Posting(database)))
    refused = await held(bank, REGISTER, name="held", subscribes=PENALTIES, **given)
    assert refused["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    await register.add(bank.client_id, {"penalties": PENALTIES})
    held = Ask(graph_of(database, Reading(database, cursors=CURSORS), Posting(database)))
    taken = await held(bank, REGISTER, name="held", subscribes=PENALTIES, **given)
    assert taken["data"]["registerWebhook"]["name"] == "held"


async def test_who_is_no_registered_client_has_no_webhook(ask: Ask) -> None:
    for who in (ECOLOGY, replace(BANK, scopes=frozenset()), Principal("public", Role.PUBLIC, frozenset({"read"}))):
        answer = await ask(who, REGISTER, name="desk", url=URL, subscribes=PENALTIES)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_consumer_of_the_feed_goes_on_where_it_has_acknowledged(ask: Ask, posting: Posting, database: Database) -> None:
    await a_province(posting)
    await Sequencer(database).step()
    page = """query ($after: Cursor) {
      events(consumer: "desk", after: $after, first: 4) { nodes { position } pageInfo { endCursor } }
    }"""

    end = ""

    async def positions(after: str | None = None) -> list[int]:
        nonlocal end
        events = (await ask(OPERATOR, page, after=after))["data"]["events"]
        end = events["pageInfo"]["endCursor"]
        return [event["position"] for event in events["nodes"]]

    assert await positions() == await positions() == [1, 2, 3, 4]
    # To ask for what comes next is to acknowledge, and so is saying so.
    assert await positions(end) == await positions() == [5, 6, 7, 8]
    say = 'mutation ($cursor: Cursor!) { acknowledge(consumer: "desk", cursor: $cursor) { name position } }'
    said = await ask(OPERATOR, say, cursor=end)
    assert said["data"]["acknowledge"] == {"name": "desk", "position": 8}
    assert await positions() == [9, 10, 11]
    assert (await ask(OPERATOR, "{ consumers { name position behind } }"))["data"]["consumers"] == [
        {"name": "desk", "position": 8, "behind": 3}
    ]
    assert (await ask(OPERATOR, 'mutation { forgetConsumer(consumer: "desk") { name } }'))["data"]
    assert (await ask(OPERATOR, say, cursor=end))["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.fixture
async def every_kind(sqlite_url: str) -> AsyncIterator[tuple[Graph, Database, Posting]]:
    """A hub that was posted a record of every kind that is made alone."""
    database = Database(sqlite_url)
    await database.start()
    posting = Posting(database, clock=lambda: NOW)
    await a_province(posting)
    for kind in RecordKind:
        await posted(posting, poster(kind), kind, made(kind, 60))
    await Sequencer(database).step()
    yield graph_of(database, Reading(database, clock=lambda: NOW, cursors=CURSORS), posting), database, posting
    await database.close()


async def test_of_no_kind_a_webhook_carries_more_than_its_client_may_see_when_it_is_sent(
    every_kind: tuple[Graph, Database, Posting],
) -> None:
    graph, database, posting = every_kind
    documents = graph.webhook_documents
    assert documents is not None
    async with database.connection() as connection:
        entries = list(await log.after(connection, 0, 1000))
    kinds = {entry.kind for entry in entries}
    assert len(kinds) > 25

    async def carried(who: Principal) -> list[Posted]:
        telling = await documents.read("subscription { recordPosted { type record { id recordId } } }", LOAN, who)
        return [posted_one for posted_one, data in await telling.tell(entries) if data["record"]]

    before = {who.client_id: await carried(who) for who in (BANK, CREDIT, ECOLOGY, LOCAL, OPERATOR)}
    for who in (BANK, CREDIT, ECOLOGY, LOCAL, OPERATOR):
        assert {one.kind.value for one in before[who.client_id]} <= set(visibility_of(who).nouns)
    # Of the kinds that a bank may see it would be told; then all of it is taken back before it is sent.
    told = {one.kind for one in before[BANK.client_id]}
    assert len(told) > 10
    gone = set()
    for entry in entries[11:]:
        try:
            await posting.withdraw(poster(entry.kind), entry.record_id, "误报", source="test")
            gone.add(entry.record_id)
        except HubError:
            # What others stand on is not taken back.
            continue
    assert len({entry.kind for entry in entries if entry.record_id in gone} & told) > 8
    after = await carried(BANK)
    assert not {one.record_id for one in after} & gone
    assert {one.record_id for one in after} == {one.record_id for one in before[BANK.client_id]} - gone
