"""The system's fields, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, terms
from connectors.mapping import DAY, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_STAMP = {"modified": "moment of change; the cursor"}

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("docNo"),
    {
        "docNo": Used("documentNumber"),
        "licenceNo": Used("licenceNo"),
        "opinionType": Used("nature", terms.NATURE),
        "subject": Used("topics", terms.TOPICS),
        "content": Used("text"),
        "issueDate": Used("issuedOn", DAY),
        "expiryDate": Used("validUntil", DAY),
        "organ": Used("authorityName"),
        "organCode": Used("authorityCode"),
    },
    _STAMP | {"board": "stock exchange board aimed at; not a fact about the mine"},
)

PENALTIES = credit_standard.penalties(**_STAMP)
