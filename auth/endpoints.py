"""The HTTP of the authorization server: tokens (RFC 6749), their end (RFC 7009) and state (RFC 7662), metadata (RFC 8414), and
public keys (RFC 7517)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.callers import shown
from auth.certificates import Certificates
from auth.credentials import METHODS
from auth.jose import ALGORITHMS
from auth.scopes import ALL
from auth.server import GRANT, Reply, TokenRequest, TokenServer
from auth.status import TokenStatus
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.bodies import BodyRefusedError, read_body
from hub.http.peers import Peers

MOST_BYTES = 8192
_BODY_SECONDS = 10.0
#: How long an answer may take to find.
_ANSWER_SECONDS = 10.0
_PATHS = {"token": "/oauth/token", "introspection": "/oauth/introspect", "revocation": "/oauth/revoke"}
_MOST_PARAMETERS = 20
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache", "x-content-type-options": "nosniff"}
_MAY_KEEP = {"cache-control": "public, max-age=600", "x-content-type-options": "nosniff"}
_REFUSED = {
    ErrorCode.PAYLOAD_TOO_LARGE: (413, f"At most {MOST_BYTES} bytes"),
    ErrorCode.REQUEST_TIMEOUT: (408, "The body did not come in time"),
    ErrorCode.MALFORMED_REQUEST: (400, "The body did not come to its end"),
}


class _UnreadableError(Exception):
    """A request that cannot be read as a token request."""

    def __init__(self, status: int, description: str) -> None:
        self.reply = Reply(status, {"error": "invalid_request", "error_description": description}, {})


def metadata(issuer: str, *, certificates_bind: bool) -> dict[str, Any]:
    """What the authorization server says of itself (RFC 8414).  `issuer` is its address without a slash at the end."""
    proofs = {"auth_methods_supported": list(METHODS), "auth_signing_alg_values_supported": list(ALGORITHMS)}
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": list(ALL),
        "response_types_supported": [],
        "grant_types_supported": [GRANT],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": certificates_bind,
        **{f"{name}_endpoint": issuer + path for name, path in _PATHS.items()},
        **{f"{name}_endpoint_{what}": value for name in _PATHS for what, value in proofs.items()},
    }


def routes(
    server: TokenServer,
    status: TokenStatus,
    public_keys: Callable[[], Mapping[str, Any]],
    issuer: str,
    peers: Peers | None = None,
) -> list[Route]:
    """The routes to mount at the root.  `issuer` is the hub's own address without a slash at its end; `peers` knows from where
    requests come."""
    peers = peers or Peers()
    certificates = Certificates(peers)
    document = metadata(issuer, certificates_bind=certificates.are_trusted)

    async def about(_request: Request) -> Response:
        return JSONResponse(document, headers=_MAY_KEEP)

    responders = {"token": server.respond, "introspection": status.introspect, "revocation": status.revoke}
    return [
        *(
            Route(path, _answering(responders[name], issuer, certificates, peers), methods=["POST"])
            for name, path in _PATHS.items()
        ),
        # The second is where libraries of OpenID Connect look; people do not sign in here.
        Route("/.well-known/oauth-authorization-server", about, methods=["GET"]),
        Route("/.well-known/openid-configuration", about, methods=["GET"]),
        keys_route(public_keys),
    ]


def keys_route(public_keys: Callable[[], Mapping[str, Any]]) -> Route:
    """Where the hub's public keys are had."""

    async def keys(_request: Request) -> Response:
        return JSONResponse(dict(public_keys()), headers=_MAY_KEEP)

    return Route("/.well-known/jwks.json", keys, methods=["GET"])


def _answering(
    respond: Callable[[TokenRequest], Awaitable[Reply]], issuer: str, certificates: Certificates, peers: Peers
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            form = await _form(request)
            asked = TokenRequest(
                request.headers.getlist("authorization"),
                form,
                shown(request.scope, issuer),
                certificates.thumbprint(request.scope),
                peers.address(request.scope),
            )
            async with asyncio.timeout(_ANSWER_SECONDS):
                reply = await respond(asked)
        except _UnreadableError as error:
            reply = error.reply
        except (HubError, TimeoutError) as error:
            # The databases know who was revoked; where they cannot be asked, nobody is told that a token is good.
            code = error.code if isinstance(error, HubError) else ErrorCode.UNAVAILABLE
            waits = error.retry_after if isinstance(error, HubError) else None
            status = 429 if code is ErrorCode.RATE_LIMITED else 503
            more = {"connection": "close"} if status == 429 else {}
            body = {"error": "temporarily_unavailable", "error_description": code.value}
            reply = Reply(status, body, {"retry-after": str(waits or 1), **more})
        return JSONResponse(reply.body, reply.status, reply.headers | _NO_STORE)

    return answer


async def _form(request: Request) -> dict[str, str]:
    """The parameters of the body; those without a value count as left out (RFC 6749, 3.2)."""
    kinds = request.headers.getlist("content-type")
    if len(kinds) != 1 or kinds[0].split(";")[0].strip().lower() != _FORM or "content-encoding" in request.headers:
        raise _UnreadableError(415, f"The body must be {_FORM}")
    body = await _body(request)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict")
    except ValueError:
        raise _UnreadableError(400, "The form cannot be read") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise _UnreadableError(400, "A parameter is repeated")
    return {name: value for name, value in form.items() if value}


async def _body(request: Request) -> bytes:
    try:
        return await read_body(request.scope, request.receive, most_bytes=MOST_BYTES, seconds=_BODY_SECONDS)
    except BodyRefusedError as error:
        status, description = _REFUSED[error.code]
        raise _UnreadableError(status, description) from None
