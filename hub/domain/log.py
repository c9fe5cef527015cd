"""Log 日志: what is said of everything that was posted, in the one order that everybody sees it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department


class Action(StrEnum):
    """新提交, 新版本, 撤回, 恢复 / what a posting did to its record."""

    POSTED = "POSTED"
    REVISED = "REVISED"
    WITHDRAWN = "WITHDRAWN"
    REINSTATED = "REINSTATED"


@dataclass(frozen=True, slots=True)
class Posted:
    """What the log says at a position, which is gapless.  `mines` are the licence numbers that the record concerns."""

    position: int
    record_id: str
    version: int
    kind: RecordKind
    action: Action
    department: Department
    mines: tuple[str, ...]
    recorded_at: datetime
