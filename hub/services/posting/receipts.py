"""The receipt: what became of one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.words.errors import Problem


class Outcome(StrEnum):
    """已接收, 内容未变, 新版本, 已拒绝."""

    ACCEPTED = "ACCEPTED"
    UNCHANGED = "UNCHANGED"
    NEW_VERSION = "NEW_VERSION"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The receipt of one item.  A rejected item has problems and nothing else."""

    index: int
    outcome: Outcome
    record_id: str | None = None
    version: int | None = None
    payload_hash: str | None = None
    recorded_at: datetime | None = None
    problems: Sequence[Problem] = ()
    reference: str | None = None
