"""A receiver of webhooks in a process of its own, so that what it costs is no part of what is measured: it acknowledges all,
and tells how many messages came to each of its addresses.  It is as plain as can be, for it shares the machine."""

from __future__ import annotations

import json
from collections import defaultdict

from starlette.types import Receive, Scope, Send

_came: defaultdict[str, set[bytes]] = defaultdict(set)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Takes what is sent to `/hook/NAME`, and counts it by name at `/count`."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    place, _, name = scope["path"].rpartition("/")
    if place == "/hook":
        # One that is sent again is the same message.
        _came[name].add(next(value for key, value in scope["headers"] if key == b"webhook-id"))
    counted = b"" if place == "/hook" else json.dumps({name: len(ids) for name, ids in _came.items()}).encode()
    await send({"type": "http.response.start", "status": 204 if place == "/hook" else 200, "headers": []})
    await send({"type": "http.response.body", "body": counted})
