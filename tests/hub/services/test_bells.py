"""Who waits is woken by a bell at once, by many rings once, and by itself in the end."""

from __future__ import annotations

import asyncio
import time

from hub.services.bells import Bell

LONG = 3600.0


async def test_a_ring_wakes_who_waits() -> None:
    bell = Bell()
    waiting = asyncio.ensure_future(bell.wait(LONG))
    await asyncio.sleep(0)
    assert not waiting.done()
    bell.ring()
    async with asyncio.timeout(10):
        await waiting


async def test_rings_before_the_wait_count_as_one() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()
    async with asyncio.timeout(10):
        await bell.wait(LONG)
    again = asyncio.ensure_future(bell.wait(LONG))
    _, waiting = await asyncio.wait([again], timeout=0.05)
    assert waiting
    again.cancel()


async def test_nobody_waits_longer_than_he_would() -> None:
    async with asyncio.timeout(10):
        await Bell().wait(0.01)


async def test_rounds_keep_their_distance_and_what_is_rung_meanwhile_is_done_together() -> None:
    bell = Bell(spacing=0.05)
    bell.ring()
    await bell.wait(LONG)
    began = time.monotonic()
    bell.ring()
    asyncio.get_running_loop().call_later(0.01, bell.ring)
    async with asyncio.timeout(10):
        await bell.wait(LONG)
    assert time.monotonic() - began >= 0.05
    again = asyncio.ensure_future(bell.wait(LONG))
    _, waiting = await asyncio.wait([again], timeout=0.06)
    assert waiting
    again.cancel()
