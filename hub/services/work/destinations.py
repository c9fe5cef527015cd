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
from hub.domain.rules import publication
from hub.domain.words.deliveries import DeliveryAction

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


def credit_disclosure(code: str) -> Destination:
    """The credit-disclosure system: every department's penalties that are to be published."""
    return Destination(code, (RecordKind.PENALTY,), _penalty_told, _penalty_due)
