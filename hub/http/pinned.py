"""Sending to addresses that others have named: never to a private network that is not allowed, whatever a name resolves to.

A name is resolved once for a connection, what it resolves to is looked at, and the connection goes there and nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: Gives the addresses of a host.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_LONGEST = 2000
#: Networks that lead on to IPv4 addresses which are not theirs to judge: NAT64, 6to4, Teredo.
_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class AddressRefusedError(Exception):
    """Why nothing is sent to an address, in one word."""


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks as they are written in settings; ValueError for what is none."""
    return tuple(ip_network(text) for text in texts)


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the machine's own resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class Addresses:
    """Knows which addresses may be sent to: public ones, and those of the networks that are `allowed`."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolve = resolved) -> None:
        self._allowed = allowed
        self._resolve = resolve

    async def check(self, url: str) -> str:
        """The address to connect to for a URL; AddressRefusedError."""
        host, port, is_open = self._parts(url)
        try:
            found = [ip_address(one.partition("%")[0]) for one in await self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError):
            raise AddressRefusedError("UNRESOLVED") from None
        if not found:
            raise AddressRefusedError("UNRESOLVED")
        # One that is private among several is an attempt, and not a mistake to be passed over.
        if not all(map(self._may_be_sent_to, found)):
            raise AddressRefusedError("PRIVATE_ADDRESS")
        if is_open and not all(one.is_loopback for one in found):
            raise AddressRefusedError("NOT_HTTPS")
        return str(found[0])

    def _parts(self, url: str) -> tuple[str, int, bool]:
        """Host, port, and whether everybody on the way can read what is sent."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise AddressRefusedError("NO_ADDRESS") from None
        is_plain = len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url
        if not is_plain or not host or port == 0 or parts.username is not None or parts.password is not None or parts.fragment:
            raise AddressRefusedError("NO_ADDRESS")
        if parts.scheme not in ("https", "http"):
            raise AddressRefusedError("NOT_HTTPS")
        return host, port or (443 if parts.scheme == "https" else 80), parts.scheme == "http"

    def _may_be_sent_to(self, address: Address) -> bool:
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if any(address.version == network.version and address in network for network in self._allowed):
            return True
        if any(address.version == network.version and address in network for network in _TRANSLATED):
            return False
        return address.is_global and not address.is_multicast
