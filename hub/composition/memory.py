"""The memory of a serving process: what is dropped in circles is collected while nobody waits for it, and what is free goes
back to the system.

Python collects circles when many objects have been made, whoever is served then, and the longer the more is kept: with some
hundred documents and statements a whole collection holds everybody up for a fifth of a second.  So the older generations are
left alone until the process has little to do.  The youngest is collected after each piece of work that makes many circles
(`schema.workshop`), and else when many objects were made that are still there: a look at so many takes a few thousandths of a
second, and whatever was looked at once is left alone.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import time
from collections.abc import Callable
from contextlib import suppress

TICK_SECONDS = 1.0
#: A process that used less of a processor than this since the last look has little to do.
_CALM = 0.25
#: Not more often than this after bursts; and this long after the last time however busy the process is.
_LEAST_SECONDS = 10.0
_MOST_SECONDS = 600.0
_YOUNG = 5_000
_NEVER = 1_000_000_000
#: What takes as many bytes as this is the system's again as soon as it is free.  glibc's malloc raises the bound by itself, up
#: to 32 MiB, and then keeps long answers and files of others between what is used.
_LARGE = 256 * 1024
_M_MMAP_THRESHOLD = -3
_NO_GLIBC = (AttributeError, OSError, TypeError)


def settle() -> None:
    """What was made up to here lives as long as the process, which serves from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _NEVER, _NEVER)
    with suppress(*_NO_GLIBC):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


class Memory:
    """Collects after a burst, or after a long time, in processes that have settled.

    `ticks` and `spent` are seconds that went by, and of a processor's time.
    """

    def __init__(self, *, ticks: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.process_time) -> None:
        self._ticks = ticks
        self._spent = spent
        self._looked = self._collected = ticks()
        self._had_spent = spent()
        self._is_due = False

    async def work(self) -> bool:
        """One look: collect, if it is time."""
        if gc.get_threshold()[2] != _NEVER:
            return False
        now, spent = self._ticks(), self._spent()
        is_calm = spent - self._had_spent < _CALM * (now - self._looked)
        self._looked, self._had_spent = now, spent
        self._is_due = self._is_due or not is_calm
        since = now - self._collected
        if self._is_due and ((is_calm and since >= _LEAST_SECONDS) or since >= _MOST_SECONDS):
            self._is_due = not is_calm
            self._collected = now
            gc.collect()
            await asyncio.to_thread(give_back)
        return False


def give_back() -> None:
    """Hand free memory back to the system, where the C library can: glibc's keeps what lies between what is used."""
    with suppress(*_NO_GLIBC):
        ctypes.CDLL(None).malloc_trim(0)
