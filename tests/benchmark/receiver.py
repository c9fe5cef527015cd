"""A receiver of webhooks in a process of its own, so that what it costs is no part of what is measured: it acknowledges all,
and tells how many messages came to each of its addresses."""

from __future__ import annotations

from collections import defaultdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_came: defaultdict[str, set[str]] = defaultdict(set)


async def _take(request: Request) -> Response:
    await request.body()
    # One that is sent again is the same message.
    _came[request.path_params["name"]].add(request.headers["webhook-id"])
    return Response(status_code=204)


async def _count(_request: Request) -> Response:
    return JSONResponse({name: len(ids) for name, ids in _came.items()})


application = Starlette(
    routes=[Route("/hook/{name}", _take, methods=["POST"]), Route("/count", _count, methods=["GET"])],
)
