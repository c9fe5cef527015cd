"""What the sandboxes of file shelves share: a listing and downloads behind Basic authentication."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox import Held, Resource
from connectors.world.province import Data
from connectors.world.shelves import stamp

ROWS = 500
_MOST_LISTED = 100

_UNKNOWN = JSONResponse({"error": "unauthorised"}, 401)
_MISSING = JSONResponse({"error": "not found"}, 404)

#: Makes a file of rows; told the folder.
Write = Callable[[str, Sequence[Data]], bytes]


class Folder:
    """A resource cut into files of 500 rows; what is added later makes files of its own."""

    def __init__(self, resource: Resource, ending: str, write: Callable[[Sequence[Data]], bytes]) -> None:
        self._resource = resource
        self._ending = ending
        self._write = write
        self._written: dict[str, bytes] = {}

    def names(self) -> list[str]:
        count, held = self._resource.shelf.count, len(self._resource.shelf)
        starts = [*range(0, count, ROWS), *range(count, held)]
        return [f"{start:08d}{self._ending}" for start in starts]

    def rows(self, name: str) -> int:
        start, count = int(name.removesuffix(self._ending)), self._resource.shelf.count
        return min(ROWS, count - start) if start < count else 1

    def body(self, name: str) -> bytes:
        if name not in self._written:
            start = int(name.removesuffix(self._ending))
            rows, _, _ = self._resource.after(stamp(start) if start else "", self.rows(name))
            self._written[name] = self._write(rows)
        return self._written[name]

    def listed(self, after: str) -> list[Data]:
        """The files after a name."""
        names = [name for name in self.names() if name > after][:_MOST_LISTED]
        return [
            {
                "name": name,
                "rows": self.rows(name),
                "sha256": hashlib.sha256(self.body(name)).hexdigest(),
                "changedAt": stamp(int(name.removesuffix(self._ending)) + self.rows(name)),
            }
            for name in names
        ]


@dataclass(frozen=True)
class FileShelf:
    """An interface with a listing and files for each resource under `path`, for one user."""

    path: str
    ending: str
    write: Write
    username: str
    password: str

    def _known(self, request: Request) -> bool:
        wanted = "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())

    def routes(self, held: Held) -> list[Route]:
        folders = {name: Folder(resource, self.ending, partial(self.write, name)) for name, resource in held.items()}

        async def listing(request: Request) -> Response:
            if not self._known(request):
                return _UNKNOWN
            folder = folders.get(request.path_params["folder"])
            return JSONResponse({"files": folder.listed(request.query_params.get("after", ""))}) if folder else _MISSING

        async def file(request: Request) -> Response:
            if not self._known(request):
                return _UNKNOWN
            folder = folders.get(request.path_params["folder"])
            if folder is None or request.path_params["name"] not in folder.names():
                return _MISSING
            return Response(folder.body(request.path_params["name"]), media_type="application/octet-stream")

        return [
            Route(f"/{self.path}/{{folder}}", listing, methods=["GET"]),
            Route(f"/{self.path}/{{folder}}/{{name}}", file, methods=["GET"]),
        ]
