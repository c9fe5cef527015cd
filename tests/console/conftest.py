"""One hub and one browser for all tests of the pages that a worker runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from auth.demo_persons import DemoPersons
from auth.persons import Person
from auth.principals import Principal
from hub.app import create_app
from hub.composition.hub import Hub
from hub.console.pages import STATIC
from hub.demo import free_port, serving
from hub.domain.record_kinds import RecordKind
from hub.settings import Settings
from tests import duties
from tests.console.browser import FLAGS, executable
from tests.console.looking import Visitor
from tests.makers import a_province, posted

#: Posted beside mines, enterprises, opinions, penalties and an entry.
_KINDS = [
    kind
    for kind in RecordKind
    if kind.value not in ("mine", "enterprise", "authority", "opinion", "penalty", "directory_entry")
]


@dataclass
class House:
    """A hub with one record of every kind, over real HTTP, and a browser in front of it."""

    hub: Hub
    browser: Browser

    @property
    def address(self) -> str:
        return self.hub.settings.public_address

    async def visitor(
        self, who: Principal | None = None, name: str = "李明", *, width: int = 1366, height: int = 768, look: str = "light"
    ) -> Visitor:
        """Somebody with a browser window of their own, signed in as `who`."""
        secret = await self.hub.sessions.start(Person(who, name)) if who else None
        return await Visitor.come(self.browser, self.address, secret, width=width, height=height, look=look)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    assert (STATIC / "index.html").is_file(), (
        "the console's pages are not built: run `make install`, or python hub/console/build.py"
    )
    folder = tmp_path_factory.mktemp("console")
    shutil.copy(sqlite_template, folder / "hub.db")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'hub.db'}",
        key_file=str(folder / "keys.json"),
        port=free_port(0),
        cost_per_minute=10**12,
        public_access=True,
        public_cost_per_minute=10**12,
    )
    hub, found = Hub.make(settings), executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path, args=[*FLAGS, *found.flags], env={**os.environ, **found.environment}
        )
        async with serving(create_app(hub, demo=DemoPersons()), "127.0.0.1", settings.port):
            await a_province(hub.posting, 5)
            for kind in _KINDS:
                await posted(hub.posting, duties.poster(kind), kind, duties.made(kind))
            yield House(hub, browser)
        await browser.close()
