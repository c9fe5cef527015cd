"""The HTTP of the token endpoint, and the documents beside it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from auth import endpoints
from auth.scopes import ALL
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.asking import ASK, FORM, Register, posted, refused
from tests.auth.forging import ISSUER, decoded


async def test_no_answer_of_the_token_endpoint_may_be_kept(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=posted("bank-1"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"


@pytest.mark.parametrize("repeated", ["grant_type", "client_id", "client_secret", "scope", "x"])
async def test_a_repeated_parameter_is_refused(http: httpx.AsyncClient, repeated: str) -> None:
    form = httpx.QueryParams(posted("bank-1") | {"scope": "read", "x": "1"})
    content = f"{form}&{repeated}=again"
    refused(await http.post("/oauth/token", content=content, headers={"content-type": FORM}), 400, "invalid_request")


async def test_a_body_may_be_eight_kibibytes_and_no_longer(http: httpx.AsyncClient) -> None:
    form = f"{httpx.QueryParams(posted('bank-1'))}&x="
    fits = form + "x" * (8192 - len(form))
    answer = await http.post("/oauth/token", content=fits, headers={"content-type": FORM})
    assert answer.status_code == 200
    refused(await http.post("/oauth/token", content=fits + "x", headers={"content-type": FORM}), 413, "invalid_request")


async def test_an_endless_body_is_cut_off(http: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1024
            yield b"x" * 1024

    refused(await http.post("/oauth/token", content=endless(), headers={"content-type": FORM}), 413, "invalid_request")
    assert sent <= 8192 + 2048


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"grant_type=%ff", b"&".join(b"p%d=1" % n for n in range(21))], ids=["utf8", "percent", "many"]
)
async def test_a_form_that_cannot_be_read_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    refused(await http.post("/oauth/token", content=body, headers={"content-type": FORM}), 400, "invalid_request")


@pytest.mark.parametrize(("number", "status"), [(20, 200), (21, 400)])
async def test_a_form_has_at_most_twenty_parameters(http: httpx.AsyncClient, number: int, status: int) -> None:
    form = posted("bank-1")
    form |= {f"p{place}": "1" for place in range(number - len(form))}
    answer = await http.post("/oauth/token", data=form)
    assert answer.status_code == status


async def test_a_parameter_without_a_value_counts_as_left_out_but_not_beside_another(http: httpx.AsyncClient) -> None:
    form = str(httpx.QueryParams(posted("bank-1")))
    given = {"content-type": FORM}
    assert (await http.post("/oauth/token", content=f"{form}&scope=", headers=given)).status_code == 200
    refused(await http.post("/oauth/token", content=f"client_id=&{form}", headers=given), 400, "invalid_request")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutError(), (503, "UNAVAILABLE", "1", None)),
        (HubError(ErrorCode.UNAVAILABLE, retry_after=7), (503, "UNAVAILABLE", "7", None)),
        (HubError(ErrorCode.RATE_LIMITED, retry_after=60), (429, "RATE_LIMITED", "60", "close")),
        (HubError(ErrorCode.INTERNAL), (503, "INTERNAL", "1", None)),
    ],
    ids=["too late", "away", "too often", "else"],
)
async def test_who_cannot_be_answered_now_is_told_when_to_come_again(
    http: httpx.AsyncClient, register: Register, error: Exception, told: tuple[int, str, str, str | None]
) -> None:
    register.fault = error
    answer = await http.post("/oauth/token", data=posted("bank-1"))
    refused(answer, told[0], "temporarily_unavailable")
    headers = (answer.headers.get("retry-after"), answer.headers.get("connection"))
    assert (answer.status_code, answer.json()["error_description"], *headers) == told
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_that_does_not_come_or_does_not_end_is_refused_by_its_own_name(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "_BODY_SECONDS", 0.01)
    path = "/oauth/token"
    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"content-type", FORM.encode())], "query_string": b""}

    async def told(*messages: dict[str, Any]) -> tuple[int, str]:
        coming = list(messages)
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return coming.pop(0) if coming else await asyncio.Event().wait()  # type: ignore[return-value]

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await app(dict(scope), receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])["error_description"]

    begun = {"type": "http.request", "body": b"grant_type=", "more_body": True}
    assert await told(begun) == (408, "The body did not come in time")
    assert await told(begun, {"type": "http.disconnect"}) == (400, "The body did not come to its end")
    assert await told({"type": "http.request", "body": b"x" * 8193}) == (413, "At most 8192 bytes")


async def test_a_content_type_that_is_named_twice_is_none(http: httpx.AsyncClient) -> None:
    content = str(httpx.QueryParams(posted("bank-1")))
    twice = [("content-type", FORM), ("content-type", FORM)]
    refused(await http.post("/oauth/token", content=content, headers=twice), 415, "invalid_request")


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", "", f"text/{FORM}"])
async def test_another_content_type_is_refused(http: httpx.AsyncClient, kind: str) -> None:
    content = str(httpx.QueryParams(posted("bank-1")))
    refused(await http.post("/oauth/token", content=content, headers={"content-type": kind}), 415, "invalid_request")


async def test_a_compressed_body_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=posted("bank-1"), headers={"content-encoding": "gzip"})
    refused(answer, 415, "invalid_request")


async def test_a_charset_beside_the_content_type_does_no_harm(http: httpx.AsyncClient) -> None:
    content = str(httpx.QueryParams(posted("bank-1")))
    answer = await http.post("/oauth/token", content=content, headers={"content-type": f"{FORM.title()}; charset=UTF-8"})
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_tokens_are_given_for_posts_alone(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, "/oauth/token", params=posted("bank-1"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_credentials_in_the_address_are_not_looked_at(http: httpx.AsyncClient) -> None:
    refused(await http.post("/oauth/token", params=posted("bank-1"), data=ASK), 401, "invalid_client")


async def test_the_metadata_of_rfc_8414(http: httpx.AsyncClient) -> None:
    answer = await http.get("/.well-known/oauth-authorization-server")
    proofs = ["private_key_jwt", "client_secret_basic", "client_secret_post"]
    signed = ["EdDSA", "Ed25519", "ES256", "PS256"]
    assert (await http.get("/.well-known/openid-configuration")).json() == answer.json()
    assert answer.json() == {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/oauth/token",
        "introspection_endpoint": f"{ISSUER}/oauth/introspect",
        "revocation_endpoint": f"{ISSUER}/oauth/revoke",
        "jwks_uri": f"{ISSUER}/.well-known/jwks.json",
        "scopes_supported": list(ALL),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "dpop_signing_alg_values_supported": signed,
        "tls_client_certificate_bound_access_tokens": False,
        **{f"{name}_endpoint_auth_methods_supported": proofs for name in ("token", "introspection", "revocation")},
        **{f"{name}_endpoint_auth_signing_alg_values_supported": signed for name in ("token", "introspection", "revocation")},
    }


async def test_whatever_the_metadata_names_is_there(http: httpx.AsyncClient) -> None:
    told = (await http.get("/.well-known/oauth-authorization-server")).json()
    for name, address in told.items():
        if name.endswith("_endpoint"):
            assert (await http.post(address, data=posted("bank-1", "wrong"))).status_code == 401
    assert (await http.get(told["jwks_uri"])).json()["keys"]


async def test_the_published_keys_verify_what_the_hub_signs_and_hold_nothing_private(http: httpx.AsyncClient) -> None:
    (key,) = (await http.get("/.well-known/jwks.json")).json()["keys"]
    token = (await http.post("/oauth/token", data=posted("bank-1"))).json()["access_token"]
    assert key["kid"] == decoded(token.split(".")[0])["kid"]
    assert "d" not in key
