"""The headers of requests, in one place for every door of the hub."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

_READ = "hub.http.headers"


def by_name(scope: MutableMapping[str, Any]) -> Mapping[bytes, bytes]:
    """The headers of an ASGI scope, which remembers them.  What was sent more than once stands by commas (RFC 9110, 5.3): where
    there may be one only, that is no value that is taken."""
    named: Mapping[bytes, bytes] | None = scope.get(_READ)
    if named is None:
        named = scope[_READ] = _read(scope["headers"])
    return named


def with_more(scope: Mapping[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Any]:
    """A scope as if its request had carried these headers as well."""
    return {**scope, "headers": [*scope["headers"], *headers], _READ: None}


def without(scope: Mapping[str, Any], name: bytes) -> dict[str, Any]:
    """A scope as if its request had not carried this header."""
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != name], _READ: None}


def _read(headers: list[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    named = dict(headers)
    if len(named) == len(headers):
        return named
    several: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in several.items()}
