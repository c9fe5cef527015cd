"""What others sign, part by part: what can be opened, which keys are taken, and by which algorithm a key may have signed."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from auth.errors import SignedObjectError
from auth.jose import ALGORITHMS, PROVIDERS_ALGORITHMS, Key, Opened, algorithms_of, opened, public_key
from tests.auth.forging import coded

EC, OKP, RSA = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)


def a_token(head: Any = None, body: Any = None, signature: str = "eA") -> str:
    return f"{coded({'alg': 'ES256'} if head is None else head)}.{coded({} if body is None else body)}.{signature}"


def read(token: str) -> Opened:
    return opened(token, {"alg", "typ", "kid"}, (None, "JWT"))


def a_modulus(bits: int) -> str:
    return coded(((1 << (bits - 1)) | 1).to_bytes((bits + 7) // 8))


@pytest.mark.parametrize(("bits", "taken"), [(2047, False), (2048, True), (4096, True), (4097, False)])
def test_an_rsa_key_has_from_2048_to_4096_bits(bits: int, taken: bool) -> None:
    jwk = {"kty": "RSA", "n": a_modulus(bits), "e": "AQAB"}
    if taken:
        assert isinstance(public_key(jwk), RSAKey)
        return
    with pytest.raises(SignedObjectError):
        public_key(jwk)


@pytest.mark.parametrize(
    ("more", "taken"),
    [
        ({}, True),
        ({"use": "sig"}, True),
        ({"use": "enc"}, False),
        ({"alg": "ES256"}, True),
        ({"alg": "EdDSA"}, False),
        ({"alg": "none"}, False),
        ({"kid": "one", "unknown": 1}, True),
        ({"d": "AQAB"}, False),
        ({"x": "AQAB="}, False),
        ({"x": None}, False),
        ({"crv": "P-384"}, False),
        ({"kty": "oct", "k": "AQAB"}, False),
    ],
    ids=repr,
)
def test_a_public_key_for_signing_is_taken_and_no_other(more: dict[str, Any], taken: bool) -> None:
    jwk = EC.as_dict(private=False) | more
    if taken:
        assert public_key(jwk).thumbprint() == EC.thumbprint()
        return
    with pytest.raises(SignedObjectError):
        public_key(jwk)


@pytest.mark.parametrize("jwk", [None, "x", 7, []])
def test_what_is_no_object_is_no_key(jwk: Any) -> None:
    with pytest.raises(SignedObjectError):
        public_key(jwk)


def test_rs256_is_for_providers_alone() -> None:
    jwk = RSA.as_dict(private=False) | {"alg": "RS256"}
    assert public_key(jwk, PROVIDERS_ALGORITHMS).thumbprint() == RSA.thumbprint()
    with pytest.raises(SignedObjectError, match="alg"):
        public_key(jwk)
    assert set(PROVIDERS_ALGORITHMS) - set(ALGORITHMS) == {"RS256"}


@pytest.mark.parametrize(
    ("key", "names"), [(EC, {"ES256"}), (OKP, {"EdDSA", "Ed25519"}), (RSA, {"PS256", "RS256"})], ids=["EC", "OKP", "RSA"]
)
def test_a_key_goes_with_its_own_algorithms(key: Key, names: set[str]) -> None:
    assert set(algorithms_of(key)) == names
    for name in PROVIDERS_ALGORITHMS:
        header = {"alg": name}
        assert not Opened(header, {}, b"text", b"x").is_signed_by(key)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("a.b", "parts"),
        ("a.b.c.d", "parts"),
        ("示.例.x", "size"),
        (a_token([]), "objects"),
        (a_token(None, []), "objects"),
        (a_token(None, "text"), "objects"),
        (a_token({"alg": "none"}), "alg"),
        (a_token({"alg": "RS256"}), "alg"),
        (a_token({}), "alg"),
        (a_token({"alg": "ES256", "typ": "other"}), "header"),
        (a_token({"alg": "ES256", "jku": "x"}), "header"),
        (a_token(b"{"), "encoding"),
        (a_token(None, b"{"), "encoding"),
        (a_token(None, None, "e"), "encoding"),
        # The last letter has bits that mean nothing: the same bytes, spelled otherwise.
        (a_token(None, None, "eB"), "encoding"),
    ],
)
def test_what_cannot_be_opened_says_why(token: str, why: str) -> None:
    with pytest.raises(SignedObjectError, match=why):
        read(token)


def test_what_can_be_opened_is_told_part_by_part() -> None:
    told = read(a_token({"alg": "ES256", "typ": "JWT", "kid": "one"}, {"text": "示例", "jti": "x", "at": 7}))
    assert (told.header["alg"], told.key_name(), told.text("text"), told.id(), told.moment("at")) == (
        "ES256",
        "one",
        "示例",
        "x",
        7,
    )
    assert read(a_token()).key_name() is None
    # What is logged can be shown to nobody as a token.
    assert "signature" not in repr(told)
    assert "_signed" not in repr(told)


@pytest.mark.parametrize(("jti", "good"), [("", False), ("x", True), ("x" * 200, True), ("x" * 201, False), (7, False)])
def test_an_id_has_from_1_to_200_characters(jti: Any, good: bool) -> None:
    told = read(a_token(None, {"jti": jti}))
    if good:
        assert told.id() == jti
        return
    with pytest.raises(SignedObjectError, match="jti"):
        told.id()


@pytest.mark.parametrize("value", [True, False, "7", 7.0, None])
def test_a_moment_is_a_whole_number_of_seconds(value: Any) -> None:
    with pytest.raises(SignedObjectError, match="exp"):
        read(a_token(None, {"exp": value})).moment("exp")


@pytest.mark.parametrize("kid", [7, ["one"], {}])
def test_the_name_of_a_key_is_text(kid: Any) -> None:
    with pytest.raises(SignedObjectError, match="kid"):
        read(a_token({"alg": "ES256", "kid": kid})).key_name()
