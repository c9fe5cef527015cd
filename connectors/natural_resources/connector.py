"""Pulls the platform's resources page by page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from connectors import feeds
from connectors.base import Manifest
from connectors.credentials import ClientCredentials
from connectors.errors import RefusedForGood
from connectors.http import Http
from connectors.natural_resources import mapping
from connectors.paged import PagedConnector

_PAGE = 500


@dataclass(frozen=True)
class NaturalResources(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        s = self.settings
        return super().http(auth or ClientCredentials(super().http(), "/oauth/token", s["client_id"], s["client_secret"]))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        answer = (await http.get(f"/api/v1/{resource}", {"updatedAfter": since, "pageSize": _PAGE})).json()
        rows = feeds.rows_of(answer, "data")
        if not isinstance(more := answer.get("hasMore"), bool):
            raise RefusedForGood(f"{resource}: the answer has no hasMore")
        return feeds.FeedPage(rows, "updatedAt", _PAGE, more, answer.get("total"))
