"""Asking an identity provider over HTTP: over TLS, within a time and a size, and no redirect is followed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from auth.errors import UnansweredError
from hub.http.bounded_client import AnswerDamagedError, AnswerUnfitError, BoundedTransport, direct_transport

_SECONDS = 5.0
_MOST_BYTES = 256 * 1024
#: A host with its port.  What else urllib lets pass would mean something else in a header of ours.
_PLACE = re.compile(r"[A-Za-z0-9.:\[\]-]+")


def is_safe(url: Any) -> bool:
    """Whether an address may be asked: over TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except (ValueError, AttributeError, TypeError):
        return False
    if not host or port == 0 or not _PLACE.fullmatch(parts.netloc) or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: Any) -> bool:
    """Whether a name or an address is this machine's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Fetch:
    """Fetches JSON objects; `seconds` bound a whole call, `most_bytes` its answer."""

    def __init__(self, *, seconds: float = _SECONDS, most_bytes: int = _MOST_BYTES) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes

    async def get(self, url: str) -> dict[str, Any]:
        """The object at an address."""
        return await self._within("GET", url, {}, None)

    async def post(self, url: str, headers: Mapping[str, str], form: str) -> dict[str, Any]:
        """The object that a form is answered with."""
        return await self._within("POST", url, {**headers, "content-type": "application/x-www-form-urlencoded"}, form)

    async def _within(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> dict[str, Any]:
        if not is_safe(url):
            raise UnansweredError("the address is neither over TLS nor on this machine")
        try:
            async with asyncio.timeout(self._seconds):
                status, content = await self._answer(method, url, headers, body)
        except TimeoutError:
            raise UnansweredError(f"no full answer within {self._seconds:g} s") from None
        except (AnswerUnfitError, AnswerDamagedError) as error:
            raise UnansweredError(str(error)) from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, UnicodeError) as error:
            raise UnansweredError(f"the connection failed ({type(error).__name__})") from None
        if status != 200:
            raise UnansweredError(f"answered {status}", is_refusal=400 <= status < 500 and status not in (408, 429))
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise UnansweredError("the answer is no JSON object")
        return document

    async def _answer(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> tuple[int, bytes]:
        transport = BoundedTransport(direct_transport(), self._most_bytes)
        sent = {"accept": "application/json", **headers}
        async with (
            httpx.AsyncClient(transport=transport, timeout=self._seconds, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers=sent, content=body) as response,
        ):
            return response.status_code, await response.aread()
