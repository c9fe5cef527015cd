"""Pulls the system's resources through the provincial gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Manifest
from connectors.credentials import GatewaySignature
from connectors.http import ConnectorLimits, Http
from connectors.securities_regulation import mapping

_PAGE = 500


@dataclass(frozen=True)
class SecuritiesRegulation(Connector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    limits: ConnectorLimits = field(default_factory=ConnectorLimits)
    transport: httpx.AsyncBaseTransport | None = None

    def _http(self) -> Http:
        auth = GatewaySignature(self.settings["client_id"], self.settings["secret"])
        return Http(self.settings["base_url"], auth=auth, limits=self.limits, transport=self.transport)

    async def check(self) -> Health:
        page = await _fetch(self._http(), "opinions", "")
        return Health(f"{page.total} opinions")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        return feeds.pull(cursor, feeds.each(mapping.RESOURCES, partial(_fetch, self._http())))


async def _fetch(http: Http, resource: str, since: str) -> feeds.FeedPage:
    answer = (await http.get(f"/listing/{resource}", {"modifiedSince": since, "size": _PAGE})).json()
    rows = feeds.rows_of(answer, "result", "items")
    return feeds.stamped(rows, "modified", since, answer["result"].get("count"))
