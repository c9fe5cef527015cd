"""What a client sends and takes, by its headers (GraphQL over HTTP, media types; RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hub.domain.words.errors import ErrorCode, HubError

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
#: Apollo's protocol of subscriptions over HTTP.
PARTS = "multipart/mixed"

_LONGEST_HEADER = 1000
_RANGES = {GRAPHQL: GRAPHQL, JSON: JSON, EVENTS: EVENTS, PARTS: PARTS, "application/*": JSON, "*/*": JSON}
_STREAMS = (EVENTS, PARTS)


class Accepted(NamedTuple):
    """In which media types a client takes one answer, and answers that go on; None where it takes no such."""

    one: str
    stream: str | None


@lru_cache(maxsize=256)
def accepted(accept: bytes) -> Accepted:
    """What the client likes best, and JSON for those who do not say.  Who takes streams alone takes one answer as a stream too.

    Raises NOT_ACCEPTABLE when the client takes none of ours.
    """
    acceptable: list[tuple[float, int, str]] = []
    for place, part in enumerate(_parts(accept, ",") if len(accept) <= _LONGEST_HEADER else ()):
        word, *parameters = _parts(part, ";")
        named = dict(_pair(parameter) for parameter in parameters)
        quality = _quality(named.get("q", "1"))
        # Of parts there are other uses, which are none of ours.
        is_other = word == PARTS and named.get("subscriptionspec") not in ("1.0", "1")
        if word in _RANGES and not is_other and quality > 0 and named.get("charset", "utf-8") in ("utf-8", "utf8"):
            acceptable.append((quality, -place, _RANGES[word]))
    if accept.strip() and not acceptable:
        raise HubError(ErrorCode.NOT_ACCEPTABLE, f"{GRAPHQL}, {JSON}, {EVENTS}, {PARTS};subscriptionSpec=1.0")
    best = [kind for _, _, kind in sorted(acceptable, reverse=True)]
    single = [kind for kind in best if kind != PARTS]
    return Accepted(next(iter(single or best), JSON), next((kind for kind in best if kind in _STREAMS), None))


def check_content(headers: Mapping[bytes, bytes]) -> None:
    """UNSUPPORTED_MEDIA_TYPE unless the body is said to be JSON in UTF-8, once and uncompressed.

    A browser sends no such request to another site unasked, so this also keeps forged requests out.
    """
    if (packed := headers.get(b"content-encoding")) and packed.strip().lower() not in (b"", b"identity"):
        raise HubError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding")
    if not _is_json(headers.get(b"content-type", b"")):
        raise HubError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, f"{JSON}; charset=utf-8")


@lru_cache(maxsize=256)
def _is_json(content_type: bytes) -> bool:
    if len(content_type) > _LONGEST_HEADER or b"," in content_type:
        return False
    kind, *parameters = _parts(content_type, ";")
    charsets = [value for name, value in map(_pair, parameters) if name == "charset"]
    return kind == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def _parts(header: bytes | str, separator: str) -> list[str]:
    text = header.decode("latin-1") if isinstance(header, bytes) else header
    return [part.strip().lower() for part in text.split(separator)]


def _pair(parameter: str) -> tuple[str, str]:
    name, _, value = parameter.partition("=")
    return name.strip(), value.strip().strip('"')


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
