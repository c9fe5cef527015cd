"""Conflict 部门间冲突: what the departments' records say against one another, and who should act."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.records.zones import SCREENED_BY, ZoneKind
from hub.domain.words.departments import Department
from hub.domain.words.worded import Words


class ConflictCode(Words):
    """部门间冲突 / contradiction between departments' records."""

    LISTED_WITH_SERIOUS_PENALTY = "LISTED_WITH_SERIOUS_PENALTY", "在册但有严重处罚", "listed with a serious penalty"
    LISTED_LICENCE_REVOKED = (
        "LISTED_LICENCE_REVOKED",
        "在册但许可证被吊销或被责令关闭",
        "listed, revoked or ordered to close",
    )
    LISTED_LICENCE_EXPIRED = "LISTED_LICENCE_EXPIRED", "在册但许可证过期", "listed, its licence expired"
    LISTED_CLOSED = "LISTED_CLOSED", "在册但闭坑或已关闭", "listed, closing or closed"
    LISTED_TOO_LITTLE_LEFT = "LISTED_TOO_LITTLE_LEFT", "在册但剩余可采年限不足", "listed, too few years left"
    LISTED_HOLDER_GONE = "LISTED_HOLDER_GONE", "在册但采矿权人已注销或被吊销", "listed, its holder cancelled or revoked"
    LISTED_BLACKLISTED = "LISTED_BLACKLISTED", "在册但列入异常名录或严重失信", "listed, and on a list of breach"
    LISTED_DESPITE_DISAGREE = "LISTED_DESPITE_DISAGREE", "在册但审核意见为不同意", "listed despite a disagreeing opinion"
    LISTED_INSIDE_ZONE = "LISTED_INSIDE_ZONE", "在册但涉红线或保护地", "listed inside a zone"
    LISTED_WITHOUT_ASSESSMENT = "LISTED_WITHOUT_ASSESSMENT", "在册但无有效的评估合格结论", "listed without an assessment"
    LISTED_NOTICE_TOO_SHORT = "LISTED_NOTICE_TOO_SHORT", "在册但公示不足期限", "listed after too short a public notice"
    LISTED_ON_DOUBTFUL_ASSESSMENT = (
        "LISTED_ON_DOUBTFUL_ASSESSMENT",
        "在册但所依评估不合规定",
        "listed on an assessment that was made against the rules",
    )
    RECTIFICATION_OVERDUE = "RECTIFICATION_OVERDUE", "整改逾期", "rectification overdue"
    RECTIFICATION_TOO_LONG = "RECTIFICATION_TOO_LONG", "整改期限超过六个月", "more than six months given to rectify"
    NATIONAL_WITHOUT_PROVINCIAL = (
        "NATIONAL_WITHOUT_PROVINCIAL",
        "国家级名录非出自省级在册矿山",
        "in the national directory, not out of the provincial one",
    )
    HOLDER_NOT_REGISTERED = "HOLDER_NOT_REGISTERED", "采矿权人未登记", "holder not registered"
    AGREED_DESPITE_OVERLAP = "AGREED_DESPITE_OVERLAP", "涉区但意见为同意", "agreed despite an overlap"
    RESTORATION_OVERDUE = "RESTORATION_OVERDUE", "修复逾期", "restoration overdue"
    VEGETATION_OVERDUE = "VEGETATION_OVERDUE", "植被恢复逾期", "vegetation overdue"
    NAMES_DIFFER = "NAMES_DIFFER", "名称不一致", "names differ"
    DECISION_TWICE = "DECISION_TWICE", "同一处罚决定重复提交", "one decision posted twice"
    PUBLICATION_TOO_SHORT = (
        "PUBLICATION_TOO_SHORT",
        "公示或信用修复早于最短公示期",
        "published too short, or repaired too early",
    )
    REPAIR_WITHOUT_DOCUMENT = "REPAIR_WITHOUT_DOCUMENT", "信用修复无决定文号", "repaired without a decision on it"
    MONEY_WITHOUT_KIND = "MONEY_WITHOUT_KIND", "有金额但无相应处罚种类", "money that no kind of the penalty carries"
    ASSESSOR_UNFIT = "ASSESSOR_UNFIT", "评估机构不合要求", "assessor unfit"
    EXPERT_UNFIT = "EXPERT_UNFIT", "评估专家应回避或不在库", "assessed by an expert with ties, or who is not in the pool"
    PASSED_BELOW_STANDARD = "PASSED_BELOW_STANDARD", "评估未达标而判为通过", "assessment passed below the standard"
    CONTRACTED_WITH_ANOTHER = (
        "CONTRACTED_WITH_ANOTHER",
        "合同签订方不是采矿权人",
        "contract signed by who does not hold the mine",
    )
    CONTRACTED_TOO_LITTLE_LEFT = (
        "CONTRACTED_TOO_LITTLE_LEFT",
        "剩余可采年限不足而签订建设合同",
        "construction contract signed with too few years left",
    )
    GRANTED_TO_UNLISTED = "GRANTED_TO_UNLISTED", "向不在册的矿山给予支持", "support granted to a mine that was not listed"
    GRANTED_TO_BARRED = "GRANTED_TO_BARRED", "向列入名单的矿山给予支持", "support granted to a barred mine"
    GRANTED_BY_NO_POLICY = "GRANTED_BY_NO_POLICY", "支持所依政策不明或未施行", "support granted by no known policy"


