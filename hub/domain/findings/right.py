"""Findings of the mine itself: the directory, its works, its licence and what is left in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hub.domain.findings.declaring import Finding, On, finding, told_by
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import Severity
from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.records.mines import LifeCycle
from hub.domain.records.standing import LISTED, Standing
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.doubts import DOUBTS
from hub.domain.rules.listings import last_judgement
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import Facts, Rule, State
from hub.domain.words.departments import Department

_LEADS = (Department.NATURAL_RESOURCES,)
_ENDS_SOON, _ENDS_LATER = 30, 90
_LAW = "矿产资源法 art. 64, 67"
_ELSEWHERE = frozenset({Standing.CLOSED, Standing.CLOSING, Standing.REMOVED, Standing.WARNED}) | LISTED


def _stands(code: Code, words: Iterable[Standing]) -> On:
    meant = frozenset(words)

    def on(facts: Facts, day: date) -> Iterator[State]:
        for told in facts.states(STANDING.name, day):
            if told.state in meant:
                yield State(code, because=told.because, label=str(told.state))

    return on


def _is(code: Code, works: LifeCycle) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        mine = facts.version("mine", day)
        if mine and mine.record.life_cycle is works:
            yield told_by(code, mine)

    return on


def _doubt(code: ConflictCode) -> Rule:
    return next(rule for rule in DOUBTS if rule.name == code.value)


def _doubted(code: Code, rule: Rule) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        for told in facts.states(rule.name, day):
            yield State(code, about=told.about, because=told.because, label=told.label)

    return on


def _of_doubt(code: Code, severity: Severity, chinese: str, english: str, *, section: str) -> Finding:
    """What the doubt of the same name says of the directory."""
    rule = _doubt(ConflictCode(code.value))
    return finding(
        code,
        severity,
        chinese,
        english,
        section=section,
        needs=_LEADS,
        on=_doubted(code, rule),
        reads={},
        after=(rule,),
    )


def _failed(facts: Facts, day: date) -> Iterator[State]:
    """The last judgement counts: an assessment that was passed later makes good what failed before."""
    judged = last_judgement(facts, date.min, day)
    if judged is not None:
        on, is_failed, last = judged
        if is_failed:
            yield told_by(Code.ASSESSMENT_FAILED, last, due_on=on, label=last.record.assessment_no)


def _not_begun(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and day < mine.record.licence_valid_from:
        yield told_by(Code.LICENCE_NOT_BEGUN, mine, due_on=mine.record.licence_valid_from)


def _expired(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.licence_valid_until < day:
        yield told_by(Code.LICENCE_EXPIRED, mine, due_on=mine.record.licence_valid_until)


def _ends(code: Code, least: int, most: int) -> On:
    """Whether a licence that holds ends in so many days, its last day being in none."""

    def on(facts: Facts, day: date) -> Iterator[State]:
        mine = facts.version("mine", day)
        if mine and least <= (mine.record.licence_valid_until - day).days <= most:
            yield told_by(code, mine, due_on=mine.record.licence_valid_until)

    return on


def _days_before(facts: Facts) -> Iterator[date]:
    for mine in facts.of("mine"):
        until = mine.record.licence_valid_until
        for days in (_ENDS_SOON, _ENDS_LATER):
            # What begins in the first days of the calendar has no day so long before it.
            if until.toordinal() > days:
                yield until - timedelta(days)


def _right_ended(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.mining_right_until is not None and mine.record.mining_right_until < day:
        yield told_by(Code.RIGHT_ENDED, mine, due_on=mine.record.mining_right_until)


def _too_little(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.remaining_years is not None and mine.record.remaining_years < CLOSING_YEARS:
        yield told_by(Code.TOO_LITTLE_LEFT, mine, label=str(mine.record.remaining_years))


def _life_not_stated(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.remaining_years is None:
        yield told_by(Code.LIFE_NOT_STATED, mine)


_UNTIL = {"mine": ("licence_valid_until",)}

FINDINGS: tuple[Finding, ...] = (
    finding(
        Code.LISTED,
        Severity.INFO,
        "在绿色矿山名录内（{label}）",
        "in the green-mine directory in good order ({label})",
        section="plan 5.4",
        needs=_LEADS,
        on=_stands(Code.LISTED, LISTED),
        reads={},
        after=(STANDING,),
    ),
    finding(
        Code.NOT_LISTED,
        Severity.ATTENTION,
        "不在绿色矿山名录内（{label}）",
        "in no green-mine directory ({label})",
        section="plan 5.4",
        needs=_LEADS,
        on=_stands(Code.NOT_LISTED, frozenset(Standing) - _ELSEWHERE),
        reads={},
        after=(STANDING,),
    ),
    finding(
        Code.REMOVED,
        Severity.BLOCKING,
        "已被移出绿色矿山名录",
        "removed from the green-mine directory",
        section="plan 5.4",
        needs=_LEADS,
        on=_stands(Code.REMOVED, (Standing.REMOVED,)),
        reads={},
        after=(STANDING,),
    ),
    finding(
        Code.UNDER_RECTIFICATION,
        Severity.ATTENTION,
        "在名录内，正在限期整改",
        "in the directory, to rectify within a term",
        section="plan 5.4",
        needs=_LEADS,
        on=_stands(Code.UNDER_RECTIFICATION, (Standing.WARNED,)),
        reads={},
        after=(STANDING,),
    ),
    _of_doubt(
        Code.RECTIFICATION_OVERDUE,
        Severity.BLOCKING,
        "限期整改已逾期（{label}）",
        "the term for rectification has passed ({label})",
        section="plan 5.4",
    ),
    _of_doubt(
        Code.RECTIFICATION_TOO_LONG,
        Severity.ATTENTION,
        "限期整改期限超过六个月（{label}）",
        "more than six months given to rectify ({label})",
        section="plan 5.4",
    ),
    _of_doubt(
        Code.LISTED_WITHOUT_ASSESSMENT,
        Severity.ATTENTION,
        "在册但无有效的评估合格结论（{label}）",
        "listed without an assessment that was passed and stands ({label})",
        section="plan 5.4",
    ),
    _of_doubt(
        Code.LISTED_ON_DOUBTFUL_ASSESSMENT,
        Severity.ATTENTION,
        "在册但所依评估不合规定（{label}）",
        "listed on an assessment that was made against the rules ({label})",
        section="plan 5.3, 5.4",
    ),
    _of_doubt(
        Code.NATIONAL_WITHOUT_PROVINCIAL,
        Severity.ATTENTION,
        "国家级名录非出自省级在册矿山（{label}）",
        "in the national directory, not out of the provincial one ({label})",
        section="plan 5.4",
    ),
    finding(
        Code.ASSESSMENT_FAILED,
        Severity.ATTENTION,
        "最近一次评估未通过（{label}，{day}）",
        "the last assessment was failed ({label}, {day})",
        section="plan 5.2",
        needs=_LEADS,
        on=_failed,
        reads={"assessment": ("passed_on", "ended_on", "result", "assessment_no")},
    ),
    finding(
        Code.MINE_CLOSED,
        Severity.BLOCKING,
        "矿山已关闭",
        "the mine is closed",
        section="plan 2.2",
        needs=_LEADS,
        on=_is(Code.MINE_CLOSED, LifeCycle.CLOSED),
        reads={"mine": ("life_cycle",)},
    ),
    finding(
        Code.MINE_CLOSING,
        Severity.ATTENTION,
        "矿山正在闭坑",
        "the mine is closing",
        section="plan 2.2",
        needs=_LEADS,
        on=_is(Code.MINE_CLOSING, LifeCycle.CLOSING),
        reads={"mine": ("life_cycle",)},
    ),
    finding(
        Code.MINE_SUSPENDED,
        Severity.ATTENTION,
        "矿山停产",
        "the mine stands still",
        section="plan 1",
        needs=_LEADS,
        on=_is(Code.MINE_SUSPENDED, LifeCycle.SUSPENDED),
        reads={"mine": ("life_cycle",)},
    ),
    finding(
        Code.LICENCE_NOT_BEGUN,
        Severity.BLOCKING,
        "采矿许可证自 {day} 起方有效",
        "the mining licence holds from {day} only",
        section=_LAW,
        needs=_LEADS,
        on=_not_begun,
        reads={"mine": ("licence_valid_from",)},
    ),
    finding(
        Code.LICENCE_EXPIRED,
        Severity.BLOCKING,
        "采矿许可证已于 {day} 到期",
        "the mining licence ended on {day}",
        section=_LAW,
        needs=_LEADS,
        on=_expired,
        reads=_UNTIL,
    ),
    finding(
        Code.LICENCE_ENDS_IN_30_DAYS,
        Severity.ATTENTION,
        "采矿许可证将于 30 日内到期（{day}）",
        "the mining licence ends within 30 days, on {day}",
        section=_LAW,
        needs=_LEADS,
        on=_ends(Code.LICENCE_ENDS_IN_30_DAYS, 0, _ENDS_SOON),
        reads=_UNTIL,
        turns=_days_before,
    ),
    finding(
        Code.LICENCE_ENDS_IN_90_DAYS,
        Severity.INFO,
        "采矿许可证将于 90 日内到期（{day}）",
        "the mining licence ends within 90 days, on {day}",
        section=_LAW,
        needs=_LEADS,
        on=_ends(Code.LICENCE_ENDS_IN_90_DAYS, _ENDS_SOON + 1, _ENDS_LATER),
        reads=_UNTIL,
        turns=_days_before,
    ),
    finding(
        Code.RIGHT_ENDED,
        Severity.BLOCKING,
        "采矿权已于 {day} 终止",
        "the mining right ended on {day}",
        section=_LAW,
        needs=_LEADS,
        on=_right_ended,
        reads={"mine": ("mining_right_until",)},
    ),
    finding(
        Code.TOO_LITTLE_LEFT,
        Severity.ATTENTION,
        "剩余可采年限不足 3 年（{label}）",
        "less than three years of minable reserves are left ({label})",
        section="plan 2.2",
        needs=_LEADS,
        on=_too_little,
        reads={"mine": ("remaining_years",)},
    ),
    finding(
        Code.LIFE_NOT_STATED,
        Severity.UNKNOWN,
        "剩余可采年限未填报",
        "the years of minable reserves left are not stated",
        section="plan 2.2",
        needs=_LEADS,
        on=_life_not_stated,
        reads={"mine": ("remaining_years",)},
    ),
)
