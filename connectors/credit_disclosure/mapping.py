"""The node's CF_ rows, each field used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard

PENALTIES = credit_standard.penalties(
    department="CF_CFJG_BM",
    XGSJ="moment of change; the cursor",
    TS_ID="id of the pushed message",
)
