"""private_key_jwt: a client proves itself by a registered key, once, to us, and now; and by nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from auth.assertions import TYPE
from auth.clients import Client
from auth.errors import SignedObjectError
from auth.jose import Key, opened, public_key
from tests.auth.asking import ASK, Register, basic, refused
from tests.auth.forging import BANK, ISSUER, NOW, coded

KEYS: dict[str, Key] = {
    "EdDSA": OKPKey.generate_key("Ed25519"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
    "ES256": ECKey.generate_key("P-256"),
    "PS256": RSAKey.generate_key(2048),
}
KEY = KEYS["ES256"]


def claims(**more: Any) -> dict[str, Any]:
    good = {"iss": "bank-1", "sub": "bank-1", "aud": ISSUER, "iat": NOW, "exp": NOW + 60, "jti": "once"}
    return {name: value for name, value in (good | more).items() if value is not None}


def assertion(body: Any, key: Key = KEY, alg: str = "ES256", **header: Any) -> str:
    head = {name: value for name, value in ({"alg": alg, "typ": "JWT"} | header).items() if value is not None}
    text = f"{coded(head)}.{coded(body)}"
    signer = JWSRegistry.algorithms.get(alg) or JWSRegistry.algorithms["ES256"]
    return f"{text}.{coded(signer.sign(text.encode(), key))}"


def form(token: str, **more: str) -> dict[str, str]:
    return ASK | {"client_assertion_type": TYPE, "client_assertion": token} | more


@pytest.fixture(autouse=True)
def keys(register: Register) -> None:
    """The bank has keys and no secret."""
    register.clients["bank-1"] = Client(BANK, keys=tuple(public_key(key.as_dict(private=False)) for key in KEYS.values()))


@pytest.mark.parametrize("alg", KEYS)
@pytest.mark.parametrize("aud", [ISSUER, f"{ISSUER}/oauth/token", [ISSUER], ["https://other.example", ISSUER]])
async def test_a_client_gets_a_token_by_an_assertion(http: httpx.AsyncClient, alg: str, aud: Any) -> None:
    answer = await http.post("/oauth/token", data=form(assertion(claims(aud=aud), KEYS[alg], alg)))
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == "read"


async def test_the_id_may_stand_in_the_form_if_it_is_the_same(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=form(assertion(claims()), client_id="bank-1"))
    assert answer.status_code == 200
    refused(await http.post("/oauth/token", data=form(assertion(claims()), client_id="x")), 400, "invalid_request")


async def test_an_assertion_serves_once(http: httpx.AsyncClient) -> None:
    token = assertion(claims())
    assert (await http.post("/oauth/token", data=form(token))).status_code == 200
    refused(await http.post("/oauth/token", data=form(token)), 401, "invalid_client")
    refused(await http.post("/oauth/token", data=form(assertion(claims(exp=NOW + 61)))), 401, "invalid_client")


@pytest.mark.parametrize(
    "said",
    [
        *({"exp": NOW + 1}, {"exp": NOW + 3610}, {"iat": NOW + 10}, {"iat": NOW - 3600}, {"nbf": NOW + 10}),
        *({"nbf": NOW - 3600}, {"iat": NOW, "exp": NOW + 3600}),
        *({"iat": None}, {"jti": "x"}, {"jti": "x" * 200}),
    ],
    ids=repr,
)
async def test_what_stands_on_an_edge_is_within_it(http: httpx.AsyncClient, said: dict[str, Any]) -> None:
    assert (await http.post("/oauth/token", data=form(assertion(claims(**said))))).status_code == 200


def test_what_others_sign_may_have_8192_characters_and_no_more() -> None:
    # Base64 without its filling has no length of 1 over a multiple of 4: white space in the header moves the whole.
    heads = [json.dumps({"alg": "ES256"}).encode() + b" " * n for n in range(3)]
    bodies = [json.dumps(claims()).encode() + b" " * n for n in range(5_500, 6_100)]
    sizes = {len(coded(head)) + len(coded(body)) + 3: f"{coded(head)}.{coded(body)}.x" for head in heads for body in bodies}
    for size, wrong in ((8192, "encoding"), (8193, "size")):
        assert len(sizes[size]) == size
        with pytest.raises(SignedObjectError, match=wrong):
            opened(sizes[size], {"alg"}, (None,))


async def test_a_bad_assertion_does_not_use_up_an_id(http: httpx.AsyncClient, register: Register) -> None:
    await http.post("/oauth/token", data=form(assertion(claims(), ECKey.generate_key("P-256"))))
    assert register.used == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "ecology-1"},
        {"iss": None},
        {"sub": "ecology-1"},
        {"sub": None},
        {"sub": 7},
        {"aud": "https://other.example"},
        {"aud": ["https://other.example"]},
        {"aud": [ISSUER, 7]},
        {"aud": []},
        {"aud": None},
        {"exp": NOW},
        {"exp": NOW + 3611},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e400},
        {"iat": NOW + 11},
        {"iat": NOW - 3601},
        {"nbf": NOW + 11},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 201},
        {"jti": 7},
    ],
)
async def test_claims_that_are_not_the_clients_own_or_not_in_time_are_refused(
    http: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    refused(await http.post("/oauth/token", data=form(assertion(claims(**wrong)))), 401, "invalid_client")


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": KEY.as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"b64": False},
        {"typ": "at+jwt"},
        {"typ": "dpop+jwt"},
        {"kid": "another"},
    ],
)
async def test_a_header_with_more_than_we_know_is_refused(http: httpx.AsyncClient, extra: dict[str, Any]) -> None:
    for key in KEYS.values():
        key.ensure_kid()
    refused(await http.post("/oauth/token", data=form(assertion(claims(), **extra))), 401, "invalid_client")


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "RS256", "ES384", "EdDSA", 7, None])
async def test_another_algorithm_is_refused_even_over_a_good_signature(http: httpx.AsyncClient, alg: Any) -> None:
    good = assertion(claims()).split(".")
    head = {"alg": alg} if alg is not None else {}
    text = f"{coded(head)}.{good[1]}"
    for signature in ("", good[2], coded(hmac.digest(KEY.as_pem(private=False), text.encode(), hashlib.sha256))):
        refused(await http.post("/oauth/token", data=form(f"{text}.{signature}")), 401, "invalid_client")


async def test_a_strangers_key_is_refused(http: httpx.AsyncClient) -> None:
    stranger = ECKey.generate_key("P-256")
    refused(await http.post("/oauth/token", data=form(assertion(claims(), stranger))), 401, "invalid_client")
    nobody = claims(iss="bank-9", sub="bank-9")
    refused(await http.post("/oauth/token", data=form(assertion(nobody, stranger))), 401, "invalid_client")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "e30.e30.", "e30.e30.e30.e30", "矿.矿.矿", "W10.W10.", "x" * 9000], ids=ascii
)
async def test_nonsense_is_refused(http: httpx.AsyncClient, token: str) -> None:
    answer = await http.post("/oauth/token", data=form(token))
    assert answer.status_code in (401, 413)


async def test_other_types_of_assertion_are_not_taken(http: httpx.AsyncClient) -> None:
    refused(await http.post("/oauth/token", data=form(assertion(claims()), client_assertion_type="x")), 401, "invalid_client")


async def test_an_assertion_beside_another_proof_is_refused(http: httpx.AsyncClient) -> None:
    token = assertion(claims())
    refused(await http.post("/oauth/token", data=form(token, client_secret="x")), 400, "invalid_request")
    refused(await http.post("/oauth/token", data=form(token), headers=basic("bank-1")), 400, "invalid_request")


async def test_a_client_with_keys_has_no_secret(http: httpx.AsyncClient) -> None:
    refused(await http.post("/oauth/token", data=ASK, headers=basic("bank-1", "none")), 401, "invalid_client")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"exp": NOW}, "ended"),
        ({"exp": NOW + 3611}, "too long"),
        ({"iat": NOW + 11}, "10 s ahead"),
        ({"nbf": NOW + 11}, "10 s ahead"),
        ({"iat": NOW - 3601}, "too old"),
        ({"aud": "https://elsewhere.example"}, f"aud is none of {ISSUER}, {ISSUER}/oauth/token"),
        ({"iss": "another"}, "iss, sub"),
        ({"jti": None}, "jti"),
        ({"exp": None}, "exp"),
    ],
    ids=repr,
)
async def test_who_has_signed_is_told_what_is_wrong_and_nobody_else(
    http: httpx.AsyncClient, wrong: dict[str, Any], word: str
) -> None:
    answer = await http.post("/oauth/token", data=form(assertion(claims(**wrong))))
    refused(answer, 401, "invalid_client")
    assert word in answer.json()["error_description"]
    forged = await http.post("/oauth/token", data=form(assertion(claims(**wrong), ECKey.generate_key("P-256"))))
    assert forged.json()["error_description"] == "The client is unknown or did not prove who it is"


@pytest.mark.parametrize("inside", [{"iat": NOW + 10}, {"exp": NOW + 3610}, {"iat": NOW - 3600}, {"exp": NOW + 1}], ids=repr)
async def test_clocks_may_differ_by_ten_seconds(http: httpx.AsyncClient, inside: dict[str, Any]) -> None:
    assert (await http.post("/oauth/token", data=form(assertion(claims(**inside))))).status_code == 200


@pytest.mark.parametrize("alg", ["RS256", "HS256"])
async def test_an_algorithm_that_is_not_taken_is_named_to_anybody(http: httpx.AsyncClient, alg: str) -> None:
    for said in (claims(), claims(iss="bank-9", sub="bank-9")):
        answer = await http.post("/oauth/token", data=form(f"{coded({'alg': alg})}.{coded(said)}.{coded(b'x')}"))
        refused(answer, 401, "invalid_client")
        assert answer.json()["error_description"].endswith("(alg) is none of EdDSA, Ed25519, ES256, PS256")


async def test_an_assertion_of_an_hour_serves_once_in_it(http: httpx.AsyncClient, register: Register) -> None:
    token = assertion(claims(iat=NOW, exp=NOW + 3600))
    assert (await http.post("/oauth/token", data=form(token))).status_code == 200
    assert list(register.used.values()) == [NOW + 3600]
    refused(await http.post("/oauth/token", data=form(token)), 401, "invalid_client")


async def test_who_shows_an_assertion_twice_is_told_so(http: httpx.AsyncClient) -> None:
    token = assertion(claims())
    await http.post("/oauth/token", data=form(token))
    assert "used before" in (await http.post("/oauth/token", data=form(token))).json()["error_description"]
