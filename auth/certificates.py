"""Certificates of clients behind a proxy (RFC 9440): believed only when the peer is the configured proxy."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from auth.jose import digest_of

#: RFC 9440, 2.1: one byte sequence of RFC 8941 that holds the DER of the certificate.
_HEADER = re.compile(rb":([A-Za-z0-9+/]+={0,2}):")


class Certificates:
    """Finds the certificate with which a client came to the trusted proxy; finds none where no proxy is trusted."""

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        """`proxies` are addresses or networks; raises ValueError for anything else."""
        self._proxies: list[IPv4Network | IPv6Network] = [ip_network(proxy) for proxy in proxies]

    @property
    def are_trusted(self) -> bool:
        """Whether there is a proxy whose word counts."""
        return bool(self._proxies)

    def thumbprint(self, scope: Mapping[str, Any]) -> str | None:
        """The `x5t#S256` of the one certificate that the proxy vouches for."""
        if not self._proxies or not self._is_proxy(scope.get("client")):
            return None
        found = [value for name, value in scope["headers"] if name == b"client-cert"]
        match = _HEADER.fullmatch(found[0].strip()) if len(found) == 1 else None
        if match is None:
            return None
        try:
            return digest_of(base64.b64decode(match[1], validate=True))
        except binascii.Error:
            return None

    def _is_proxy(self, peer: Any) -> bool:
        try:
            address = ip_address(peer[0])
        except (TypeError, ValueError, IndexError):
            return False
        return any(address in network for network in self._proxies)
