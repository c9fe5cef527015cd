"""Answers of bounded size: every answer is unpacked here, a piece at a time, and cut off with an error when it grows too large.

It sits below httpx, so that answers which httpx itself reads (those of token endpoints, refusals) are bounded too.  Whoever
asks others over HTTP uses it, and bounds the time of a whole call besides, for httpx times each read alone.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import AsyncIterator
from functools import lru_cache

import httpx

# Below a warning they tell of addresses with all that is asked there, and of headers.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)

_PIECE = 256 * 1024
#: zlib's word for "gzip or zlib, whichever it is".
_EITHER = 47

#: Certificates are held against the machine's authorities, whose list takes longer to read than most calls.
tls = lru_cache(maxsize=1)(httpx.create_ssl_context)


class AnswerUnfitError(Exception):
    """An answer that is larger than it may be, or packed in a way that nobody asked for."""


class AnswerDamagedError(Exception):
    """An answer that did not come whole."""


def direct_transport() -> httpx.AsyncBaseTransport:
    """To the host that was named and by no proxy, with the machine's certificate authorities."""
    return httpx.AsyncHTTPTransport(verify=tls(), trust_env=False)


class BoundedTransport(httpx.AsyncBaseTransport):
    """Hands on the calls of `inner`; AnswerUnfitError when an answer, unpacked, is larger than `most_bytes`."""

    def __init__(self, inner: httpx.AsyncBaseTransport, most_bytes: int) -> None:
        self._inner = inner
        self._most_bytes = most_bytes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept-Encoding"] = "gzip"
        answer = await self._inner.handle_async_request(request)
        packing = answer.headers.get("content-encoding", "identity").strip().lower()
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        if packing not in ("identity", "gzip", "x-gzip", "deflate"):
            await answer.stream.aclose()
            raise AnswerUnfitError("the answer is packed in a way that was not asked for")
        for name in ("content-encoding", "content-length"):
            answer.headers.pop(name, None)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Bounded(answer.stream, packing != "identity", self._most_bytes),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, packed: bool, most_bytes: int) -> None:
        self._inner = inner
        self._packed = packed
        self._left = most_bytes
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpacker = zlib.decompressobj(_EITHER) if self._packed else None
        async for chunk in self._inner:
            if unpacker is None:
                yield self._counted(chunk)
                continue
            rest = chunk
            while rest:
                if unpacker.eof:
                    # What is packed may come in several members (RFC 1952, 2.2), and be filled up with zeros.
                    rest = rest.lstrip(b"\0")
                    if not rest:
                        break
                    unpacker = zlib.decompressobj(_EITHER)
                try:
                    piece = unpacker.decompress(rest, _PIECE)
                except zlib.error:
                    raise AnswerDamagedError("the packed answer is damaged") from None
                rest = unpacker.unconsumed_tail or unpacker.unused_data
                yield self._counted(piece)
        if unpacker is not None and not unpacker.eof:
            raise AnswerDamagedError("the packed answer is cut off")

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise AnswerUnfitError(f"the answer is larger than {self._most_bytes} bytes")
        return piece

    async def aclose(self) -> None:
        await self._inner.aclose()
