"""Plays the system behind the provincial gateway."""

from __future__ import annotations

from starlette.responses import JSONResponse

from connectors.credentials import gateway_signed
from connectors.sandbox import Pages, Sandbox
from connectors.securities_regulation import mapping
from hub.domain.words.departments import Department

CLIENT_ID = "hub"
SECRET = "sandbox-securities-regulation"  # noqa: S105 - opens the sandbox only

_PAGES = Pages(
    path="/listing/{resource}",
    since="modifiedSince",
    size="size",
    known=lambda request: gateway_signed(request.headers, CLIENT_ID, SECRET),
    answer=lambda rows, _, total: {"result": {"items": rows, "count": total}},
    unknown=JSONResponse({"error": "bad signature"}, 401),
    missing=JSONResponse({"error": "not found"}, 404),
)

SANDBOX = Sandbox(
    department=Department.SECURITIES_REGULATION,
    resources_mapped=mapping.RESOURCES,
    stamp="modified",
    credentials={"client_id": CLIENT_ID, "secret": SECRET},
    routes=lambda held: [_PAGES.route(held)],
)
