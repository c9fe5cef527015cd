"""What departments' systems push: one path for each connector that receives.

Anybody may send here, so nothing is read of a message before its head could be the sender's, and what is held of all bodies
until they have proven themselves has a bound.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.clients import FirstUse
from connectors.base import REPLAY_SECONDS, Connector, Direction, Incoming
from connectors.errors import ConnectorError
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.allowance import Allowance
from hub.http.bodies import read_spooled
from hub.http.headers import by_name
from hub.http.peers import Peers
from hub.http.strangers import Strangers
from hub.services.posting.receipts import Result, receipt_payload
from hub.services.work.ingest import Ingest

#: So many of the largest bodies may wait for their proof, of all senders and of one address.
_MOST_BODIES = 4
_MOST_FROM_ONE = 2
_STATUSES = {
    ErrorCode.PAYLOAD_TOO_LARGE: 413,
    ErrorCode.REQUEST_TIMEOUT: 408,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.DEADLINE_EXCEEDED: 503,
}


class PushEndpoint:
    """Takes what systems push to `/push/{code}`, within `seconds` once it has come.

    `first_use` knows what was sent before; `strangers` are those whose messages are not the system's, by the addresses that
    `peers` knows; `now` is the database's time."""

    def __init__(
        self,
        ingest: Ingest,
        joined: Mapping[str, Connector],
        first_use: FirstUse,
        *,
        most_bytes: int,
        body_seconds: float,
        seconds: float,
        peers: Peers,
        strangers: Strangers,
        now: Callable[[], float],
    ) -> None:
        self._ingest = ingest
        self._receivers = {
            code: connector for code, connector in joined.items() if Direction.RECEIVE in connector.manifest.directions
        }
        self._first_use = first_use
        self._most_bytes = most_bytes
        self._body_seconds = body_seconds
        self._seconds = seconds
        self._peers = peers
        self._strangers = strangers
        self._now = now
        self._allowance = Allowance(_MOST_BODIES * most_bytes, _MOST_FROM_ONE * most_bytes)

    async def respond(self, request: Request) -> Response:
        """A receipt for each item that was pushed, or why none was taken."""
        connector = self._receivers.get(request.path_params["code"])
        if connector is None:
            return JSONResponse({"error": "NOT_FOUND"}, 404)
        address = self._peers.address(request.scope)
        try:
            try:
                results = await self._taken(connector, request, address)
            except ConnectorError as refused:
                await self._strangers.failed(address)
                return JSONResponse({"error": "FORBIDDEN", "message": str(refused)}, 403, {"connection": "close"})
        except TimeoutError:
            return _refused(HubError(ErrorCode.DEADLINE_EXCEEDED))
        except HubError as error:
            return _refused(error)
        return JSONResponse({"results": [receipt_payload(result) for result in results]})

    async def _taken(self, connector: Connector, request: Request, address: str) -> list[Result]:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in by_name(request.scope).items()}
        name = connector.check_head(headers)
        if (length := headers.get("content-length", "")).isdecimal() and int(length) > self._most_bytes:
            raise HubError(ErrorCode.PAYLOAD_TOO_LARGE, f"≤ {self._most_bytes} bytes")

        async def first_use() -> bool:
            until = self._now() + REPLAY_SECONDS
            return await self._first_use("push", connector.manifest.code, name, until=until)

        with self._allowance.counting(address, request.receive) as receive:
            body = await read_spooled(receive, most_bytes=self._most_bytes, seconds=self._body_seconds)
            message = Incoming("POST", request.scope["path"], headers, body)
            async with asyncio.timeout(self._seconds):
                return await self._ingest.receive(connector, message, first_use)


def _refused(error: HubError) -> Response:
    """Why nothing was taken.  The connection ends with it: its body may not have been read."""
    waits = {"retry-after": str(error.retry_after)} if error.retry_after else {}
    body = {"error": error.code.value, "message": error.payload["message"]}
    return JSONResponse(body, _STATUSES.get(error.code, 400), {"connection": "close", **waits})
