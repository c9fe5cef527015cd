"""The standing of a mine in the plan: its words, and what the directory alone says of a mine on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from hub.domain.records.directory import DirectoryEntry, DirectoryLevel, DirectoryStep, latest
from hub.domain.words.worded import Words


class Standing(Words):
    """绿色矿山状态 / standing as a green mine."""

    NOT_STARTED = "NOT_STARTED", "未开展", "not started"
    CONTRACTED = "CONTRACTED", "已签合同", "contracted"
    UNDER_ASSESSMENT = "UNDER_ASSESSMENT", "评估中", "under assessment"
    PUBLIC_NOTICE = "PUBLIC_NOTICE", "公示中", "in public notice"
    LISTED_PROVINCIAL = "LISTED_PROVINCIAL", "省级名录", "on the provincial directory"
    LISTED_NATIONAL = "LISTED_NATIONAL", "国家级名录", "on the national directory"
    WARNED = "WARNED", "限期整改", "warned: to be rectified"
    REMOVED = "REMOVED", "已移出", "removed"
    EXEMPT_CLOSING = "EXEMPT_CLOSING", "闭坑管理（不要求创建）", "exempt: held to closure duties"
    CLOSING = "CLOSING", "闭坑中", "closing"
    CLOSED = "CLOSED", "已关闭", "closed"


#: In the directory and in good order.
LISTED = frozenset({Standing.LISTED_PROVINCIAL, Standing.LISTED_NATIONAL})

_BY_STEP = {
    DirectoryStep.REMOVED: Standing.REMOVED,
    DirectoryStep.RECTIFICATION: Standing.WARNED,
    DirectoryStep.LISTED: Standing.LISTED_PROVINCIAL,
    DirectoryStep.PUBLIC_NOTICE: Standing.PUBLIC_NOTICE,
    DirectoryStep.PROPOSED: Standing.UNDER_ASSESSMENT,
}


def by_the_directory(entries: Iterable[Any], on: date) -> tuple[Standing, tuple[DirectoryEntry, ...]] | None:
    """What the directory says of a mine on a day, and the entries that decide it (plan, section 5.4); None without any.

    National mines come from the provincial directory only: a national listing counts while the provincial one stands, and none
    outlives a removal.  A mine that is listed again is a national one again only by a later national entry.
    """
    known = [entry for entry in entries if entry.effective_on <= on]
    provincial = latest(known, DirectoryLevel.PROVINCIAL, on)
    if provincial is None:
        return None
    stands = _BY_STEP[provincial.step]
    if provincial.step not in (DirectoryStep.LISTED, DirectoryStep.RECTIFICATION):
        return stands, (provincial,)
    removals = (e.effective_on for e in known if e.level is DirectoryLevel.PROVINCIAL and e.step is DirectoryStep.REMOVED)
    removed_on = max(removals, default=date.min)
    national = latest([entry for entry in known if entry.effective_on > removed_on], DirectoryLevel.NATIONAL, on)
    if national is None or stands is Standing.WARNED:
        return stands, (provincial,)
    if national.step is DirectoryStep.RECTIFICATION:
        return Standing.WARNED, (national,)
    if national.step is DirectoryStep.LISTED:
        return Standing.LISTED_NATIONAL, (provincial, national)
    return stands, (provincial,)
