"""The directory of green mines, and who was commended for them."""

from __future__ import annotations

from connectors.natural_resources.mapping.platform import ISSUED, resource
from hub.domain.record_kinds import RecordKind

ENTRIES = resource(
    RecordKind.DIRECTORY_ENTRY,
    {
        "ggwh": "documentNumber",
        "ckxkzh": "licenceNo",
        "mljb": "level",
        "mlzt": "step",
        "sxrq": "effectiveOn",
        "pc": "batch",
        "zsbh": "certificateNo",
        "gsqsrq": "noticeFrom",
        "gsjzrq": "noticeUntil",
        "zgqx": "rectificationDueOn",
        "sydm": "reasonCode",
        "sy": "reason",
        "yj": "legalBasis",
        "ggjg": "authorityName",
        "ggjgdm": "authorityCode",
    },
    "gsh",
)

COMMENDATIONS = resource(
    RecordKind.COMMENDATION,
    {
        **ISSUED,
        "dxlb": "recipientKind",
        "bzdx": "recipient",
        "dw_xydm": "partyUscc",
        "ckxkzh": "licenceNo",
        "rymc": "honour",
        "sj": "reason",
        "bzrq": "commendedOn",
    },
)
