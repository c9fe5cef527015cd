"""Plays the system behind the exchange platform: signed headers, answers with a code."""

from __future__ import annotations

import hmac
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.credentials import WINDOW_SECONDS, signature
from connectors.ecology import mapping
from connectors.sandbox import Pages, Sandbox
from hub.domain.words.departments import Department

REQUESTER, SERVICE = "hub", "stjg-0001"
SECRET = "sandbox-ecology"  # noqa: S105 - opens the sandbox only


def _signed(request: Request) -> bool:
    headers = request.headers
    moment = headers.get("gjgxjhpt_rtime", "")
    fresh = moment.isdecimal() and abs(time.time() * 1000 - int(moment)) <= WINDOW_SECONDS * 1000
    wanted = signature(SECRET, SERVICE, REQUESTER, moment)
    return fresh and hmac.compare_digest(headers.get("gjgxjhpt_sign", "").encode(), wanted.encode())


_PAGES = Pages(
    path="/gateway/{resource}",
    since="gxsj_start",
    size="limit",
    known=_signed,
    answer=lambda rows, _, total: {"code": "0", "message": "OK", "data": {"list": rows, "total": total}},
    unknown=JSONResponse({"code": "E-106", "message": "未授权"}),
    missing=JSONResponse({"code": "E-404", "message": "无此服务"}),
)


async def _inbox(request: Request) -> Response:
    if not _signed(request):
        return _PAGES.unknown
    taken: dict[str, Any] = request.app.state.reported
    told = []
    for row in (await request.json())["list"]:
        kept = taken.setdefault(row["LSH"], {"id": f"AJ{len(taken) + 1:08d}", "row": row})
        told.append({"LSH": row["LSH"], "JG": "1", "SLH": kept["id"]})
    return JSONResponse({"code": "0", "message": "OK", "data": {"list": told}})


SANDBOX = Sandbox(
    department=Department.ECOLOGY,
    resources_mapped=mapping.RESOURCES,
    stamp="GXSJ",
    credentials={"requester_id": REQUESTER, "service_id": SERVICE, "secret": SECRET},
    routes=lambda held: [Route("/gateway/ajyj_js", _inbox, methods=["POST"]), _PAGES.route(held)],
)
