"""What the hub writes on every version of every record, and on its log entry: the same facts in both places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.storage.records.commitments import Commitment


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Which record and version, whose it is, which way and from whom it came, when, and the commitment to its payload."""

    record_id: str
    version: int
    department: str
    source: str
    posted_by: str
    recorded_at: datetime
    commitment: Commitment
    #: When what is said changed at its source, where that is told.
    changed_at: datetime | None = None
