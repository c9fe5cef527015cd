"""Assessment 绿色矿山评估: a mine's way into the directory, along the province's steps.

Application, county review, prefecture review, self-assessment, third-party assessment, provincial verification, public notice,
listing: none is skipped, and nothing follows a step that failed.  What passes though it falls short of its system, and whoever
assessed, was decided by who may: it is taken, and told (`hub.domain.rules.assessments`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day, Number, Word
from hub.domain.declaring.fields import Link, Payload
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet
from hub.domain.records.indicators import IndicatorSystem
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DivisionLevel
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class AssessmentStage(Words):
    """评估环节 / stage of an assessment."""

    APPLICATION = "APPLICATION", "企业申报", "application"
    COUNTY_REVIEW = "COUNTY_REVIEW", "县级初审", "county review"
    PREFECTURE_REVIEW = "PREFECTURE_REVIEW", "州（市）级复审", "prefecture review"
    SELF_ASSESSMENT = "SELF_ASSESSMENT", "矿山自评", "self-assessment"
    THIRD_PARTY_ASSESSMENT = "THIRD_PARTY_ASSESSMENT", "第三方评估", "third-party assessment"
    VERIFICATION = "VERIFICATION", "省级核查", "verification by the province"
    PUBLIC_NOTICE = "PUBLIC_NOTICE", "公示", "public notice"
    LISTING = "LISTING", "列入名录", "listing"


_ANY = tuple(DivisionLevel)
#: Who may say that a step was taken (the province's procedure of 2025): reviews go up from the county, verification is the
#: province's, and what follows it too.
LEVELS: dict[AssessmentStage, tuple[DivisionLevel, ...]] = {
    AssessmentStage.APPLICATION: _ANY,
    AssessmentStage.COUNTY_REVIEW: _ANY,
    AssessmentStage.PREFECTURE_REVIEW: (DivisionLevel.PROVINCE, DivisionLevel.PREFECTURE),
    AssessmentStage.SELF_ASSESSMENT: _ANY,
    AssessmentStage.THIRD_PARTY_ASSESSMENT: _ANY,
    AssessmentStage.VERIFICATION: (DivisionLevel.PROVINCE,),
    AssessmentStage.PUBLIC_NOTICE: (DivisionLevel.PROVINCE,),
    AssessmentStage.LISTING: (DivisionLevel.PROVINCE,),
}


class StepOutcome(Words):
    """环节结论 / outcome of a step."""

    PASSED = "PASSED", "通过", "passed"
    FAILED = "FAILED", "不通过", "failed"


class AssessmentResult(Words):
    """评估结果 / result of an assessment."""

    IN_PROGRESS = "IN_PROGRESS", "进行中", "in progress"
    PASSED = "PASSED", "合格", "passed"
    FAILED = "FAILED", "不合格", "failed"


_ORDER = list(AssessmentStage)
#: From here on, who lets pass says that preconditions, points and experts are as the system demands.
_JUDGED = frozenset(_ORDER[_ORDER.index(AssessmentStage.THIRD_PARTY_ASSESSMENT) :])


@dataclass(frozen=True, kw_only=True)
class AssessmentStep(Payload):
    """A step that was taken."""

    chinese: ClassVar[str] = "评估环节"

    stage: AssessmentStage = fields.word(AssessmentStage, "环节", "which step")
    outcome: StepOutcome = fields.word(StepOutcome, "结论", "passed or failed")
    on: date = fields.day("日期", "date", past=True)
    by: str = fields.text(200, "办理单位", "who took it")
    remarks: str | None = fields.text(2000, "备注", "remarks", default=None)


@dataclass(frozen=True, kw_only=True)
class PreconditionCheck(Payload):
    """Whether a precondition of the system holds."""

    chinese: ClassVar[str] = "先决条件核查"

    code: str = fields.code(32, "编号", "code of the precondition")
    met: bool = fields.flag("是否满足", "whether it holds")
    evidence: str | None = fields.text(1000, "依据", "evidence", default=None)


@dataclass(frozen=True, kw_only=True)
class Score(Payload):
    """Points for one indicator."""

    chinese: ClassVar[str] = "指标得分"

    code: str = fields.code(32, "指标编号", "code of an indicator that has none below")
    points: Decimal = fields.number(2, 10_000, "得分", "points given")
    remarks: str | None = fields.text(1000, "说明", "remarks", default=None)


@dataclass(frozen=True, kw_only=True)
class Assessment(Payload):
    """Assessment of a mine"""

    chinese: ClassVar[str] = "绿色矿山评估"

    assessment_no: str = fields.code(64, "评估编号", "number of the assessment", find=True, sort=True)
    licence_no: str = fields.licence_no("采矿许可证号", "the mine that is assessed", find=True, link=fields.MINE)
    applied_on: date = fields.day("申报日期", "applied on", past=True, find=True, sort=True)
    indicator_system_code: str = fields.code(
        64,
        "评价指标体系编号",
        "code of the system that it is assessed by",
        find=True,
        link=Link("indicator_system", "indicator_system", "code", "评价指标体系 / the system that it is assessed by"),
    )
    assessor_uscc: str | None = fields.uscc(
        "第三方评估机构统一社会信用代码",
        "the third-party assessor",
        default=None,
        find=True,
        link=Link("assessor", "assessor", "uscc", "第三方评估机构 / the third-party assessor"),
    )
    expert_nos: tuple[str, ...] = fields.codes(64, 50, "评估专家编号", "experts drawn from the pool")
    steps: tuple[AssessmentStep, ...] = fields.parts(AssessmentStep, 8, "评估环节", "the steps taken so far, in order")
    preconditions: tuple[PreconditionCheck, ...] = fields.parts(
        PreconditionCheck, 50, "先决条件核查", "preconditions looked at"
    )
    scores: tuple[Score, ...] = fields.parts(Score, 500, "指标得分", "points for each indicator")

    stage: AssessmentStage | None = fields.derived(
        Word(AssessmentStage), "当前环节", "the last step taken", lambda a: a.steps[-1].stage if a.steps else None, find=True
    )
    result: AssessmentResult = fields.derived(
        Word(AssessmentResult), "评估结果", "passed once verified, failed by any failed step", lambda a: a._result(), find=True
    )
    total_points: Decimal = fields.derived(
        Number(2, Decimal(10**6)), "总得分", "points in all", lambda a: sum((s.points for s in a.scores), Decimal("0.00"))
    )
    passed_on: date | None = fields.derived(Day(), "核查通过日期", "verified on", lambda a: a._passed_on(), find=True)
    ended_on: date | None = fields.derived(
        Day(), "办结日期", "failed or listed on; none while it goes on", lambda a: a._ended_on()
    )

    def _result(self) -> AssessmentResult:
        if any(step.outcome is StepOutcome.FAILED for step in self.steps):
            return AssessmentResult.FAILED
        return AssessmentResult.PASSED if self._passed_on() else AssessmentResult.IN_PROGRESS

    def _passed_on(self) -> date | None:
        return next(
            (s.on for s in self.steps if s.stage is AssessmentStage.VERIFICATION and s.outcome is StepOutcome.PASSED), None
        )

    def _ended_on(self) -> date | None:
        over = (s.on for s in self.steps if s.outcome is StepOutcome.FAILED or s.stage is AssessmentStage.LISTING)
        return next(over, None)

    def problems(self) -> list[Problem]:
        problems = []
        for index, step in enumerate(self.steps):
            if step.stage is not _ORDER[index]:
                problems.append(Problem(f"steps.{index}.stage", ErrorCode.STEP_NOT_ALLOWED, _ORDER[index]))
            if index and self.steps[index - 1].outcome is StepOutcome.FAILED:
                problems.append(Problem(f"steps.{index}", ErrorCode.STEP_NOT_ALLOWED, StepOutcome.FAILED))
            if step.on < (self.steps[index - 1].on if index else self.applied_on):
                problems.append(Problem(f"steps.{index}.on", ErrorCode.DATES_OUT_OF_ORDER))
        for name, codes in (("scores", [s.code for s in self.scores]), ("preconditions", [p.code for p in self.preconditions])):
            if len(set(codes)) < len(codes):
                problems.append(Problem(name, ErrorCode.DUPLICATE, "code"))
        if assessed_on(self) and self.assessor_uscc is None:
            problems.append(Problem("assessorUscc", ErrorCode.REQUIRED, AssessmentStage.THIRD_PARTY_ASSESSMENT))
        return problems

    def levels(self) -> Iterator[tuple[str, Sequence[DivisionLevel]]]:
        for index, step in enumerate(self.steps):
            yield f"steps.{index}.stage", LEVELS[step.stage]

    def references(self) -> Iterator[ReferenceQuery]:
        """The system by which it is made."""
        yield ReferenceQuery("indicator_system", "code", (self.indicator_system_code,))

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterator[Problem]:
        """What its system does not have."""
        system = known.one("indicator_system", "code", self.indicator_system_code)
        if system is None:
            yield Problem("indicatorSystemCode", ErrorCode.UNKNOWN_REFERENCE, self.indicator_system_code)
        else:
            yield from self._against(system)

    def _against(self, system: IndicatorSystem) -> Iterator[Problem]:
        leaves = system.leaves()
        for index, score in enumerate(self.scores):
            leaf = leaves.get(score.code)
            if leaf is None:
                yield Problem(f"scores.{index}.code", ErrorCode.UNKNOWN_REFERENCE, score.code)
            elif score.points > leaf.points:
                yield Problem(f"scores.{index}.points", ErrorCode.OUT_OF_RANGE, f"≤ {leaf.points}")
        asked = {one.code for one in system.preconditions}
        for index, check in enumerate(self.preconditions):
            if check.code not in asked:
                yield Problem(f"preconditions.{index}.code", ErrorCode.UNKNOWN_REFERENCE, check.code)


def assessed_on(assessment: Any) -> date | None:
    """When the third party assessed."""
    return next((step.on for step in assessment.steps if step.stage is AssessmentStage.THIRD_PARTY_ASSESSMENT), None)


def judged_on(assessment: Any) -> date | None:
    """When it was first said to pass what the system demands."""
    passed = (step.on for step in assessment.steps if step.stage in _JUDGED and step.outcome is StepOutcome.PASSED)
    return next(passed, None)


def falls_short(assessment: Any, system: Any) -> bool:
    """Whether a precondition is not met or was not looked at, or there are fewer points, in all or for an indicator of the
    first level, or fewer experts than the system demands of who passes."""
    met = {check.code for check in assessment.preconditions if check.met}
    if not met.issuperset(one.code for one in system.preconditions):
        return True
    if assessment.total_points < system.pass_points or len(assessment.expert_nos) < system.least_experts:
        return True
    points: defaultdict[str, Decimal] = defaultdict(Decimal)
    above = {one.code: one.parent for one in system.indicators}
    for score in assessment.scores:
        code = score.code
        while parent := above.get(code):
            code = parent
        points[code] += score.points
    first = (one for one in system.indicators if one.level == 1)
    return any(points[one.code] * 100 < one.points * system.first_level_share for one in first)


def open_on(assessment: Any, day: date) -> bool:
    """Whether an assessment had begun by then and was not yet over."""
    return assessment.applied_on <= day and (assessment.ended_on is None or assessment.ended_on > day)
