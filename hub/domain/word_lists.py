"""Every closed list of words that callers meet, and what people call each word."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from hub.domain.declaring.checks import Check, Several, Word
from hub.domain.declaring.fields import english, fields_of
from hub.domain.discrepancies import Nature, Resolution
from hub.domain.findings.words import ChangeOfFinding, DigestPeriod, FindingCode, LoanAnswer, Severity
from hub.domain.log import Action
from hub.domain.record_kinds import KINDS, PARTS, RecordKind
from hub.domain.records.duties import BuildDuty, ContractState
from hub.domain.records.screenings import ScreeningState
from hub.domain.records.standing import Standing
from hub.domain.records.supports import Bar, Eligibility
from hub.domain.records.transfers import TransferState
from hub.domain.rejections import DeskAct, RejectionState
from hub.domain.rules.closure import ClosureTask, DutyState, WhyUnknown
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.plan import Phase
from hub.domain.rules.progress import ReportState
from hub.domain.rules.told import Followed
from hub.domain.searching import Match
from hub.domain.words.deliveries import DeliveryAction, DeliveryState
from hub.domain.words.departments import DEPARTMENTS, Department, Freshness, PullState
from hub.domain.words.divisions import DivisionLevel
from hub.domain.words.errors import TEXTS, ErrorCode
from hub.domain.words.gone import Gone
from hub.domain.words.outcomes import Outcome
from hub.domain.words.purposes import PurposeWord
from hub.domain.words.webhooks import PauseReason, WebhookState
from hub.domain.words.worded import Words
from hub.domain.words.work import WorkState

#: What the hub itself says of records, mines, sources and posts.
_SAID_BY_THE_HUB: tuple[type[StrEnum], ...] = (
    Action,
    Bar,
    BuildDuty,
    ChangeOfFinding,
    ClosureTask,
    ConflictCode,
    ContractState,
    DeliveryAction,
    DeliveryState,
    Department,
    DeskAct,
    DigestPeriod,
    DivisionLevel,
    DutyState,
    Eligibility,
    ErrorCode,
    FindingCode,
    Followed,
    Gone,
    Freshness,
    LoanAnswer,
    Match,
    Nature,
    Outcome,
    PauseReason,
    Phase,
    PullState,
    PurposeWord,
    RecordKind,
    RejectionState,
    ReportState,
    Resolution,
    ScreeningState,
    Severity,
    Standing,
    TransferState,
    WebhookState,
    WhyUnknown,
    WorkState,
)


def _of(check: Check) -> Iterator[type[StrEnum]]:
    match check:
        case Word(words=words):
            yield words
        case Several(each=each):
            yield from _of(each)


def _declared() -> Iterator[type[StrEnum]]:
    """What fields of records, and of their parts, are filled with."""
    for payload in (*(facts.payload for facts in KINDS.values()), *PARTS):
        for field in fields_of(payload):
            yield from _of(field.spec.check)


#: By name.
WORD_LISTS: dict[str, type[StrEnum]] = {
    words.__name__: words for words in sorted({*_SAID_BY_THE_HUB, *_declared()}, key=lambda words: words.__name__)
}


def name_of(words: type[StrEnum]) -> tuple[str, str]:
    """What a list is called in Chinese and in English: the first line of its docstring."""
    chinese, _, meaning = (words.__doc__ or "").strip().partition("\n")[0].rstrip(".").partition(" / ")
    return chinese, meaning


def terms_of(word: StrEnum) -> tuple[str, str]:
    """What a word is called in Chinese and in English; nothing where nobody has said."""
    match word:
        case Words():
            return word.chinese, word.english
        case Department():
            return DEPARTMENTS[word].chinese, DEPARTMENTS[word].english
        case ErrorCode():
            return TEXTS[word]
        case RecordKind():
            payload = KINDS[word].payload
            return payload.chinese, english(payload)
    return "", ""
