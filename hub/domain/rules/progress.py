"""What the hub works out of the plan's targets and reports: how far each prefecture is, and who has still to report."""

from __future__ import annotations

from hub.domain.words.worded import Words


class ReportState(Words):
    """报送状态 / state of a yearly report."""

    SIGNED_OFF = "SIGNED_OFF", "已按期报送", "signed off in time"
    LATE = "LATE", "逾期报送", "late"
    NOT_YET_DUE = "NOT_YET_DUE", "未到期", "not yet due"
    DUE_SOON = "DUE_SOON", "即将到期（30日内）", "due within 30 days"
    OVERDUE = "OVERDUE", "已逾期未报", "overdue"


#: From so many days before 30 November prefectures are reminded of their report.
REMINDER_DAYS = 30
