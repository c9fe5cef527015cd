"""Memory after a burst: circles are collected while nobody waits for it, and what is free goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.composition.memory import Memory, give_back, settle


class Circle:
    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def settled() -> Iterator[None]:
    before = gc.get_threshold()
    settle()
    yield
    gc.set_threshold(*before)
    # What was settled before the test is so after it, and nothing else: it would be kept for ever.
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Burst:
    """A process whose seconds are told."""

    def __init__(self) -> None:
        self.now = self.spent = 0.0
        self.memory = Memory(ticks=lambda: self.now, spent=lambda: self.spent)

    async def second(self, share: float, seconds: float = 1.0) -> bool:
        """Whether a second, for which the processor was busy to a share, ended with a collection of what is old."""
        old = Circle()
        gc.collect(1)
        gone = weakref.ref(old)
        del old
        self.now, self.spent = self.now + seconds, self.spent + share * seconds
        await self.memory.work()
        return gone() is None


@pytest.mark.usefixtures("settled")
async def test_what_is_old_is_collected_when_a_burst_is_over_and_not_within() -> None:
    burst = Burst()
    assert not await burst.second(0.0, 20)
    assert [await burst.second(0.9) for _ in range(5)] == [False] * 5
    assert await burst.second(0.24)
    assert not await burst.second(0.0)


@pytest.mark.usefixtures("settled")
async def test_bursts_that_follow_one_another_are_collected_every_ten_seconds() -> None:
    burst = Burst()
    told = [await burst.second(share) for share in (0.9, 0.0) * 12]
    assert [number + 1 for number, collected in enumerate(told) if collected] == [10, 20]


@pytest.mark.usefixtures("settled")
async def test_who_is_never_calm_collects_at_last() -> None:
    burst = Burst()
    assert [await burst.second(0.9, 100) for _ in range(12)] == [False] * 5 + [True] + [False] * 5 + [True]


@pytest.mark.usefixtures("settled")
def test_no_look_at_what_is_new_is_long_and_each_is_looked_at_once() -> None:
    looked_at: list[int] = []

    def look(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            looked_at.append(len(gc.get_objects(generation=0)))

    gc.callbacks.append(look)
    try:
        kept = [Circle() for _ in range(30_000)]
    finally:
        gc.callbacks.remove(look)
    assert max(looked_at) < 5_100
    assert sum(looked_at) < len(kept) + 5_100


async def test_a_process_that_has_not_settled_collects_as_python_does() -> None:
    burst = Burst()
    await burst.second(0.9, 20)
    assert not await burst.second(0.0, 20)


_OF_GLIBC = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library keeps what is free")


_LARGE = """
from hub.composition.memory import settle
from tests.hub.composition.test_memory import resident

settle()
# By this glibc would learn to keep whatever is as large.
del [b"x" * 20 * 2**20][0]
pieces = [b"x" * 2**20 for _ in range(60)]
behind = bytes(4000)
held = resident()
pieces.clear()
assert resident() < held - 40 * 2**20
"""


@_OF_GLIBC
def test_what_is_large_goes_back_as_soon_as_it_is_free_though_larger_was_freed_before() -> None:
    # In a process of its own: in one that has freed much, large pieces are taken from between what is used.
    subprocess.run([sys.executable, "-c", _LARGE], check=True)


@_OF_GLIBC
def test_free_memory_goes_back_though_something_lies_behind_it() -> None:
    pieces = [bytes(4000) for _ in range(15_000)]
    behind = bytes(4000)
    held = resident()
    pieces.clear()
    give_back()
    assert resident() < held - 40 * 2**20
    assert len(behind) == 4000


def resident() -> int:
    """What the process holds, in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
