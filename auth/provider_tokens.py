"""Access tokens of an outside provider: JWTs in the shape of RFC 9068 or near it.

Such a token proves who calls, and nothing else: what its client may do stands in the hub's own register, where the provider's
name for it leads to it.  Scope words of the hub in the token narrow that further.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auth.clients import Client
from auth.errors import RefusedTokenError, SignedObjectError, UnfitClaimError
from auth.jose import LEEWAY_SECONDS, PROVIDERS_ALGORITHMS, Opened, digest_of, opened, read_part
from auth.provider import Known, Provider
from auth.scopes import ALL
from auth.tokens import Access, Bound, bound_by
from hub.domain.words.errors import ErrorCode, HubError

#: `x5t` is a digest by which some providers name their key once more; it brings none.
HEADER = frozenset({"alg", "typ", "kid", "x5t"})
_TYPES = ("at+jwt", "application/at+jwt")
#: What some providers put on access tokens, and all on others.
_PLAIN = ("JWT", None)
#: What only ID tokens hold: they are for whoever signs people in, and open nothing.
_OF_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash"})
#: How long the register's word on a client is good; what is revoked is refused by the list of revocations as well.
_REGISTER_SECONDS = 5.0
_MOST_REMEMBERED = 10_000
#: How long a reason of refusals is not told again.
_SAY_AGAIN_SECONDS = 60.0

_log = logging.getLogger("hub.provider")

#: Gives the client that the provider calls by this name, unless it is unknown or revoked.
FindOutside = Callable[[str], Awaitable[Client | None]]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a good token says."""

    client: str
    id: str
    begins: int
    ends: int
    words: frozenset[str]
    bound: Bound | None


