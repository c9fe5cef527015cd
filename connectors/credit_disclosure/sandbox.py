"""Plays the provincial node: a reconciliation list, a receiver of reports, and pushes to the hub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.credentials import gateway_headers, gateway_signed
from connectors.credit_disclosure import mapping
from connectors.sandbox import MOST_ROWS, Resource, resources_of
from connectors.world import World, penalties
from connectors.world.penalties import THROUGH_CREDIT
from connectors.world.province import Data
from connectors.world.shelves import Shelf, in_a_row
from hub.domain.words.departments import DEPARTMENTS, Department

CLIENT_ID, PUSH_ID = "hub", "credit-node"
SECRET, PUSH_SECRET = "sandbox-credit-disclosure", "sandbox-credit-push"


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {
        "base_url": base_url,
        "client_id": CLIENT_ID,
        "secret": SECRET,
        "push_id": PUSH_ID,
        "push_secret": PUSH_SECRET,
    }


def row(data: Data, department: Department) -> Data:
    """A penalty as the node writes it."""
    return {**mapping.PENALTIES.row(data), "CF_CFJG_BM": DEPARTMENTS[department].chinese}


def pushed(rows: Sequence[Data]) -> tuple[bytes, dict[str, str]]:
    """A message that the node pushes to the hub: body and headers."""
    body = json.dumps({"rows": list(rows)}, ensure_ascii=False).encode()
    return body, {**gateway_headers(PUSH_ID, PUSH_SECRET, body), "Content-Type": "application/json"}


def resources(world: World) -> dict[str, Resource]:
    """What the node holds: the penalties of departments that have no system of their own here."""
    shelves = {"xzcf": in_a_row(*(_penalties(world, department) for department in THROUGH_CREDIT))}
    return resources_of(mapping.RESOURCES, shelves, "XGSJ")


def _penalties(world: World, department: Department) -> Shelf:
    stated = {"department": DEPARTMENTS[department].chinese}
    own = penalties.penalties(world, department)
    return Shelf(own.count, lambda place: own.row(place) | stated)


def make_app(world: World) -> Starlette:
    """The node's HTTP interface.  `state.reported` holds what was pushed to it, by key."""
    held = resources(world)
    reported: dict[str, dict[str, Any]] = {}

    async def listing(request: Request) -> Response:
        if not gateway_signed(request.headers, CLIENT_ID, SECRET):
            return JSONResponse({"message": "签名错误"}, 401)
        size = int(request.query_params.get("size", MOST_ROWS))
        rows, _, total = held["xzcf"].after(request.query_params.get("xgsj", ""), size)
        return JSONResponse({"rows": rows, "total": total})

    async def report(request: Request) -> Response:
        if not gateway_signed(request.headers, CLIENT_ID, SECRET):
            return JSONResponse({"message": "签名错误"}, 401)
        receipts = []
        for one in (await request.json())["rows"]:
            key = one.pop("key")
            reported.setdefault(key, {"id": f"XYGS{len(reported) + 1:08d}", "row": one})
            receipts.append({"key": key, "code": "0", "id": reported[key]["id"], "message": "已接收"})
        return JSONResponse({"receipts": receipts})

    app = Starlette(
        routes=[
            Route("/api/xzcf/list", listing, methods=["GET"]),
            Route("/api/xzcf/report", report, methods=["POST"]),
        ]
    )
    app.state.resources = held
    app.state.reported = reported
    return app
