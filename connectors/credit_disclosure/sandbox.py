"""Plays the provincial node: a reconciliation list, a receiver of reports, and pushes to the hub."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.credentials import gateway_headers, gateway_signed
from connectors.credit_disclosure import mapping
from connectors.sandbox import Held, Pages, Sandbox
from connectors.world import World, penalties
from connectors.world.penalties import THROUGH_CREDIT
from connectors.world.province import Data
from connectors.world.shelves import Shelf, in_a_row
from hub.domain.words.departments import DEPARTMENTS, Department

CLIENT_ID, PUSH_ID = "hub", "credit-node"
SECRET, PUSH_SECRET = "sandbox-credit-disclosure", "sandbox-credit-push"

_REFUSED = JSONResponse({"message": "签名错误"}, 401)


def row(data: Data, department: Department) -> Data:
    """A penalty as the node writes it."""
    return {**mapping.PENALTIES.row(data), "CF_CFJG_BM": DEPARTMENTS[department].chinese}


def pushed(rows: Sequence[Data]) -> tuple[bytes, dict[str, str]]:
    """A message that the node pushes to the hub: body and headers."""
    body = json.dumps({"rows": list(rows)}, ensure_ascii=False).encode()
    return body, {**gateway_headers(PUSH_ID, PUSH_SECRET, body), "Content-Type": "application/json"}


def _shelves(world: World) -> Mapping[str, Shelf]:
    """The penalties of departments that have no system of their own here."""
    return {"xzcf": in_a_row(*(_penalties(world, department) for department in THROUGH_CREDIT))}


def _penalties(world: World, department: Department) -> Shelf:
    stated = {"department": DEPARTMENTS[department].chinese}
    own = penalties.penalties(world, department)
    return Shelf(own.count, lambda place: own.row(place) | stated)


def _known(request: Request) -> bool:
    return gateway_signed(request.headers, CLIENT_ID, SECRET)


async def _report(request: Request) -> Response:
    if not _known(request):
        return _REFUSED
    reported: dict[str, Any] = request.app.state.reported
    receipts = []
    for row in (await request.json())["rows"]:
        key = row.pop("key")
        if key not in reported:
            reported[key] = {"id": f"XYGS{len(reported) + 1:08d}", "row": row}
            # What it was told it lists like any other.
            request.app.state.resources["xzcf"].shelf.add({"upstream": row})
        receipts.append({"key": key, "code": "0", "id": reported[key]["id"], "message": "已接收"})
    return JSONResponse({"receipts": receipts})


_PAGES = Pages(
    path="/api/{resource}/list",
    since="xgsj",
    size="size",
    known=_known,
    answer=lambda rows, _, total: {"rows": rows, "total": total},
    unknown=_REFUSED,
    missing=JSONResponse({"message": "无此列表"}, 404),
)


def _routes(held: Held) -> list[Route]:
    return [_PAGES.route(held), Route("/api/xzcf/report", _report, methods=["POST"])]


SANDBOX = Sandbox(
    department=None,
    resources_mapped=mapping.RESOURCES,
    stamp="XGSJ",
    credentials={"client_id": CLIENT_ID, "secret": SECRET, "push_id": PUSH_ID, "push_secret": PUSH_SECRET},
    routes=_routes,
    shelves=_shelves,
)
