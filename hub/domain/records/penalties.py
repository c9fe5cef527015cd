"""Penalty 行政处罚: a decision against an enterprise, with all fields of the 双公示 standard and its life in publication.

It belongs to the enterprise by credit code; its links to mines are explicit: none, one or several.  Money is in yuan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from hub.domain.calendar.deadlines import FINE_DAYS, REPORT, SERVICE, WITHDRAWAL
from hub.domain.calendar.moments import months_after
from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day, Flag
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class PenaltyKind(Words):
    """处罚种类 / kind of penalty: the 13 that the Administrative Penalty Law (2021, art. 9) names, and 其他."""

    WARNING = "WARNING", "警告", "warning"
    PUBLIC_CRITICISM = "PUBLIC_CRITICISM", "通报批评", "public criticism"
    FINE = "FINE", "罚款", "fine"
    CONFISCATION_OF_GAINS = "CONFISCATION_OF_GAINS", "没收违法所得", "confiscation of gains"
    CONFISCATION_OF_PROPERTY = "CONFISCATION_OF_PROPERTY", "没收非法财物", "confiscation of property"
    LICENCE_SUSPENSION = "LICENCE_SUSPENSION", "暂扣许可证件", "suspension of a licence"
    QUALIFICATION_DOWNGRADE = "QUALIFICATION_DOWNGRADE", "降低资质等级", "lowering of a qualification"
    LICENCE_REVOCATION = "LICENCE_REVOCATION", "吊销许可证件", "revocation of a licence"
    OPERATION_RESTRICTION = "OPERATION_RESTRICTION", "限制开展生产经营活动", "restriction of operation"
    PRODUCTION_SUSPENSION = "PRODUCTION_SUSPENSION", "责令停产停业", "suspension of production"
    CLOSURE = "CLOSURE", "责令关闭", "closure"
    PROFESSION_RESTRICTION = "PROFESSION_RESTRICTION", "限制从业", "restriction of profession"
    DETENTION = "DETENTION", "行政拘留", "detention"
    OTHER = "OTHER", "其他", "other"


class PartyCategory(Words):
    """行政相对人类别 / category of the party."""

    ORGANISATION = "ORGANISATION", "法人及非法人组织", "organisation"
    NATURAL_PERSON = "NATURAL_PERSON", "自然人", "natural person"
    INDIVIDUAL_BUSINESS = "INDIVIDUAL_BUSINESS", "个体工商户", "individual business"


class PublicationClass(Words):
    """失信信息类别 / class of publication (信用修复管理办法, in force 2026-04-01)."""

    MINOR = "MINOR", "轻微", "minor"
    GENERAL = "GENERAL", "一般", "general"
    SERIOUS = "SERIOUS", "严重", "serious"


#: Months of publication, shortest and longest, from the date of the decision (信用修复管理办法).
PUBLICATION_MONTHS: dict[PublicationClass, tuple[int, int]] = {
    PublicationClass.MINOR: (0, 3),
    PublicationClass.GENERAL: (3, 12),
    PublicationClass.SERIOUS: (12, 36),
}


_CONFISCATIONS = frozenset({PenaltyKind.CONFISCATION_OF_GAINS, PenaltyKind.CONFISCATION_OF_PROPERTY})

#: What the credit system says of a penalty, whoever decided it; all else is the deciding department's.
CREDITS_OWN = ("repaired_on", "repair_document", "publication_ends_on")


@dataclass(frozen=True, kw_only=True)
class Penalty(Payload):
    chinese: ClassVar[str] = "行政处罚"

    document_number: str = fields.document_number(
        "行政处罚决定书文号", "decision number", standard="CF_WSH", find=True, sort=True
    )
    party_name: str = fields.text(200, "行政相对人名称", "name of the penalised party", standard="CF_XDR_MC", find=True)
    party_category: PartyCategory = fields.word(PartyCategory, "行政相对人类别", "category of the party", standard="CF_XDR_LB")
    party_uscc: str | None = fields.uscc(
        "行政相对人统一社会信用代码",
        "credit code of the party; needed unless a natural person",
        standard="CF_XDR_SHXYM",
        default=None,
        find=True,
        link=fields.ENTERPRISE,
    )
    party_registration_no: str | None = fields.code(
        50, "工商注册号", "registration number", standard="CF_XDR_GSZC", default=None
    )
    party_organisation_code: str | None = fields.code(
        32, "组织机构代码", "organisation code", standard="CF_XDR_ZZJG", default=None
    )
    party_tax_no: str | None = fields.code(32, "税务登记号", "tax registration number", standard="CF_XDR_SWDJ", default=None)
    party_institution_no: str | None = fields.code(
        120, "事业单位证书号", "public-institution certificate", standard="CF_XDR_SYDW", default=None
    )
    party_social_organisation_no: str | None = fields.code(
        50, "社会组织登记证号", "social-organisation registration", standard="CF_XDR_SHZZ", default=None
    )
    legal_representative: str | None = fields.text(50, "法定代表人", "legal representative", standard="CF_FRDB", default=None)
    legal_representative_id_type: str | None = fields.text(
        64,
        "法定代表人证件类型",
        "type of the representative's identity document",
        standard="CF_FR_ZJLX",
        default=None,
        personal=True,
    )
    legal_representative_id_no: str | None = fields.code(
        64, "法定代表人证件号码", "number of that document", standard="CF_FR_ZJHM", default=None, personal=True
    )
    party_id_type: str | None = fields.text(
        64,
        "自然人证件类型",
        "type of a natural person's identity document",
        standard="CF_XDR_ZJLX",
        default=None,
        personal=True,
    )
    party_id_no: str | None = fields.code(
        64, "自然人证件号码", "number of that document", standard="CF_XDR_ZJHM", default=None, personal=True
    )
    violation_type: str = fields.text(2000, "违法行为类型", "type of violation", standard="CF_WFXW")
    violation_facts: str = fields.text(10_000, "违法事实", "facts of the violation", standard="CF_SY")
    legal_basis: str = fields.text(10_000, "处罚依据", "legal basis", standard="CF_YJ")
    kinds: tuple[PenaltyKind, ...] = fields.words(
        PenaltyKind, "处罚类别", "kinds; one decision may carry several", standard="CF_CFLB", find=True
    )
    other_kind: str | None = fields.text(
        500,
        "其他处罚的具体类别",
        "which penalty it is, where its kind is OTHER: the text of 其他-…",
        default=None,
        other_of="kinds",
    )
    content: str = fields.text(10_000, "处罚内容", "content of the penalty", standard="CF_NR")
    fine: Decimal | None = fields.yuan(
        "罚款金额", "fine; needed with kind FINE", standard="CF_NR_FK", default=None, find=True, adds=True
    )
    confiscated_value: Decimal | None = fields.yuan(
        "没收违法所得、没收非法财物的金额",
        "confiscated value; needed with a confiscation",
        standard="CF_NR_WFFF",
        default=None,
        adds=True,
    )
    licence_affected: str | None = fields.text(
        200, "暂扣或吊销证照名称及编号", "licence suspended or revoked, name and number", standard="CF_NR_ZKDX", default=None
    )
    decided_on: date = fields.day("处罚决定日期", "date of the decision", past=True, standard="CF_JDRQ", find=True, sort=True)
    valid_until: date = fields.day("处罚有效期", "penalty in force until", standard="CF_YXQ", find=True)
    publication_ends_on: date | None = fields.day("公示截止期", "end of publication", standard="CF_GSJZQ", default=None)
    authority_name: str = fields.text(255, "处罚机关", "deciding authority", standard="CF_CFJG")
    authority_code: str = fields.uscc(
        "处罚机关统一社会信用代码", "its credit code", standard="CF_CFJGDM", find=True, link=fields.AUTHORITY
    )
    joint_authorities: tuple[str, ...] = fields.usccs(
        20,
        "联合作出处罚的其他机关统一社会信用代码",
        "credit codes of the other organs that decided jointly: the decision is one penalty, which one of them posts",
    )
    data_source_name: str = fields.text(200, "数据来源单位", "organ that supplied the data", standard="CF_SJLY")
    data_source_code: str = fields.uscc("数据来源单位统一社会信用代码", "its credit code", standard="CF_SJLYDM")
    remarks: str | None = fields.text(2000, "备注", "remarks", standard="BZ", default=None)
    mines: tuple[str, ...] = fields.licence_nos(100, "关联矿山采矿许可证号", "licence numbers of the mines concerned")

    publication_class: PublicationClass | None = fields.word(
        PublicationClass, "失信信息类别", "class for publication", default=None, find=True, watch=True
    )
    published_on: date | None = fields.day(
        "公示日期", "published on; none means not published", past=True, default=None, find=True
    )
    publication_earliest_end: date | None = fields.derived(
        Day(),
        "最短公示期止",
        "last day of the shortest publication, by class: neither a stated end nor a repair ends publication before it",
        lambda p: p._publication_earliest_end(),
    )
    publication_latest_end: date = fields.derived(
        Day(),
        "最长公示期止",
        "last day of publication: the earlier of what is stated and the longest of the class, without a class 36 months; where "
        "what is stated or the repair is before the shortest, that one's last day",
        lambda p: p._publication_latest_end(),
        watch=True,
    )
    disputed: bool = fields.flag(
        "是否存在争议（复议、诉讼）", "under review or in court; never hides the penalty (art. 73)", default=False, find=True
    )
    repaired_on: date | None = fields.day(
        "信用修复日期",
        "credit repaired on; ends publication, sharing and use, though not before publicationEarliestEnd",
        past=True,
        default=None,
        find=True,
    )
    repair_document: str | None = fields.document_number("信用修复决定文号", "document of the repair", default=None)
    served_on: date | None = fields.day("送达日期", "the decision was served on", past=True, default=None)
    annulled_on: date | None = fields.day(
        "变更、撤销、确认违法或无效日期", "changed, revoked, held unlawful or invalid on", past=True, default=None, find=True
    )
    report_due_on: date | None = fields.derived(
        Day(),
        "公示归集期限（7个工作日）",
        "to be published and collected by: 7 working days after the decision",
        REPORT,
        find=True,
    )
    report_due_provisional: bool = fields.derived(
        Flag(),
        "公示归集期限是否为暂定（放假通知未发布）",
        "whether that day is provisional, because the year's notice of working days is not out",
        REPORT.provisional,
        find=True,
    )
    service_due_on: date | None = fields.derived(
        Day(), "送达期限（7个工作日）", "to be served by: 7 working days after the decision (art. 61, 85)", SERVICE
    )
    service_due_provisional: bool = fields.derived(
        Flag(), "送达期限是否为暂定", "whether that day is provisional", SERVICE.provisional
    )
    fine_due_on: date | None = fields.derived(
        Day(), "罚款缴纳期限（15日）", "fine payable by: 15 days after service (art. 67)", lambda p: p._fine_due_on(), find=True
    )
    withdrawal_due_on: date | None = fields.derived(
        Day(),
        "撤回公示信息期限（3个工作日）",
        "information to be withdrawn by: 3 working days after annulment (art. 48, 85)",
        WITHDRAWAL,
        find=True,
    )
    withdrawal_due_provisional: bool = fields.derived(
        Flag(), "撤回公示信息期限是否为暂定", "whether that day is provisional", WITHDRAWAL.provisional
    )

    def _fine_due_on(self) -> date | None:
        return self.served_on + timedelta(FINE_DAYS) if self.served_on and PenaltyKind.FINE in self.kinds else None

    def _publication_earliest_end(self) -> date | None:
        if self.publication_class is None:
            return None
        return months_after(self.decided_on, PUBLICATION_MONTHS[self.publication_class][0])

    def _publication_latest_end(self) -> date:
        shortest = self.publication_earliest_end
        if shortest is not None and self.repaired_on is not None and self.repaired_on < shortest:
            return shortest
        _, most = PUBLICATION_MONTHS[self.publication_class or PublicationClass.SERIOUS]
        longest = months_after(self.decided_on, most)
        return min(max(self.publication_ends_on or longest, shortest or self.decided_on), longest)

    def references(self) -> Iterator[ReferenceQuery]:
        """The organs that decided jointly with its own."""
        if self.joint_authorities:
            yield ReferenceQuery("authority", "code", self.joint_authorities)

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterator[Problem]:
        """Organs that decide jointly are registered, and others than the one that posts."""
        for place, code in enumerate(self.joint_authorities):
            path = f"jointAuthorities.{place}"
            if code == self.authority_code:
                yield Problem(path, ErrorCode.DUPLICATE, code)
            elif known.one("authority", "code", code) is None:
                yield Problem(path, ErrorCode.UNKNOWN_AUTHORITY, code)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("decided_on", self.decided_on), ("valid_until", self.valid_until))
        problems += fields.in_order(("decided_on", self.decided_on), ("publication_ends_on", self.publication_ends_on))
        problems += fields.in_order(
            ("decided_on", self.decided_on), ("published_on", self.published_on), ("repaired_on", self.repaired_on)
        )
        problems += fields.in_order(("decided_on", self.decided_on), ("served_on", self.served_on))
        problems += fields.in_order(("decided_on", self.decided_on), ("annulled_on", self.annulled_on))
        kinds = set(self.kinds)
        licences = {PenaltyKind.LICENCE_SUSPENSION, PenaltyKind.LICENCE_REVOCATION}
        needed = [
            ("partyUscc", self.party_uscc, self.party_category is not PartyCategory.NATURAL_PERSON, self.party_category),
            ("fine", self.fine, PenaltyKind.FINE in kinds, PenaltyKind.FINE),
            ("confiscatedValue", self.confiscated_value, bool(kinds & _CONFISCATIONS), "CONFISCATION"),
            ("licenceAffected", self.licence_affected, bool(kinds & licences), "LICENCE_SUSPENSION, LICENCE_REVOCATION"),
        ]
        problems += [Problem(n, ErrorCode.REQUIRED, str(why)) for n, value, need, why in needed if need and value is None]
        return problems + fields.only_of_other("other_kind", self.other_kind, self.kinds)

    def unlawful(self) -> list[Problem]:
        return list(unlawful(self))


def repaired_from(penalty: Any) -> date | None:
    """From which day on a repair counts: its own, or the day after the shortest publication where it came before its end
    (信用修复管理办法: repair may be applied for only after that)."""
    shortest: date | None = penalty.publication_earliest_end
    repaired: date | None = penalty.repaired_on
    return repaired if repaired is None or shortest is None or repaired >= shortest else shortest + timedelta(1)


def unlawful(penalty: Any) -> Iterator[Problem]:
    """What no organ may decide: to end publication before the shortest of its class, by a stated end or by a repair, to repair
    without a decision on it (信用修复管理办法), or money without a kind of penalty that carries it (Administrative Penalty Law,
    art. 9)."""
    shortest = penalty.publication_earliest_end
    for path, day in (("repairedOn", penalty.repaired_on), ("publicationEndsOn", penalty.publication_ends_on)):
        if day is not None and shortest is not None and day < shortest:
            yield Problem(path, ErrorCode.PUBLICATION_TOO_SHORT, f"≥ {shortest}")
    if penalty.repaired_on is not None and penalty.repair_document is None:
        yield Problem("repairDocument", ErrorCode.REPAIR_WITHOUT_DOCUMENT)
    # Nought is no money.
    if penalty.fine and PenaltyKind.FINE not in penalty.kinds:
        yield Problem("fine", ErrorCode.MONEY_WITHOUT_KIND, PenaltyKind.FINE)
    if penalty.confiscated_value and _CONFISCATIONS.isdisjoint(penalty.kinds):
        yield Problem("confiscatedValue", ErrorCode.MONEY_WITHOUT_KIND, ", ".join(sorted(_CONFISCATIONS)))
