"""Answers in fewer bytes for those who take them so (RFC 9110, 8.4): by zstd, Brotli or gzip.

Only what was read is sent so.  An answer that holds a secret beside what somebody else may have written, such as a token or the
receipts of a post, would tell of the secret by its length (BREACH).
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware, add_compress_type

#: What fits in one packet anyway stays as it is, in bytes.
LEAST = 1400


def compressed(app: ASGIApp, *more: str) -> ASGIApp:
    """The application, whose answers are compressed as the client likes; `more` are media types of its own."""
    for kind in more:
        add_compress_type(kind)
    # Past these levels more time is spent than bytes are won: 46 KB of records take 0.06, 0.13 and 0.14 ms.
    return CompressMiddleware(app, minimum_size=LEAST, zstd_level=3, brotli_quality=4, gzip_level=4)


def accepted(header: str) -> Sequence[str]:
    """The encodings that an Accept-Encoding names, but for those that it gives no weight."""
    named = (one.strip().partition(";") for one in header.lower().split(","))
    return [name.strip() for name, _, weight in named if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")]
