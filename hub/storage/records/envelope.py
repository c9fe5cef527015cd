"""What the hub writes on every version of every record, and on its log entry: the same facts in both places."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hub.storage.records.commitments import Commitment


class Envelope(NamedTuple):
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
