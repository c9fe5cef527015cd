"""Findings of who holds the mine: its registration, the lists that it is on, and whether it is who wants to borrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from hub.domain.findings.declaring import Finding, On, finding, told_by
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import Severity
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mining_right_listings import BlackList
from hub.domain.rules.bars import holder
from hub.domain.rules.timelines import BEGINNING, Fact, Facts, State
from hub.domain.words.departments import Department

#: The word under which facts name who wants to borrow: the question's own, and no record.
BORROWER = "borrower"
#: The word under which facts name the enterprises that the holder has taken over, and those that these had.
PREDECESSOR = "holder_predecessor"
TAKES_OVER = ("uscc", "successor_uscc", "succeeded_on")

_REGISTERS = (Department.MARKET_REGULATION,)
_LEADS = (Department.NATURAL_RESOURCES,)
_COMPANY_LAW = "公司法 art. 221"
_ART_17 = "企业信息公示暂行条例 art. 17"
_ORDER_13 = "矿业权人勘查开采信息管理办法"


def _differs(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    for borrower in facts.of(BORROWER):
        if mine and mine.record.enterprise_uscc != borrower.record:
            yield told_by(Code.BORROWER_DIFFERS, mine, label=mine.record.enterprise_uscc)


def _not_registered(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and holder(facts, day) is None:
        yield told_by(Code.HOLDER_NOT_REGISTERED, mine, label=mine.record.enterprise_uscc)


def _registered_as(code: Code, words: Iterable[RegistrationStatus]) -> On:
    meant = frozenset(words)

    def on(facts: Facts, day: date) -> Iterator[State]:
        holds = holder(facts, day)
        if holds and holds.record.registration_status in meant:
            yield told_by(code, holds, label=str(holds.record.registration_status))

    return on


def _on_list(code: Code, name: str, since: str) -> On:
    """Whether the holder is on a list: from the day that is stated, else from when the hub knew it."""

    def on(facts: Facts, day: date) -> Iterator[State]:
        holds = holder(facts, day)
        if holds is None or not getattr(holds.record, name):
            return
        stated = getattr(holds.record, since)
        if stated is None or stated <= day:
            known = None if holds.known_from == BEGINNING else holds.known_from
            yield told_by(code, holds, due_on=stated or known)

    return on


def _term_ended(facts: Facts, day: date) -> Iterator[State]:
    holds = holder(facts, day)
    if holds and holds.record.business_term_until is not None and holds.record.business_term_until < day:
        yield told_by(Code.BUSINESS_TERM_ENDED, holds, due_on=holds.record.business_term_until)


def taken_over(facts: Facts, day: date) -> Iterator[Fact]:
    """The enterprises that the holder has taken over by a day, and those that these had taken over before."""
    mine = facts.version("mine", day)
    heirs = [mine.record.enterprise_uscc] if mine else []
    for heir in heirs:
        for fact in facts.of(PREDECESSOR):
            one = fact.record
            if one.successor_uscc == heir and one.succeeded_on <= day and one.uscc not in heirs:
                heirs.append(one.uscc)
                yield fact


def _succeeded(facts: Facts, day: date) -> Iterator[State]:
    holds = holder(facts, day)
    if holds and holds.record.succeeded_on is not None and holds.record.succeeded_on <= day:
        told = holds.record.succeeded_on, holds.record.successor_uscc
        yield told_by(Code.HOLDER_SUCCEEDED, holds, due_on=told[0], label=told[1])


def _took_over(facts: Facts, day: date) -> Iterator[State]:
    for fact in taken_over(facts, day):
        one = fact.record
        yield told_by(Code.HOLDER_TOOK_OVER, fact, about=fact.id, due_on=one.succeeded_on, label=one.uscc)


def _is_of(black_list: BlackList) -> Callable[[Any], bool]:
    return lambda listing: listing.black_list is black_list


def _right_holder(code: Code, black_list: BlackList) -> On:
    def on(facts: Facts, day: date) -> Iterator[State]:
        if facts.version("mine", day) is None:
            return
        for fact in facts.of("mining_right_listing"):
            one = fact.record
            stands = one.entered_on <= day and (one.removed_on is None or day < one.removed_on)
            if one.black_list is black_list and stands:
                yield told_by(code, fact, about=fact.id, due_on=one.entered_on, label=one.document_number)

    return on


def _by_register(code: Code, severity: Severity, chinese: str, english: str, on: On, *fields: str, section: str) -> Finding:
    return finding(
        code,
        severity,
        chinese,
        english,
        section=section,
        needs=(*_REGISTERS, *_LEADS),
        on=on,
        reads={"mine": ("enterprise_uscc",), "enterprise": ("uscc", *fields)},
    )


def _by_listing(code: Code, severity: Severity, chinese: str, english: str, black_list: BlackList) -> Finding:
    return finding(
        code,
        severity,
        chinese,
        english,
        section=_ORDER_13,
        needs=_LEADS,
        on=_right_holder(code, black_list),
        reads={"mine": (), "mining_right_listing": ("black_list", "entered_on", "removed_on", "document_number")},
        rows={"mining_right_listing": _is_of(black_list)},
    )


FINDINGS: tuple[Finding, ...] = (
    finding(
        Code.BORROWER_DIFFERS,
        Severity.BLOCKING,
        "借款人不是采矿权人（采矿权人：{label}）",
        "the borrower does not hold the licence, which is held by {label}",
        section="绿色信贷指引 art. 15–18",
        needs=_LEADS,
        on=_differs,
        reads={"mine": ("enterprise_uscc",)},
    ),
    _by_register(
        Code.HOLDER_NOT_REGISTERED,
        Severity.UNKNOWN,
        "采矿权人（{label}）无登记信息",
        "nothing is known of the registration of the holder {label}",
        _not_registered,
        section=_ART_17,
    ),
    _by_register(
        Code.HOLDER_GONE,
        Severity.BLOCKING,
        "采矿权人已注销或被吊销（{label}）",
        "the holder is cancelled or revoked ({label})",
        _registered_as(Code.HOLDER_GONE, (RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED)),
        "registration_status",
        section=_ART_17,
    ),
    _by_register(
        Code.HOLDER_SUSPENDED,
        Severity.ATTENTION,
        "采矿权人停业或已迁出（{label}）",
        "the holder does no business here ({label})",
        _registered_as(Code.HOLDER_SUSPENDED, (RegistrationStatus.SUSPENDED, RegistrationStatus.MOVED_OUT)),
        "registration_status",
        section=_ART_17,
    ),
    _by_register(
        Code.HOLDER_SERIOUS_BREACH,
        Severity.BLOCKING,
        "采矿权人在严重违法失信名单内（自 {day}）",
        "the holder is on the list of serious breach, since {day}",
        _on_list(Code.HOLDER_SERIOUS_BREACH, "serious_breach", "serious_breach_since"),
        "serious_breach",
        "serious_breach_since",
        section=_ART_17,
    ),
    _by_register(
        Code.HOLDER_ABNORMAL,
        Severity.ATTENTION,
        "采矿权人在经营异常名录内（自 {day}）",
        "the holder is on the list of abnormal operation, since {day}",
        _on_list(Code.HOLDER_ABNORMAL, "abnormal_operation", "abnormal_since"),
        "abnormal_operation",
        "abnormal_since",
        section=_ART_17,
    ),
    _by_register(
        Code.HOLDER_SUCCEEDED,
        Severity.ATTENTION,
        "采矿权人已于 {day} 并入{label}，采矿权尚在其名下",
        "the holder was merged into {label} on {day}, and the licence is still in its name",
        _succeeded,
        "successor_uscc",
        "succeeded_on",
        section=_COMPANY_LAW,
    ),
    finding(
        Code.HOLDER_TOOK_OVER,
        Severity.INFO,
        "采矿权人自 {day} 承继{label}，其行政处罚一并计入",
        "the holder took over {label} on {day}, whose penalties count with its own",
        section=_COMPANY_LAW,
        needs=_REGISTERS,
        on=_took_over,
        reads={"mine": ("enterprise_uscc",), PREDECESSOR: TAKES_OVER},
    ),
    _by_register(
        Code.BUSINESS_TERM_ENDED,
        Severity.ATTENTION,
        "采矿权人营业期限已于 {day} 届满",
        "the holder's business term ended on {day}",
        _term_ended,
        "business_term_until",
        section=_ART_17,
    ),
    _by_listing(
        Code.RIGHT_HOLDER_SERIOUS_BREACH,
        Severity.BLOCKING,
        "矿业权人列入严重失信主体名单（{label}，自 {day}）",
        "the right's holder is on the list of serious breach of trust ({label}, since {day})",
        BlackList.SERIOUS_BREACH,
    ),
    _by_listing(
        Code.RIGHT_HOLDER_ABNORMAL,
        Severity.ATTENTION,
        "矿业权人列入异常名录（{label}，自 {day}）",
        "the right's holder is on the list of irregularities ({label}, since {day})",
        BlackList.ABNORMAL,
    ),
)
