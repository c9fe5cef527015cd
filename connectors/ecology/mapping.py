"""The system's fields, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, terms
from connectors.mapping import DAY, DAY8, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_STAMP = {"GXSJ": "moment of change; the cursor"}

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("YJWH"),
    {
        "YJWH": Used("documentNumber"),
        "CKXKZH": Used("licenceNo"),
        "YJLX": Used("nature", terms.NATURE),
        "JL": Used("verdict", terms.VERDICT),
        "JGSX": Used("topics", terms.TOPICS),
        "YJ": Used("text"),
        "TJ": Used("conditions"),
        "CJRQ": Used("issuedOn", DAY8),
        "YXQ": Used("validUntil", DAY),
        "HBJG": Used("authorityName"),
        "HBJGDM": Used("authorityCode"),
    },
    _STAMP | {"PWXKZH": "pollutant permit of the enterprise; a record kind of its own is planned"},
)

PENALTIES = credit_standard.penalties(**_STAMP)
