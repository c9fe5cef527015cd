"""A cookie is of this host alone, and of two of one name neither is believed."""

from __future__ import annotations

import pytest

from auth.cookies import Cookie

OPEN, SECURE = Cookie("hub", secure=False), Cookie("hub", secure=True)


def test_over_tls_its_name_and_its_attributes_keep_it_to_this_host() -> None:
    assert SECURE.given("v") == "__Host-hub=v; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert OPEN.given("v") == "hub=v; Path=/; HttpOnly; SameSite=Lax"
    assert OPEN.given("v", 7) == "hub=v; Max-Age=7; Path=/; HttpOnly; SameSite=Lax"
    assert SECURE.taken() == "__Host-hub=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ([], None),
        ([b"hub=v"], "v"),
        ([b"a=b; hub=v;c"], "v"),
        ([b"a=b", b"hub=v=w"], "v=w"),
        ([b"hub=v; hub=w"], None),
        ([b"hub=v", b"hub=v"], None),
        ([b"hub="], None),
        ([b"hub"], None),
        ([b"Hub=v"], None),
        ([b"__Host-hub=v"], None),
        ([b"hub=" + b"v" * 8188], "v" * 8188),
        ([b"hub=" + b"v" * 8189], None),
    ],
)
def test_it_is_read_where_the_browser_sends_one(headers: list[bytes], value: str | None) -> None:
    assert OPEN.read([(b"cookie", one) for one in headers]) == value
    assert OPEN.read([(b"x-cookie", one) for one in headers]) is None


def test_over_tls_one_is_read_that_no_neighbour_could_set() -> None:
    assert SECURE.read([(b"cookie", b"__Host-hub=v")]) == "v"
    assert SECURE.read([(b"cookie", b"hub=v")]) is None
