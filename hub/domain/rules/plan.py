"""The plan itself: how long it holds, its phases, and the days by which something is due (plan, sections 4 and 5)."""

from __future__ import annotations

from datetime import date

from hub.domain.words.worded import Words

#: The plan holds for five years from the day of its issue, which its text does not name.
VALID_YEARS = 5

#: Existing licensed mines have their construction contracts by then (plan, section 4.1).
CONTRACTS_DUE_ON = date(2025, 5, 31)

#: Month and day by which every prefecture reports each year (plan, section 5.1).
REPORT_DUE = (11, 30)


class Phase(Words):
    """阶段 / phase of the plan."""

    MOBILISATION = "MOBILISATION", "动员部署阶段", "mobilisation"
    IMPLEMENTATION = "IMPLEMENTATION", "组织实施阶段", "implementation"
    SUMMARY = "SUMMARY", "总结提升阶段", "summary"


#: First and last day of each phase (plan, section 4).
PHASES: dict[Phase, tuple[date, date]] = {
    Phase.MOBILISATION: (date(2025, 4, 1), date(2025, 6, 30)),
    Phase.IMPLEMENTATION: (date(2025, 7, 1), date(2028, 9, 30)),
    Phase.SUMMARY: (date(2028, 10, 1), date(2028, 12, 31)),
}

#: Prefectures sum up their work, and the province reports, by the end of the last phase (plan, section 4.3).
SUMMARY_DUE_ON = PHASES[Phase.SUMMARY][1]
