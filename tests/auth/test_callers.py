"""At the door of an HTTP request and of a websocket: one good token, or UNAUTHENTICATED."""

from __future__ import annotations

from typing import Any

import pytest

from auth.callers import Callers, challenge, presented
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.asking import Register
from tests.auth.forging import ECOLOGY, ISSUER, NOW, claims, header, new_key, office, signed

Headers = list[tuple[bytes, bytes]]


async def good(_access: Access) -> bool:
    return True


async def revoked(_access: Access) -> bool:
    return False


def authorization(*values: bytes) -> Headers:
    return [(b"host", b"hub.example"), *((b"authorization", value) for value in values)]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_good_token_says_who_is_calling(kind: str) -> None:
    scope: dict[str, Any] = {"type": kind, "headers": authorization(b"Bearer " + office().issue(ECOLOGY).encode())}
    used: list[str] = []
    callers = Callers(office().verify, good, Register().dpop, ISSUER, used=used.append)
    assert (await callers.admit(scope)).principal == ECOLOGY
    assert used == [ECOLOGY.client_id]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_good_token_that_was_revoked_is_refused(kind: str) -> None:
    scope: dict[str, Any] = {"type": kind, "headers": authorization(b"Bearer " + office().issue(ECOLOGY).encode())}
    used: list[str] = []
    with pytest.raises(HubError) as caught:
        await Callers(office().verify, revoked, Register().dpop, ISSUER, used=used.append).admit(scope)
    assert (caught.value.code, used) == (ErrorCode.UNAUTHENTICATED, [])
    assert "was revoked" in challenge(scope)["www-authenticate"]


@pytest.mark.parametrize("value", [b"Bearer a.b.c", b"bearer a.b.c", b"BEARER   a.b.c", b" Bearer a.b.c "])
def test_the_scheme_may_be_written_in_any_case(value: bytes) -> None:
    assert presented(value) == ("bearer", "a.b.c")


def test_a_header_of_8192_bytes_is_read_and_a_longer_one_is_not() -> None:
    assert presented(b"Bearer " + b"a" * 8185) == ("bearer", "a" * 8185)
    with pytest.raises(HubError) as caught:
        presented(b"Bearer " + b"a" * 8186)
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    "values",
    [
        (),
        (b"",),
        (b"Bearer",),
        (b"Bearer ",),
        (b"a.b.c",),
        (b"Bearera.b.c",),
        (b"Bearer a.b.c d",),
        (b"Bearer a.b.c, Bearer d.e.f",),
        (b"Bearer a.b.c\x00",),
        (b"Bearer \xff\xfe",),
        (b"Bearer \xe7\x9f\xbf",),
        (b"Bearer\ta.b.c",),
        (b"Bearer a.b.c", b"Bearer a.b.c"),
        (b"Bearer a.b.c", b"Basic eDp5"),
        (b"Bearer " + b"a" * 9000,),
        (b"Bearer a" + b"=" * 9000,),
        (b"Bearer " + b" " * 9000 + b"a.b.c",),
    ],
    ids=repr,
)
async def test_a_missing_doubled_or_malformed_header_is_refused(values: tuple[bytes, ...]) -> None:
    anybody = Callers(lambda _token: office().verify(office().issue(ECOLOGY)), good, Register().dpop, ISSUER)
    assert (await anybody.admit({"headers": authorization(b"Bearer a.b.c")})).principal == ECOLOGY
    with pytest.raises(HubError) as caught:
        await anybody.admit({"headers": authorization(*values)})
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


def test_only_who_tried_is_told_that_the_token_is_not_valid() -> None:
    assert challenge({"headers": authorization()}) == {"www-authenticate": 'Bearer realm="hub"'}
    tried = challenge({"headers": authorization(b"Bearer x")})
    assert tried == {"www-authenticate": 'Bearer realm="hub", error="invalid_token"'}


OF_OUR_OWN: dict[str, dict[str, Any]] = {
    "(exp), by the clock of the hub": {"iat": NOW - 600, "exp": NOW},
    "(iat, nbf)": {"nbf": NOW + 11},
    "at most 600 s": {"exp": NOW + 601},
    "(iss, aud)": {"aud": "https://another.example"},
}


@pytest.mark.parametrize("why", OF_OUR_OWN)
async def test_who_shows_a_token_of_our_own_is_told_what_is_wrong_with_it_and_who_forges_one_is_not(why: str) -> None:
    callers = Callers(office().verify, good, Register().dpop, ISSUER)
    token = signed(header(), claims(**OF_OUR_OWN[why]))
    for shown, is_told in ((token, True), (signed(header(), claims(**OF_OUR_OWN[why]), new_key()), False)):
        scope: dict[str, Any] = {"type": "http", "headers": authorization(b"Bearer " + shown.encode())}
        with pytest.raises(HubError) as caught:
            await callers.admit(scope)
        assert caught.value.code is ErrorCode.UNAUTHENTICATED
        told = challenge(scope)["www-authenticate"]
        assert (why in told, "error_description" in told) == (is_told, is_told), told


@pytest.mark.parametrize("scheme", [b"Basic", b"Digest", b"MAC", b"DPoP"])
async def test_another_scheme_is_refused_even_with_a_good_token(scheme: bytes) -> None:
    scope = {"type": "http", "headers": authorization(scheme + b" " + office().issue(ECOLOGY).encode())}
    with pytest.raises(HubError) as caught:
        await Callers(office().verify, good, Register().dpop, ISSUER).admit(scope)
    assert caught.value.code is ErrorCode.UNAUTHENTICATED
