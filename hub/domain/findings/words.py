"""The words of a loan check: what an answer says, how grave a finding is, and the code of each finding."""

from __future__ import annotations

from collections.abc import Iterable

from hub.domain.words.worded import Words


class LoanAnswer(Words):
    """核查结论 / what the records say of a mine, taken together; the hub decides no loan."""

    CLEAR = "CLEAR", "未见问题", "nothing asks for attention"
    ATTENTION = "ATTENTION", "有需关注事项", "something asks for attention"
    BLOCKED = "BLOCKED", "有阻断事项", "something blocks"
    UNKNOWN = "UNKNOWN", "无法确认", "something is not known"


class Severity(Words):
    """程度 / how grave a finding is; what a source that is silent said last is not known any more."""

    INFO = "INFO", "提示", "for information"
    ATTENTION = "ATTENTION", "关注", "asks for attention"
    BLOCKING = "BLOCKING", "阻断", "blocks"
    UNKNOWN = "UNKNOWN", "无法确认", "not known"


#: From the greenest to the worst.  What blocks is known, whatever else is not.
_ANSWERS = (LoanAnswer.CLEAR, LoanAnswer.ATTENTION, LoanAnswer.UNKNOWN, LoanAnswer.BLOCKED)
_BY_SEVERITY = {
    Severity.INFO: LoanAnswer.CLEAR,
    Severity.ATTENTION: LoanAnswer.ATTENTION,
    Severity.BLOCKING: LoanAnswer.BLOCKED,
    Severity.UNKNOWN: LoanAnswer.UNKNOWN,
}


def worst(answers: Iterable[LoanAnswer]) -> LoanAnswer:
    """The worst of several answers; CLEAR where there is none."""
    return max(answers, key=_ANSWERS.index, default=LoanAnswer.CLEAR)


def answer_of(severities: Iterable[Severity]) -> LoanAnswer:
    """What findings of these severities come to."""
    return worst(_BY_SEVERITY[severity] for severity in severities)


def is_worse(now: LoanAnswer, before: LoanAnswer) -> bool:
    """Whether an answer is worse than another."""
    return _ANSWERS.index(now) > _ANSWERS.index(before)


class DigestPeriod(Words):
    """摘要周期 / how often what changed of a portfolio is told in one piece, by days of China."""

    DAILY = "DAILY", "每日", "every day"
    WEEKLY = "WEEKLY", "每周（周一至周日）", "every week, from Monday to Sunday"


