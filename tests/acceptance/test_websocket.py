"""The websocket door: graphql-transport-ws and nothing else, for those who may, as long as they may."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus

from auth.principals import Role
from auth.tokens import Bound, Holder
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.access.clients import principal_of
from hub.services.access.revocations import REVOCATION_SECONDS
from schema.budgets import Place
from schema.transport_ws import INIT_SECONDS
from tests.acceptance.conftest import Client
from tests.acceptance.sockets import FOLLOW, opened
from tests.auth.proving import KeyHolder
from tests.makers import ECOLOGY, NATURAL_RESOURCES, an_authority, licence, opinion, penalty, posted

pytestmark = pytest.mark.asyncio(loop_scope="module")
#: With a hub of its own: for both sorts of databases, or to count all that it holds.
BY_ITSELF = pytest.mark.asyncio(loop_scope="function")

QUERY = "query ($no: String!) { mine(licenceNo: $no) { name } }"


@BY_ITSELF
async def test_a_socket_answers_queries_and_mutations_like_any_request(client: Client) -> None:
    token = await client.token(Role.DEPARTMENT, Department.ECOLOGY)
    async with opened(client, token) as socket:
        await socket.init()
        await socket.subscribe("q", QUERY, no=licence(1))
        answer = await socket.hear()
        assert (answer["id"], answer["type"]) == ("q", "next")
        assert answer["payload"]["data"] == {"mine": {"name": "示例1号磷矿"}}
        assert answer["payload"]["extensions"]["cost"]["operation"] > 0
        assert await socket.hear() == {"id": "q", "type": "complete"}
        post = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { accepted } }"
        await socket.subscribe("q", post, items=[opinion(7)])
        assert (await socket.hear())["payload"]["data"] == {"postOpinions": {"accepted": 1}}
        assert (await socket.hear())["type"] == "complete"


@BY_ITSELF
async def test_what_is_posted_is_told_to_who_follows_in_the_order_of_the_log(client: Client) -> None:
    token = await client.token(Role.DEPARTMENT, Department.FINANCE)
    async with opened(client, token) as socket:
        await socket.init()
        await socket.subscribe("all", FOLLOW, after=0)
        # The province came before the socket; 3 mines, 3 enterprises, 2 opinions, 2 penalties, 1 entry.
        before = [await socket.event("all") for _ in range(11)]
        assert [event["position"] for event in before] == list(range(1, 12))
        await posted(client.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(8), opinion(8, text="另有补充。"))
        first, second = [await socket.event("all") for _ in range(2)]
        assert (first["position"], first["action"], first["version"]) == (12, "POSTED", 1)
        assert (second["position"], second["action"], second["version"]) == (13, "REVISED", 2)
        assert (first["record"]["text"], second["record"]["text"]) == ("经审核，同意。", "另有补充。")
        assert first["record"]["id"] == f"{first['recordId']}.v1"
        assert second["record"]["id"] == second["recordId"]
        await client.hub.posting.withdraw(ECOLOGY, second["recordId"], "重复", source="test")
        third = await socket.event("all")
        assert (third["action"], third["record"]["withdrawn"], third["licenceNos"]) == ("WITHDRAWN", True, [licence(1)])


@BY_ITSELF
async def test_events_are_of_the_kinds_and_mines_that_were_named(client: Client) -> None:
    token = await client.token(Role.OPERATOR)
    async with opened(client, token) as socket:
        await socket.init()
        await socket.subscribe("some", FOLLOW, kinds=["PENALTY"], nos=[licence(2)], after=0)
        await posted(client.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(9, licenceNo=licence(2)))
        await posted(client.hub.posting, ECOLOGY, RecordKind.PENALTY, penalty(8), penalty(9, mines=[licence(2)]))
        event = await socket.event("some")
        assert (event["kind"], event["record"]["documentNumber"]) == ("PENALTY", penalty(9)["documentNumber"])


@BY_ITSELF
async def test_an_event_is_told_only_to_who_may_see_its_record_when_it_is_told(client: Client) -> None:
    bank = await client.token(Role.BANK)
    async with opened(client, bank, Hub_Purpose="POST_LOAN_MONITORING; ref=42") as socket:
        await socket.init()
        await socket.subscribe(
            "watch", "subscription { recordPosted(kinds: [OPINION, PENALTY], after: 0) { recordId position } }"
        )
        # Of the province a bank sees one audit opinion and one published penalty, and not the comment and the other penalty.
        first, second = await socket.event("watch"), await socket.event("watch")
        assert first["recordId"].startswith("opinion_")
        assert second["recordId"].startswith("penalty_")
        await posted(client.hub.posting, ECOLOGY, RecordKind.PENALTY, penalty(21, publishedOn=None), penalty(22))
        third = await socket.event("watch")
        assert third["position"] == 13
        # What follows must name the purpose, and is in the ledger.
        await client.hub.reads.write()
        operator = await client.token(Role.OPERATOR)
        ledger = await client.ask(operator, "{ mineReads { nodes { licenceNo purpose reference times role } } }")
        told = [row for row in ledger.json()["data"]["mineReads"]["nodes"] if row["role"] == "BANK"]
        assert {(row["licenceNo"], row["purpose"], row["reference"]) for row in told} == {
            (licence(1), "POST_LOAN_MONITORING", "42")
        }
        assert sum(row["times"] for row in told) == 3


async def test_a_bank_that_names_no_purpose_follows_nothing(lobby: Client) -> None:
    async with opened(lobby, await lobby.token(Role.BANK)) as socket:
        await socket.init()
        await socket.subscribe("watch", FOLLOW)
        told = await socket.hear()
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "PURPOSE_REQUIRED")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"after": 10**6}, "after"),
        ({"nos": ["C53"]}, "licenceNos.0"),
        ({"nos": ["C1"] * 1001}, "licenceNos"),
    ],
)
async def test_what_cannot_be_followed_is_told_by_its_field(lobby: Client, arguments: dict[str, Any], field: str) -> None:
    async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
        await socket.init()
        await socket.subscribe("x", FOLLOW, **arguments)
        told = await socket.hear()
        assert (told["id"], told["type"]) == ("x", "error")
        assert told["payload"][0]["extensions"].items() >= {"code": "INVALID_INPUT", "field": field}.items()


async def test_a_subscription_ends_when_its_client_completes_it_and_its_id_is_free_again(lobby: Client) -> None:
    async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
        await socket.init()
        await socket.subscribe("one", FOLLOW)
        await socket.say(type="complete", id="one")
        await socket.subscribe("one", QUERY, no=licence(1))
        assert (await socket.hear())["payload"]["data"]["mine"]
        assert (await socket.hear())["type"] == "complete"
        await posted(lobby.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(30))
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}


async def test_a_client_that_cannot_set_headers_proves_itself_in_connection_init(lobby: Client) -> None:
    token = await lobby.token(Role.BANK)
    async with opened(lobby) as socket:
        await socket.init(Authorization=f"Bearer {token}", **{"Hub-Purpose": "PRE_LOAN_REVIEW"})
        await socket.subscribe("q", QUERY, no=licence(1))
        assert (await socket.hear())["payload"]["data"]["mine"]["name"] == "示例1号磷矿"


@pytest.mark.parametrize(
    ("shape", "scheme"),
    [
        *((shape, "Bearer ") for shape in ("Authorization", "authorization", "headers.Authorization", "headers.authorization")),
        *((shape, scheme) for shape in ("authToken", "headers.access_token") for scheme in ("", "Bearer ")),
    ],
)
async def test_clients_put_it_there_in_many_shapes(lobby: Client, shape: str, scheme: str) -> None:
    outer, _, inner = shape.partition(".")
    said = scheme + await lobby.token(Role.OPERATOR)
    payload: dict[str, Any] = {outer: {inner: said} if inner else said}
    async with opened(lobby) as socket:
        await socket.init(**payload)


async def test_what_is_called_authorization_goes_before_a_token_alone(lobby: Client) -> None:
    async with opened(lobby) as socket:
        await socket.say(
            type="connection_init", payload={"authToken": await lobby.token(Role.OPERATOR), "authorization": "Bearer a.b.c"}
        )
        assert (await socket.closed())[0] == 4403


async def test_a_fresh_token_is_handed_in_and_the_socket_lives_as_long_as_that(lobby: Client) -> None:
    client_id, token = await lobby.registered(Role.DEPARTMENT, Department.ECOLOGY)
    client = await lobby.hub.clients.find(client_id)
    assert client is not None
    fresh = lobby.hub.tokens.issue(client.principal)
    async with opened(lobby, token) as socket:
        await socket.init()
        await socket.subscribe("watch", FOLLOW, kinds=["OPINION"])
        await socket.say(type="ping", payload={"Authorization": f"Bearer {fresh}"})
        assert await socket.hear() == {"type": "pong"}
        await lobby.hub.revocations.revoke(lobby.hub.tokens.verify(token))
        await posted(lobby.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(31))
        assert (await socket.event("watch"))["kind"] == "OPINION"
        await lobby.hub.revocations.revoke(lobby.hub.tokens.verify(fresh))
        assert (await socket.closed())[0] == 4403


async def test_a_fresh_token_is_the_same_clients_and_good(lobby: Client) -> None:
    mine = await lobby.token(Role.OPERATOR)
    for other, reason in (
        ("a.b.c", "UNAUTHENTICATED"),
        (await lobby.token(Role.OPERATOR), "FORBIDDEN: another client or other rights"),
        (await lobby.token(Role.BANK), "FORBIDDEN: another client or other rights"),
    ):
        async with opened(lobby, mine) as socket:
            await socket.init()
            await socket.say(type="ping", payload={"headers": {"authorization": f"Bearer {other}"}})
            assert await socket.closed() == (4403, reason)


async def test_subscriptions_that_begin_all_at_once_wait_their_turn(lobby: Client) -> None:
    lobby.hub.budgets._at_once = {Place.OPERATION: 3, Place.SUBSCRIPTION: 40, Place.SOCKET: 1}
    async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
        await socket.init()
        for number in range(40):
            await socket.subscribe(str(number), FOLLOW, kinds=["PENALTY"], after=0)
        begun: set[str] = set()
        while len(begun) < 40:
            message = await socket.hear()
            assert message["type"] == "next", message
            begun.add(message["id"])


@pytest.mark.parametrize("payload", [{}, {"Authorization": "Bearer x.y.z"}, {"authorization": 1}, {"token": "Bearer x"}])
async def test_who_proves_nothing_is_shown_out(lobby: Client, payload: dict[str, Any]) -> None:
    async with opened(lobby) as socket:
        await socket.say(type="connection_init", payload=payload)
        assert await socket.closed() == (4403, "UNAUTHENTICATED")


async def test_a_bad_token_does_not_get_through_the_handshake(lobby: Client) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(lobby, "x.y.z"):
            pass
    answer = refused.value.response
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="hub", error="invalid_token"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body is not None
    assert b"UNAUTHENTICATED" in answer.body


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
async def test_pages_of_other_sites_open_no_socket(lobby: Client, origin: str) -> None:
    async with opened(lobby, await lobby.token(Role.OPERATOR), Origin=origin) as socket:
        # A page is not told of an answer to its handshake.
        assert await socket.closed() == (4403, "FORBIDDEN: Origin")
    with pytest.raises(InvalidStatus) as refused:
        async with opened(lobby, await lobby.token(Role.OPERATOR), protocol="graphql-ws", Origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_pages_of_the_hub_itself_do(lobby: Client) -> None:
    own = str(lobby.http.base_url).rstrip("/")
    async with opened(lobby, await lobby.token(Role.OPERATOR), Origin=own) as socket:
        await socket.init()


async def test_the_legacy_protocol_is_not_spoken(lobby: Client) -> None:
    async with opened(lobby, await lobby.token(Role.OPERATOR), protocol="graphql-ws") as socket:
        assert (await socket.closed())[0] == 4406


async def test_who_does_not_begin_is_shown_out(lobby: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.transport_ws.INIT_SECONDS", 0.1)
    async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")
    assert INIT_SECONDS <= 5


BAD = [
    "[]",
    "1",
    "null",
    "",
    "{",
    '{"type": 1}',
    '{"type": "start"}',
    "[" * 60_000,
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": "x", "payload": {"query": "{ __typename }", "variables": {"n": NaN}}}',
    '"' + "\\ud800" + '"',
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
async def test_what_is_no_message_closes_the_socket_with_a_code(lobby: Client, text: str) -> None:
    async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
        await socket.init()
        await socket.connection.send(text)
        assert (await socket.closed())[0] == 4400


PAYLOADS: list[Any] = [None, [], 1, {}, {"query": 1}, {"query": "{ __typename }", "variables": []}, {"documentId": "x"}]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
async def test_what_is_no_request_closes_it_too_and_is_kept(lobby: Client, payload: Any) -> None:
    client_id, token = await lobby.registered(Role.DEPARTMENT, Department.ECOLOGY)
    async with opened(lobby, token) as socket:
        await socket.init()
        await socket.say(type="subscribe", id="x", payload=payload)
        assert (await socket.closed())[0] == 4400
    of_it = "query ($id: String!) { rejections(filter: {clientId: {eq: $id}}) { nodes { payload outline } } }"
    kept = await lobby.ask(await lobby.token(Role.OPERATOR), of_it, id=client_id)
    [row] = kept.json()["data"]["rejections"]["nodes"]
    assert (row["payload"], row["outline"]["times"]) == (None, 1)


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"type": "subscribe", "id": "x", "payload": {"query": "{ __typename }"}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init", "payload": []}], 4400),
        ([{"type": "connection_init"}, *[{"type": "subscribe", "id": "x", "payload": {"query": FOLLOW}}] * 2], 4409),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "", "payload": {"query": FOLLOW}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "x" * 101, "payload": {"query": FOLLOW}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": 1, "payload": {"query": FOLLOW}}], 4400),
    ],
)
async def test_what_is_out_of_order_closes_it_with_the_code_of_the_protocol(
    lobby: Client, messages: list[dict[str, Any]], code: int
) -> None:
    async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
        for message in messages:
            await socket.say(**message)
        assert (await socket.closed())[0] == code


async def test_frames_that_are_no_text_or_too_large_close_it(lobby: Client) -> None:
    for frame, code in ((b"\x00\x01", 4400), ("x" * 70_000, 1009)):
        async with opened(lobby, await lobby.token(Role.OPERATOR)) as socket:
            await socket.init()
            await socket.connection.send(frame)
            assert (await socket.closed())[0] == code


async def test_a_refused_operation_is_told_by_its_id_and_the_others_go_on(lobby: Client) -> None:
    async with opened(lobby, await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)) as socket:
        await socket.init()
        await socket.subscribe("watch", FOLLOW, kinds=["AUTHORITY"])
        for name, query in (
            ("a", "{ nope }"),
            ("b", "{"),
            ("c", "{ mineReads { totalCount } } # fine"),
            ("d", "subscription { a: __typename }"),
        ):
            await socket.subscribe(name, query)
        told: dict[str, dict[str, Any]] = {}
        while len(told) < 5:
            message = await socket.hear()
            told[message["id"] if message["type"] != "complete" else "completed"] = message
        assert told.pop("completed")["id"] == "c"
        assert {name: message["type"] for name, message in told.items()} == {
            "a": "error",
            "b": "error",
            "c": "next",
            "d": "error",
        }
        assert told["a"]["payload"][0]["extensions"]["code"] == "DOCUMENT_INVALID"
        assert told["b"]["payload"][0]["extensions"]["code"] == "DOCUMENT_UNREADABLE"
        await posted(lobby.hub.posting, NATURAL_RESOURCES, RecordKind.AUTHORITY, an_authority())
        assert (await socket.event("watch"))["kind"] == "AUTHORITY"


async def test_an_open_socket_ends_within_five_seconds_of_its_token(lobby: Client) -> None:
    client_id, token = await lobby.registered(Role.DEPARTMENT, Department.ECOLOGY)
    async with opened(lobby, token) as socket:
        await socket.init()
        await socket.subscribe("watch", FOLLOW)
        await lobby.hub.clients.revoke(client_id)
        began = asyncio.get_running_loop().time()
        assert await socket.closed() == (4403, "Forbidden")
        assert asyncio.get_running_loop().time() - began < REVOCATION_SECONDS + 1
    assert not lobby.hub.following._followers


async def test_a_token_that_is_revoked_ends_its_sockets_and_no_others(lobby: Client) -> None:
    token = await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)
    async with opened(lobby, token) as socket, opened(lobby, await lobby.token(Role.OPERATOR)) as other:
        await socket.init()
        await other.init()
        await lobby.hub.revocations.revoke(lobby.hub.tokens.verify(token))
        assert (await socket.closed())[0] == 4403
        await other.say(type="ping")
        assert await other.hear() == {"type": "pong"}


@BY_ITSELF
async def test_a_client_has_only_so_many_sockets_and_subscriptions(door: Client) -> None:
    door.hub.budgets._at_once = {Place.OPERATION: 5, Place.SUBSCRIPTION: 1, Place.SOCKET: 1}
    token = await door.token(Role.OPERATOR)
    async with opened(door, token) as socket:
        await socket.init()
        async with opened(door, token) as second:
            await second.say(type="connection_init")
            assert await second.closed() == (4403, "RATE_LIMITED")
        await socket.subscribe("one", FOLLOW, after=0)
        await socket.event("one")
        await socket.subscribe("two", FOLLOW)
        told = await socket.hear()
        while told["id"] == "one":
            told = await socket.hear()
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    # The place is free when the close is answered, whoever closes.
    for _ in range(10):
        async with opened(door, token) as again:
            await again.init()
            await again.subscribe("one", FOLLOW, after=0)
            await again.event("one")
    for _ in range(10):
        async with opened(door, token) as again:
            await again.init()
            await again.subscribe("one", FOLLOW)
            await again.connection.send("?")
            assert (await again.closed())[0] == 4400


async def test_a_bound_token_opens_a_socket_for_its_holder_alone_and_each_proof_once(lobby: Client) -> None:
    holder = KeyHolder()
    client_id, _ = await lobby.registered(Role.BANK)
    principal = next(principal_of(row) for row in await lobby.hub.clients.list() if row.client_id == client_id)
    token = lobby.hub.tokens.issue(principal, bound=Bound(Holder.KEY, holder.thumbprint))
    own = str(lobby.http.base_url).rstrip("/")

    def proof(nonce: str) -> str:
        holder.at = int(time.time())
        return holder.proof("/graphql", token, nonce=nonce, htm="GET", htu=f"{own}/graphql")

    async def refused(**headers: str) -> Headers:
        with pytest.raises(InvalidStatus) as handshake:
            async with opened(lobby, **headers):
                pass
        assert handshake.value.response.status_code == 401
        return handshake.value.response.headers

    await refused(Authorization=f"Bearer {token}")
    await refused(Authorization=f"DPoP {token}")
    nonce = (await refused(Authorization=f"DPoP {token}", DPoP=proof("x")))["dpop-nonce"]
    shown = proof(nonce)
    async with opened(lobby, Authorization=f"DPoP {token}", DPoP=shown) as socket:
        await socket.init()
    await refused(Authorization=f"DPoP {token}", DPoP=shown)
    async with opened(lobby) as socket:
        await socket.init(Authorization=f"DPoP {token}", DPoP=proof(nonce))
    async with opened(lobby) as socket:
        await socket.say(type="connection_init", payload={"Authorization": f"DPoP {token}", "DPoP": shown})
        assert await socket.closed() == (4403, "UNAUTHENTICATED")
