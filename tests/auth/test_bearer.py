"""At the door of an HTTP request and of a websocket: one good bearer token, or UNAUTHENTICATED."""

from __future__ import annotations

from typing import Any

import pytest

from auth.bearer import Bearer, bearer_token, challenge
from hub.domain.errors import ErrorCode, HubError
from tests.auth.forging import ECOLOGY, office

Headers = list[tuple[bytes, bytes]]


async def registered(_client_id: str) -> bool:
    return True


async def revoked(_client_id: str) -> bool:
    return False


def authorization(*values: bytes) -> Headers:
    return [(b"host", b"hub.example"), *((b"authorization", value) for value in values)]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_good_token_says_who_is_calling(kind: str) -> None:
    scope: dict[str, Any] = {"type": kind, "headers": authorization(b"Bearer " + office().issue(ECOLOGY).encode())}
    assert await Bearer(office().verify, registered)(scope) == ECOLOGY


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_good_token_of_a_revoked_client_is_refused(kind: str) -> None:
    scope: dict[str, Any] = {"type": kind, "headers": authorization(b"Bearer " + office().issue(ECOLOGY).encode())}
    with pytest.raises(HubError) as caught:
        await Bearer(office().verify, revoked)(scope)
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize("value", [b"Bearer a.b.c", b"bearer a.b.c", b"BEARER   a.b.c", b" Bearer a.b.c "])
def test_the_scheme_may_be_written_in_any_case(value: bytes) -> None:
    assert bearer_token([(b"Authorization", value)]) == "a.b.c"


@pytest.mark.parametrize(
    "values",
    [
        (),
        (b"",),
        (b"Bearer",),
        (b"Bearer ",),
        (b"a.b.c",),
        (b"Basic a.b.c",),
        (b"DPoP a.b.c",),
        (b"Bearera.b.c",),
        (b"Bearer a.b.c d",),
        (b"Bearer a.b.c, Bearer d.e.f",),
        (b"Bearer a.b.c\x00",),
        (b"Bearer \xff\xfe",),
        (b"Bearer \xe7\x9f\xbf",),
        (b"Bearer\ta.b.c",),
        (b"Bearer a.b.c", b"Bearer a.b.c"),
        (b"Bearer a.b.c", b"Basic eDp5"),
    ],
    ids=repr,
)
def test_a_missing_doubled_or_malformed_header_is_refused(values: tuple[bytes, ...]) -> None:
    with pytest.raises(HubError) as caught:
        bearer_token(authorization(*values))
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


def test_only_who_tried_is_told_that_the_token_is_not_valid() -> None:
    assert challenge(authorization()) == 'Bearer realm="hub"'
    assert challenge(authorization(b"Bearer x")) == 'Bearer realm="hub", error="invalid_token"'