class FindingCode(Words):
    """核查发现 / a finding of a loan check, each declared once in hub/domain/findings."""

    # the directory
    LISTED = "LISTED", "在绿色矿山名录内", "in the green-mine directory in good order"
    NOT_LISTED = "NOT_LISTED", "不在绿色矿山名录内", "in no green-mine directory"
    REMOVED = "REMOVED", "已被移出绿色矿山名录", "removed from the green-mine directory"
    UNDER_RECTIFICATION = "UNDER_RECTIFICATION", "在名录内，正在限期整改", "in the directory, to rectify within a term"
    RECTIFICATION_OVERDUE = "RECTIFICATION_OVERDUE", "限期整改已逾期", "the term for rectification has passed"
    RECTIFICATION_TOO_LONG = "RECTIFICATION_TOO_LONG", "限期整改期限超过六个月", "more than six months given to rectify"
    LISTED_WITHOUT_ASSESSMENT = (
        "LISTED_WITHOUT_ASSESSMENT",
        "在册但无有效的评估合格结论",
        "listed without an assessment that was passed and stands",
    )
    LISTED_ON_DOUBTFUL_ASSESSMENT = (
        "LISTED_ON_DOUBTFUL_ASSESSMENT",
        "在册但所依评估不合规定",
        "listed on an assessment that was made against the rules",
    )
    NATIONAL_WITHOUT_PROVINCIAL = (
        "NATIONAL_WITHOUT_PROVINCIAL",
        "国家级名录非出自省级在册矿山",
        "in the national directory, not out of the provincial one",
    )
    ASSESSMENT_FAILED = "ASSESSMENT_FAILED", "最近一次评估未通过", "the last assessment was failed"
    # the mine and its right
    MINE_CLOSED = "MINE_CLOSED", "矿山已关闭", "the mine is closed"
    MINE_CLOSING = "MINE_CLOSING", "矿山正在闭坑", "the mine is closing"
    MINE_SUSPENDED = "MINE_SUSPENDED", "矿山停产", "the mine stands still"
    LICENCE_NOT_BEGUN = "LICENCE_NOT_BEGUN", "采矿许可证尚未生效", "the mining licence has not begun"
    LICENCE_EXPIRED = "LICENCE_EXPIRED", "采矿许可证已到期", "the mining licence ended"
    LICENCE_ENDS_IN_30_DAYS = "LICENCE_ENDS_IN_30_DAYS", "采矿许可证将于 30 日内到期", "the mining licence ends within 30 days"
    LICENCE_ENDS_IN_90_DAYS = "LICENCE_ENDS_IN_90_DAYS", "采矿许可证将于 90 日内到期", "the mining licence ends within 90 days"
    RIGHT_ENDED = "RIGHT_ENDED", "采矿权已终止", "the mining right ended"
    TOO_LITTLE_LEFT = "TOO_LITTLE_LEFT", "剩余可采年限不足 3 年", "less than three years of minable reserves are left"
    LIFE_NOT_STATED = "LIFE_NOT_STATED", "剩余可采年限未填报", "the years of minable reserves left are not stated"
    # who holds it
    BORROWER_DIFFERS = "BORROWER_DIFFERS", "借款人不是采矿权人", "the borrower does not hold the licence"
    HOLDER_NOT_REGISTERED = "HOLDER_NOT_REGISTERED", "采矿权人无登记信息", "nothing is known of the registration of the holder"
    HOLDER_GONE = "HOLDER_GONE", "采矿权人已注销或被吊销", "the holder is cancelled or revoked"
    HOLDER_SUSPENDED = "HOLDER_SUSPENDED", "采矿权人停业或已迁出", "the holder does no business here"
    HOLDER_SERIOUS_BREACH = (
        "HOLDER_SERIOUS_BREACH",
        "采矿权人在严重违法失信名单内",
        "the holder is on the list of serious breach",
    )
    HOLDER_ABNORMAL = "HOLDER_ABNORMAL", "采矿权人在经营异常名录内", "the holder is on the list of abnormal operation"
    HOLDER_SUCCEEDED = "HOLDER_SUCCEEDED", "采矿权人已并入其他企业", "the holder was merged into another enterprise"
    HOLDER_TOOK_OVER = "HOLDER_TOOK_OVER", "采矿权人承继了其他企业", "the holder took over another enterprise"
    BUSINESS_TERM_ENDED = "BUSINESS_TERM_ENDED", "采矿权人营业期限已届满", "the holder's business term ended"
    RIGHT_HOLDER_SERIOUS_BREACH = (
        "RIGHT_HOLDER_SERIOUS_BREACH",
        "矿业权人列入严重失信主体名单",
        "the right's holder is on the list of serious breach of trust",
    )
    RIGHT_HOLDER_ABNORMAL = (
        "RIGHT_HOLDER_ABNORMAL",
        "矿业权人列入异常名录",
        "the right's holder is on the list of irregularities",
    )
    # what the departments say
    OPINION_DISAGREES = "OPINION_DISAGREES", "审核意见为不同意", "the last audit opinion disagrees"
    OPINION_CONDITIONAL = "OPINION_CONDITIONAL", "审核意见为有条件同意", "the last audit opinion agrees with conditions"
    OPINION_LAPSED = "OPINION_LAPSED", "审核意见已失效", "the last audit opinion has lapsed"
    OPINION_MISSING = "OPINION_MISSING", "未出具审核意见", "no audit opinion was issued"
    INSIDE_RED_LINE = "INSIDE_RED_LINE", "矿区涉及生态保护红线", "the mine touches an ecological red line"
    INSIDE_PROTECTED_AREA = "INSIDE_PROTECTED_AREA", "矿区涉及自然保护地", "the mine touches a protected area"
    RED_LINE_NOT_SCREENED = "RED_LINE_NOT_SCREENED", "未作生态保护红线审查", "not screened against ecological red lines"
    PROTECTED_AREA_NOT_SCREENED = "PROTECTED_AREA_NOT_SCREENED", "未作自然保护地审查", "not screened against protected areas"
    CASE_OPEN = "CASE_OPEN", "有问题移交未办结", "cases that were handed over are open"
    # penalties in publication
    PENALTY_REVOKING = "PENALTY_REVOKING", "吊销许可证或责令关闭的处罚", "a penalty that revokes a licence or closes"
    PENALTY_SERIOUS = "PENALTY_SERIOUS", "严重失信类处罚", "a penalty of the serious class"
    PENALTY_SUSPENDING = "PENALTY_SUSPENDING", "责令停产停业等处罚", "a penalty that suspends or restricts"
    PENALTY_GENERAL = "PENALTY_GENERAL", "一般失信类处罚", "a penalty of the general class, or of none"
    PENALTY_MINOR = "PENALTY_MINOR", "轻微失信类处罚", "a penalty of the minor class"
    # duties
    CONTRACT_MISSING = "CONTRACT_MISSING", "应签未签绿色矿山建设合同", "a construction contract is due and not signed"
    CONTRACT_OVERDUE = "CONTRACT_OVERDUE", "绿色矿山建设合同任务逾期", "a task of the construction contract is overdue"
    CONTRACT_BREACHED = "CONTRACT_BREACHED", "绿色矿山建设合同违约", "the construction contract is in breach"
    RESTORATION_OVERDUE = "RESTORATION_OVERDUE", "矿山地质环境修复任务逾期", "restoration is overdue"
    RESTORATION_PLAN_ENDED = (
        "RESTORATION_PLAN_ENDED",
        "矿山地质环境保护与土地复垦方案已过适用期",
        "the restoration plan has ended",
    )
    VEGETATION_OVERDUE = "VEGETATION_OVERDUE", "恢复植被逾期", "restoration of vegetation is overdue"
    PERMIT_LAPSED = "PERMIT_LAPSED", "排污许可已失效", "the permit to discharge has lapsed"
    # what is not known
    SOURCE_SILENT = (
        "SOURCE_SILENT",
        "部门数据从未取得或已过时，相关事项无法确认",
        "nothing is known, or nothing new, from a source: what it would say is unknown",
    )
    QUARANTINED = (
        "QUARANTINED",
        "部门关于该矿山的数据有误待处理，相关事项无法确认",
        "records about this mine wait in quarantine: what they would say is unknown",
    )


class ChangeOfFinding(Words):
    """核查发现的变化 / how a finding changed."""

    NEW = "NEW", "新出现", "new"
    WORSE = "WORSE", "变差", "worse"
    BETTER = "BETTER", "变好", "better"
    OTHERWISE = "OTHERWISE", "内容变化", "otherwise"
    GONE = "GONE", "消失", "gone"
