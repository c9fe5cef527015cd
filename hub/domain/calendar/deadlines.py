"""Deadlines that are counted in working days, as fields that the hub works out when a record is posted.

A deadline that reaches into a year whose notice is not out is provisional: it is told with a mark beside it, and counted again
once the notice is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.domain.calendar.working_days import CALENDAR, Calendar


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many working days after the day in the field `since`, by `basis`; a day stated in `unless` goes before it.

    It derives a field: called with a record it gives the day, or None where there is no day to count from.  `provisional`
    derives the field beside it, which is named in `mark`.
    """

    since: str
    days: int
    basis: str
    mark: str
    unless: str = ""

    def __call__(self, record: Any) -> date | None:
        stated: date | None = getattr(record, self.unless) if self.unless else None
        return stated or self.on(getattr(record, self.since))

    def on(self, since: date | None, calendar: Calendar = CALENDAR) -> date | None:
        """The day that it falls on; None without a day to count from."""
        return calendar.after(since, self.days) if since else None

    def is_provisional(self, since: date | None, calendar: Calendar = CALENDAR) -> bool:
        """Whether the day was counted over days that no notice tells."""
        return since is not None and calendar.is_provisional(since, calendar.after(since, self.days))

    @property
    def provisional(self) -> Callable[[Any], bool]:
        """Tells of a record whether its deadline is provisional."""

        def told_by_no_notice(record: Any) -> bool:
            return not (self.unless and getattr(record, self.unless)) and self.is_provisional(getattr(record, self.since))

        return told_by_no_notice


#: 双公示: every penalty is published, and collected for credit disclosure, within seven working days of the decision.
REPORT = Deadline("decided_on", 7, "双公示", "report_due_provisional")
#: Served within seven days, which are working days (Administrative Penalty Law, art. 61 and 85).
SERVICE = Deadline("decided_on", 7, "行政处罚法第六十一条、第八十五条", "service_due_provisional")
#: A decision that was changed, revoked, or held unlawful or invalid: its information is withdrawn within three days, which are
#: working days, and the reason stated (art. 48 and 85).
WITHDRAWAL = Deadline("annulled_on", 3, "行政处罚法第四十八条、第八十五条", "withdrawal_due_provisional")
#: The plan wants transfers and answers in time 及时 (annex) and sets no number: ten working days are the hub's own custom, for
#: transfers that state no day.
ANSWER = Deadline("transferred_on", 10, "方案附件（及时）；未写明期限时按枢纽惯例", "due_provisional", unless="answer_due_on")

#: A fine is paid within 15 days of the decision's receipt (art. 67); these are calendar days.
FINE_DAYS = 15
