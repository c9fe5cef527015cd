"""Plays the geographic service: collections of features, filtered by time."""

from __future__ import annotations

import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from connectors.forestry_grassland import mapping
from connectors.sandbox import Pages, Sandbox
from connectors.world.province import Data
from connectors.world.shelves import revision, stamp
from hub.domain.words.departments import Department

API_KEY = "sandbox-forestry-grassland"


def _known(request: Request) -> bool:
    return hmac.compare_digest(request.headers.get("x-api-key", "").encode(), API_KEY.encode())


def _before(interval: str) -> str:
    """OGC intervals are closed, so the moment at which one begins belongs to it."""
    begin = interval.partition("/")[0]
    return stamp(max(0, revision(begin) - 1)) if begin else ""


def _feature(row: Data, place: int) -> Data:
    outline = row.pop("geometry", None) or {"type": "Point", "coordinates": [101.0, 25.0]}
    return {"type": "Feature", "id": place, "geometry": outline, "properties": row}


def _collection(rows: list[Data], more: bool, total: int) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "numberMatched": total,
        "numberReturned": len(rows),
        "features": [_feature(row, place) for place, row in enumerate(rows)],
        "links": [{"rel": "next", "href": "?next"}] if more else [],
    }


_PAGES = Pages(
    path="/collections/{resource}/items",
    since="datetime",
    size="limit",
    known=_known,
    answer=_collection,
    unknown=JSONResponse({"code": "Unauthorized"}, 401),
    missing=JSONResponse({"code": "NotFound"}, 404),
    moment=_before,
    media_type="application/geo+json",
)

SANDBOX = Sandbox(
    department=Department.FORESTRY_GRASSLAND,
    resources_mapped=mapping.RESOURCES,
    stamp="updated",
    credentials={"api_key": API_KEY},
    routes=lambda held: [_PAGES.route(held)],
)
