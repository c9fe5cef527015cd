"""How much is kept of a client's refused items in an hour: all at first, then beginnings, then how many there were.

What a department's system tells is kept whole, for it is posted again from there; a client that posts has its answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auth.principals import Principal
from hub.domain.words.errors import ErrorCode, Problem
from hub.services.posting.refusals import beginning, refusal

#: In an hour, of one client, in each process: items in whole up to so many characters, and rows.
MOST_CHARACTERS = 16 * 1024 * 1024
MOST_ROWS = 10_000
#: What is kept of an item past that, in characters.
BEGINNING = 1024
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Hour:
    """What was kept of a client's since an hour began; `count` is the row that counts what was not."""

    began: datetime
    characters: int = field(default=0)
    rows: int = field(default=0)
    times: int = field(default=0)
    count: dict[str, Any] | None = field(default=None)


class Room:
    """Gives clients their room, hour by hour."""

    def __init__(self) -> None:
        self._hours: dict[str, _Hour] = {}

    def fit(
        self, caller: Principal, source: str, rows: Sequence[dict[str, Any]], now: datetime
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """The rows to keep, shortened where there is no more room; and the row that counts the others, where there are any."""
        hour = self._hours.get(caller.client_id)
        if hour is None or abs(now - hour.began) >= _HOUR:
            hour = self._hours[caller.client_id] = _Hour(now)
        kept = [_shortened(row, hour) for row in rows[: MOST_ROWS - hour.rows]]
        hour.rows += len(kept)
        if (more := len(rows) - len(kept)) == 0:
            return kept, None
        hour.times += more
        if hour.count is None:
            hour.count = refusal(caller, source, now, [Problem("", ErrorCode.TOO_MANY, f"≤ {MOST_ROWS} / h")], {})
        hour.count["payload"] = hour.count["outline"] = json.dumps({"times": hour.times})
        return kept, hour.count


def _shortened(row: dict[str, Any], hour: _Hour) -> dict[str, Any]:
    size = len(row["payload"])
    if size > BEGINNING and hour.characters + size > MOST_CHARACTERS:
        row["payload"] = beginning(row["payload"], BEGINNING)
        row["outline"] = json.dumps({"characters": size})
    hour.characters += len(row["payload"])
    return row
