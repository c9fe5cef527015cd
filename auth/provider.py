"""An outside identity provider, by its issuer address: what it says of itself, and the keys it signs with.

Both are kept, and read again beside the requests when they grow old.  A key that is not known is looked for at once, but
seldom: whoever forges names of keys makes the hub ask no more often.  While the provider cannot be asked, what is kept serves
for a bounded time; after that nobody can tell who signed what, and the answer is UNAVAILABLE.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from authlib.oauth2.rfc8414 import get_well_known_url

from auth.errors import SignedObjectError, UnansweredError
from auth.fetching import is_safe
from auth.jose import PROVIDERS_ALGORITHMS, Key, public_key
from hub.domain.words.errors import ErrorCode, HubError

#: What is older than this is read again.
FRESH_SECONDS = 600.0
#: What is older than this serves no more: a key that the provider took back is good for no longer.
STALE_SECONDS = 3600.0
#: The shortest time between two askings.
AGAIN_SECONDS = 10.0
_MOST_KEYS = 100

_log = logging.getLogger("hub.provider")


class Get(Protocol):
    """Fetches a JSON object; raises UnansweredError."""

    async def get(self, url: str) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What a provider says of itself, and its keys.  The same object as long as nothing was read again."""

    metadata: Mapping[str, Any]
    keys: tuple[Key, ...]

    def named(self, kid: str | None) -> tuple[Key, ...]:
        """The keys that may have signed what names this key, or names none."""
        return self.keys if kid is None else tuple(key for key in self.keys if key.kid == kid)

    def address(self, name: str) -> str | None:
        """An address of the metadata, if it is there and may be asked."""
        value = self.metadata.get(name)
        return value if is_safe(value) else None


class Provider:
    """One provider.  `ticks` gives seconds that only ever go forward."""

    def __init__(self, issuer: str, fetch: Get, *, ticks: Callable[[], float] = time.monotonic) -> None:
        """Raises ValueError for what is no issuer."""
        if not is_safe(issuer) or "?" in issuer:
            raise ValueError("an https address without a query")
        self.issuer = issuer
        self._fetch = fetch
        self._ticks = ticks
        self._known: Known | None = None
        self._read_at = self._tried_at = float("-inf")
        self._failed = False
        self._looking: asyncio.Task[None] | None = None

    async def known(self, kid: str | None = None) -> Known:
        """What is known of the provider, with the key of this name if it has one; UNAVAILABLE where nobody can tell."""
        if self._lacks(kid):
            if (looking := self._look()) is not None:
                # Others wait for the same look: who goes away does not end it.
                await asyncio.shield(looking)
        elif self._age >= FRESH_SECONDS:
            self._look()
        known = self._known
        if known is None or self._age >= STALE_SECONDS or (self._failed and not known.named(kid)):
            raise HubError(ErrorCode.UNAVAILABLE)
        return known

    @property
    def _age(self) -> float:
        return self._ticks() - self._read_at

    def _lacks(self, kid: str | None) -> bool:
        return self._known is None or self._age >= STALE_SECONDS or not self._known.named(kid)

    def _look(self) -> asyncio.Task[None] | None:
        """The look that runs, or a new one; none when the last one began only now."""
        if self._looking is not None and not self._looking.done():
            return self._looking
        if self._ticks() - self._tried_at < AGAIN_SECONDS:
            return None
        self._tried_at = self._ticks()
        self._looking = asyncio.create_task(self._read(self._tried_at))
        return self._looking

    async def _read(self, asked: float) -> None:
        try:
            metadata = await self._metadata()
            known = Known(metadata, _keys(await self._fetch.get(metadata["jwks_uri"])))
        except UnansweredError as error:
            self._failed = True
            _log.warning("the identity provider %s cannot be asked: %s", self.issuer, error)
            return
        self._failed = False
        self._read_at = asked
        self._known = known

    async def _metadata(self) -> Mapping[str, Any]:
        try:
            # OpenID Connect Discovery puts it below the issuer's path, RFC 8414 before it.
            metadata = await self._fetch.get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        except UnansweredError as error:
            if not error.is_refusal:
                raise
            metadata = await self._fetch.get(get_well_known_url(self.issuer, external=True))
        if metadata.get("issuer") != self.issuer:
            raise UnansweredError("its metadata are of another issuer")
        if not is_safe(metadata.get("jwks_uri")):
            raise UnansweredError("its metadata name no jwks_uri over TLS")
        return metadata


def _keys(key_set: Mapping[str, Any]) -> tuple[Key, ...]:
    """The keys of a JWK set that sign and that we understand."""
    listed = key_set.get("keys")
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise UnansweredError("its keys are no JWK set")
    keys = []
    for jwk in listed:
        try:
            keys.append(public_key(jwk, PROVIDERS_ALGORITHMS))
        except SignedObjectError:
            continue
    if not keys:
        raise UnansweredError("it has no key that we understand")
    return tuple(keys)
