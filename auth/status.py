"""Asking about a token (RFC 7662) and ending one before its time (RFC 7009), apart from their HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError

from auth.clients import ClientProof
from auth.principals import Principal, Role
from auth.scopes import OPERATE
from auth.server import Reply, TokenRequest, refusal
from auth.tokens import Access, Tokens, VerifyOutside, nobody_outside
from hub.domain.words.errors import ErrorCode, HubError

#: Whether a verified token still holds.
IsGood = Callable[[Access], Awaitable[bool]]
#: Ends a token.
Revoke = Callable[[Access], Awaitable[None]]


class TokenStatus:
    """Answers a token's own client, and operators; to anybody else no token is anything.

    Tokens of an outside provider (`outside`) can be ended here, and then are refused here; of their state their provider tells.
    """

    def __init__(
        self, proof: ClientProof, tokens: Tokens, is_good: IsGood, revoke: Revoke, outside: VerifyOutside = nobody_outside
    ) -> None:
        self._proof = proof
        self._tokens = tokens
        self._is_good = is_good
        self._revoke = revoke
        self._outside = outside

    async def introspect(self, asked: TokenRequest) -> Reply:
        """What a token is good for; of tokens that are not, or not the caller's to ask about, only that they are not active."""
        try:
            access, asker = await self._named(asked, nobody_outside)
        except OAuth2Error as error:
            return refusal(error)
        if access is None or not _may_handle(asker, access) or not await self._is_good(access):
            return Reply(200, {"active": False}, {})
        who = access.principal
        status: dict[str, Any] = {
            "active": True,
            "scope": " ".join(sorted(who.scopes)),
            "client_id": who.client_id,
            "sub": who.client_id,
            "token_type": access.type,
            "iss": self._tokens.issuer,
            "aud": self._tokens.audience,
            "iat": access.begins,
            "exp": access.ends,
            "jti": access.id,
        }
        if access.bound:
            status["cnf"] = {access.bound.holder.value: access.bound.thumbprint}
        return Reply(200, status, {})

    async def revoke(self, asked: TokenRequest) -> Reply:
        """End a token.  What is no token, or none any more, is ended already."""
        try:
            access, asker = await self._named(asked, self._outside)
            if access is not None and not _may_handle(asker, access):
                raise UnauthorizedClientError()
        except OAuth2Error as error:
            return refusal(error)
        if access is not None:
            await self._revoke(access)
        return Reply(200, {}, {})

    async def _named(self, asked: TokenRequest, outside: VerifyOutside) -> tuple[Access | None, Principal]:
        """The token that a request names, if it is one that is known here and in time, and who asks."""
        client = await self._proof(asked.authorization, asked.form, asked.address)
        token = asked.form.get("token")
        if not token:
            raise InvalidRequestError()
        try:
            return await self._verified(token, outside), client.principal
        except HubError as error:
            if error.code is not ErrorCode.UNAUTHENTICATED:
                raise
            return None, client.principal

    async def _verified(self, token: str, outside: VerifyOutside) -> Access:
        try:
            return self._tokens.verify(token)
        except HubError:
            return await outside(token)


def _may_handle(asker: Principal, access: Access) -> bool:
    """A client handles its own tokens; those of others are for operators whose scope says so."""
    return asker.client_id == access.principal.client_id or (asker.role is Role.OPERATOR and OPERATE in asker.scopes)
