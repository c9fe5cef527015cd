"""The node's CF_ rows, each field used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard
from connectors.mapping import Mapped

PENALTIES = credit_standard.penalties(
    department="CF_CFJG_BM",
    XGSJ="moment of change; the cursor",
    TS_ID="id of the pushed message",
)

RESOURCES: dict[str, Mapped] = {"xzcf": PENALTIES}
