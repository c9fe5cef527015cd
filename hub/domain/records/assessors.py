"""Assessor 第三方评估机构: an independent legal person, enterprise, institution or association (plan, section 5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words

#: What an agency needs of its own to assess mines: technical staff, and the percentage of these with a senior title.
LEAST_STAFF = 15
LEAST_SENIOR_SHARE = 30
#: Days before and after the assessment in which assessor and enterprise may have no business with one another.
_CLEAR_DAYS = 365


class AssessorCategory(Words):
    """评估机构类别 / category of an assessor."""

    ENTERPRISE = "ENTERPRISE", "企业单位", "enterprise"
    INSTITUTION = "INSTITUTION", "事业单位", "public institution"
    ASSOCIATION = "ASSOCIATION", "行业协会", "industry association"


@dataclass(frozen=True, kw_only=True)
class Dealing(Payload):
    """Business between an assessor and an enterprise."""

    chinese: ClassVar[str] = "业务往来"

    uscc: str = fields.uscc("往来企业统一社会信用代码", "credit code of the enterprise")
    began_on: date = fields.day("开始日期", "began on")
    ended_on: date | None = fields.day("结束日期", "ended on; none means that it goes on", default=None)
    subject: str = fields.text(300, "往来事项", "what it is about")


@dataclass(frozen=True, kw_only=True)
class Misconduct(Payload):
    """An entry in an assessor's record."""

    chinese: ClassVar[str] = "不良记录"

    noted_on: date = fields.day("记录日期", "noted on")
    text: str = fields.text(2000, "事由", "what it did")


@dataclass(frozen=True, kw_only=True)
class Assessor(Payload):
    """Third-party assessor"""

    chinese: ClassVar[str] = "第三方评估机构"

    uscc: str = fields.uscc("统一社会信用代码", "unified social credit code", find=True, sort=True)
    name: str = fields.text(200, "机构名称", "name", find=True)
    category: AssessorCategory = fields.word(AssessorCategory, "机构类别", "what it is", find=True)
    independent_legal_person: bool = fields.flag("具有独立法人资格", "an independent legal person; must be true (plan, 5.3)")
    technical_staff: int = fields.whole(0, 100_000, "专业技术人员数", "number of technical staff", default=0)
    senior_staff: int = fields.whole(0, 100_000, "高级职称人员数", "of these with a senior title", default=0)
    registered_on: date = fields.day("入库日期", "registered on", past=True, find=True, sort=True)
    suspended_until: date | None = fields.day("暂停业务至", "may not assess until this day, which is included", default=None)
    dealings: tuple[Dealing, ...] = fields.parts(Dealing, 200, "业务往来", "business with mining enterprises")
    misconduct: tuple[Misconduct, ...] = fields.parts(Misconduct, 100, "不良记录", "its record")

    def problems(self) -> list[Problem]:
        problems = []
        if not self.independent_legal_person:
            problems.append(Problem("independentLegalPerson", ErrorCode.NOT_INDEPENDENT, "5.3"))
        if self.senior_staff > self.technical_staff:
            problems.append(Problem("seniorStaff", ErrorCode.OUT_OF_RANGE, f"≤ {self.technical_staff}"))
        return problems


def dealings_with(assessor: Any, holder: str, on: date) -> Iterator[Dealing]:
    """The business that ties an assessor to a mine's holder when it assesses on a day."""
    for dealing in assessor.dealings:
        over = dealing.ended_on is not None and (on - dealing.ended_on).days > _CLEAR_DAYS
        if dealing.uscc == holder and not over and (dealing.began_on - on).days <= _CLEAR_DAYS:
            yield dealing


def is_suspended(assessor: Any, on: date) -> bool:
    """Whether an assessor may not assess on a day."""
    return assessor.suspended_until is not None and on <= assessor.suspended_until


def is_fit(assessor: Any, holder: str, assessed_on: date, day: date) -> bool:
    """Whether an assessor was fit to assess a mine of a holder, as can be said on a day."""
    enough = assessor.technical_staff >= LEAST_STAFF
    senior = assessor.senior_staff * 100 >= assessor.technical_staff * LEAST_SENIOR_SHARE
    tied = any(dealing.began_on <= day for dealing in dealings_with(assessor, holder, assessed_on))
    return bool(enough and senior and assessor.registered_on <= assessed_on and assessor.uscc != holder and not tied)
