"""The OAuth2 authorization server (RFC 6749, client credentials), on Authlib.

Authlib's core is synchronous and asks for the client while it works, so the client is fetched before and the grant then runs
beside the event loop, where its slow secret check holds nobody up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from auth.credentials import METHODS, Shown, shown
from auth.principals import Principal, Role
from auth.secrets import matches, matches_nothing
from auth.tokens import LIFETIME_SECONDS, Tokens

GRANT = "client_credentials"

#: Each check of a secret takes 16 MiB and a core for its time, so few run at once and not many wait.
_CHECKS_AT_ONCE = 4
_MOST_WAITING = 100

#: Authlib's own descriptions repeat what the client sent.  RFC 6749 allows ASCII only here.
_DESCRIPTIONS = {
    "invalid_request": "A parameter is missing or contradicts another, or credentials were given in more than one way",
    "invalid_client": "The client is unknown or did not prove who it is",
    "invalid_scope": "The client is not registered for all of the scopes asked for",
    "unauthorized_client": "The client may not use this grant",
    "unsupported_grant_type": f"Only {GRANT} is supported",
    "temporarily_unavailable": "Too many token requests at once, try again",
}


class Reply(NamedTuple):
    """An answer, apart from its HTTP."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Client:
    """A client that may ask for tokens, with the questions that Authlib asks of it."""

    principal: Principal
    secret_hash: str = field(repr=False)

    def check_client_secret(self, secret: str) -> bool:
        return matches(secret, self.secret_hash)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


#: Gives the client with an id unless it is unknown or revoked.
FindClient = Callable[[str], Awaitable[Client | None]]


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        # Authlib's own writes the token into the debug log.
        return 200, self.generate_token(scope=self.request.payload.scope), self.TOKEN_RESPONSE_HEADER


class _Server(AuthorizationServer):
    """Answers one request, for which the client and what it has shown are already known."""

    def __init__(self, client: Client, credentials: Shown, tokens: Tokens) -> None:
        super().__init__()
        self._client = client
        self._credentials = credentials
        self._tokens = tokens
        self.register_grant(_Grant)
        self.register_token_generator("default", self._generate)
        for method in METHODS:
            self.register_client_auth_method(method, self._by_secret(method))

    def _by_secret(self, method: str) -> Callable[[Any, Any], Client | None]:
        def check(_query_client: Any, _request: Any) -> Client | None:
            credentials = self._credentials
            if credentials.method == method and self._client.check_client_secret(credentials.secret):
                return self._client
            return None

        return check

    def query_client(self, client_id: str) -> Client | None:
        return self._client if self._client.principal.client_id == client_id else None

    def save_token(self, token: Any, request: Any) -> None:
        """Tokens speak for themselves; nothing is kept."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: dict[str, Any], headers: Any) -> Reply:
        return Reply(status, body, {})

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Reply:
        return _refusal(error)

    def validate_requested_scope(self, scope: str | None) -> None:
        # A client that asks for too much is told so now, not by a later FORBIDDEN.
        if not set((scope or "").split()) <= self._client.principal.scopes:
            raise InvalidScopeError()

    def _generate(self, client: Client, scope: str | None = None, **_: Any) -> dict[str, Any]:
        granted = frozenset((scope or "").split()) or client.principal.scopes
        return {
            "access_token": self._tokens.issue(replace(client.principal, scopes=granted)),
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": " ".join(sorted(granted)),
        }


class TokenServer:
    """The token endpoint without its HTTP."""

    def __init__(self, find_client: FindClient, tokens: Tokens) -> None:
        self._find_client = find_client
        self._tokens = tokens
        self._decoy_hash = matches_nothing()
        self._checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        self._waiting = 0

    async def respond(self, authorization: Sequence[str], form: Mapping[str, str]) -> Reply:
        """The answer to a token request with these Authorization headers and this form."""
        try:
            if not form.get("grant_type"):
                raise InvalidRequestError()
            credentials = shown(authorization, form)
        except OAuth2Error as error:
            return _refusal(error)
        if self._waiting >= _MOST_WAITING:
            return Reply(503, _told("temporarily_unavailable"), {"retry-after": "1"})
        self._waiting += 1
        try:
            async with self._checks:
                return await self._answer(credentials, form)
        finally:
            self._waiting -= 1

    async def _answer(self, credentials: Shown, form: Mapping[str, str]) -> Reply:
        client = await self._find_client(credentials.client_id) if credentials.may_exist else None
        # A client that is not there takes the same way and the same time as one with a wrong secret.
        client = client or Client(Principal(credentials.client_id, Role.BANK, frozenset()), self._decoy_hash)
        # Authlib refuses plain HTTP by this address; whether TLS was used is known to whoever ended it, not here.
        request = OAuth2Request("POST", "https://hub.invalid/oauth/token")
        request.payload = BasicOAuth2Payload(dict(form))
        reply: Reply = await asyncio.to_thread(_Server(client, credentials, self._tokens).create_token_response, request)
        return reply


def _told(error: str) -> dict[str, Any]:
    return {"error": error, "error_description": _DESCRIPTIONS[error]}


def _refusal(error: OAuth2Error) -> Reply:
    code = error.error if error.error in _DESCRIPTIONS else "invalid_request"
    if code == "invalid_client":
        return Reply(401, _told(code), {"www-authenticate": 'Basic realm="hub", charset="UTF-8"'})
    return Reply(400, _told(code), {})
