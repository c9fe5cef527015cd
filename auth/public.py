"""The public: whoever asks without saying who.  What it sees stands in the access table; it posts and follows nothing."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from auth.principals import Principal, Role
from auth.scopes import READ
from auth.tokens import Access
from hub.http.peers import Peers

#: What the public is called where clients are told apart.
PUBLIC = "public"
#: An answer that is sent as a stream of one event has to end some time.
_SECONDS = 600


class Public:
    """Lets in whoever comes, as the public; cookies and tokens say nothing here."""

    def __init__(self, peers: Peers, now: Callable[[], float]) -> None:
        self._peers = peers
        self._now = now

    async def admit(self, scope: MutableMapping[str, Any]) -> Access:
        """The public, from an address."""
        somebody = Principal(PUBLIC, Role.PUBLIC, frozenset({READ}), address=self._peers.address(scope))
        begins = int(self._now())
        return Access(somebody, PUBLIC, begins, begins + _SECONDS)
