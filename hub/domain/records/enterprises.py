"""Enterprise 矿山企业: the other anchor of the graph, known by its unified social credit code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class RegistrationStatus(Words):
    """登记状态 / registration status."""

    IN_OPERATION = "IN_OPERATION", "存续", "in operation"
    SUSPENDED = "SUSPENDED", "停业", "suspended"
    REVOKED = "REVOKED", "吊销", "revoked"
    CANCELLED = "CANCELLED", "注销", "cancelled"
    MOVED_OUT = "MOVED_OUT", "迁出", "moved out"


#: An enterprise has had so many names at most.
_MOST_NAMES = 20


@dataclass(frozen=True, kw_only=True)
class FormerName(Payload):
    """A name that an enterprise had, and on which days."""

    chinese: ClassVar[str] = "曾用名"

    name: str = fields.text(200, "企业名称", "registered name")
    used_from: date | None = fields.day(
        "启用日期", "first day of the name; none means from the beginning", past=True, default=None
    )
    used_until: date = fields.day("停用日期", "last day of the name", past=True)

    def problems(self) -> list[Problem]:
        return fields.in_order(("used_from", self.used_from), ("used_until", self.used_until))

    def was_right_on(self, day: date) -> bool:
        """Whether the enterprise was called so on a day."""
        return (self.used_from is None or self.used_from <= day) and day <= self.used_until


@dataclass(frozen=True, kw_only=True)
class Enterprise(Payload):
    chinese: ClassVar[str] = "矿山企业"
    organ: ClassVar[str] = "registration_authority_code"

    uscc: str = fields.uscc("统一社会信用代码", "unified social credit code, GB 32100", find=True, sort=True)
    name: str = fields.text(200, "企业名称", "registered name", find=True, sort=True)
    former_names: tuple[FormerName, ...] = fields.parts(
        FormerName,
        _MOST_NAMES,
        "曾用名",
        "former names as the register has them; a name that was right on the day of a decision is no conflict",
    )
    successor_uscc: str | None = fields.uscc(
        "合并后承继企业的统一社会信用代码",
        "credit code of the enterprise into which this one was merged, which takes over its rights and debts (公司法 art. 221)",
        default=None,
        watch=True,
    )
    succeeded_on: date | None = fields.day("合并承继日期", "day from which the successor takes over", past=True, default=None)
    legal_representative: str | None = fields.text(50, "法定代表人", "legal representative", default=None)
    enterprise_type: str | None = fields.text(100, "企业类型", "type of enterprise", default=None)
    registration_status: RegistrationStatus = fields.word(RegistrationStatus, "登记状态", "state of registration", find=True)
    registered_capital: Decimal | None = fields.yuan("注册资本", "registered capital", default=None, adds=True)
    established_on: date | None = fields.day("成立日期", "established on", past=True, default=None)
    business_licence_issued_on: date | None = fields.day(
        "营业执照核发日期", "business licence issued on", past=True, default=None
    )
    business_term_until: date | None = fields.day("营业期限止", "end of the business term; none means unlimited", default=None)
    registration_authority: str | None = fields.text(200, "登记机关", "registering authority", default=None)
    registration_authority_code: str | None = fields.uscc(
        "登记机关统一社会信用代码",
        "credit code of the registering authority, by which an enterprise is changed below the province",
        default=None,
    )
    former_registration_no: str | None = fields.code(
        50, "工商注册号", "registration number of before the credit code", default=None
    )
    organisation_code: str | None = fields.code(32, "组织机构代码", "organisation code", default=None)
    address: str | None = fields.text(300, "住所", "registered address", default=None)
    division_code: str | None = fields.division(
        "住所所在行政区划代码", "division of the address, if in the province", default=None, find=True, link=fields.DIVISION
    )
    abnormal_operation: bool = fields.flag("是否列入经营异常名录", "whether on the list of abnormal operation", default=False)
    abnormal_since: date | None = fields.day("列入经营异常名录日期", "on that list since", past=True, default=None)
    serious_breach: bool = fields.flag("是否列入严重违法失信名单", "whether on the list of serious breach", default=False)
    serious_breach_since: date | None = fields.day("列入严重违法失信名单日期", "on that list since", past=True, default=None)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("established_on", self.established_on), ("business_term_until", self.business_term_until))
        problems += fields.in_order(("established_on", self.established_on), ("succeeded_on", self.succeeded_on))
        if (self.successor_uscc is None) is not (self.succeeded_on is None):
            lacks = "successorUscc" if self.successor_uscc is None else "succeededOn"
            problems.append(Problem(lacks, ErrorCode.REQUIRED))
        if self.successor_uscc == self.uscc:
            problems.append(Problem("successorUscc", ErrorCode.DUPLICATE, self.uscc))
        return problems

    def references(self) -> Iterator[ReferenceQuery]:
        yield ReferenceQuery("enterprise", "successor_uscc", (self.uscc,))
        if self.successor_uscc is not None:
            yield ReferenceQuery("enterprise", "uscc", (self.successor_uscc,))

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterator[Problem]:
        """Its successor is registered; who goes into another has taken over before all that it takes over.  So no line of
        successors comes back to where it began."""
        if self.successor_uscc is None or self.succeeded_on is None:
            return
        others = known.of("enterprise", "uscc", (self.successor_uscc,), but=own_id)
        if not others:
            yield Problem("successorUscc", ErrorCode.UNKNOWN_REFERENCE, self.successor_uscc)
        before = [one.record.succeeded_on for one in known.of("enterprise", "successor_uscc", (self.uscc,), but=own_id)]
        if before and self.succeeded_on <= max(before):
            yield Problem("succeededOn", ErrorCode.DATES_OUT_OF_ORDER, f"> {max(before)}")
        after = [one.record.succeeded_on for one in others if one.record.succeeded_on is not None]
        if after and self.succeeded_on >= min(after):
            yield Problem("succeededOn", ErrorCode.DATES_OUT_OF_ORDER, f"< {min(after)}")
