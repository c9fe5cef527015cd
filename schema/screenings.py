"""What the database works out of screenings."""

from typing import Any

from hub.domain.records.screenings import ScreeningState
from schema.declared import Choice
from schema.graph import on_day
from schema.scalars import enum

State = enum(ScreeningState)

WORKED_OUT: dict[str, Any] = {
    "state": on_day(
        State,
        "审查是否仍有效：矿区范围或附近管控区域范围变更后为 OUTDATED，须重新审查 / whether it still holds: OUTDATED once the "
        "mine's boundary or that of a zone near it has changed since it was recorded, so that it is to be screened again",
    )
}

FILTERS: dict[str, Any] = {"state": Choice[State]}  # type: ignore[valid-type]