@dataclass(frozen=True, slots=True)
class ConflictFacts:
    """Who should act, and by which part of the plan, or by which law."""

    department: Department
    section: str


_FACTS: dict[ConflictCode, ConflictFacts] = {
    ConflictCode.LISTED_WITH_SERIOUS_PENALTY: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.LISTED_LICENCE_EXPIRED: ConflictFacts(Department.NATURAL_RESOURCES, "1, 5.4"),
    ConflictCode.LISTED_LICENCE_REVOKED: ConflictFacts(Department.NATURAL_RESOURCES, "1, 5.4"),
    ConflictCode.LISTED_CLOSED: ConflictFacts(Department.NATURAL_RESOURCES, "2.2, 5.4"),
    ConflictCode.LISTED_TOO_LITTLE_LEFT: ConflictFacts(Department.NATURAL_RESOURCES, "2.2, 5.4"),
    ConflictCode.LISTED_HOLDER_GONE: ConflictFacts(Department.NATURAL_RESOURCES, "5.4, annex 4"),
    ConflictCode.LISTED_BLACKLISTED: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.LISTED_DESPITE_DISAGREE: ConflictFacts(Department.NATURAL_RESOURCES, "5.2, 5.4"),
    ConflictCode.LISTED_INSIDE_ZONE: ConflictFacts(Department.NATURAL_RESOURCES, "5.4, annex 1, annex 7"),
    ConflictCode.LISTED_WITHOUT_ASSESSMENT: ConflictFacts(Department.NATURAL_RESOURCES, "5.2, 5.4"),
    ConflictCode.LISTED_NOTICE_TOO_SHORT: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.LISTED_ON_DOUBTFUL_ASSESSMENT: ConflictFacts(Department.NATURAL_RESOURCES, "5.3, 5.4"),
    ConflictCode.RECTIFICATION_OVERDUE: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.RECTIFICATION_TOO_LONG: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.NATIONAL_WITHOUT_PROVINCIAL: ConflictFacts(Department.NATURAL_RESOURCES, "5.4"),
    ConflictCode.HOLDER_NOT_REGISTERED: ConflictFacts(Department.MARKET_REGULATION, "annex 4"),
    ConflictCode.RESTORATION_OVERDUE: ConflictFacts(Department.NATURAL_RESOURCES, "2.3.3, annex 1"),
    ConflictCode.VEGETATION_OVERDUE: ConflictFacts(Department.FORESTRY_GRASSLAND, "annex 7"),
    ConflictCode.NAMES_DIFFER: ConflictFacts(Department.MARKET_REGULATION, "annex 4"),
    ConflictCode.ASSESSOR_UNFIT: ConflictFacts(Department.NATURAL_RESOURCES, "5.3"),
    ConflictCode.EXPERT_UNFIT: ConflictFacts(Department.NATURAL_RESOURCES, "5.3, annex 1"),
    ConflictCode.PASSED_BELOW_STANDARD: ConflictFacts(Department.NATURAL_RESOURCES, "5.3, annex 1"),
    ConflictCode.CONTRACTED_WITH_ANOTHER: ConflictFacts(Department.NATURAL_RESOURCES, "2.2"),
    ConflictCode.CONTRACTED_TOO_LITTLE_LEFT: ConflictFacts(Department.NATURAL_RESOURCES, "2.2"),
    ConflictCode.DECISION_TWICE: ConflictFacts(Department.NATURAL_RESOURCES, "annex 4"),
    # Market regulation keeps the credit-disclosure system, from which these come.
    ConflictCode.PUBLICATION_TOO_SHORT: ConflictFacts(Department.MARKET_REGULATION, "信用修复管理办法 (2026-04-01)"),
    ConflictCode.REPAIR_WITHOUT_DOCUMENT: ConflictFacts(Department.MARKET_REGULATION, "信用修复管理办法 (2026-04-01)"),
    ConflictCode.MONEY_WITHOUT_KIND: ConflictFacts(Department.MARKET_REGULATION, "行政处罚法 art. 9"),
}

#: What the department that gave a support is to mend, by the plan's section on supports.
_GRANTED = frozenset({ConflictCode.GRANTED_TO_UNLISTED, ConflictCode.GRANTED_TO_BARRED, ConflictCode.GRANTED_BY_NO_POLICY})
_SUPPORTS_SECTION = "3"

#: Whoever keeps a zone reviews whether mines touch it, so an agreement in spite of it is for the keeper to mend.
_OVERLAP_SECTIONS = {ZoneKind.ECOLOGICAL_RED_LINE: "annex 1", ZoneKind.PROTECTED_AREA: "annex 7"}


def acting(code: ConflictCode) -> dict[str | None, ConflictFacts]:
    """Who should act on a contradiction, by the state of its line where it depends on that: of an overlap the kind of zone, of
    a support the department that gave it."""
    if code is ConflictCode.AGREED_DESPITE_OVERLAP:
        return {zone.value: ConflictFacts(SCREENED_BY[zone], _OVERLAP_SECTIONS[zone]) for zone in ZoneKind}
    if code in _GRANTED:
        return {department.value: ConflictFacts(department, _SUPPORTS_SECTION) for department in Department}
    return {None: _FACTS[code]}
