"""Trusted documents: what clients have registered to ask, and whether they may ask anything else."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auth.principals import Principal
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.access import trusted_documents as documents
from hub.storage.access.trusted_documents import DocumentRow
from hub.storage.engine.database import Database

#: What is registered, removed or held is known to every process after this many seconds at the latest.
REFRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Known:
    """What was registered at one time.  `until` is when to look again."""

    until: float = 0.0
    #: By owner and id: the SHA-256, or the MD5 that Relay's compiler makes unless it is told otherwise.
    bodies: Mapping[tuple[str, str], str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()


def sha256(body: str) -> str:
    """The id of a document, in hex."""
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def md5(body: str) -> str:
    """The id of a document by Relay's default.  It finds what was registered, and nobody's trust stands on it."""
    return hashlib.md5(body.encode("utf-8"), usedforsecurity=False).hexdigest()


class TrustedDocuments:
    """The register of documents.  `ticks` gives seconds that only ever go forward."""

    def __init__(self, database: Database, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._ticks = ticks
        self._known = _Known()

    async def find(self, digest: str, caller: Principal) -> str:
        """The document that a caller, or its role, has registered, by its SHA-256 or MD5.

        Raises PERSISTED_QUERY_NOT_FOUND where there is none, PERSISTED_QUERY_NOT_SUPPORTED to who has none at all.
        """
        known = self._known if self._ticks() < self._known.until else await self._look()
        body = known.bodies.get((caller.client_id, digest)) or known.bodies.get((caller.role.value, digest))
        if body is None:
            has_any = not known.owners.isdisjoint((caller.client_id, caller.role.value))
            code = ErrorCode.PERSISTED_QUERY_NOT_FOUND if has_any else ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED
            raise HubError(code, field="documentId")
        return body

    async def is_held(self, caller: Principal) -> bool:
        """Whether a caller may ask by registered documents alone."""
        known = self._known if self._ticks() < self._known.until else await self._look()
        held = known.held
        return bool(held) and (caller.client_id in held or caller.role.value in held)

    async def add(self, owner: str, named: Mapping[str, str]) -> Sequence[DocumentRow]:
        """Register documents, by name, for a client or a role."""
        rows = [DocumentRow(owner, sha256(body), name, body) for name, body in named.items()]
        async with self._database.transaction() as connection:
            await documents.put(connection, rows)
        self._known = _Known()
        return rows

    async def remove(self, owner: str, digest: str) -> None:
        """Forget a document; NOT_FOUND where there is none."""
        async with self._database.transaction() as connection:
            if not await documents.remove(connection, owner, digest):
                raise HubError(ErrorCode.NOT_FOUND, f"{owner} {digest}")
        self._known = _Known()

    async def hold(self, owner: str, *, on: bool) -> None:
        """Hold a client or a role to its documents, or let it go."""
        async with self._database.transaction() as connection:
            await documents.hold(connection, owner, on=on)
        self._known = _Known()

    async def list(self) -> tuple[Sequence[DocumentRow], frozenset[str]]:
        """Every document, and who is held to its own."""
        async with self._database.connection() as connection:
            return await documents.list_all(connection), await documents.held(connection)

    async def _look(self) -> _Known:
        now = self._ticks()
        rows, held = await self.list()
        bodies = {(row.owner, key): row.body for row in rows for key in (row.sha256, md5(row.body))}
        self._known = _Known(now + REFRESH_SECONDS, bodies, held, frozenset(row.owner for row in rows))
        return self._known


def read_manifest(text: str) -> dict[str, str]:
    """Documents by name, of an Apollo persisted-query manifest or of a Relay map from id to document.

    Ids must be the document's SHA-256, or its MD5, which is Relay's default.  Raises INVALID_INPUT.
    """
    try:
        data: Any = json.loads(text)
        if "operations" in data:
            listed = [(str(one["id"]), str(one["name"]), str(one["body"])) for one in data["operations"]]
        else:
            listed = [(str(key), str(key), str(body)) for key, body in data.items()]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HubError(ErrorCode.INVALID_INPUT, "neither an Apollo manifest nor a Relay map") from None
    for key, name, body in listed:
        if key.removeprefix("sha256:").lower() not in (sha256(body), md5(body)):
            raise HubError(ErrorCode.INVALID_INPUT, f"{name}: the id {key[:80]} is neither the document's SHA-256 nor its MD5")
    return {name: body for _, name, body in listed}
