"""Systems that tell page by page what changed: what their connectors share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Item
from connectors.cells import restored
from connectors.http import ConnectorLimits, Http
from connectors.mapping import Mapped
from hub.domain.record_kinds import RecordKind


@dataclass(frozen=True)
class PagedConnector(Connector):
    """A system with a feed for each of `resources`.  Subclasses say how calls are signed (`http`) and how one page is asked for
    (`fetch`); `limits` (else the manifest's) and
    `transport` are for tests."""

    resources: ClassVar[Mapping[str, Mapped]]
    limits: ConnectorLimits | None = None
    transport: httpx.AsyncBaseTransport | None = None

    def http(self, auth: httpx.Auth | None = None) -> Http:
        """Calls to the system."""
        limits = self.limits or ConnectorLimits(seconds=self.manifest.call_seconds)
        return Http(self.settings["base_url"], auth=auth, limits=limits, transport=self.transport)

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        """What of a resource changed after a moment ("": everything), in the order of its change."""
        raise NotImplementedError

    @classmethod
    def read_again(cls, kind: RecordKind, kept: Mapping[str, Any]) -> Item | None:
        mappings = [mapped for mapped in cls.resources.values() if mapped.kind is kind]
        # Of several nobody knows which it was.
        return mappings[0].item(restored(kept)) if len(mappings) == 1 else None

    async def check(self) -> Health:
        first = next(iter(self.resources))
        page = await self.fetch(self.http(), first, "")
        return Health(f"{len(page.rows) if page.total is None else page.total} {first}")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        fetch = partial(self.fetch, self.http())
        return feeds.pull(cursor, feeds.each(self.resources, fetch, self.manifest, self.clock))
