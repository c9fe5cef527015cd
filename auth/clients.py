"""Clients of the authorization server, and how they prove who they are."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError

from auth import assertions
from auth.credentials import PRIVATE_KEY_JWT, Shown, UnfitAssertionError, shown
from auth.errors import SignedObjectError, UnfitClaimError
from auth.jose import Key
from auth.principals import Principal, Role
from auth.secrets import hashed, is_slow, matches, matches_nothing
from hub.http.strangers import Strangers

#: A check against a hash of the slow kind takes 16 MiB and a core for its time: few run at once, and few wait from one address.
_SLOW_AT_ONCE = 2
_MOST_SLOW = 3


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


#: Keeps another hash of a client's secret in the place of the one that it has.
Rehash = Callable[[str, str, str], Awaitable[None]]


async def _kept_as_it_is(_client_id: str, _old: str, _new: str) -> None:
    pass


class ClientProof:
    """Knows a client by what it shows.  `audiences` are the names by which assertions may address us; `rehash` replaces hashes
    of the slow kind; `strangers` are those who fail."""

    def __init__(
        self,
        find_client: FindClient,
        first_use: FirstUse,
        audiences: Collection[str],
        *,
        rehash: Rehash = _kept_as_it_is,
        strangers: Strangers | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._find_client = find_client
        self._first_use = first_use
        self._audiences = frozenset(audiences)
        self._rehash = rehash
        self._strangers = strangers or Strangers()
        self._now = now
        self._decoy_hash = matches_nothing()
        self._slow = asyncio.Semaphore(_SLOW_AT_ONCE)
        self._slow_from: Counter[str] = Counter()

    async def __call__(self, authorization: Sequence[str], form: Mapping[str, str], address: str = "") -> Client:
        """Who asks, from this address.  `authorization` holds every Authorization header that came.

        Raises Authlib's errors: InvalidClientError, InvalidRequestError, temporarily_unavailable; RATE_LIMITED for who fails
        again and again.
        """
        try:
            return await self._proven(shown(authorization, form), address)
        except InvalidClientError:
            await self._strangers.failed(address)
            raise

    async def _proven(self, credentials: Shown, address: str) -> Client:
        known = await self._find_client(credentials.client_id) if credentials.may_exist else None
        # A client that is not there takes the same way and the same time as one with a wrong secret.
        client = known or Client(Principal(credentials.client_id, Role.BANK, frozenset()))
        if credentials.method == PRIVATE_KEY_JWT:
            await self._check_assertion(client, credentials.secret)
        elif client.secret_hash is not None and is_slow(client.secret_hash):
            await self._check_slowly(client, client.secret_hash, credentials.secret, address)
        elif not matches(credentials.secret, client.secret_hash or self._decoy_hash):
            raise InvalidClientError()
        return client

    async def _check_slowly(self, client: Client, kept: str, secret: str, address: str) -> None:
        if self._slow_from[address] >= _MOST_SLOW:
            raise OAuth2Error(error="temporarily_unavailable")
        self._slow_from[address] += 1
        try:
            async with self._slow:
                if not await asyncio.to_thread(matches, secret, kept):
                    raise InvalidClientError()
        finally:
            self._slow_from[address] -= 1
            self._slow_from += Counter()
        await self._rehash(client.principal.client_id, kept, hashed(secret))

    async def _check_assertion(self, client: Client, token: str) -> None:
        client_id = client.principal.client_id
        try:
            assertion = assertions.check(token, client_id, client.keys, self._audiences, self._now())
        except UnfitClaimError as error:
            raise UnfitAssertionError(error.said) from None
        except SignedObjectError:
            raise InvalidClientError() from None
        if not await self._first_use("assertion", client_id, assertion.id, until=assertion.ends):
            raise UnfitAssertionError("The assertion was used before (jti)")
