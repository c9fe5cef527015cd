"""What the database works out of case transfers: where they stand, told by the latest answer, and the penalty they led to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.records.transfers import AnswerStep, TransferState
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain
from hub.storage.views.view import Day, Expression, Relation, Row, Source


def state(transfer: Row, day: Day) -> sa.ColumnElement[Any]:
    """Where the transfer stands on a day."""
    answer = TABLES[RecordKind.TRANSFER_ANSWER].alias().c
    latest = (
        sa.select(answer.step)
        .where(
            answer.transfer_id == transfer.id,
            answer.answered_on <= day,
            *live(answer),
        )
        # Of two answers on one day, acceptance came first.
        .order_by(answer.answered_on.desc(), sa.case((answer.step == AnswerStep.ACCEPTED.value, 0), else_=1).desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.case(
        (latest == AnswerStep.ACCEPTED.value, TransferState.IN_HAND.value),
        (latest == AnswerStep.RETURNED.value, TransferState.RETURNED.value),
        (latest == AnswerStep.HANDLED.value, TransferState.HANDLED.value),
        else_=TransferState.OPEN.value,
    )


def overdue(transfer: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether an answer, or the handling of an accepted matter, was due before the day and has not come."""
    now = state(transfer, day)
    return sa.or_(
        sa.and_(now == TransferState.OPEN.value, sa.func.coalesce(transfer.due_on < day, sa.false(), type_=sa.Boolean())),
        sa.and_(
            now == TransferState.IN_HAND.value,
            sa.func.coalesce(transfer.handling_due_on < day, sa.false(), type_=sa.Boolean()),
        ),
    )


TRANSFER: dict[str, Source] = {"state": Expression(state, Plain()), "overdue": Expression(overdue, sa.Boolean())}

#: The penalty that the answer names is one of the answering organ's own.
ANSWER: dict[str, Source] = {
    "penalty": Relation("penalty", {"authority_code": "authority_code", "penalty_number": "document_number"})
}
