"""A hub that others can reach speaks TLS, or its proxy does, and its address is https; on one machine neither is needed."""

from __future__ import annotations

from typing import Any

import pytest

from hub.composition.exposure import check_exposure
from hub.domain.words.errors import HubError, UnfitError
from hub.settings import Settings

HTTPS = "https://hub.example"
TLS = {"tls_certificate": "chain.pem", "tls_key": "key.pem"}


def said(host: str, **settings: Any) -> str:
    """Why a hub may not listen at a host; empty where it may."""
    try:
        check_exposure(Settings(host=host, **settings), host)
    except UnfitError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_this_machine_alone_nothing_is_asked(host: str) -> None:
    assert said(host) == said(host, issuer="http://localhost:8720") == said(host, issuer=HTTPS) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.7", "hub.example", "localhost.example"])  # noqa: S104
@pytest.mark.parametrize("without", [{}, {"trusted_proxy": "0.0.0.0/0"}, {"trusted_proxy": "::/0"}, {"tls_key": "key.pem"}])
def test_whom_others_reach_without_tls_does_not_start(host: str, without: dict[str, str]) -> None:
    assert "can be reached from other machines, without TLS" in said(host, issuer=HTTPS, **without)


@pytest.mark.parametrize("behind", [TLS, {"trusted_proxy": "10.0.0.1"}, {"trusted_proxy": "::/0, 10.0.0.0/8"}])
def test_with_a_certificate_or_behind_a_proxy_it_starts(behind: dict[str, str]) -> None:
    assert said("0.0.0.0", issuer=HTTPS, **behind) == ""  # noqa: S104


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        ("127.0.0.1", {"issuer": "http://hub.example"}),
        ("127.0.0.1", {"issuer": "http://10.0.0.7:8720"}),
        ("127.0.0.1", {"issuer": "hub.example"}),
        ("0.0.0.0", TLS),  # noqa: S104
        ("0.0.0.0", {"issuer": "http://127.0.0.1:8720", **TLS}),  # noqa: S104
        ("0.0.0.0", {"issuer": "http://hub.example", "trusted_proxy": "10.0.0.1"}),  # noqa: S104
    ],
)
def test_an_address_that_is_not_https_is_for_this_machine_alone(host: str, settings: dict[str, str]) -> None:
    assert "is not https: set HUB_ISSUER" in said(host, **settings)
    assert said(host, **settings, insecure=True) == ""


def test_a_proxy_that_is_none_is_named_as_always() -> None:
    with pytest.raises(HubError, match="HUB_TRUSTED_PROXY"):
        check_exposure(Settings(trusted_proxy="proxy"), "10.0.0.7")
