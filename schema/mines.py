"""What the database works out of a mine, besides what is declared of it."""

from typing import Any

from hub.domain.standing import Standing
from schema.declared import Choice
from schema.graph import told
from schema.scalars import enum

GreenStanding = enum(Standing)

WORKED_OUT: dict[str, Any] = {
    "standing": told(GreenStanding, "当前绿色矿山状态（方案五（四）） / where the mine stands now (plan, section 5.4)"),
}

FILTERS: dict[str, Any] = {"standing": Choice[GreenStanding]}  # type: ignore[valid-type]
