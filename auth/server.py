"""The OAuth2 authorization server (RFC 6749, client credentials): the grant is Authlib's, the proof is `auth.clients`'."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from auth.clients import Client, ClientProof
from auth.credentials import UnfitAssertionError
from auth.dpop import Dpop, Shown
from auth.errors import NonceNeededError, SignedObjectError, UnfitClaimError
from auth.principals import Role
from auth.tokens import LIFETIME_SECONDS, Bound, Holder, Tokens

GRANT = "client_credentials"
_PROVEN = "proven"

#: Authlib's own descriptions repeat what the client sent.  RFC 6749 allows ASCII only here.
_DESCRIPTIONS = {
    "invalid_request": "A parameter is missing or contradicts another, or credentials were given in more than one way",
    "invalid_client": "The client is unknown or did not prove who it is",
    "invalid_scope": "The client is not registered for all of the scopes asked for",
    "unauthorized_client": "The client may not do this",
    "unsupported_grant_type": f"Only {GRANT} is supported",
    "invalid_dpop_proof": "A DPoP proof is needed, and this one is missing, not valid, or was used before",
    "use_dpop_nonce": "The DPoP proof needs the nonce of the DPoP-Nonce header",
    "temporarily_unavailable": "Too many token requests at once, try again",
}


class UnfitProofError(OAuth2Error):
    """The DPoP proof is signed, and is none for this request; `said` is why."""

    def __init__(self, said: str) -> None:
        super().__init__(error="invalid_dpop_proof")
        self.said = said


class Reply(NamedTuple):
    """An answer, apart from its HTTP."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to the authorization server: every Authorization header that came, the form, and what tokens could be bound to
    (DPoP proofs, and the thumbprint of the certificate that the trusted proxy vouches for), and from where it comes."""

    authorization: Sequence[str]
    form: Mapping[str, str]
    shown: Shown | None = None
    certificate: str | None = None
    address: str = ""


class _Proven:
    """A client that has proven who it is, with the questions that Authlib asks of it."""

    def __init__(self, client: Client) -> None:
        self.principal = client.principal

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == _PROVEN

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = (_PROVEN,)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        # Authlib's own writes the token into the debug log.
        return 200, self.generate_token(scope=self.request.payload.scope), self.TOKEN_RESPONSE_HEADER


class _Server(AuthorizationServer):
    """Answers one request of a client that is known already."""

    def __init__(self, client: Client, tokens: Tokens, bound: Bound | None) -> None:
        super().__init__()
        self._client = _Proven(client)
        self._tokens = tokens
        self._bound = bound
        self.register_grant(_Grant)
        self.register_token_generator("default", self._generate)
        self.register_client_auth_method(_PROVEN, lambda _query, _request: self._client)

    def query_client(self, client_id: str) -> _Proven | None:
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
        return refusal(error)

    def validate_requested_scope(self, scope: str | None) -> None:
        # A client that asks for too much is told so now, not by a later FORBIDDEN.
        if not set((scope or "").split()) <= self._client.principal.scopes:
            raise InvalidScopeError()

    def _generate(self, client: _Proven, scope: str | None = None, **_: Any) -> dict[str, Any]:
        granted = frozenset((scope or "").split()) or client.principal.scopes
        return {
            "access_token": self._tokens.issue(replace(client.principal, scopes=granted), bound=self._bound),
            "token_type": "DPoP" if self._bound and self._bound.holder is Holder.KEY else "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": " ".join(sorted(granted)),
        }


class TokenServer:
    """The token endpoint without its HTTP.  Clients of the roles in `must_bind` get bound tokens only."""

    def __init__(self, proof: ClientProof, tokens: Tokens, dpop: Dpop, must_bind: Collection[Role] = frozenset()) -> None:
        self._proof = proof
        self._tokens = tokens
        self._dpop = dpop
        self._must_bind = frozenset(must_bind)

    async def respond(self, asked: TokenRequest) -> Reply:
        """The answer to a token request."""
        try:
            if not asked.form.get("grant_type"):
                raise InvalidRequestError()
            client = await self._proof(asked.authorization, asked.form, asked.address)
            bound = await self._bound(asked, client)
        except OAuth2Error as error:
            return refusal(error)
        except NonceNeededError:
            return self._with_nonce(refusal(OAuth2Error(error="use_dpop_nonce")))
        # Authlib refuses plain HTTP by this address; whether TLS was used is known to whoever ended it, not here.
        request = OAuth2Request("POST", "https://hub.invalid/oauth/token")
        request.payload = BasicOAuth2Payload(dict(asked.form))
        reply: Reply = _Server(client, self._tokens, bound).create_token_response(request)
        return self._with_nonce(reply) if asked.shown and asked.shown.proofs else reply

    async def _bound(self, asked: TokenRequest, client: Client) -> Bound | None:
        """What the token is bound to: a key that the client proves to hold, else its certificate."""
        if asked.shown and asked.shown.proofs:
            try:
                return Bound(Holder.KEY, await self._dpop.check(asked.shown))
            except UnfitClaimError as error:
                raise UnfitProofError(error.said) from None
            except SignedObjectError:
                raise OAuth2Error(error="invalid_dpop_proof") from None
        if asked.certificate:
            return Bound(Holder.CERTIFICATE, asked.certificate)
        if client.must_bind or client.principal.role in self._must_bind:
            raise OAuth2Error(error="invalid_dpop_proof")
        return None

    def _with_nonce(self, reply: Reply) -> Reply:
        return reply._replace(headers=reply.headers | {"dpop-nonce": self._dpop.nonces.new()})


def refusal(error: OAuth2Error) -> Reply:
    """The answer that tells of an error, in our own words."""
    code = error.error if error.error in _DESCRIPTIONS else "invalid_request"
    said = error.said if isinstance(error, UnfitAssertionError | UnfitProofError) else _DESCRIPTIONS[code]
    body = {"error": code, "error_description": said}
    match code:
        case "invalid_client":
            return Reply(401, body, {"www-authenticate": 'Basic realm="hub", charset="UTF-8"'})
        case "temporarily_unavailable":
            return Reply(503, body, {"retry-after": "1"})
    return Reply(400, body, {})
