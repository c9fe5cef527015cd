"""Plays the platform: an OAuth2 token endpoint, paged JSON resources, and an inbox."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.natural_resources import mapping
from connectors.sandbox import Held, Pages, Sandbox
from hub.domain.words.departments import Department

CLIENT_ID = "hub"
CLIENT_SECRET = "sandbox-natural-resources"  # noqa: S105 - opens the sandbox only
_BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()


def _routes(held: Held) -> list[Route]:
    tokens: set[str] = set()

    async def token(request: Request) -> Response:
        if request.headers.get("authorization") != _BASIC:
            return JSONResponse({"error": "invalid_client"}, 401)
        issued = secrets.token_urlsafe(16)
        tokens.add(issued)
        return JSONResponse({"access_token": issued, "token_type": "Bearer", "expires_in": 3600})

    pages = Pages(
        path="/api/v1/{resource}",
        since="updatedAfter",
        size="pageSize",
        known=lambda request: request.headers.get("authorization", "").removeprefix("Bearer ") in tokens,
        answer=lambda rows, more, total: {"data": rows, "hasMore": more, "total": total},
        unknown=JSONResponse({"error": "invalid_token"}, 401),
        missing=JSONResponse({"error": "no such resource"}, 404),
    )

    async def inbox(request: Request) -> Response:
        if not pages.known(request):
            return pages.unknown
        taken: dict[str, Any] = request.app.state.reported
        receipts = []
        for item in (await request.json())["items"]:
            kept = taken.setdefault(item["key"], {"id": f"SJX{len(taken) + 1:08d}", "item": item})
            receipts.append({"key": item["key"], "status": "accepted", "id": kept["id"]})
        return JSONResponse({"receipts": receipts})

    return [
        Route("/oauth/token", token, methods=["POST"]),
        Route("/api/v1/inbox", inbox, methods=["POST"]),
        pages.route(held),
    ]


SANDBOX = Sandbox(
    department=Department.NATURAL_RESOURCES,
    resources_mapped=mapping.RESOURCES,
    stamp="updatedAt",
    credentials={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    routes=_routes,
)
