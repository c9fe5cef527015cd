"""A machine whose clock is wrong by CLOCK_AHEAD seconds: all Python that has this folder on its path goes by it."""

from __future__ import annotations

import datetime as moments
import os
import time
from typing import Any

_AHEAD = float(os.environ.get("CLOCK_AHEAD", "0"))
_right, _right_ns = time.time, time.time_ns
time.time = lambda: _right() + _AHEAD
time.time_ns = lambda: _right_ns() + int(_AHEAD * 1e9)
_Real = moments.datetime


class _AsReal(type):
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, _Real)


class _Datetime(_Real, metaclass=_AsReal):
    __slots__ = ()

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return _Real.now(tz) + moments.timedelta(seconds=_AHEAD)


moments.datetime = _Datetime  # type: ignore[misc]
