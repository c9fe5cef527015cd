"""The standing of a mine in the plan: one pure rule over its directory entries and its remaining life."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from hub.domain.directory import DirectoryEntry, DirectoryLevel, DirectoryStep


class Standing(StrEnum):
    """未开展, 公示中, 省级名录, 国家级名录, 限期整改, 已移出, 闭坑管理（不要求创建）."""

    NOT_STARTED = "NOT_STARTED"
    PUBLIC_NOTICE = "PUBLIC_NOTICE"
    LISTED_PROVINCIAL = "LISTED_PROVINCIAL"
    LISTED_NATIONAL = "LISTED_NATIONAL"
    WARNED = "WARNED"
    REMOVED = "REMOVED"
    EXEMPT_CLOSING = "EXEMPT_CLOSING"


#: Mines with less minable life than this sign no construction contract and are held to closure duties (plan, section 2.2).
CLOSING_YEARS = Decimal(3)


def standing(entries: Iterable[DirectoryEntry], remaining_years: Decimal | None) -> Standing:
    """Where a mine stands, from its directory entries (plan, section 5.4: one provincial directory, the national from it).

    The latest entry of each level counts.  Removal from the provincial directory ends the national standing too, since national
    mines are recommended from the provincial directory only.  Of two entries on one day the later in `entries` counts.
    """
    latest: dict[DirectoryLevel, DirectoryEntry] = {}
    for entry in entries:
        known = latest.get(entry.level)
        if known is None or entry.effective_on >= known.effective_on:
            latest[entry.level] = entry
    provincial, national = (
        latest[level].step if level in latest else None for level in (DirectoryLevel.PROVINCIAL, DirectoryLevel.NATIONAL)
    )
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
    return Standing.NOT_STARTED
