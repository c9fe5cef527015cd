"""Plays the system behind the exchange platform: signed headers, answers with a code."""

from __future__ import annotations

import hmac
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.credentials import WINDOW_SECONDS, signature
from connectors.ecology import mapping
from connectors.sandbox import MOST_ROWS, Resource, resources_of
from connectors.world import World, energy, opinions, penalties, pollution, transfers, visits
from hub.domain.words.departments import Department

REQUESTER, SERVICE = "hub", "stjg-0001"
SECRET = "sandbox-ecology"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "requester_id": REQUESTER, "service_id": SERVICE, "secret": SECRET}


def resources(world: World) -> dict[str, Resource]:
    """What the system holds."""
    own = Department.ECOLOGY
    shelves = {
        "hbyj": opinions.opinions(world, own),
        "xzcf": penalties.penalties(world, own),
        "pwxk": pollution.permits(world),
        "jcsj": pollution.readings(world),
        "nhtp": energy.uses(world),
        "jdjc": visits.visits(world, own),
        "wtyj": transfers.transfers(world, own),
        "yjdf": transfers.answers(world, own),
    }
    return resources_of(mapping.RESOURCES, shelves, "GXSJ")


def _signed(request: Request) -> bool:
    told = request.headers
    moment = told.get("gjgxjhpt_rtime", "")
    fresh = moment.isdecimal() and abs(time.time() * 1000 - int(moment)) <= WINDOW_SECONDS * 1000
    wanted = signature(SECRET, SERVICE, REQUESTER, moment)
    return fresh and hmac.compare_digest(told.get("gjgxjhpt_sign", "").encode(), wanted.encode())


def make_app(world: World) -> Starlette:
    """The system's HTTP interface."""
    held = resources(world)

    async def listing(request: Request) -> Response:
        if not _signed(request):
            return JSONResponse({"code": "E-106", "message": "未授权"})
        resource = held.get(request.path_params["resource"])
        if resource is None:
            return JSONResponse({"code": "E-404", "message": "无此服务"})
        limit = int(request.query_params.get("limit", MOST_ROWS))
        rows, _, total = resource.after(request.query_params.get("gxsj_start", ""), limit)
        return JSONResponse({"code": "0", "message": "OK", "data": {"list": rows, "total": total}})

    app = Starlette(routes=[Route("/gateway/{resource}", listing, methods=["GET"])])
    app.state.resources = held
    return app
