"""Pulls the register by SOAP queries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Manifest
from connectors.http import ConnectorLimits, Http
from connectors.market_regulation import mapping, soap

_PAGE = 500


@dataclass(frozen=True)
class MarketRegulation(Connector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    limits: ConnectorLimits = field(default_factory=ConnectorLimits)
    transport: httpx.AsyncBaseTransport | None = None

    async def check(self) -> Health:
        page = await self._fetch("QueryEnterprises", "")
        return Health(f"{page.total} enterprises")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        return feeds.pull(cursor, feeds.each(mapping.RESOURCES, self._fetch))

    async def _fetch(self, query: str, since: str) -> feeds.FeedPage:
        http = Http(self.settings["base_url"], limits=self.limits, transport=self.transport)
        user = {"Username": self.settings["username"], "Password": self.settings["password"]}
        envelope = soap.message(query, {"since": since, "maxRecords": str(_PAGE)}, user)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{soap.REGISTER}#{query}"'}
        # A query changes nothing, so it may be asked again.
        answer = await http.post("/services/register", repeatable=True, content=envelope, headers=headers)
        found = soap.body_of(answer.xml())
        total = soap.members(found).get("total", "")
        return feeds.stamped(
            soap.records(found), "lastModified", since, int(total) if total.isdecimal() and len(total) < 19 else None
        )
