"""The headers of requests, in one place for every door of the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def by_name(headers: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """The headers of an ASGI scope.  What was sent more than once stands by commas (RFC 9110, 5.3), which is no value that is
    taken where there may be one only."""
    found = dict(headers)
    if len(found) == len(headers):
        return found
    several: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in several.items()}
