"""What the database works out of penalties."""

from typing import Any

from schema import deliveries, discrepancies
from schema.declared import Is
from schema.graph import on_day

WORKED_OUT: dict[str, Any] = {
    **discrepancies.PENALTY,
    **deliveries.PENALTY,
    "publication_overdue": on_day(
        bool,
        "是否逾期未公示（7个工作日；轻微失信信息原则上不公示） / whether it was to be published by a day before this "
        "one and is not (7 working days after the decision; what is MINOR is not published in principle)",
    ),
}

FILTERS: dict[str, Any] = {"publication_overdue": Is}
