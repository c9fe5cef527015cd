"""What the hub works out of the plan's targets and reports: how far each prefecture is, and who has still to report."""

from __future__ import annotations

from enum import StrEnum


class ReportState(StrEnum):
    """已按期报送, 逾期报送, 未到期, 即将到期（30日内）, 已逾期未报."""

    SIGNED_OFF = "SIGNED_OFF"
    LATE = "LATE"
    NOT_YET_DUE = "NOT_YET_DUE"
    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"


#: From so many days before 30 November prefectures are reminded of their report.
REMINDER_DAYS = 30
