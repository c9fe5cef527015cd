"""Plays the system behind the provincial gateway."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.credentials import gateway_signed
from connectors.sandbox import MOST_ROWS, Resource, resources_of
from connectors.securities_regulation import mapping
from connectors.world import World, opinions, penalties, supports
from hub.domain.words.departments import Department

CLIENT_ID = "hub"
SECRET = "sandbox-securities-regulation"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "client_id": CLIENT_ID, "secret": SECRET}


def resources(world: World) -> dict[str, Resource]:
    """What the system holds."""
    own = Department.SECURITIES_REGULATION
    shelves = {
        "opinions": opinions.opinions(world, own),
        "penalties": penalties.penalties(world, own),
        "support-policies": supports.policies(own),
        "support-grants": supports.grants(world, own),
    }
    return resources_of(mapping.RESOURCES, shelves, "modified")


def make_app(world: World) -> Starlette:
    """The system's HTTP interface."""
    held = resources(world)

    async def listing(request: Request) -> Response:
        if not gateway_signed(request.headers, CLIENT_ID, SECRET):
            return JSONResponse({"error": "bad signature"}, 401)
        resource = held.get(request.path_params["resource"])
        if resource is None:
            return JSONResponse({"error": "not found"}, 404)
        size = int(request.query_params.get("size", MOST_ROWS))
        rows, _, total = resource.after(request.query_params.get("modifiedSince", ""), size)
        return JSONResponse({"result": {"items": rows, "count": total}})

    app = Starlette(routes=[Route("/listing/{resource}", listing, methods=["GET"])])
    app.state.resources = held
    return app
