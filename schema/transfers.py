"""What the database works out of case transfers and their answers."""

from typing import Any

from hub.domain.records.transfers import TransferState
from schema.declared import Choice, Is
from schema.graph import on_day, to_one
from schema.scalars import enum

State = enum(TransferState)

TRANSFER: dict[str, Any] = {
    "state": on_day(State, "移交状态 / where the transfer stands"),
    "overdue": on_day(bool, "是否逾期未答复或未办结 / whether an answer or the handling is overdue"),
}

FILTERS: dict[str, Any] = {"state": Choice[State], "overdue": Is}  # type: ignore[valid-type]

ANSWER: dict[str, Any] = {"penalty": to_one("records", "Penalty", "办理结果中的行政处罚 / the penalty that it led to")}
