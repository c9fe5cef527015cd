"""Pulls feature collections in the order of their change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Manifest
from connectors.errors import RefusedForGood
from connectors.forestry_grassland import mapping
from connectors.http import ConnectorLimits, Http

_PAGE = 500


class _ApiKey(httpx.Auth):
    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["X-API-Key"] = self._key
        yield request


@dataclass(frozen=True)
class ForestryGrassland(Connector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    limits: ConnectorLimits = field(default_factory=ConnectorLimits)
    transport: httpx.AsyncBaseTransport | None = None

    def _http(self) -> Http:
        return Http(
            self.settings["base_url"], auth=_ApiKey(self.settings["api_key"]), limits=self.limits, transport=self.transport
        )

    async def check(self) -> Health:
        page = await _fetch(self._http(), "opinions", "")
        return Health(f"{page.total} features")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        return feeds.pull(cursor, feeds.each(mapping.RESOURCES, partial(_fetch, self._http())))


async def _fetch(http: Http, collection: str, since: str) -> feeds.FeedPage:
    asked: dict[str, Any] = {"limit": _PAGE, "sortby": "updated", **({"datetime": f"{since}/.."} if since else {})}
    answer = (await http.get(f"/collections/{collection}/items", asked)).json()
    if not isinstance(answer, dict) or answer.get("type") != "FeatureCollection":
        raise RefusedForGood(f"{collection}: the answer is no FeatureCollection")
    rows = []
    for feature in feeds.rows_of(answer, "features"):
        properties = feature.get("properties")
        if not isinstance(properties, dict):
            raise RefusedForGood(f"{collection}: a feature has no properties")
        rows.append({**properties, "geometry": feature.get("geometry")})
    # The interval is closed: the features of the very moment asked from come again, and are left out here.
    fresh = [row for row in rows if row.get("updated") != since]
    if rows and not fresh and len(rows) >= _PAGE:
        raise RefusedForGood(f"{collection}: more features changed at one moment than a page holds")
    total = answer.get("numberMatched")
    left = total - (len(rows) - len(fresh)) if isinstance(total, int) else None
    return feeds.stamped(fresh, "updated", since, left)
