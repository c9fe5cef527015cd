"""What may become of an item that is posted."""

from __future__ import annotations

from hub.domain.words.worded import Words


class Outcome(Words):
    """结果 / what became of an item."""

    ACCEPTED = "ACCEPTED", "已接收", "accepted"
    UNCHANGED = "UNCHANGED", "内容未变", "unchanged"
    NEW_VERSION = "NEW_VERSION", "新版本", "new version"
    STALE = "STALE", "已过时", "stale"
    REJECTED = "REJECTED", "已拒绝", "rejected"
