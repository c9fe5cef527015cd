"""No token gets in but the hub's own, whole and in time; and the refusal tells nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.auth.forging import (
    AUDIENCE,
    ECOLOGY,
    ISSUER,
    KEY,
    NOW,
    claims,
    coded,
    header,
    new_key,
    office,
    refused,
    signed,
)


def test_the_forger_of_these_tests_can_sign() -> None:
    assert office().verify(signed(header(), claims())).principal == ECOLOGY


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_a_signature_is_refused(alg: str) -> None:
    for signature in ("", coded(b"x" * 64)):
        refused(f"{coded(header(alg=alg))}.{coded(claims())}.{signature}")


def test_a_token_signed_with_the_public_key_as_a_password_is_refused() -> None:
    for password in (KEY.as_pem(private=False), KEY.as_der(private=False), coded(KEY.as_dict(private=False)).encode()):
        text = f"{coded(header(alg='HS256'))}.{coded(claims())}"
        refused(f"{text}.{coded(hmac.digest(password, text.encode(), hashlib.sha256))}")


@pytest.mark.parametrize("alg", ["HS256", "RS256", "ES384", "ES512", "EdDSA", "PS256", "es256", 7, ["ES256"]])
def test_another_algorithm_is_refused_even_over_a_good_signature(alg: Any) -> None:
    refused(signed(header(alg=alg), claims()))


def test_another_key_is_refused_under_its_own_id_and_under_ours() -> None:
    stranger = new_key()
    refused(signed(header(), claims(), stranger))
    refused(signed(header(kid=stranger.kid), claims(), stranger))
    refused(signed(header(kid=None), claims(), stranger))


@pytest.mark.parametrize(
    "extra",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["MIIB"]},
        {"x5t": "abc"},
        {"jwk": KEY.as_dict(private=False)},
        {"crit": ["exp"], "exp": NOW + 60},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"b64": True},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"kid": None},
        {"kid": 7},
        {"typ": None},
        {"typ": "JWT"},
        {"typ": "dpop+jwt"},
    ],
)
def test_a_header_that_is_not_exactly_ours_is_refused_even_with_our_signature(extra: dict[str, Any]) -> None:
    refused(signed(header(**extra), claims()))


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    stranger = new_key()
    refused(signed(header(jwk=stranger.as_dict(private=False), kid=stranger.kid), claims(), stranger))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": ISSUER},
        {"aud": [AUDIENCE, "https://other.example"]},
        {"aud": None},
        {"exp": NOW},
        {"exp": NOW - 1},
        {"exp": NOW + 601},
        {"exp": None},
        {"exp": str(NOW + 60)},
        {"exp": True},
        {"exp": float(NOW + 60)},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"iat": NOW + 11, "exp": NOW + 60},
        {"iat": None},
        {"nbf": NOW + 11},
        {"nbf": "soon"},
        {"sub": "somebody-else"},
        {"sub": None},
        {"client_id": None},
        {"jti": None},
        {"jti": ""},
        {"role": "ADMIN"},
        {"role": None},
        {"department": "MAGIC"},
        {"department": 1},
        {"scope": None},
        {"scope": ["read"]},
        {"division": None},
    ],
)
def test_claims_that_are_not_ours_or_not_in_time_are_refused_even_with_our_signature(wrong: dict[str, Any]) -> None:
    refused(signed(header(), claims(**wrong)))


def test_a_token_of_4096_characters_is_read_and_a_longer_one_is_not() -> None:
    # Base64 without its filling has no length of 1 over a multiple of 4: white space in the header moves the whole.
    heads = [json.dumps(header()).encode() + b" " * n for n in range(3)]
    bodies = [json.dumps(claims()).encode() + b" " * n for n in range(2_000, 3_000)]
    lengths = {len(coded(head)) + len(coded(body)) + 2 + 86: (head, body) for head in heads for body in bodies}
    longest, longer = (signed(*lengths[size]) for size in (4096, 4097))
    assert (len(longest), len(longer)) == (4096, 4097)
    assert office().verify(longest).principal == ECOLOGY
    refused(longer)


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"null", b"{", b"\xff", b"[" * 1500], ids=repr)
def test_a_body_that_is_no_object_is_refused_even_with_our_signature(body: bytes) -> None:
    refused(signed(header(), body))


def test_a_token_cut_short_or_changed_anywhere_is_refused() -> None:
    token = office().issue(ECOLOGY)
    for end in range(0, len(token) - 1, 7):
        refused(token[:end])
    head, body, signature = token.split(".")
    refused(f"{head}.{coded(claims(role='OPERATOR', department=None))}.{signature}")
    refused(f"{coded(header(kid='other'))}.{body}.{signature}")
    refused(f"{head}.{body}.{coded(bytes(64))}")
    refused(f"{head}.{body}.{signature}AAAA")


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b.c.d.e",
        "矿",
        "\ud800",
        " ",
        f"{coded(b'[' * 1500)}.e30.AA",
        "a" * 5000,
        f"{coded('x')}.e30.AA",
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_nonsense_is_refused(nonsense: str) -> None:
    refused(nonsense)


def test_an_over_long_token_is_refused_before_it_is_read() -> None:
    refused(signed(header(), claims(scope="read " * 1000)))
