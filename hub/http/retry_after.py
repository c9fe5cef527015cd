"""For how long somebody asks to be left alone: `Retry-After`, which is a number of seconds or a moment (RFC 9110 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isnan, nan

from hub.domain.calendar.moments import Clock


def retry_after(headers: Mapping[str, str], most: float, clock: Clock) -> float | None:
    """The seconds that an answer names by headers in small letters, `most` at the most; None where it names no time.

    A moment is counted by the clock of who says it, where it tells what time it is there, else by ours.
    """
    if not (header := headers.get("retry-after")):
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = nan
    if isnan(seconds):
        try:
            now = parsedate_to_datetime(headers["date"]) if "date" in headers else clock()
            seconds = (parsedate_to_datetime(header) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), most)
