"""Where records go by themselves: what of each goes to which system, and by when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from hub.domain.calendar.deadlines import WITHDRAWAL
from hub.domain.calendar.moments import china_day
from hub.domain.declaring.fields import Payload
from hub.domain.record_kinds import RecordKind
from hub.domain.records.penalties import Penalty
from hub.domain.records.transfers import CaseTransfer, TransferAnswer
from hub.domain.rules import publication
from hub.domain.words.deliveries import DeliveryAction
from hub.domain.words.departments import Department

#: Why a transfer is taken back from a department to which it was handed first.
REDIRECTED = "改由其他部门接收 / handed to another department instead"

#: What of a version is told on a day, and why where it is withdrawn; by why it takes the record back, and what was told last.
Tells = Callable[[Payload, date, str | None, DeliveryAction | None], tuple[DeliveryAction, str] | None]
#: By when that is owed, of a version that was recorded at a moment.
Due = Callable[[Payload, DeliveryAction, datetime], date | None]


@dataclass(frozen=True, slots=True)
class Destination:
    """What goes to the system of a connector."""

    code: str
    kinds: tuple[RecordKind, ...]
    tells: Tells
    due_on: Due


def _penalty_told(
    payload: Payload, on: date, withdrawn: str | None, before: DeliveryAction | None
) -> tuple[DeliveryAction, str] | None:
    return publication.told(cast(Penalty, payload), on, withdrawn=withdrawn, before=before)


def _penalty_due(payload: Payload, action: DeliveryAction, recorded_at: datetime) -> date | None:
    penalty = cast(Penalty, payload)
    if action is DeliveryAction.REPORT:
        return penalty.report_due_on
    # What was withdrawn here without a day of annulment is owed from the day on which it was.
    return penalty.withdrawal_due_on or WITHDRAWAL.on(china_day(recorded_at))


def _handed_to(department: Department) -> Tells:
    """What of a transfer or an answer concerns a department: transfers to it, and answers to its own."""

    def tells(
        payload: Payload, _: date, withdrawn: str | None, before: DeliveryAction | None
    ) -> tuple[DeliveryAction, str] | None:
        receiver = payload.to_department if isinstance(payload, CaseTransfer) else cast(TransferAnswer, payload).from_department
        reason = withdrawn or ("" if receiver is department else REDIRECTED)
        if reason:
            return (DeliveryAction.WITHDRAW, reason) if before is DeliveryAction.REPORT else None
        return DeliveryAction.REPORT, ""

    return tells


def _promptly(_: Payload, __: DeliveryAction, ___: datetime) -> date | None:
    """The plan sets no day: 及时."""
    return None


def department(code: str, of: Department) -> Destination:
    """A department's system: case transfers to it, and the answers to its own, outcomes among them."""
    return Destination(code, (RecordKind.CASE_TRANSFER, RecordKind.TRANSFER_ANSWER), _handed_to(of), _promptly)


def credit_disclosure(code: str) -> Destination:
    """The credit-disclosure system: every department's penalties that are to be published."""
    return Destination(code, (RecordKind.PENALTY,), _penalty_told, _penalty_due)
