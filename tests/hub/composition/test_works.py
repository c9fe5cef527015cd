"""What a hub does by itself when something was posted is done then, and not when its next round comes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from hub.composition.hub import Hub
from hub.services.log.followers import SPACING_SECONDS
from hub.settings import Settings
from tests.makers import a_province


async def test_what_looks_for_what_posts_have_changed_is_woken_by_them(database_url: str, tmp_path: Path) -> None:
    made = Hub.make(Settings(database_url=database_url, key_file=str(tmp_path / "keys.json")))
    await made.database.start()
    bells = {work.name: work.bell for work in made.works}

    async def is_rung(name: str) -> float:
        """Return when it is, and how long that took, in seconds."""
        bell, began = bells[name], time.monotonic()
        assert bell is not None, name
        async with asyncio.timeout(10):
            await bell.wait(3600.0)
        return time.monotonic() - began

    await a_province(made.posting)
    await is_rung("sequencer")
    await made.sequencer.work()
    await is_rung("followers")
    await made.following.work()
    await is_rung("attestations")
    await is_rung("portfolios")
    # Posts that follow one another are one look.
    for bell in (made.attestations.grown, made.portfolios.grown):
        bell.ring()
    assert min(await asyncio.gather(is_rung("attestations"), is_rung("portfolios"))) > SPACING_SECONDS / 2
    await made.database.close()
