"""What the sandboxes of OGC API Features share: collections of features, filtered by time, for one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.sandbox import Held, Pages, opened_by
from connectors.world.province import Data
from connectors.world.shelves import revision, stamp


@dataclass(frozen=True)
class FeatureService:
    """A service that the key opens."""

    api_key: str

    def routes(self, held: Held) -> list[Route]:
        pages = Pages(
            path="/collections/{resource}/items",
            since="datetime",
            size="limit",
            known=opened_by(self.api_key),
            answer=_collection,
            unknown=JSONResponse({"code": "Unauthorized"}, 401),
            missing=JSONResponse({"code": "NotFound"}, 404),
            moment=_before,
            media_type="application/geo+json",
        )
        return [pages.route(held)]


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
