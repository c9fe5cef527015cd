"""DirectoryEntry 绿色矿山名录: one step of a mine's life in the provincial or national directory.

There is no prefecture or county directory (plan, section 5.4).  The latest effective entry of each level gives the standing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import AboutMine
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DivisionLevel
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class DirectoryLevel(Words):
    """名录级别 / level of the directory."""

    PROVINCIAL = "PROVINCIAL", "省级", "provincial"
    NATIONAL = "NATIONAL", "国家级", "national"


class DirectoryStep(Words):
    """名录环节 / step of a directory entry."""

    PROPOSED = "PROPOSED", "推荐", "proposed"
    PUBLIC_NOTICE = "PUBLIC_NOTICE", "公示", "public notice"
    LISTED = "LISTED", "列入", "listed"
    RECTIFICATION = "RECTIFICATION", "限期整改", "under rectification"
    REMOVED = "REMOVED", "移出", "removed"


#: What may follow each step: a notice may end in a new proposal, a rectification in the directory or outside it.
NEXT_STEPS: dict[DirectoryStep | None, frozenset[DirectoryStep]] = {
    None: frozenset({DirectoryStep.PROPOSED, DirectoryStep.PUBLIC_NOTICE}),
    DirectoryStep.PROPOSED: frozenset({DirectoryStep.PROPOSED, DirectoryStep.PUBLIC_NOTICE}),
    DirectoryStep.PUBLIC_NOTICE: frozenset({DirectoryStep.PROPOSED, DirectoryStep.LISTED}),
    DirectoryStep.LISTED: frozenset({DirectoryStep.RECTIFICATION, DirectoryStep.REMOVED}),
    DirectoryStep.RECTIFICATION: frozenset({DirectoryStep.LISTED, DirectoryStep.REMOVED}),
    DirectoryStep.REMOVED: frozenset({DirectoryStep.PROPOSED, DirectoryStep.PUBLIC_NOTICE}),
}

#: Who may take each step: both directories are the province's (plan, section 5.4), but counties and prefectures propose.
LEVELS: dict[DirectoryStep, tuple[DivisionLevel, ...]] = dict.fromkeys(DirectoryStep, (DivisionLevel.PROVINCE,)) | {
    DirectoryStep.PROPOSED: tuple(DivisionLevel)
}

#: Mines listed before the plan began come into the hub as they are; their proposals and notices lie outside it.
BEFORE_THE_PLAN = date(2025, 4, 1)

#: How long a mine stands in public notice before it is listed.  The plan gives no figure: five working days, the first one
#: included, are what provinces announce.
NOTICE_WORKING_DAYS = 5

#: A mine that falls short has at most six months to rectify (removal procedure for national mines, 2025-01-06).
RECTIFICATION_MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class DirectoryEntry(AboutMine):
    """Directory entry"""

    chinese: ClassVar[str] = "绿色矿山名录记录"

    level: DirectoryLevel = fields.word(DirectoryLevel, "名录级别", "provincial or national", find=True)
    step: DirectoryStep = fields.word(DirectoryStep, "名录状态", "what the announcement says of the mine", find=True)
    effective_on: date = fields.day("生效日期", "effective on", past=True, find=True, sort=True)
    batch: str | None = fields.text(50, "批次", "batch of the directory, such as 2025年度", default=None, find=True)
    certificate_no: str | None = fields.code(64, "绿色矿山证书编号", "number of the certificate", default=None)
    notice_from: date | None = fields.day("公示起始日期", "public notice from", default=None)
    notice_until: date | None = fields.day("公示截止日期", "public notice until", default=None)
    rectification_due_on: date | None = fields.day(
        "整改期限", "rectification due on, at most six months away by the rules; needed with RECTIFICATION", default=None
    )
    reason_code: str | None = fields.code(
        64, "事由代码", "code of the reason (configurable list); needed with REMOVED", default=None, find=True
    )
    reason: str | None = fields.text(2000, "事由", "reason in words", default=None)
    legal_basis: str | None = fields.text(2000, "依据", "basis in rules; needed with REMOVED", default=None)

    def problems(self) -> list[Problem]:
        found = fields.in_order(("notice_from", self.notice_from), ("notice_until", self.notice_until))
        found += fields.in_order(("effective_on", self.effective_on), ("rectification_due_on", self.rectification_due_on))
        removed, rectified = self.step is DirectoryStep.REMOVED, self.step is DirectoryStep.RECTIFICATION
        needed = [
            ("rectificationDueOn", self.rectification_due_on, rectified),
            ("reasonCode", self.reason_code, removed),
            ("legalBasis", self.legal_basis, removed),
        ]
        return found + [Problem(name, ErrorCode.REQUIRED, self.step) for name, value, need in needed if need and value is None]

    def levels(self) -> Iterator[tuple[str, Sequence[DivisionLevel]]]:
        yield "step", LEVELS[self.step]

    def references(self) -> Iterator[ReferenceQuery]:
        """The mine, and its other entries."""
        for kind in ("mine", "directory_entry"):
            yield ReferenceQuery(kind, "licence_no", (self.licence_no,))

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterator[Problem]:
        """Whether the step fits between those before and after it (plan, section 5.4)."""
        others = [s.record for s in known.of("directory_entry", "licence_no", (self.licence_no,), but=own_id)]
        same = sorted((e for e in others if e.level is self.level), key=lambda e: e.effective_on)
        before = [e for e in same if e.effective_on <= self.effective_on]
        after = same[len(before) :]
        previous = before[-1] if before else None
        if previous and previous.effective_on == self.effective_on:
            # Two steps on one day have no order, so nobody could tell where the mine stands.
            yield Problem("effectiveOn", ErrorCode.DUPLICATE, f"{previous.step}")
        removals = [e.effective_on for e in others if e.level is DirectoryLevel.PROVINCIAL and e.step is DirectoryStep.REMOVED]
        if not self._may_follow(previous, removals):
            told = f"{previous.step} → {self.step}" if previous else f"→ {self.step}"
            yield Problem("step", ErrorCode.STEP_NOT_ALLOWED, told)
        if after and not after[0]._may_follow(self, removals):
            yield Problem("step", ErrorCode.STEP_NOT_ALLOWED, f"{self.step} → {after[0].step}")

    def _may_follow(self, previous: DirectoryEntry | None, removals: Sequence[date]) -> bool:
        """Whether it may come after another of its level.  What the province has removed since then is in no directory, so that
        the nation may begin anew."""
        if previous is None:
            return self.step in NEXT_STEPS[None] or (self.step is DirectoryStep.LISTED and self.effective_on < BEFORE_THE_PLAN)
        begins = any(previous.effective_on <= one <= self.effective_on for one in removals)
        anew = NEXT_STEPS[DirectoryStep.REMOVED] if begins and self.level is DirectoryLevel.NATIONAL else frozenset()
        return self.step in NEXT_STEPS[previous.step] | anew


def latest(entries: Iterable[DirectoryEntry], level: DirectoryLevel, on: date) -> DirectoryEntry | None:
    """The entry of a level in force on a day; of two on one day the later in `entries` counts."""
    found = None
    for entry in entries:
        if entry.level is level and entry.effective_on <= on and (found is None or entry.effective_on >= found.effective_on):
            found = entry
    return found


def latest_step(entries: Iterable[DirectoryEntry], level: DirectoryLevel, on: date) -> DirectoryStep | None:
    """What that entry says."""
    entry = latest(entries, level, on)
    return entry.step if entry else None
