"""Who gets a token, with what in it, and who does not."""

from __future__ import annotations

import base64

import httpx
import pytest
from authlib.oauth2.rfc6749 import OAuth2Error

from auth.server import refusal
from tests.auth.asking import ASK, SECRET, Register, basic, posted, refused
from tests.auth.forging import BANK, ECOLOGY, office


async def test_a_client_gets_a_token_by_basic_authentication(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=ASK, headers=basic("ecology-1"))
    assert answer.status_code == 200
    body = answer.json()
    assert office().verify(body.pop("access_token")).principal == ECOLOGY
    assert body == {"token_type": "Bearer", "expires_in": 600, "scope": "penalty:post read"}
    # Who shows no proof has no use for a nonce.
    assert "dpop-nonce" not in answer.headers


async def test_a_client_gets_a_token_by_its_secret_in_the_form(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=posted("bank-1"))
    assert answer.status_code == 200
    assert office().verify(answer.json()["access_token"]).principal == BANK


async def test_a_client_may_ask_for_less_than_it_has(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=posted("ecology-1") | {"scope": "read read"})
    assert answer.json()["scope"] == "read"
    assert office().verify(answer.json()["access_token"]).principal.scopes == {"read"}


async def test_a_client_may_ask_for_all_that_it_has(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=posted("ecology-1") | {"scope": "read penalty:post"})
    assert answer.json()["scope"] == "penalty:post read"


@pytest.mark.parametrize("scope", ["penalty:post", "read penalty:post", "everything", 'a"b', "读", "\x00"], ids=ascii)
async def test_a_client_may_not_ask_for_more_than_it_has(http: httpx.AsyncClient, scope: str) -> None:
    refused(await http.post("/oauth/token", data=posted("bank-1") | {"scope": scope}), 400, "invalid_scope")


async def test_an_empty_scope_counts_as_left_out(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=posted("bank-1") | {"scope": ""})
    assert answer.json()["scope"] == "read"


@pytest.mark.parametrize("secret", ["wrong", SECRET + " ", SECRET[:-1], "\x00", "密"], ids=ascii)
async def test_a_wrong_secret_is_refused(http: httpx.AsyncClient, secret: str) -> None:
    refused(await http.post("/oauth/token", data=posted("bank-1", secret)), 401, "invalid_client")
    answer = await http.post("/oauth/token", data=ASK, headers=basic("bank-1", secret))
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_a_revoked_client_is_refused_as_an_unknown_one_is(http: httpx.AsyncClient, register: Register) -> None:
    del register.clients["bank-1"]
    revoked = await http.post("/oauth/token", data=posted("bank-1"))
    wrong = await http.post("/oauth/token", data=posted("ecology-1", "wrong"))
    refused(revoked, 401, "invalid_client")
    assert revoked.content == wrong.content
    assert revoked.headers == wrong.headers


@pytest.mark.parametrize("client_id", ["a\x00b", "a b", "é", "矿", "x" * 101, "'; --", "a\r\nb"], ids=ascii)
async def test_an_id_that_cannot_be_anybodys_is_refused_without_a_look(
    http: httpx.AsyncClient, register: Register, client_id: str
) -> None:
    refused(await http.post("/oauth/token", data=posted(client_id)), 401, "invalid_client")
    refused(await http.post("/oauth/token", data=ASK, headers=basic(client_id)), 401, "invalid_client")
    assert register.asked == []


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b":secret").decode(),
        "Basic " + base64.b64encode(b"bank-1:").decode(),
        "Basic " + base64.b64encode(b"%ff:x").decode(),
        "Bearer abc",
        "Digest x",
        "",
    ],
)
async def test_a_header_that_cannot_be_read_is_refused(http: httpx.AsyncClient, header: str) -> None:
    refused(await http.post("/oauth/token", data=ASK, headers={"authorization": header}), 401, "invalid_client")


@pytest.mark.parametrize(
    "form", [{}, {"client_id": "bank-1"}, {"client_secret": SECRET}, {"client_id": "bank-1", "client_secret": ""}]
)
async def test_a_client_that_shows_nothing_is_refused(http: httpx.AsyncClient, form: dict[str, str]) -> None:
    refused(await http.post("/oauth/token", data=ASK | form), 401, "invalid_client")


async def test_credentials_given_in_two_ways_are_refused(http: httpx.AsyncClient) -> None:
    refused(await http.post("/oauth/token", data=posted("bank-1"), headers=basic("bank-1")), 400, "invalid_request")
    other = ASK | {"client_id": "ecology-1"}
    refused(await http.post("/oauth/token", data=other, headers=basic("bank-1")), 400, "invalid_request")
    twice = [*basic("bank-1").items(), *basic("bank-1").items()]
    refused(await http.post("/oauth/token", data=ASK, headers=twice), 400, "invalid_request")


async def test_the_id_may_stand_in_the_form_beside_basic_authentication(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=ASK | {"client_id": "bank-1"}, headers=basic("bank-1"))
    assert answer.status_code == 200


async def test_a_missing_grant_type_is_a_bad_request(http: httpx.AsyncClient) -> None:
    refused(await http.post("/oauth/token", data=posted("bank-1") | {"grant_type": ""}), 400, "invalid_request")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", 'x"\\', "密码", "\x00"], ids=ascii)
async def test_other_grants_are_not_offered(http: httpx.AsyncClient, grant: str) -> None:
    answer = await http.post("/oauth/token", data=posted("bank-1") | {"grant_type": grant})
    refused(answer, 400, "unsupported_grant_type")
    assert grant not in answer.text


def test_an_error_of_another_name_is_told_as_a_bad_request() -> None:
    told = refusal(OAuth2Error(error="of its own"))
    assert (told.status, told.body["error"]) == (400, "invalid_request")
    assert (refusal(OAuth2Error(error="invalid_scope")).body["error"]) == "invalid_scope"
