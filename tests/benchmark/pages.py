"""How long people wait for the console's pages in a real browser, and how many bytes come for them."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from statistics import median

from playwright.async_api import Browser, async_playwright

from auth.demo_persons import PERSONS
from hub.composition.hub import Hub
from hub.settings import Settings
from tests import postgres
from tests.benchmark import walk
from tests.benchmark.running import running
from tests.console.browser import FLAGS, executable
from tests.console.looking import GO, SETTLED, Visitor
from tests.makers import licence

#: How often each page is opened.
TIMES = 15
#: What a page is to take at the most, in milliseconds.
GOALS = {"first page": 1000, "overview": 1000, "mine": 500, "search": 200, "list of 50": 300}
#: What is to be sent at the most until it stands there, in KB.
SIZES = {"first load": 60, "overview": 260}
#: A page without data: all that comes for it comes for every page.
_PLAIN = "/help"
#: From the click to the frame in which the page stands there, in milliseconds.
_TIMED = f"""async (path) => {{
  const settled = {SETTLED}, go = {GO};
  const began = performance.now();
  go(path);
  do await new Promise(requestAnimationFrame); while (!settled());
  return performance.now() - began;
}}"""
_OPENED = f"() => ({SETTLED})() && performance.now()"
_SENT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((all, { encodedBodySize }) => all + encodedBodySize, 0)"""


async def province(server: str, mines: int) -> str:
    """A database with so many mines and their records; its address."""
    name = f"bench_pages_{mines}"
    await postgres.statement(server, f"CREATE DATABASE {name}")
    url = postgres.named(server, name)
    await walk.make(url, mines)
    return url


async def measure(url: str, mines: int, times: int = TIMES) -> dict[str, dict[str, float]]:
    """Milliseconds until pages of a province stand there, and KB that were sent for them."""
    dice = Random(mines)  # noqa: S311
    numbers = [licence(dice.randrange(1, walk.POSTED)) for _ in range(times)]
    paths = {
        "overview": ["/"] * times,
        "mine": [f"/mines/{number}" for number in numbers],
        "search": [f"/search?q=示例{dice.randrange(1, walk.POSTED)}号" for _ in range(times)],
        "list of 50": [f"/lists/{plural}" for plural in ("penalties", "opinions", "assessments")] * (times // 3),
    }
    async with _served(url) as (address, secret), _browser() as browser:
        first = [await _opened(browser, address, secret, "/") for _ in range(times)]
        plain = await _opened(browser, address, secret, _PLAIN)
        told = {"first page": [milliseconds for milliseconds, _ in first]}
        async with await _visitor(browser, address, secret) as visitor:
            await visitor.open(_PLAIN)
            for page, wanted in paths.items():
                told[page] = []
                for path in wanted:
                    told[page].append(await visitor.page.evaluate(_TIMED, path))
                    await visitor.go(_PLAIN)
            assert not (wrong := await visitor.wrongs(axe="nothing", words=False)), wrong
    figures = {f"{page} of {mines} mines, ms": _figures(told[page], GOALS[page]) for page in GOALS}
    sent = {"first load": plain[1], "overview": max(size for _, size in first)}
    return figures | {f"{page}, KB": {"sent": sent[page], "goal": SIZES[page]} for page in SIZES}


@asynccontextmanager
async def _served(url: str) -> AsyncIterator[tuple[str, str]]:
    """A hub over a database; its address, and the secret of an official's session."""
    with tempfile.TemporaryDirectory() as folder:
        told = {"HUB_DATABASE_URL": url, "HUB_KEY_FILE": str(Path(folder) / "keys.json"), "HUB_COST_PER_MINUTE": str(10**12)}
        hub = Hub.make(Settings.read(os.environ | told))
        async with running("tests.benchmark.signed_in:app", "/readyz", **told) as server:
            yield f"http://127.0.0.1:{server.port}", await hub.sessions.start(PERSONS["natural_resources"])
        await hub.database.close()


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    found = executable()
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(
            executable_path=found.path, args=[*FLAGS, *found.flags], env={**os.environ, **found.environment}
        )


async def _visitor(browser: Browser, address: str, secret: str) -> Visitor:
    return await Visitor.come(browser, address, secret, width=1366, height=768, look="light")


async def _opened(browser: Browser, address: str, secret: str, path: str) -> tuple[float, float]:
    """A page in a browser that has nothing of the hub: milliseconds until it stands there, and KB sent for all of it."""
    async with await _visitor(browser, address, secret) as visitor:
        await visitor.page.goto(address + path, wait_until="commit")
        milliseconds = await (await visitor.page.wait_for_function(_OPENED)).json_value()
        # Charts are drawn under what is there already.
        await visitor.page.wait_for_load_state("load")
        if path == "/":
            await visitor.page.locator(".chart > *").first.wait_for()
        return float(milliseconds), float(await visitor.page.evaluate(_SENT)) / 1024


def _figures(told: list[float], goal: int) -> dict[str, float]:
    return {"median": median(told), "slowest": max(told), "goal": goal}


async def _alone(server: str, mines: int) -> dict[str, dict[str, float]]:
    return await measure(await province(server, mines), mines)


def main(mines: str = "6000") -> None:
    with postgres.server(shared_buffers="1GB") as server:
        found = asyncio.run(_alone(server, int(mines)))
    for name, figures in found.items():
        print(name, "  ".join(f"{key} {value:,.1f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
