"""Whose page asks: origins (RFC 6454) as browsers write them, and as a policy for contents names them."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def host_in_ascii(name: str) -> str:
    """A host name as browsers and certificates write it (IDNA: 示例 is xn--fsq092h); what is none stays as it is."""
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def in_ascii(address: str) -> str:
    """An address of the web with its host as browsers write it."""
    if address.isascii():
        return address
    parts = urlsplit(address)
    host, colon, port = parts.netloc.partition(":")
    return parts._replace(netloc=f"{host_in_ascii(host)}{colon}{port}").geturl()


def origin_of(address: str) -> str | None:
    """Scheme, host, and a port other than the scheme's own; None for what is no address of the web."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else host_in_ascii(parts.hostname)
    if not host.isascii():
        return None
    return f"{parts.scheme}://{host}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def is_within(origin: str, address: str) -> bool:
    """Whether a page of this origin is one of the address's own."""
    known = origin_of(origin)
    return known is not None and known == origin_of(address)
