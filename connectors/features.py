"""Geographic services that speak OGC API Features: collections, told in the order of their change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from connectors import feeds
from connectors.credentials import ApiKey
from connectors.errors import RefusedForGood
from connectors.http import Http
from connectors.paged import PagedConnector
from hub.domain.words.geometry import outline

_PAGE = 500


@dataclass(frozen=True)
class FeatureConnector(PagedConnector):
    """A service with a collection for each of `resources`, opened by an API key.  The property `stamp` of a feature tells
    when it changed; a row is a feature's properties with its `geometry`."""

    stamp: ClassVar[str]

    def http(self, auth: httpx.Auth | None = None) -> Http:
        return super().http(auth or ApiKey(self.settings["api_key"]))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        asked: dict[str, Any] = {"limit": _PAGE, "sortby": self.stamp, **({"datetime": f"{since}/.."} if since else {})}
        answer = (await http.get(f"/collections/{resource}/items", asked)).json()
        if not isinstance(answer, dict) or answer.get("type") != "FeatureCollection":
            raise RefusedForGood(f"{resource}: the answer is no FeatureCollection")
        rows = []
        for feature in feeds.rows_of(answer, "features"):
            # Of a feature that tells nothing of itself (RFC 7946, 3.2) nothing can be taken, of the others all.
            properties = feature.get("properties")
            told = properties if isinstance(properties, dict) else {}
            rows.append({**told, "geometry": outline(feature, answer.get("crs"))})
        return feeds.FeedPage(rows, self.stamp, _PAGE, None, answer.get("numberMatched"))
