"""The file's columns, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, terms
from connectors.mapping import DAY8, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("WH"),
    {
        "WH": Used("documentNumber"),
        "XKZH": Used("licenceNo"),
        "LX": Used("nature", terms.NATURE),
        "SX": Used("topics", terms.TOPICS),
        "NR": Used("text"),
        "RQ": Used("issuedOn", DAY8),
        "JG": Used("authorityName"),
        "JGDM": Used("authorityCode"),
    },
    {"YSKM": "budget item; a record kind of its own is planned", "SJC": "time stamp of the row"},
)

PENALTIES = credit_standard.penalties()
