"""Access tokens: what a good one says, how long it lives, and that keys may rotate."""

from __future__ import annotations

import pytest

from auth.principals import Principal
from auth.tokens import Tokens
from tests.auth.forging import (
    AUDIENCE,
    BANK,
    ECOLOGY,
    ISSUER,
    KEY,
    NOW,
    Hands,
    Ring,
    claims,
    decoded,
    header,
    new_key,
    office,
    refused,
    signed,
)


@pytest.mark.parametrize("who", [ECOLOGY, BANK])
def test_a_token_speaks_for_whom_it_was_issued_to(who: Principal) -> None:
    assert office().verify(office().issue(who)).principal == who


def test_a_token_has_the_shape_of_rfc_9068() -> None:
    head, body, _ = office().issue(ECOLOGY).split(".")
    assert decoded(head) == {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid}
    said = decoded(body)
    assert said.pop("jti")
    assert said == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ecology-1",
        "client_id": "ecology-1",
        "iat": NOW,
        "exp": NOW + 600,
        "scope": "penalty:post read",
        "role": "DEPARTMENT",
        "department": "ECOLOGY",
        "division": "530100",
    }


def test_two_tokens_are_never_the_same() -> None:
    assert office().issue(BANK) != office().issue(BANK)


@pytest.mark.parametrize("lifetime", [0, -1, 601])
def test_no_token_lives_longer_than_ten_minutes(lifetime: int) -> None:
    with pytest.raises(ValueError, match="600"):
        office().issue(BANK, lifetime=lifetime)


@pytest.mark.parametrize("lifetime", [1, 600])
def test_a_token_lives_from_a_second_to_ten_minutes(lifetime: int) -> None:
    assert office().verify(office().issue(BANK, lifetime=lifetime)).ends == NOW + lifetime


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_clock_that_runs_up_to_ten_seconds_ahead_is_forgiven(name: str) -> None:
    assert office().verify(signed(header(), claims(**{name: NOW + 10}))).principal == ECOLOGY


def test_a_remembered_token_ends_when_it_ends() -> None:
    hands = Hands()
    tokens = office(hands)
    token = tokens.issue(ECOLOGY)
    assert tokens.verify(token) is tokens.verify(token)
    hands.at = NOW + 599
    assert tokens.verify(token).principal == ECOLOGY
    hands.at = NOW + 600
    refused(token, tokens)
    assert not tokens._verified


def test_refused_tokens_are_not_remembered_and_good_ones_only_up_to_a_bound() -> None:
    tokens = office(most_remembered=3)
    shown = [office().issue(BANK) for _ in range(10)]
    for token in shown:
        assert tokens.verify(token).principal == BANK
        refused(f"{token[:-8]}AAAAAAAA", tokens)
    assert list(tokens._verified) == shown[-3:]


def test_after_a_rotation_old_tokens_stay_good_and_new_ones_bear_the_new_key() -> None:
    old, new = office().issue(BANK), new_key()
    rotated = Tokens(Ring(new, KEY), ISSUER, AUDIENCE, now=Hands())
    assert rotated.verify(old).principal == BANK
    fresh = rotated.issue(BANK)
    assert decoded(fresh.split(".")[0])["kid"] == new.kid
    assert rotated.verify(fresh).principal == BANK
    refused(fresh)


def test_the_audience_is_the_issuer_unless_another_is_given() -> None:
    tokens = Tokens(Ring(KEY), ISSUER, now=Hands())
    assert decoded(tokens.issue(BANK).split(".")[1])["aud"] == ISSUER
    refused(tokens.issue(BANK))


def test_a_token_of_a_key_that_was_dropped_is_refused_though_it_was_known() -> None:
    ring, new = Ring(KEY), new_key()
    tokens = Tokens(ring, ISSUER, AUDIENCE, now=Hands())
    token = tokens.issue(BANK)
    assert tokens.verify(token).principal == BANK
    ring.signer, ring.verifiers = new, Ring(new).verifiers
    refused(token, tokens)
