"""Plays the platform: an OAuth2 token endpoint and paged JSON resources."""

from __future__ import annotations

import base64
import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.mapping import Mapped
from connectors.natural_resources import mapping
from connectors.sandbox import MOST_ROWS, Resource
from connectors.world import Data, Shelf, World, every
from hub.domain.departments import Department

CLIENT_ID = "hub"
CLIENT_SECRET = "sandbox-natural-resources"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def resources(world: World) -> dict[str, Resource]:
    """What the platform holds."""
    own = Department.NATURAL_RESOURCES

    def resource(shelf: Shelf, mapped: Mapped) -> Resource:
        return Resource(shelf, mapped, "updatedAt")

    def mine(number: int) -> Data:
        return world.mine(number) | {"upstream": {"ckqr": world.enterprise_name(number), "fzjg": "示例发证机关"}}

    return {
        "organs": resource(every(world.authorities()), mapping.AUTHORITIES),
        "mines": resource(Shelf(world.mines, mine), mapping.MINES),
        "directory-entries": resource(Shelf(world.entry_count, world.entry), mapping.ENTRIES),
        "opinions": resource(Shelf(world.opinion_count(own), lambda n: world.opinion(own, n)), mapping.OPINIONS),
        "penalties": resource(Shelf(world.penalty_count(own), lambda n: world.penalty(own, n)), mapping.PENALTIES),
    }


def make_app(world: World) -> Starlette:
    """The platform's HTTP interface."""
    held = resources(world)
    tokens: set[str] = set()
    wanted = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()

    async def token(request: Request) -> Response:
        if request.headers.get("authorization") != wanted:
            return JSONResponse({"error": "invalid_client"}, 401)
        issued = secrets.token_urlsafe(16)
        tokens.add(issued)
        return JSONResponse({"access_token": issued, "token_type": "Bearer", "expires_in": 3600})

    async def listing(request: Request) -> Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in tokens:
            return JSONResponse({"error": "invalid_token"}, 401)
        resource = held.get(request.path_params["resource"])
        if resource is None:
            return JSONResponse({"error": "no such resource"}, 404)
        since, size = request.query_params.get("updatedAfter", ""), int(request.query_params.get("pageSize", MOST_ROWS))
        rows, more, total = resource.after(since, size)
        return JSONResponse({"data": rows, "hasMore": more, "total": total})

    app = Starlette(
        routes=[
            Route("/oauth/token", token, methods=["POST"]),
            Route("/api/v1/{resource}", listing, methods=["GET"]),
        ]
    )
    app.state.resources = held
    return app
