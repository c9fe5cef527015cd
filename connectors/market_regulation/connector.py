"""Pulls the register by SOAP queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors import feeds
from connectors.base import Manifest
from connectors.http import Http
from connectors.market_regulation import mapping, soap
from connectors.paged import PagedConnector

_PAGE = 500


@dataclass(frozen=True)
class MarketRegulation(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        user = {"Username": self.settings["username"], "Password": self.settings["password"]}
        envelope = soap.message(resource, {"since": since, "maxRecords": str(_PAGE)}, user)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{soap.REGISTER}#{resource}"'}
        # A query changes nothing, so it may be asked again.
        answer = await http.post("/services/register", repeatable=True, content=envelope, headers=headers)
        body = soap.body_of(answer.xml())
        total = soap.members(body).get("total", "")
        count = int(total) if total.isdecimal() and len(total) < 19 else None
        return feeds.FeedPage(soap.records(body), "lastModified", _PAGE, None, count)
