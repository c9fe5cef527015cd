"""Pulls feature collections in the order of their change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Manifest
from connectors.errors import RefusedForGood
from connectors.forestry_grassland import mapping
from connectors.http import Http
from connectors.paged import PagedConnector

_PAGE = 500


class _ApiKey(httpx.Auth):
    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["X-API-Key"] = self._key
        yield request


@dataclass(frozen=True)
class ForestryGrassland(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        return super().http(auth or _ApiKey(self.settings["api_key"]))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        asked: dict[str, Any] = {"limit": _PAGE, "sortby": "updated", **({"datetime": f"{since}/.."} if since else {})}
        answer = (await http.get(f"/collections/{resource}/items", asked)).json()
        if not isinstance(answer, dict) or answer.get("type") != "FeatureCollection":
            raise RefusedForGood(f"{resource}: the answer is no FeatureCollection")
        rows = []
        for feature in feeds.rows_of(answer, "features"):
            properties = feature.get("properties")
            if not isinstance(properties, dict):
                raise RefusedForGood(f"{resource}: a feature has no properties")
            rows.append({**properties, "geometry": feature.get("geometry")})
        return feeds.FeedPage(rows, "updated", _PAGE, None, answer.get("numberMatched"))
