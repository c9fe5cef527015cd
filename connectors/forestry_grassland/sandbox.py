"""Plays the geographic service: collections of features, filtered by time."""

from __future__ import annotations

import hmac

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.forestry_grassland import mapping
from connectors.sandbox import MOST_ROWS, Resource, resources_of
from connectors.world import World, forest_land, opinions, penalties, screenings, transfers, zones
from connectors.world.province import Data
from connectors.world.shelves import revision, stamp
from hub.domain.records.zones import ZoneKind
from hub.domain.words.departments import Department

API_KEY = "sandbox-forestry-grassland"


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "api_key": API_KEY}


def resources(world: World) -> dict[str, Resource]:
    """What the service holds."""
    own = Department.FORESTRY_GRASSLAND
    shelves = {
        "opinions": opinions.opinions(world, own),
        "penalties": penalties.penalties(world, own),
        "forest-land-uses": forest_land.uses(world),
        "protected-areas": zones.zones(world, ZoneKind.PROTECTED_AREA),
        "protected-area-screenings": screenings.screenings(world, ZoneKind.PROTECTED_AREA),
        "transfer-answers": transfers.answers(world, own),
    }
    return resources_of(mapping.RESOURCES, shelves, "updated")


def _feature(row: Data, place: int) -> Data:
    outline = row.pop("geometry", None) or {"type": "Point", "coordinates": [101.0, 25.0]}
    return {"type": "Feature", "id": place, "geometry": outline, "properties": row}


def make_app(world: World) -> Starlette:
    """The service's HTTP interface."""
    held = resources(world)

    def known(request: Request) -> bool:
        return hmac.compare_digest(request.headers.get("x-api-key", "").encode(), API_KEY.encode())

    async def items(request: Request) -> Response:
        if not known(request):
            return JSONResponse({"code": "Unauthorized"}, 401)
        resource = held.get(request.path_params["collection"])
        if resource is None:
            return JSONResponse({"code": "NotFound"}, 404)
        begin = request.query_params.get("datetime", "").partition("/")[0]
        # OGC intervals are closed, so the moment itself belongs to them.
        before = stamp(revision(begin) - 1) if begin else ""
        limit = int(request.query_params.get("limit", MOST_ROWS))
        rows, more, total = resource.after(before, limit)
        features = [_feature(row, place) for place, row in enumerate(rows)]
        links = [{"rel": "next", "href": str(request.url)}] if more else []
        return JSONResponse(
            {
                "type": "FeatureCollection",
                "numberMatched": total,
                "numberReturned": len(features),
                "features": features,
                "links": links,
            },
            media_type="application/geo+json",
        )

    app = Starlette(routes=[Route("/collections/{collection}/items", items, methods=["GET"])])
    app.state.resources = held
    return app
