"""What a hub does by itself when something was posted is done then, and not when its next round comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hub.composition.hub import Hub
from hub.settings import Settings
from tests.makers import a_province


async def test_what_looks_for_what_posts_have_changed_is_woken_by_them(database_url: str, tmp_path: Path) -> None:
    made = Hub.make(Settings(database_url=database_url, key_file=str(tmp_path / "keys.json")))
    await made.database.start()
    bells = {work.name: work.bell for work in made.works}

    async def is_rung(name: str) -> None:
        bell = bells[name]
        assert bell is not None, name
        async with asyncio.timeout(10):
            await bell.wait(3600.0)

    await a_province(made.posting)
    await is_rung("sequencer")
    await made.sequencer.work()
    await is_rung("followers")
    await made.following.work()
    await is_rung("attestations")
    await is_rung("portfolios")
    await made.database.close()
