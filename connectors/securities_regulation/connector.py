"""Pulls the system's resources through the provincial gateway."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from connectors import feeds
from connectors.base import Manifest
from connectors.credentials import GatewaySignature
from connectors.http import Http
from connectors.paged import PagedConnector
from connectors.securities_regulation import mapping

_PAGE = 500


@dataclass(frozen=True)
class SecuritiesRegulation(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        return super().http(auth or GatewaySignature(self.settings["client_id"], self.settings["secret"], self.clock))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        answer = (await http.get(f"/listing/{resource}", {"modifiedSince": since, "size": _PAGE})).json()
        rows = feeds.rows_of(answer, "result", "items")
        return feeds.FeedPage(rows, "modified", _PAGE, None, answer["result"].get("count"))
