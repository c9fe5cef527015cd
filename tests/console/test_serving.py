"""The pages as files: what is served, to whom it is kept, and that nothing of it comes from elsewhere."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from hub.console.kinds import Kinds
from hub.console.pages import POLICY, STATIC, Console

_KINDS = Kinds()
_ROUTES = json.loads(Path("hub/console/web/src/routes.json").read_text(encoding="utf-8"))
#: What a first visit may fetch, by entry, squeezed (KB): all scripts and styles that are loaded before a page is drawn.
_BUDGETS = {"index.html": 60, "explorer.html": 420}
#: Fetched with a page's first chart.
_CHARTS = 200


async def _get(path: str, accepted: str = "identity", console: Console | None = None) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it was sent."""
    app = Starlette(routes=[_KINDS.route, *(console or Console(_KINDS.address)).routes])
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
        client.stream("GET", path, headers={"accept-encoding": accepted}) as answer,
    ):
        return answer, b"".join([piece async for piece in answer.aiter_raw()])


def _assets(shell: str) -> list[str]:
    return re.findall(r'(?:src|href)="/console/(assets/[^"]+)"', (STATIC / shell).read_text(encoding="utf-8"))


async def test_every_address_of_the_router_is_the_shell() -> None:
    _, shell = await _get("/")
    for path in _ROUTES:
        answer, sent = await _get(re.sub(r":\w+", "x", path))
        assert (answer.status_code, sent) == (200, shell), path
    assert (await _get("/nothing-here"))[0].status_code == 404


async def test_what_is_declared_is_fetched_with_the_first_script_and_kept_for_good_by_its_digest() -> None:
    _, shell = await _get("/")
    [address] = re.findall(
        r'<link rel="preload" as="fetch" crossorigin href="(/console/kinds\.json\?digest=\w{32})">', shell.decode()
    )
    # The browser is told of it before it has read anything else.
    assert shell.index(address.encode()) < shell.index(b"<script")
    answer, sent = await _get(address)
    assert json.loads(sent)["kinds"]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in ("/console/kinds.json", "/console/kinds.json?digest=of-another-version"):
        answer, told = await _get(other)
        assert (answer.headers["cache-control"], told) == ("no-cache", sent)


async def test_pages_are_kept_by_nobody_and_run_what_the_hub_serves_alone() -> None:
    for path in ("/", "/graphql/explorer"):
        headers = (await _get(path))[0].headers
        assert headers["content-security-policy"] == POLICY
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


async def test_files_are_kept_for_good_by_a_name_that_changes_with_them() -> None:
    for name in _assets("index.html"):
        answer, _ = await _get(f"/console/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert re.search(r"-[\w-]{8}\.", name), f"{name} bears no digest"


@pytest.mark.parametrize(
    ("accepted", "given"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("gzip;q=0", None), ("", None), ("zstd", None)],
)
async def test_a_browser_is_given_what_it_can_unpack(accepted: str, given: str | None) -> None:
    name = next(one for one in _assets("index.html") if one.endswith(".js"))
    answer, sent = await _get(f"/console/{name}", accepted)
    assert answer.headers.get("content-encoding") == given
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"].startswith("text/javascript")
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[given]
    assert sent == (STATIC / (name + suffix)).read_bytes()
    if given == "gzip":
        assert gzip.decompress(sent) == (STATIC / name).read_bytes()


@pytest.mark.parametrize("name", ["..%2f..%2fpages.py", "..", "x.js", "%2e%2e/routes.json", "index.html"])
async def test_what_is_no_asset_is_not_found(name: str) -> None:
    assert (await _get(f"/console/assets/{name}"))[0].status_code == 404


async def test_a_hub_whose_pages_are_not_built_says_how_to_build_them(tmp_path: Path) -> None:
    answer, sent = await _get("/", console=Console(_KINDS.address, tmp_path))
    assert answer.status_code == 503
    assert b"make install" in sent


def test_nothing_is_loaded_from_elsewhere_and_no_text_is_run() -> None:
    for file in STATIC.rglob("*"):
        if file.suffix not in (".js", ".css", ".html"):
            continue
        text = file.read_text(encoding="utf-8")
        loads = re.findall(r'(?:@import|src=|url\(|import\()\s*["\']?(https?:)?//', text)
        assert not loads, f"{file.name} loads from elsewhere"
        assert not re.search(r"\beval\(|new Function\(", text) or file.name.startswith(("explorer", "codemirror")), file.name
        assert not re.search(r"(?:unpkg|jsdelivr|cdnjs|googleapis)\.", text), file.name


def test_pages_are_small_enough_for_a_county_office() -> None:
    for shell, most in _BUDGETS.items():
        size = sum((STATIC / f"{name}.gz").stat().st_size for name in _assets(shell) if name.endswith((".js", ".css")))
        assert size <= most * 1024, f"{shell}: {size / 1024:.0f} KB, over its budget of {most} KB"
    charts = sum(file.stat().st_size for file in STATIC.glob("assets/charts-*.js.gz"))
    assert charts <= _CHARTS * 1024


def test_the_lock_files_name_no_registry_and_hold_a_digest_of_everything() -> None:
    for folder in ("hub/console/web", "tests/console/packages"):
        packages = json.loads(Path(folder, "package-lock.json").read_text(encoding="utf-8"))["packages"]
        for name, package in packages.items():
            assert "resolved" not in package, name
            assert not name or package.get("integrity", "").startswith("sha"), name
