"""CaseTransfer 违法违规问题移交 and the receiver's answers: what one department found and handed to the competent one.

Plan, annex: who finds a violation hands it to the competent department in time.  A transfer belongs to the department that
sends it, each answer to the one that received it, so neither can change what the other said; where a transfer stands is told
by its latest answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.calendar.deadlines import ANSWER
from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day, Flag, Text
from hub.domain.declaring.fields import Link
from hub.domain.declaring.issued import Issued
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet, Stored
from hub.domain.records.penalties import Penalty
from hub.domain.words.departments import LEADING, Department
from hub.domain.words.divisions import DivisionLevel, lies_within
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.identifiers import record_id
from hub.domain.words.worded import Words


class AnswerStep(Words):
    """答复环节 / step of an answer."""

    ACCEPTED = "ACCEPTED", "受理", "accepted"
    RETURNED = "RETURNED", "退回", "returned"
    HANDLED = "HANDLED", "办结", "handled"


class TransferState(Words):
    """移交状态 / where a transfer stands."""

    OPEN = "OPEN", "待受理", "open"
    IN_HAND = "IN_HAND", "办理中", "in hand"
    RETURNED = "RETURNED", "已退回", "returned"
    HANDLED = "HANDLED", "已办结", "handled"


class HandlingOutcome(Words):
    """办理结果 / outcome of a case."""

    PENALTY = "PENALTY", "行政处罚", "penalty"
    CORRECTION_ORDERED = "CORRECTION_ORDERED", "责令改正", "correction ordered"
    PROSECUTION = "PROSECUTION", "移送司法", "prosecution"
    NO_VIOLATION = "NO_VIOLATION", "未发现违法", "no violation found"
    OTHER = "OTHER", "其他", "other"


#: What may follow each step; a returned or handled transfer is at its end.
NEXT_STEPS: dict[AnswerStep | None, frozenset[AnswerStep]] = {
    None: frozenset({AnswerStep.ACCEPTED, AnswerStep.RETURNED}),
    AnswerStep.ACCEPTED: frozenset({AnswerStep.RETURNED, AnswerStep.HANDLED}),
    AnswerStep.RETURNED: frozenset(),
    AnswerStep.HANDLED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class CaseTransfer(Issued):
    """Case transfer"""

    chinese: ClassVar[str] = "违法违规问题移交"

    to_department: Department = fields.word(Department, "接收部门", "the competent department that receives it", find=True)
    to_authority_code: str | None = fields.uscc(
        "接收机关统一社会信用代码",
        "credit code of the organ that receives it, which alone answers; needed",
        default=None,
        find=True,
    )
    licence_no: str | None = fields.licence_no(
        "采矿许可证号", "the mine concerned; needed where no enterprise is named", default=None, find=True, link=fields.MINE
    )
    party_uscc: str | None = fields.uscc(
        "涉事企业统一社会信用代码", "the enterprise concerned", default=None, find=True, link=fields.ENTERPRISE
    )
    matter: str = fields.text(200, "问题类型", "what kind of violation is suspected", find=True)
    facts: str = fields.text(10_000, "问题事实", "what was found")
    evidence: tuple[str, ...] = fields.texts(300, 50, "证据材料", "documents of evidence")
    found_on: date = fields.day("发现日期", "found on", past=True)
    transferred_on: date = fields.day("移交日期", "handed over on", past=True, find=True, sort=True)
    answer_due_on: date | None = fields.day(
        "写明的答复期限", "an answer (accepted or returned) is wanted by, if stated", default=None
    )
    handling_due_on: date | None = fields.day("办结期限", "the matter is to be handled by", default=None)
    due_on: date | None = fields.derived(
        Day(), "答复期限", "an answer is due on: as stated, else ten working days after the transfer", ANSWER, find=True
    )
    due_provisional: bool = fields.derived(
        Flag(),
        "答复期限是否为暂定（放假通知未发布）",
        "whether that day is provisional: the notice is not out",
        ANSWER.provisional,
    )

    def problems(self) -> list[Problem]:
        problems = fields.in_order(
            ("found_on", self.found_on),
            ("transferred_on", self.transferred_on),
            ("answer_due_on", self.answer_due_on),
            ("handling_due_on", self.handling_due_on),
        )
        if self.to_authority_code is None:
            problems.append(Problem("toAuthorityCode", ErrorCode.REQUIRED))
        if self.licence_no is None and self.party_uscc is None:
            problems.append(Problem("licenceNo", ErrorCode.REQUIRED, "or partyUscc"))
        return problems

    def allowed_for(self, department: Department) -> list[Problem]:
        """A department hands nothing over to itself."""
        return [Problem("toDepartment", ErrorCode.NOT_ALLOWED_HERE, department)] if self.to_department is department else []

    def references(self) -> Iterator[ReferenceQuery]:
        """The receiving organ, what stands of it, and what was answered."""
        own = transfer_id(self.authority_code, self.document_number)
        yield ReferenceQuery("case_transfer", "id", (own,))
        yield ReferenceQuery("transfer_answer", "transfer_id", (own,))
        if self.to_authority_code:
            yield ReferenceQuery("authority", "code", (self.to_authority_code,))

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterator[Problem]:
        """The receiver is an organ of the department that is named, and stays the receiver once it has accepted."""
        receiver = known.one("authority", "code", self.to_authority_code or "")
        if receiver is None:
            yield Problem("toAuthorityCode", ErrorCode.UNKNOWN_AUTHORITY, self.to_authority_code or "")
        elif receiver.belongs_to is not self.to_department:
            yield Problem("toAuthorityCode", ErrorCode.NOT_ALLOWED_HERE, receiver.belongs_to)
        stands = known.by_id("case_transfer", own_id)
        moved = stands is not None and (stands.record.to_department, stands.record.to_authority_code) != (
            self.to_department,
            self.to_authority_code,
        )
        if moved and (step := _accepted(known, own_id)):
            yield Problem("toAuthorityCode", ErrorCode.STEP_NOT_ALLOWED, step)

    def check_withdrawal(self, known: ReferenceSet, own_id: str) -> Iterator[Problem]:
        """What was accepted is taken back only by agreement: the receiver returns it first."""
        if step := _accepted(known, own_id):
            yield Problem("", ErrorCode.STEP_NOT_ALLOWED, step)


@dataclass(frozen=True, kw_only=True)
class TransferAnswer(Issued):
    """Answer to a case transfer"""

    chinese: ClassVar[str] = "移交答复"

    from_department: Department = fields.word(Department, "移交部门", "the department that handed it over", find=True)
    from_authority_code: str | None = fields.uscc(
        "移交机关统一社会信用代码",
        "credit code of the organ that handed it over; needed",
        default=None,
        find=True,
    )
    transfer_number: str = fields.document_number("移交文书号", "number of the transfer's document", find=True)
    transfer_id: str = fields.derived(
        Text(64),
        "移交记录标识",
        "id of the transfer's record",
        lambda answer: transfer_id(answer.from_authority_code or "", answer.transfer_number),
        link=Link("case_transfer", "case_transfer", "id", "所答复的移交 / the transfer that it answers"),
    )
    step: AnswerStep = fields.word(AnswerStep, "答复", "accepted, returned or handled", find=True)
    answered_on: date = fields.day("答复日期", "answered on", past=True, find=True, sort=True)
    reason: str | None = fields.text(2000, "理由", "why; needed with RETURNED", default=None)
    outcome: HandlingOutcome | None = fields.word(
        HandlingOutcome, "办理结果", "outcome; needed with HANDLED", default=None, find=True
    )
    outcome_text: str | None = fields.text(4000, "办理情况", "the outcome in words", default=None, other_of="outcome")
    penalty_number: str | None = fields.document_number(
        "行政处罚决定书文号", "decision number of the receiver's penalty; needed with PENALTY", default=None
    )

    def problems(self) -> list[Problem]:
        needed = [
            ("fromAuthorityCode", self.from_authority_code, True, ""),
            ("reason", self.reason, self.step is AnswerStep.RETURNED, AnswerStep.RETURNED),
            ("outcome", self.outcome, self.step is AnswerStep.HANDLED, AnswerStep.HANDLED),
            ("penaltyNumber", self.penalty_number, self.outcome is HandlingOutcome.PENALTY, HandlingOutcome.PENALTY),
        ]
        problems = [Problem(n, ErrorCode.REQUIRED, str(why)) for n, value, need, why in needed if need and value is None]
        if self.outcome is not None and self.step is not AnswerStep.HANDLED:
            problems.append(Problem("outcome", ErrorCode.NOT_ALLOWED_HERE, self.step))
        return problems

    def references(self) -> Iterator[ReferenceQuery]:
        """The transfer, the answers given so far, the two organs, and the penalty that it names."""
        yield ReferenceQuery("case_transfer", "id", (self.transfer_id,))
        yield ReferenceQuery("transfer_answer", "transfer_id", (self.transfer_id,))
        yield ReferenceQuery("authority", "code", tuple(filter(None, (self.authority_code, self.from_authority_code))))
        if self.penalty_number:
            yield ReferenceQuery("penalty", "document_number", (self.penalty_number,))

    def check_against(self, known: ReferenceSet, own_id: str, department: Department) -> Iterator[Problem]:
        """Only the receiver answers, step by step: accepted or returned first, handled once accepted.

        Who is no side of it is not told that it is there.  Where no receiving organ is named, as in transfers of
        before organs were, the receiving department's provincial organ answers.
        """
        transfer = known.by_id("case_transfer", self.transfer_id)
        if transfer is None or not self._may_know_of(transfer, known, department):
            yield Problem("transferNumber", ErrorCode.UNKNOWN_REFERENCE, self.transfer_number[:64])
            return
        if transfer.department is not self.from_department:
            yield Problem("fromDepartment", ErrorCode.NOT_ALLOWED_HERE, transfer.department)
        if transfer.record.to_department is not department:
            yield Problem("transferNumber", ErrorCode.FORBIDDEN, transfer.record.to_department)
        elif not self._is_by_receiver(transfer.record, known):
            receiver = transfer.record.to_authority_code or f"{transfer.record.to_department}, {DivisionLevel.PROVINCE}"
            yield Problem("authorityCode", ErrorCode.FORBIDDEN, receiver)
        if self.answered_on < transfer.record.transferred_on:
            yield Problem("answeredOn", ErrorCode.DATES_OUT_OF_ORDER, f"≥ {transfer.record.transferred_on}")
        others = [s.record for s in known.of("transfer_answer", "transfer_id", (self.transfer_id,), but=own_id)]
        steps = [one.step for one in sorted([*others, self], key=lambda one: (one.answered_on, _RANK[one.step]))]
        for before, step in itertools.pairwise([None, *steps]):
            if step is not None and step not in NEXT_STEPS[before]:
                yield Problem("step", ErrorCode.STEP_NOT_ALLOWED, f"{before or ''} → {step}")
        named = known.of("penalty", "document_number", (self.penalty_number,)) if self.penalty_number else []
        own = [s.record for s in named if s.record.authority_code == self.authority_code and self._stood(s.record)]
        if self.penalty_number and not own:
            yield Problem("penaltyNumber", ErrorCode.UNKNOWN_REFERENCE, self.penalty_number)
        elif own and not any(_concerns(transfer.record, penalty) for penalty in own):
            yield Problem("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE, transfer.record.party_uscc or transfer.record.licence_no)

    def _stood(self, penalty: Penalty) -> bool:
        """Whether a penalty was not annulled when it was told as the outcome."""
        return penalty.annulled_on is None or penalty.annulled_on > self.answered_on

    def _may_know_of(self, transfer: Stored, known: ReferenceSet, department: Department) -> bool:
        """Whether who answers may know of a transfer: of its two departments the two organs, and those of the province; who
        leads in the province, or where the organ acts that handed it over."""
        organ = known.one("authority", "code", self.authority_code)
        if organ is None or organ.level is DivisionLevel.PROVINCE:
            return department in (LEADING, transfer.department, transfer.record.to_department)
        if self.authority_code in (transfer.record.authority_code, transfer.record.to_authority_code):
            return True
        giver = known.one("authority", "code", transfer.record.authority_code)
        return department is LEADING and giver is not None and lies_within(giver.division_code, organ.division_code)

    def _is_by_receiver(self, transfer: CaseTransfer, known: ReferenceSet) -> bool:
        if transfer.to_authority_code is not None:
            return transfer.to_authority_code == self.authority_code
        organ = known.one("authority", "code", self.authority_code)
        return organ is not None and organ.level is DivisionLevel.PROVINCE


def transfer_id(organ: str, number: str) -> str:
    """The id of the transfer with this number of an organ."""
    return record_id("case_transfer", organ, number)


def _accepted(known: ReferenceSet, transfer: str) -> AnswerStep | None:
    """The receiver's last word, where that is not that it gave the case back."""
    answers = [stored.record for stored in known.of("transfer_answer", "transfer_id", (transfer,))]
    steps = [(one.answered_on, _RANK[one.step]) for one in answers]
    last = list(AnswerStep)[max(steps)[1]] if steps else None
    return None if last is AnswerStep.RETURNED else last


def _concerns(transfer: CaseTransfer, penalty: Penalty) -> bool:
    """Whether a penalty is about the party and the mine of a transfer."""
    party = transfer.party_uscc is None or penalty.party_uscc == transfer.party_uscc
    return party and (transfer.licence_no is None or transfer.licence_no in penalty.mines)


_RANK = {step: rank for rank, step in enumerate(AnswerStep)}
