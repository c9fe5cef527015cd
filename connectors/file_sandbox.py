"""What the sandboxes of file shelves share: a listing and downloads behind Basic authentication."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox import Resource
from connectors.world.province import Data
from connectors.world.shelves import stamp

ROWS = 500
_MOST_LISTED = 1000

#: Makes a file of rows; told the folder.
Write = Callable[[str, Sequence[Data]], bytes]


class Folder:
    """A resource cut into files of 500 rows; what is added later makes files of its own."""

    def __init__(self, resource: Resource, ending: str, write: Callable[[Sequence[Data]], bytes]) -> None:
        self._resource = resource
        self._ending = ending
        self._write = write

    def names(self) -> list[str]:
        count, held = self._resource.shelf.count, len(self._resource.shelf)
        starts = [*range(0, count, ROWS), *range(count, held)]
        return [f"{start:08d}{self._ending}" for start in starts]

    def rows(self, name: str) -> int:
        start, count = int(name.removesuffix(self._ending)), self._resource.shelf.count
        return min(ROWS, count - start) if start < count else 1

    def body(self, name: str) -> bytes:
        start = int(name.removesuffix(self._ending))
        rows, _, _ = self._resource.after(stamp(start) if start else "", self.rows(name))
        return self._write(rows)


def make_app(path: str, held: Mapping[str, Resource], ending: str, write: Write, *, username: str, password: str) -> Starlette:
    """An HTTP interface with a listing and files for each resource; `state.resources` holds them."""
    folders = {name: Folder(resource, ending, partial(write, name)) for name, resource in held.items()}
    wanted = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def known(request: Request) -> bool:
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())

    async def listing(request: Request) -> Response:
        if not known(request):
            return JSONResponse({"error": "unauthorised"}, 401)
        folder = folders.get(request.path_params["folder"])
        if folder is None:
            return JSONResponse({"error": "not found"}, 404)
        names = [name for name in folder.names() if name > request.query_params.get("after", "")]
        files = [
            {
                "name": name,
                "rows": folder.rows(name),
                # Digests are told when a file is about to be fetched: a file is written only then.
                "sha256": hashlib.sha256(folder.body(name)).hexdigest() if place == 0 else "",
            }
            for place, name in enumerate(names[:_MOST_LISTED])
        ]
        return JSONResponse({"files": files})

    async def file(request: Request) -> Response:
        if not known(request):
            return JSONResponse({"error": "unauthorised"}, 401)
        folder = folders.get(request.path_params["folder"])
        if folder is None or request.path_params["name"] not in folder.names():
            return JSONResponse({"error": "not found"}, 404)
        return Response(folder.body(request.path_params["name"]), media_type="application/octet-stream")

    app = Starlette(
        routes=[
            Route(f"/{path}/{{folder}}", listing, methods=["GET"]),
            Route(f"/{path}/{{folder}}/{{name}}", file, methods=["GET"]),
        ]
    )
    app.state.resources = held
    return app
