"""Pulls the platform's resources page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Manifest
from connectors.credentials import ClientCredentials
from connectors.errors import RefusedForGood
from connectors.http import ConnectorLimits, Http
from connectors.natural_resources import mapping

_PAGE = 500


@dataclass(frozen=True)
class NaturalResources(Connector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    limits: ConnectorLimits = field(default_factory=ConnectorLimits)
    transport: httpx.AsyncBaseTransport | None = None

    def _http(self) -> Http:
        base = self.settings["base_url"]
        asking = Http(base, limits=self.limits, transport=self.transport)
        auth = ClientCredentials(asking, "/oauth/token", self.settings["client_id"], self.settings["client_secret"])
        return Http(base, auth=auth, limits=self.limits, transport=self.transport)

    async def check(self) -> Health:
        answer = (await self._http().get("/api/v1/organs", {"pageSize": 1})).json()
        feeds.rows_of(answer, "data")
        return Health(f"{answer.get('total')} organs")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        return feeds.pull(cursor, feeds.each(mapping.RESOURCES, partial(_fetch, self._http())))


async def _fetch(http: Http, resource: str, since: str) -> feeds.FeedPage:
    answer = (await http.get(f"/api/v1/{resource}", {"updatedAfter": since, "pageSize": _PAGE})).json()
    rows = feeds.rows_of(answer, "data")
    if not isinstance(more := answer.get("hasMore"), bool):
        raise RefusedForGood(f"{resource}: the answer has no hasMore")
    return feeds.stamped(rows, "updatedAt", since, answer.get("total"), more)
