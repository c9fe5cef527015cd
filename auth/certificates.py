"""Certificates of clients behind a proxy (RFC 9440, or as nginx tells them): believed only when the peer is that proxy."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from auth.jose import digest_of
from hub.http.peers import Peers

#: RFC 9440, 2.1: one byte sequence of RFC 8941 that holds the DER of the certificate.
_HEADER = re.compile(rb":([A-Za-z0-9+/]+={0,2}):")
#: What nginx can tell: `$ssl_client_escaped_cert`, the PEM as an address would hold it.
_ESCAPED = re.compile(rb"-----BEGIN%20CERTIFICATE-----%0A((?:[A-Za-z0-9]|%2B|%2F|%3D|%0A)+)-----END%20CERTIFICATE-----%0A")


class Certificates:
    """Finds the certificate with which a client came to a trusted proxy; finds none where no proxy is trusted."""

    def __init__(self, peers: Peers | None = None) -> None:
        self._peers = peers or Peers()

    @property
    def are_trusted(self) -> bool:
        """Whether there is a proxy whose word counts."""
        return self._peers.are_trusted

    def thumbprint(self, scope: MutableMapping[str, Any]) -> str | None:
        """The `x5t#S256` of the one certificate that the proxy vouches for."""
        if not self._peers.are_trusted or not self._peers.is_proxy(scope):
            return None
        values = [value for name, value in scope["headers"] if name == b"client-cert"]
        told = _base64(values[0].strip()) if len(values) == 1 else None
        if told is None:
            return None
        try:
            return digest_of(base64.b64decode(told, validate=True))
        except binascii.Error:
            return None


def _base64(value: bytes) -> bytes | None:
    if match := _HEADER.fullmatch(value):
        return match[1]
    escaped = _ESCAPED.fullmatch(value)
    return unquote_to_bytes(escaped[1]).replace(b"\n", b"") if escaped else None
