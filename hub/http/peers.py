"""From where a request comes: the address of the peer, or, where that is a trusted proxy, of whom the proxy speaks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from hub.http.headers import by_name

#: What one household or office has of IPv6; its single addresses are without number.
_IPV6_NETWORK = 64
#: An address of IPv4 with a port, or one of IPv6 in brackets (RFC 3986, 3.2.2).
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}|\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?", re.ASCII)


class Peers:
    """Knows addresses.  `proxies` are the addresses or networks whose word counts; raises ValueError for anything else."""

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self._proxies: list[IPv4Network | IPv6Network] = [ip_network(proxy) for proxy in proxies]

    @property
    def are_trusted(self) -> bool:
        """Whether there is a proxy whose word counts."""
        return bool(self._proxies)

    @property
    def are_named(self) -> bool:
        """Whether there is a proxy, told from other machines: a network of all addresses names nobody."""
        return any(network.prefixlen for network in self._proxies)

    def is_proxy(self, scope: MutableMapping[str, Any]) -> bool:
        """Whether a request comes by a trusted proxy."""
        return self._is_trusted(_address((scope.get("client") or ("",))[0]))

    def address(self, scope: MutableMapping[str, Any]) -> str:
        """What tells one sender from another: an address, of IPv6 the network."""
        peer = _address((scope.get("client") or ("",))[0])
        if self._proxies and self._is_trusted(peer):
            # Each proxy adds whom it was asked by at the end: what stands before a stranger's place the stranger has written.
            for hop in reversed(by_name(scope).get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
                if (said := _address(_without_port(hop.strip()))) is None:
                    break
                peer = said
                if not self._is_trusted(peer):
                    break
        if isinstance(peer, IPv6Address):
            return str(ip_network((peer, _IPV6_NETWORK), strict=False))
        return str(peer)

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)


def _without_port(hop: str) -> str:
    """The address of a hop; some proxies tell its port too."""
    match = _WITH_PORT.fullmatch(hop)
    return match[1] or match[2] if match else hop


def _address(text: Any) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
