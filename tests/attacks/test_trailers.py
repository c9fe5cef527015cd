"""Trailer fields are no header fields (RFC 9110, 6.5): what comes after a body proves nothing, at any door."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from auth.jose import digest_of
from auth.principals import Role
from auth.tokens import Bound, Holder
from connectors.credentials import gateway_headers
from connectors.credit_disclosure import sandbox as credit
from hub.http.server import MOST_HEAD_BYTES
from tests.acceptance.conftest import Client, a_client, hall, provider
from tests.attacks.wire import chunked, head, sent

__all__ = ["hall", "provider"]

QUERY = json.dumps({"query": "{ mines { totalCount } }"}).encode()
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with a_client(sqlite_url, tmp_path, trusted_proxy="127.0.0.1") as made:
        yield made


def port(door: Client) -> int:
    return door.hub.settings.port


async def test_a_token_in_a_trailer_lets_nobody_in(door: Client) -> None:
    token = await door.token(Role.OPERATOR)
    bearer = {"authorization": f"Bearer {token}"}
    assert (await sent(port(door), chunked("/graphql", JSON | bearer, QUERY, {})))[0] == 200
    status, answer = await sent(port(door), chunked("/graphql", JSON, QUERY, bearer))
    assert status == 401
    assert b"totalCount" not in answer


async def test_a_purpose_in_a_trailer_is_none(door: Client) -> None:
    bank = JSON | {"authorization": f"Bearer {await door.token(Role.BANK)}"}
    _, answer = await sent(port(door), chunked("/graphql", bank, QUERY, {"hub-purpose": "PRE_LOAN_REVIEW"}))
    assert b"PURPOSE_REQUIRED" in answer


async def test_a_certificate_in_a_trailer_is_held_by_nobody(door: Client) -> None:
    der = b"the proxy vouches for this one"
    client_id, _ = await door.registered(Role.OPERATOR)
    client = await door.hub.clients.find(client_id)
    assert client is not None
    certificate = {"client-cert": f":{base64.b64encode(der).decode()}:"}
    bound = Bound(Holder.CERTIFICATE, digest_of(der))
    bearer = {"authorization": f"Bearer {door.hub.tokens.issue(client.principal, bound=bound)}"}
    assert (await sent(port(door), chunked("/graphql", JSON | bearer | certificate, QUERY, {})))[0] == 200
    assert (await sent(port(door), chunked("/graphql", JSON | bearer, QUERY, certificate)))[0] == 401


async def test_credentials_in_a_trailer_get_no_token(door: Client) -> None:
    client_id, secret = await door.hub.clients.add("test", Role.OPERATOR)
    basic = {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}
    form = urlencode({"grant_type": "client_credentials"}).encode()
    assert (await sent(port(door), chunked("/oauth/token", FORM | basic, form, {})))[0] == 200
    assert (await sent(port(door), chunked("/oauth/token", FORM, form, basic)))[0] == 401


async def test_a_signature_in_a_trailer_pushes_nothing(door: Client) -> None:
    given = credit.SANDBOX.settings("http://127.0.0.1:9")
    body = b'{"rows": []}'
    signed = gateway_headers(given["push_id"], given["push_secret"], body)
    assert (await sent(port(door), chunked("/push/credit_disclosure", JSON | signed, body, {})))[0] == 200
    assert (await sent(port(door), chunked("/push/credit_disclosure", JSON, body, signed)))[0] == 403


async def test_a_session_in_a_trailer_is_nobodys(hall: Client) -> None:
    async with hall.browser() as browser:
        await browser.sign_in()
        cookie = {"cookie": f"hub-session={browser.secret}"}
        own = JSON | {"origin": hall.address, "sec-fetch-site": "same-origin"}
        assert (await sent(port(hall), chunked("/graphql", own | cookie, QUERY, {})))[0] == 200
        assert (await sent(port(hall), chunked("/graphql", own, QUERY, cookie)))[0] == 401
        assert (await sent(port(hall), chunked("/me", {}, b"", cookie, "GET")))[0] == 401


async def test_a_name_of_the_hub_in_a_trailer_is_not_its_host(door: Client) -> None:
    status, _ = await sent(port(door), chunked("/graphql", JSON | {"host": "evil.example"}, QUERY, {"host": "127.0.0.1"}))
    assert status == 421


async def test_a_trailer_without_end_is_cut(door: Client) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port(door))
    writer.write(head("/oauth/token", FORM | {"transfer-encoding": "chunked"}) + b"1\r\na\r\n0\r\nx: ")
    answer = asyncio.create_task(reader.readuntil(b"\r\n"))
    for _ in range(4):
        writer.write(b"x" * MOST_HEAD_BYTES)
        await asyncio.wait([answer], timeout=0.1)
    assert (await answer).startswith(b"HTTP/1.1 431")
    writer.close()


async def test_a_body_in_one_large_chunk_is_no_trailer(door: Client) -> None:
    bearer = {"authorization": f"Bearer {await door.token(Role.OPERATOR)}"}
    body = QUERY + b" " * (2 * MOST_HEAD_BYTES)
    assert (await sent(port(door), chunked("/graphql", JSON | bearer, body, {"x": "y"})))[0] == 200
