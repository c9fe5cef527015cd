"""Clients of the authorization server, and how they prove who they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError

from auth import assertions
from auth.credentials import PRIVATE_KEY_JWT, Shown, shown
from auth.errors import SignedObjectError
from auth.jose import Key
from auth.principals import Principal, Role
from auth.secrets import matches, matches_nothing

#: Each check of a secret takes 16 MiB and a core for its time, so few run at once and not many wait.
_CHECKS_AT_ONCE = 4
_MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class Client:
    """A client that may ask for tokens.  It has a secret, or keys of which the hub knows the public half.

    With `must_bind` it gets only tokens that are bound to a key or a certificate of its own.
    """

    principal: Principal
    secret_hash: str | None = field(default=None, repr=False)
    keys: tuple[Key, ...] = ()
    must_bind: bool = False


#: Gives the client with an id unless it is unknown or revoked.
FindClient = Callable[[str], Awaitable[Client | None]]


class FirstUse(Protocol):
    """Whether something that may be used once has not been used before, here or in any other process."""

    def __call__(self, *names: str, until: float) -> Awaitable[bool]: ...


class ClientProof:
    """Knows a client by what it shows.  `audiences` are the names by which assertions may address us."""

    def __init__(
        self,
        find_client: FindClient,
        first_use: FirstUse,
        audiences: Collection[str],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._find_client = find_client
        self._first_use = first_use
        self._audiences = frozenset(audiences)
        self._now = now
        self._decoy_hash = matches_nothing()
        self._checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        self._waiting = 0

    async def __call__(self, authorization: Sequence[str], form: Mapping[str, str]) -> Client:
        """Who asks.  `authorization` holds every Authorization header that came.

        Raises Authlib's errors: InvalidClientError, InvalidRequestError, temporarily_unavailable.
        """
        credentials = shown(authorization, form)
        if self._waiting >= _MOST_WAITING:
            raise OAuth2Error(error="temporarily_unavailable")
        self._waiting += 1
        try:
            async with self._checks:
                return await self._proven(credentials)
        finally:
            self._waiting -= 1

    async def _proven(self, credentials: Shown) -> Client:
        known = await self._find_client(credentials.client_id) if credentials.may_exist else None
        # A client that is not there takes the same way and the same time as one with a wrong secret.
        client = known or Client(Principal(credentials.client_id, Role.BANK, frozenset()))
        if credentials.method == PRIVATE_KEY_JWT:
            await self._check_assertion(client, credentials.secret)
        elif not await asyncio.to_thread(matches, credentials.secret, client.secret_hash or self._decoy_hash):
            raise InvalidClientError()
        return client

    async def _check_assertion(self, client: Client, token: str) -> None:
        client_id = client.principal.client_id
        try:
            found = await asyncio.to_thread(assertions.check, token, client_id, client.keys, self._audiences, self._now())
        except SignedObjectError:
            raise InvalidClientError() from None
        if not await self._first_use("assertion", client_id, found.id, until=found.ends):
            raise InvalidClientError()
