"""The one maker of HTTP calls to departments' systems.

httpx times each read, so a system that drips would be waited for without end; here every call has a total deadline, an answer
has a greatest size (`hub.http.bounded_client`), redirects are not followed, and no other origin is ever asked.  What fails is
told by how one recovers.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import stamina
from lxml import etree

from connectors.cells import Unfit
from connectors.encodings import text_of
from connectors.errors import BadRecord, ConnectorError, OperatorMustAct, RefusedForGood, TryAgain
from hub.domain.calendar.moments import utc_now
from hub.domain.words.departments import LONGEST_PAUSE
from hub.http.bounded_client import AnswerDamagedError, AnswerUnfitError, BoundedTransport, direct_transport
from hub.http.retry_after import retry_after

#: No system is left alone for longer because it asks for it.
_MOST_RETRY_AFTER = LONGEST_PAUSE.total_seconds()
_MOST_DIGITS = 1000


@dataclass(frozen=True, slots=True)
class ConnectorLimits:
    """How patient a connector is: seconds for a whole call with all its tries, bytes of an answer, tries of a call that may be
    repeated, and the first wait between two tries."""

    seconds: float = 30.0
    most_bytes: int = 64 * 1024 * 1024
    attempts: int = 3
    first_wait: float = 0.2


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """A successful answer."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON, in the characters that it says, or, without a word, a UTF or GB18030 with what is in it.

        TryAgain when it is none, for a proxy's error page is a passing fault; RefusedForGood for other characters, and for
        others than it says.
        """
        stated = _CHARSET.search(self.headers.get("content-type", ""))
        charset = stated[1].lower() if stated else "utf-8"
        if charset not in _CHARSETS:
            raise RefusedForGood(f"the answer's characters are not known here: {charset[:20]}")
        try:
            wide = _CHARSETS[charset]
            body = self.body.decode(wide).lstrip("\ufeff") if wide else self.body if stated else _as_text(self.body)
            return read_json(body)
        except BadRecord as bad:
            raise RefusedForGood(str(bad)) from None
        except UnicodeDecodeError:
            raise RefusedForGood(f"the answer is not in the characters that it says: {charset}") from None
        except (ValueError, RecursionError):
            raise TryAgain("the answer is not JSON") from None

    def xml(self) -> etree._Element:
        """The body as XML without DTD, entities or outside files, in the characters that it says at its head or was said to be
        in; without a word as `json` reads it.

        TryAgain when it is none; RefusedForGood for a document that has them, and for other characters than it says.
        """
        stated = _CHARSET.search(self.headers.get("content-type", ""))
        body = self.body.lstrip(b" \t\r\n")
        encoding = _xml_encoding(body, stated[1].lower() if stated else "")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding=encoding)
        try:
            root = etree.fromstring(body, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise TryAgain("the answer is not well-formed XML") from None
        if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
            raise RefusedForGood("the answer has a document type, which is not accepted")
        return root


#: What an answer with the status of a server's error means, by what it says; None where it says nothing of its own.
Fault = Callable[[UpstreamAnswer], ConnectorError | None]
_FAULT = 500

#: How JSON's characters are announced, and what they are; what is a UTF tells itself.
_CHARSET = re.compile(r"charset=\"?([A-Za-z0-9_-]+)", re.IGNORECASE)
_CHARSETS: dict[str, str | None] = (
    dict.fromkeys(("utf-8", "utf8", "utf-16", "us-ascii"))
    | {"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
    | dict.fromkeys(("gbk", "gb2312", "gb18030", "gb_2312-80", "x-gbk", "cp936", "ms936", "windows-936"), "gb18030")
)
#: What an XML document says of its characters at its head.
_AT_ITS_HEAD = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9_-]+)")


def _as_text(body: bytes) -> bytes | str:
    """A body that says nothing of its characters: as it is, where it is a UTF."""
    try:
        body.decode(json.detect_encoding(body))
    except UnicodeDecodeError:
        return text_of(body)
    return body


def _xml_encoding(body: bytes, stated: str) -> str | None:
    """By what characters a document is read, where not by its own word: what is called GB 2312 holds all of GB 18030."""
    if (found := json.detect_encoding(body)).startswith("utf-16"):
        # Its zeros say so, where no mark does.
        return found.replace("-", "").replace("utf16", "utf-16") if found != "utf-16" else None
    own = _AT_ITS_HEAD.match(body)
    said = [name for name in (own[1].decode().lower() if own else "", stated) if name]
    wide = [encoding for name in said if (encoding := _CHARSETS.get(name)) == "gb18030"]
    try:
        if wide and len(wide) == len(said):
            return wide[0]
        if wide or stated in ("utf-8", "utf8"):
            # Who was told both is right where it can be: hardly a text in GB 18030 passes for UTF-8.
            body.decode("utf-8")
        elif not said:
            return "gb18030" if isinstance(_as_text(body), str) else None
    except UnicodeDecodeError:
        if wide:
            return wide[0]
        if own is None:
            raise RefusedForGood(f"the answer is not in the characters that it says: {stated}") from None
    except BadRecord as bad:
        raise RefusedForGood(str(bad)) from None
    return "utf-8" if wide else None


def read_json(body: bytes | str) -> Any:
    """What a JSON text says; ValueError or RecursionError where it is none.

    A member that an object has several times is told whole, as a tuple, which is the value of no field: of several the last
    would win without a word.  What some programs write for no number (NaN, Infinity), and a number without end, is none either.
    """
    return json.loads(body, parse_constant=_no_number, parse_int=_whole_number, object_pairs_hook=_object)


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(members)
    if len(told) == len(members):
        return told
    said: dict[str, list[Any]] = {}
    for name, value in members:
        said.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in said.items()}


def _no_number(word: str) -> Unfit:
    return Unfit(word, "no number")


def _whole_number(digits: str) -> int | Unfit:
    return int(digits) if len(digits) <= _MOST_DIGITS else Unfit(digits[:100], f"a number of more than {_MOST_DIGITS} digits")


class Http:
    """Calls to one system at one address.  `transport` is for tests."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        limits: ConnectorLimits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        try:
            base, parts = httpx.URL(base_url), urlsplit(base_url)
            fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except (httpx.InvalidURL, ValueError):
            fine = False
        if not fine:
            raise OperatorMustAct("base_url is not an http(s) address")
        self._origin = _origin(base)
        self._limits = limits or ConnectorLimits()
        self._base = base_url.rstrip("/")
        self._auth = auth
        self._transport = transport

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        transport = self._transport or direct_transport()
        async with httpx.AsyncClient(
            base_url=self._base,
            auth=self._auth,
            transport=BoundedTransport(transport, self._limits.most_bytes),
            follow_redirects=False,
            timeout=self._limits.seconds,
            trust_env=False,
        ) as client:
            yield client

    async def get(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> UpstreamAnswer:
        """GET, tried again while the system is down or busy."""
        return await self._repeated("GET", path, params=dict(params or {}), **more)

    async def post(self, path: str, *, repeatable: bool = False, **more: Any) -> UpstreamAnswer:
        """POST; tried again only when `repeatable` says that a second one has no further effect.  With `fault=` an answer with
        status 500 is read for what it says."""
        if repeatable:
            return await self._repeated("POST", path, **more)
        return await self._within(self._once("POST", path, **more))

    async def _within(self, call: Coroutine[Any, Any, UpstreamAnswer]) -> UpstreamAnswer:
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await call
        except TimeoutError:
            raise TryAgain(f"no full answer within {self._limits.seconds:g} s") from None

    async def _repeated(self, method: str, path: str, **more: Any) -> UpstreamAnswer:
        ends = asyncio.get_running_loop().time() + self._limits.seconds

        def again(error: Exception) -> bool | float:
            if not isinstance(error, TryAgain):
                return False
            wait = error.retry_after
            # Longer than we may stay: the error goes up with its waiting time, and the core waits.
            return True if wait is None else wait if asyncio.get_running_loop().time() + wait < ends else False

        async def call() -> UpstreamAnswer:
            async for attempt in stamina.retry_context(
                on=again,
                attempts=self._limits.attempts,
                timeout=self._limits.seconds,
                wait_initial=self._limits.first_wait,
                wait_jitter=self._limits.first_wait,
                wait_max=self._limits.seconds,
            ):
                with attempt:
                    return await self._once(method, path, **more)
            raise TryAgain("no answer")

        return await self._within(call())

    async def _once(self, method: str, path: str, *, fault: Fault | None = None, **more: Any) -> UpstreamAnswer:
        try:
            async with self._client() as client:
                request = client.build_request(method, path, **more)
                # What is looked at is what will be asked: two readers of an address may read two hosts.
                if path.startswith("//") or _origin(request.url) != self._origin:
                    raise RefusedForGood("the system points to another host, or to another scheme or port of its own")
                response = await client.send(request, stream=True)
                try:
                    if fault and response.status_code == _FAULT and (told := fault(await _answer(response))):
                        raise told
                    _check_status(response)
                    return await _answer(response)
                finally:
                    await response.aclose()
        except AnswerUnfitError as error:
            raise RefusedForGood(str(error)) from None
        except AnswerDamagedError as error:
            raise TryAgain(str(error)) from None
        except httpx.TimeoutException:
            raise TryAgain("no answer in time") from None
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as error:
            raise TryAgain(f"the connection failed ({type(error).__name__})") from None
        except (httpx.InvalidURL, httpx.HTTPError):
            raise OperatorMustAct("the address cannot be asked") from None
        except UnicodeError:
            raise OperatorMustAct("a setting has characters that a header cannot carry") from None


async def _answer(response: httpx.Response) -> UpstreamAnswer:
    return UpstreamAnswer(dict(response.headers), await response.aread())


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    """Whose address it is: scheme, host, and the port, which httpx leaves out where it is the scheme's own."""
    return url.scheme, url.raw_host.lower(), url.port


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise OperatorMustAct(f"the system refuses our credentials ({status})")
    if status in (408, 425, 429) or status >= 500:
        raise TryAgain(f"the system answered {status}", retry_after(response.headers, _MOST_RETRY_AFTER, utc_now))
    raise RefusedForGood(f"the system answered {status}")
