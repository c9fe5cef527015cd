"""Database files that are not as they should be, also for who may do everything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

#: Where a SQLite file says by which version of its format it may be written, of which those past 2 are not known (1.3.3).
_WRITE_VERSION, _UNKNOWN = 18, b"\3"


def make_read_only(file: Path) -> None:
    """Let SQLite read a file and not write it, whoever runs it: rights do not hold for root."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with file.open("r+b") as opened:
        opened.seek(_WRITE_VERSION)
        opened.write(_UNKNOWN)
