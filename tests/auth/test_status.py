"""Asking about tokens and ending them: a token's own client may, an operator may, nobody else learns or does anything."""

from __future__ import annotations

import httpx
import pytest

from auth.clients import Client, ClientProof
from auth.principals import Principal, Role
from auth.secrets import hashed
from auth.server import TokenRequest
from auth.status import TokenStatus
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.asking import SECRET, Register, basic, refused
from tests.auth.forging import AUDIENCE, BANK, ISSUER, NOW, Hands, decoded, office

OPERATOR = Principal("operator-1", Role.OPERATOR, frozenset({"hub:operate"}))


@pytest.fixture(autouse=True)
def operator(register: Register) -> None:
    register.clients["operator-1"] = Client(OPERATOR, hashed(SECRET))


async def introspected(http: httpx.AsyncClient, token: str, by: str = "bank-1") -> dict[str, object]:
    answer = await http.post("/oauth/introspect", data={"token": token}, headers=basic(by))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, object] = answer.json()
    return found


@pytest.mark.parametrize("by", ["bank-1", "operator-1"])
async def test_a_good_token_is_told_of(http: httpx.AsyncClient, by: str) -> None:
    token = office().issue(BANK)
    assert await introspected(http, token, by) == {
        "active": True,
        "scope": "read",
        "client_id": "bank-1",
        "sub": "bank-1",
        "token_type": "Bearer",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": NOW,
        "exp": NOW + 600,
        "jti": decoded(token.split(".")[1])["jti"],
    }


@pytest.mark.parametrize("token", ["x", "a.b.c", office(Hands(NOW - 601)).issue(BANK), office().issue(BANK)[:-4] + "AAAA"])
async def test_what_is_no_good_token_is_not_active_and_nothing_more(http: httpx.AsyncClient, token: str) -> None:
    assert await introspected(http, token) == {"active": False}
    answer = await http.post("/oauth/revoke", data={"token": token}, headers=basic("bank-1"))
    assert answer.status_code == 200


async def test_an_operators_client_without_the_scope_to_operate_is_like_any_other(
    http: httpx.AsyncClient, register: Register
) -> None:
    reads = Principal("operator-2", Role.OPERATOR, frozenset({"read"}))
    register.clients["operator-2"] = Client(reads, hashed(SECRET))
    token = office().issue(BANK)
    assert await introspected(http, token, by="operator-2") == {"active": False}
    answer = await http.post("/oauth/revoke", data={"token": token}, headers=basic("operator-2"))
    assert answer.json()["error"] == "unauthorized_client"
    assert (await introspected(http, token))["active"] is True


async def test_anothers_token_is_not_active_and_cannot_be_ended(http: httpx.AsyncClient, register: Register) -> None:
    token = office().issue(BANK)
    assert await introspected(http, token, by="ecology-1") == {"active": False}
    answer = await http.post("/oauth/revoke", data={"token": token}, headers=basic("ecology-1"))
    refused(answer, 400, "unauthorized_client")
    assert register.ended == set()


@pytest.mark.parametrize("by", ["bank-1", "operator-1"])
async def test_what_was_ended_is_not_active(http: httpx.AsyncClient, by: str) -> None:
    token, other = office().issue(BANK), office().issue(BANK)
    answer = await http.post("/oauth/revoke", data={"token": token, "token_type_hint": "x"}, headers=basic(by))
    assert answer.status_code == 200
    assert await introspected(http, token) == {"active": False}
    assert (await introspected(http, other))["active"] is True


@pytest.mark.parametrize("path", ["/oauth/introspect", "/oauth/revoke"])
async def test_whoever_does_not_prove_itself_learns_nothing(http: httpx.AsyncClient, path: str) -> None:
    token = office().issue(BANK)
    refused(await http.post(path, data={"token": token}), 401, "invalid_client")
    refused(await http.post(path, data={"token": token}, headers=basic("bank-1", "wrong")), 401, "invalid_client")
    refused(await http.post(path, headers=basic("bank-1"), data={"x": "y"}), 400, "invalid_request")
    assert (await http.get(path, params={"token": token})).status_code == 405


async def test_where_nobody_can_tell_a_token_is_not_said_to_be_ended(register: Register) -> None:
    async def down(_token: str) -> Access:
        raise HubError(ErrorCode.UNAVAILABLE)

    proof = ClientProof(register.find, register.first_use, (ISSUER,), now=Hands())
    status = TokenStatus(proof, office(), register.is_good, register.revoke, down)
    asked = TokenRequest([basic("operator-1")["authorization"]], {"token": "of.the.provider"})
    with pytest.raises(HubError):
        await status.revoke(asked)
    assert (await status.introspect(asked)).body == {"active": False}
