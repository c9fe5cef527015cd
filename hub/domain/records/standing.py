"""The standing of a mine in the plan on any day: one pure rule over its records and its remaining life."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hub.domain.records.assessments import Assessment
from hub.domain.records.contracts import Contract
from hub.domain.records.directory import DirectoryEntry, DirectoryLevel, DirectoryStep, latest_step
from hub.domain.records.duties import CLOSING_YEARS


class Standing(StrEnum):
    """未开展, 已签合同, 评估中, 公示中, 省级名录, 国家级名录, 限期整改, 已移出, 闭坑管理（不要求创建）."""

    NOT_STARTED = "NOT_STARTED"
    CONTRACTED = "CONTRACTED"
    UNDER_ASSESSMENT = "UNDER_ASSESSMENT"
    PUBLIC_NOTICE = "PUBLIC_NOTICE"
    LISTED_PROVINCIAL = "LISTED_PROVINCIAL"
    LISTED_NATIONAL = "LISTED_NATIONAL"
    WARNED = "WARNED"
    REMOVED = "REMOVED"
    EXEMPT_CLOSING = "EXEMPT_CLOSING"


#: In the directory and in good order.
LISTED = frozenset({Standing.LISTED_PROVINCIAL, Standing.LISTED_NATIONAL})


def standing(
    entries: Iterable[DirectoryEntry],
    remaining_years: Decimal | None,
    *,
    on: date,
    contracts: Iterable[Contract] = (),
    assessments: Iterable[Assessment] = (),
) -> Standing:
    """Where a mine stands on a day (plan, section 5.4: one provincial directory, the national from it; section 2.2).

    The latest entry of each level counts.  Removal from the provincial directory ends the national standing too, since national
    mines are recommended from the provincial directory only.  Of two entries on one day the later in `entries` counts.
    """
    known = list(entries)
    provincial, national = (latest_step(known, level, on) for level in (DirectoryLevel.PROVINCIAL, DirectoryLevel.NATIONAL))
    if provincial is DirectoryStep.REMOVED:
        return Standing.REMOVED
    if DirectoryStep.RECTIFICATION in (provincial, national):
        return Standing.WARNED
    if national is DirectoryStep.LISTED:
        return Standing.LISTED_NATIONAL
    if provincial is DirectoryStep.LISTED:
        return Standing.LISTED_PROVINCIAL
    if remaining_years is not None and remaining_years < CLOSING_YEARS:
        return Standing.EXEMPT_CLOSING
    if provincial is DirectoryStep.PUBLIC_NOTICE:
        return Standing.PUBLIC_NOTICE
    if provincial is DirectoryStep.PROPOSED or any(a.open_on(on) for a in assessments):
        return Standing.UNDER_ASSESSMENT
    if any(c.in_force_on(on) for c in contracts):
        return Standing.CONTRACTED
    return Standing.NOT_STARTED
