"""What all resources of the platform have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors import declared
from connectors.declared import Names
from connectors.mapping import Envelope, Mapped, fit
from hub.domain.record_kinds import RecordKind

#: Said with every row.
STAMP = {"updatedAt": "moment of change; the cursor"}
_STATE = {"status": "state of the item; read as the withdrawal", "revokeReason": "read with status"}

#: What a document says of itself, and of the mine that it is about.
ISSUED: Names = {"wh": "documentNumber", "cjjg": "authorityName", "cjjgdm": "authorityCode"}
ABOUT_MINE: Names = {**ISSUED, "ckxkzh": "licenceNo"}


def _withdrawn(raw: Mapping[str, Any]) -> str | None:
    return fit(raw.get("revokeReason") or "撤销", 2000) if str(raw.get("status", "")) == "REVOKED" else None


def resource(kind: RecordKind, names: Names, reference: str = "wh", **ignored: str) -> Mapped:
    """The mapping of a resource whose rows are known by `reference`; `ignored` gives the reasons for what is not used."""
    return declared.mapped(kind, Envelope(reference, withdrawn=_withdrawn), names, STAMP | _STATE | ignored)
