"""The files' columns, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, declared
from connectors.declared import Names
from connectors.mapping import DAY8, WAN, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_STAMP = {"SJC": "time stamp of the row"}

#: What a document says of itself.
_ISSUED: Names = {"WH": "documentNumber", "JG": "authorityName", "JGDM": "authorityCode"}

OPINIONS = declared.mapped(
    RecordKind.OPINION,
    Envelope("WH"),
    {
        **_ISSUED,
        "XKZH": "licenceNo",
        "LX": "nature",
        "SX": "topics",
        "NR": "text",
        "RQ": Used("issuedOn", DAY8),
    },
    _STAMP | {"YSKM": "budget item, which the files of budget items tell"},
)

BUDGET_ITEMS = declared.mapped(
    RecordKind.BUDGET_ITEM,
    Envelope("WH"),
    {
        **_ISSUED,
        "ND": "year",
        "QHDM": "divisionCode",
        "YT": "purpose",
        "YSJE": Used("planned", WAN),
        "ZFJE": Used("paid", WAN),
        "RQ": Used("decidedOn", DAY8),
    },
    _STAMP | {"YSKM": "number of the budget item in the finance department's own chart"},
)

#: By folder of files, in the order in which they are pulled.
RESOURCES: dict[str, Mapped] = {
    "opinions": OPINIONS,
    "penalties": credit_standard.penalties(**_STAMP),
    "budget-items": BUDGET_ITEMS,
}
