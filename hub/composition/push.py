"""What departments' systems push: one path for each connector that receives, read whole and answered by receipts."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.base import Connector, Direction, Incoming
from connectors.errors import ConnectorError
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.bodies import BodyRefusedError, read_body
from hub.services.posting.receipts import receipt_payload
from hub.services.work.ingest import Ingest

_UNREAD = {ErrorCode.PAYLOAD_TOO_LARGE: 413, ErrorCode.REQUEST_TIMEOUT: 408, ErrorCode.MALFORMED_REQUEST: 400}


class PushEndpoint:
    """Takes what systems push to `/push/{code}`."""

    def __init__(self, ingest: Ingest, joined: Mapping[str, Connector], *, most_bytes: int, body_seconds: float) -> None:
        self._ingest = ingest
        self._receivers = {
            code: connector for code, connector in joined.items() if Direction.RECEIVE in connector.manifest.directions
        }
        self._most_bytes = most_bytes
        self._body_seconds = body_seconds

    async def respond(self, request: Request) -> Response:
        """A receipt for each item that was pushed, or why none was taken."""
        connector = self._receivers.get(request.path_params["code"])
        if connector is None:
            return JSONResponse({"error": "NOT_FOUND"}, 404)
        try:
            body = await read_body(request.scope, request.receive, most_bytes=self._most_bytes, seconds=self._body_seconds)
            message = Incoming("POST", request.scope["path"], dict(request.headers), body)
            results = await self._ingest.receive(connector, message)
        except BodyRefusedError as error:
            return _refused(error, _UNREAD[error.code], {"connection": "close"})
        except ConnectorError as refused:
            return JSONResponse({"error": "FORBIDDEN", "message": str(refused)}, 403)
        except HubError as error:
            return _refused(error, 400)
        return JSONResponse({"results": [receipt_payload(result) for result in results]})


def _refused(error: HubError, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": error.code.value, "message": error.message}, status, headers)
