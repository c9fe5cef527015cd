"""A page is the hub's own when scheme, host and port are; a scheme's own port may be named or not."""

from __future__ import annotations

import pytest

from auth.origins import host_in_ascii, in_ascii, is_within, origin_of


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://hub.example/graphql?a=b#c", "https://hub.example"),
        ("HTTPS://Hub.Example:443", "https://hub.example"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://127.0.0.1:8700/", "http://127.0.0.1:8700"),
        ("https://name:word@hub.example", "https://hub.example"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("https://绿色矿山.示例:8443/", "https://xn--rht145du3e6wd.xn--fsq092h:8443"),
    ],
)
def test_an_address_has_the_origin_that_browsers_write(address: str, origin: str) -> None:
    assert origin_of(address) == origin
    assert is_within(origin, address)


@pytest.mark.parametrize(
    "address", ["", "null", "hub.example", "file:///hub", "https://", "https://hub:port", "https://[hub", "https://矿..示例"]
)
def test_what_is_no_address_of_the_web_has_no_origin_and_is_within_none(address: str) -> None:
    assert origin_of(address) is None
    assert not is_within(address, address)


@pytest.mark.parametrize(
    "origin",
    [
        "http://hub.example",
        "https://hub.example:8443",
        "https://hub.example.org",
        "https://a.hub.example",
        "https://hub.exampl",
    ],
)
def test_another_scheme_host_or_port_is_another_site(origin: str) -> None:
    assert not is_within(origin, "https://hub.example/")


def test_a_name_that_is_none_stays_as_it_is() -> None:
    assert host_in_ascii("矿" * 64) == "矿" * 64
    assert in_ascii("https://矿..示例/") == "https://矿..示例/"
