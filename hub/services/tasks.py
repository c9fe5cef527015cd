"""What ends a task, and what is but a failure of what it does."""

from __future__ import annotations

import asyncio

_ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)


def ends_task(error: BaseException) -> bool:
    """Whether an error is meant for the task that is here, or for the whole process.

    Libraries that are not written in Python panic by errors of their own, which are no Exception, and a library may be
    cancelled beside us: those are failures.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    return isinstance(error, _ENDS)
