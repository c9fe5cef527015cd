"""What the doors of `/graphql` have in common, over HTTP and over websockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from auth.principals import Principal
from auth.tokens import Access
from hub.domain.words.errors import HubError
from hub.services.access.trusted_documents import TrustedDocuments
from schema.budgets import Budgets
from schema.execution import Graph


@dataclass(frozen=True, slots=True)
class Service:
    """The graph, and what a door needs to let callers at it.

    `admit` knows a caller by an ASGI scope, and raises UNAUTHENTICATED; `ended` returns when what let a caller in ends, and
    `is_revoked` says whether that was ended before its time; `keep` keeps what an authenticated client sent and the door could
    not read.
    """

    graph: Graph
    budgets: Budgets
    documents: TrustedDocuments
    admit: Callable[[MutableMapping[str, Any]], Awaitable[Access]]
    ended: Callable[[Access], Awaitable[None]]
    is_revoked: Callable[[Access], Awaitable[bool]]
    keep: Callable[[Principal, HubError, bytes], Awaitable[None]]
