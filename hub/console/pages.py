"""The console's pages over HTTP: one shell for every page, and the hashed files that it loads.

Pages are built into `static/` (hub/console/build.py).  They hold no data: what they show they ask of the graph, with
the session of who looks at them and nothing more.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.http.compressing import accepted

STATIC = Path(__file__).with_name("static")

#: Nothing runs, loads or is sent anywhere but what the hub itself serves.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_PAGE = {
    "content-security-policy": POLICY,
    # Under the door's own policy browsers hide the origin of what is posted from a page.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
#: The names of these files change with what they hold.
_ASSET = {"cache-control": "public, max-age=31536000, immutable"}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".json": "application/json",
}
_CURE = "控制台页面尚未构建，请运行 make install / the console's pages are not built: run `make install`\n"


class Console:
    """Serves the pages in `folder`.  What is not in it when the hub starts is not there.

    `kinds` is the address of what is declared of all kinds: the shell has it fetched together with the first script.
    """

    def __init__(self, kinds: str, folder: Path = STATIC) -> None:
        self._folder = folder
        self._files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        self._fetched = f'<link rel="preload" as="fetch" crossorigin href="{kinds}">'

    @property
    def routes(self) -> list[Route]:
        paths = (
            json.loads((self._folder / "routes.json").read_text(encoding="utf-8"))
            if "routes.json" in self._files
            else {"/": ""}
        )
        return [
            Route("/console/assets/{name}", self._asset, methods=["GET"]),
            Route("/graphql/explorer", self._explorer, methods=["GET"]),
            *(Route(_pattern(path), self._shell, methods=["GET"]) for path in paths),
        ]

    async def _shell(self, _request: Request) -> Response:
        if (page := self._page) is None:
            return PlainTextResponse(_CURE, 503)
        return HTMLResponse(page, headers=_PAGE)

    @cached_property
    def _page(self) -> str | None:
        """The shell of every page, so short that it is not worth squeezing."""
        if "index.html" not in self._files:
            return None
        return (self._folder / "index.html").read_text(encoding="utf-8").replace("<link", f"{self._fetched}\n    <link", 1)

    async def _explorer(self, request: Request) -> Response:
        if "explorer.html" not in self._files:
            return PlainTextResponse(_CURE, 503)
        return self._file(request, "explorer.html", _PAGE)

    async def _asset(self, request: Request) -> Response:
        name = f"assets/{request.path_params['name']}"
        if name not in self._files or Path(name).suffix not in _TYPES:
            return PlainTextResponse("NOT_FOUND\n", 404)
        return self._file(request, name, _ASSET)

    def _file(self, request: Request, name: str, headers: dict[str, str]) -> Response:
        """A file, squeezed beforehand where the browser takes it so."""
        taken = accepted(request.headers.get("accept-encoding", ""))
        for encoding, suffix in _ENCODINGS:
            if encoding in taken and name + suffix in self._files:
                name, headers = name + suffix, {**headers, "content-encoding": encoding}
                break
        kind = _TYPES[Path(name.removesuffix(".br").removesuffix(".gz")).suffix]
        return FileResponse(self._folder / name, headers={**headers, "vary": "accept-encoding"}, media_type=kind)


def _pattern(path: str) -> str:
    """A page's address as the router writes it: `/mines/:licenceNo` → `/mines/{licenceNo}`."""
    return "/".join(f"{{{part[1:]}}}" if part.startswith(":") else part for part in path.split("/"))