class ProviderTokens:
    """Verifies them.  `audience` is the hub's name at the provider, `client_claim` the claim that names the client, `longest`
    the longest life of a token in seconds; with `plain`, tokens need not be marked as access tokens."""

    def __init__(
        self,
        provider: Provider,
        audience: str,
        find: FindOutside,
        *,
        client_claim: str = "client_id",
        longest: int = 3600,
        plain: bool = False,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider = provider
        self._audience = audience
        self._find = find
        self._client_claim = client_claim
        self._longest = longest
        self._types = (*_TYPES, *(_PLAIN if plain else ()))
        self._now = now
        self._ticks = ticks
        self._known: Known | None = None
        self._verified: OrderedDict[str, None] = OrderedDict()
        self._clients: OrderedDict[str, tuple[float, Client | None]] = OrderedDict()
        self._said_at: OrderedDict[str, float] = OrderedDict()

    async def verify(self, token: str) -> Access:
        """What the token says, with the rights that the register gives its client.

        Raises UNAUTHENTICATED, or UNAVAILABLE where the provider's keys are not to be had.
        """
        try:
            said = await self._said(token)
        except UnfitClaimError as error:
            if self._is_theirs(token):
                self._tell(str(error))
            raise RefusedTokenError(error.said) from None
        except (SignedObjectError, ValueError) as error:
            if isinstance(error, SignedObjectError) and self._is_theirs(token):
                self._tell(str(error))
            raise HubError(ErrorCode.UNAUTHENTICATED) from None
        client = await self._client(said.client)
        if client is None:
            # The provider's clients are its own affair; which of them the hub knows is the hub's.
            self._tell(f"no client is registered as {self._client_claim}={said.client!a:.120} (hub clients add --external)")
            raise RefusedTokenError("The provider's client is not registered here")
        if client.must_bind and said.bound is None:
            raise RefusedTokenError("The access token must be bound to a key or a certificate")
        who = client.principal
        if said.words:
            who = replace(who, scopes=who.scopes & said.words)
        return Access(who, said.id, said.begins, said.ends, said.bound)

    async def _said(self, token: str) -> _Said:
        now = self._now()
        opened_token = opened(token, HEADER, self._types, PROVIDERS_ALGORITHMS)
        # Asked before anything else, so that a token of nobody we know makes us ask nobody.
        if opened_token.text("iss") != self._provider.issuer:
            raise SignedObjectError("iss")
        kid = opened_token.key_name()
        try:
            said = self._read(opened_token, now)
        except SignedObjectError as error:
            # Nobody is asked for keys for it; where they are known, who has a good signature is told what is wrong.
            if self._known is None or not any(opened_token.is_signed_by(key) for key in self._known.named(kid)):
                raise
            raise UnfitClaimError(str(error), f"The access token is signed, but not fit: {_ascii(str(error))}") from None
        known = await self._provider.known(kid)
        if known is not self._known:
            # What a key that is gone has signed is not good any more.
            self._known = known
            self._verified.clear()
        if token not in self._verified:
            if not any(opened_token.is_signed_by(key) for key in known.named(kid)):
                raise SignedObjectError("signature")
            _remember(self._verified, token, None)
        return said

    def _read(self, opened_token: Opened, now: float) -> _Said:
        claims = opened_token.claims
        if self._audience not in _audiences(claims):
            raise SignedObjectError(f"aud does not name {self._audience}")
        if _OF_ID_TOKENS & set(claims):
            raise SignedObjectError("it is an ID token, not an access token")
        begins, ends = opened_token.moment("iat"), opened_token.moment("exp")
        valid_from = opened_token.moment("nbf") if "nbf" in claims else begins
        if ends <= now:
            raise SignedObjectError("exp has passed, by the clock of the hub")
        if max(begins, valid_from) > now + LEEWAY_SECONDS:
            raise SignedObjectError(f"iat or nbf lies more than {LEEWAY_SECONDS} s ahead of the clock of the hub")
        if ends - begins > self._longest:
            raise SignedObjectError(f"it lives longer than {self._longest} s (exp - iat)")
        if opened_token.header.get("typ") in _TYPES or "jti" in claims:
            opened_token.id()
        # Under one roof with ids of our own, so nobody can choose one that is another's.
        named = f"{self._provider.issuer}\n{claims.get('jti') or opened_token.identity}"
        client = opened_token.text(self._client_claim)
        return _Said(client, digest_of(named.encode()), begins, ends, _words(claims), bound_by(claims))

    def _is_theirs(self, token: str) -> bool:
        """Whether a token names the provider as its issuer; nobody else's are worth a line."""
        try:
            return bool(json.loads(read_part(token.split(".")[1])).get("iss") == self._provider.issuer)
        except (ValueError, IndexError, AttributeError, RecursionError):
            return False

    def _tell(self, reason: str) -> None:
        """Tell the operator why tokens are refused: each reason once in a while, for anybody can make many."""
        now = self._ticks()
        if now - self._said_at.get(reason, -math.inf) >= _SAY_AGAIN_SECONDS:
            _remember(self._said_at, reason, now)
            _log.warning("a token of %s was refused: %s", self._provider.issuer, reason)

    async def _client(self, name: str) -> Client | None:
        known = self._clients.get(name)
        if known is None or self._ticks() - known[0] >= _REGISTER_SECONDS:
            # The time is taken before the look: what a slow look found is no younger than its asking.
            known = (self._ticks(), await self._find(name))
            _remember(self._clients, name, known)
        return known[1]


def _audiences(claims: Mapping[str, Any]) -> list[Any]:
    """For whom a token is."""
    value = claims.get("aud")
    return value if isinstance(value, list) else [value]


def _ascii(text: str) -> str:
    """What may stand in a header between quotes (RFC 6749, appendix A)."""
    return "".join(c for c in text if " " <= c <= "~" and c not in '"\\')


def _words(claims: Mapping[str, Any]) -> frozenset[str]:
    """The hub's scope words in a token; other words are other services' affair."""
    value = claims.get("scope", claims.get("scp", ""))
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list):
        raise SignedObjectError("scope")
    return frozenset(word for word in words if word in ALL)


def _remember(kept: OrderedDict[str, Any], name: str, value: Any) -> None:
    kept[name] = value
    kept.move_to_end(name)
    if len(kept) > _MOST_REMEMBERED:
        kept.popitem(last=False)
