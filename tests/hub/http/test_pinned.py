"""What others have named is sent to only where it is public, whatever their names resolve to, and to what was looked at."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hub.http.pinned import Addresses, AddressRefusedError, read_networks

PUBLIC = "93.184.216.34"


def resolving(*addresses: str) -> Addresses:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return Addresses(read_networks(["10.1.0.0/16"]), resolve)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "10.2.0.0",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
async def test_a_name_that_leads_to_a_private_network_is_refused(address: str) -> None:
    for found in ([address], [PUBLIC, address]):
        with pytest.raises(AddressRefusedError, match="PRIVATE_ADDRESS"):
            await resolving(*found).check("https://receiver.example/hook")


@pytest.mark.parametrize("address", [PUBLIC, "10.1.0.0", "10.1.255.255", "::ffff:a01:203", "2606:2800:220:1::1"])
async def test_what_is_public_or_in_a_network_that_is_allowed_is_sent_to(address: str) -> None:
    assert await resolving(address).check("https://receiver.example:8443/hook?x=1") == address


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://receiver.example/hook", "NOT_HTTPS"),
        ("ftp://receiver.example/hook", "NOT_HTTPS"),
        ("file:///etc/passwd", "NO_ADDRESS"),
        ("https://user:secret@receiver.example/", "NO_ADDRESS"),
        ("https://receiver.example/#fragment", "NO_ADDRESS"),
        ("https://receiver.example:0/", "NO_ADDRESS"),
        ("https://receiver.example:99999/", "NO_ADDRESS"),
        ("https:///hook", "NO_ADDRESS"),
        ("https://receiver.example/\r\nHost: x", "NO_ADDRESS"),
        ("https://接收方.example/", "NO_ADDRESS"),
        ("https://receiver.example/" + "x" * 2000, "NO_ADDRESS"),
        ("", "NO_ADDRESS"),
    ],
)
async def test_what_is_no_safe_address_is_refused_for_its_form(url: str, why: str) -> None:
    with pytest.raises(AddressRefusedError, match=why):
        await resolving(PUBLIC).check(url)


async def test_over_http_nothing_is_sent_but_on_this_machine_where_that_is_allowed() -> None:
    async def resolve(host: str, _port: int) -> Sequence[str]:
        return [host]

    here = Addresses(read_networks(["127.0.0.0/8", "10.0.0.0/8"]), resolve)
    assert await here.check("http://127.0.0.1:9/hook") == "127.0.0.1"
    with pytest.raises(AddressRefusedError, match="NOT_HTTPS"):
        await here.check("http://10.0.0.1:9/hook")


async def test_a_name_that_resolves_to_nothing_is_refused() -> None:
    async def fails(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    for addresses in (Addresses((), fails), resolving()):
        with pytest.raises(AddressRefusedError, match="UNRESOLVED"):
            await addresses.check("https://receiver.example/")
