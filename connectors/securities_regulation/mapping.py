"""The system's fields, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, declared
from connectors.declared import Names
from connectors.mapping import WAN, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_STAMP = {"modified": "moment of change; the cursor"}
_BOARD = {"board": "stock exchange board aimed at; not a fact about the mine"}

#: What a document says of itself.
_ISSUED: Names = {"docNo": "documentNumber", "organ": "authorityName", "organCode": "authorityCode"}

OPINIONS = declared.mapped(
    RecordKind.OPINION,
    Envelope("docNo"),
    {
        **_ISSUED,
        "licenceNo": "licenceNo",
        "opinionType": "nature",
        "subject": "topics",
        "content": "text",
        "issueDate": "issuedOn",
        "expiryDate": "validUntil",
    },
    _STAMP | _BOARD,
)

POLICIES = declared.mapped(
    RecordKind.SUPPORT_POLICY,
    Envelope("docNo"),
    {
        **_ISSUED,
        "category": "support",
        "title": "title",
        "content": "text",
        "effectiveDate": "effectiveOn",
        "expiryDate": "endsOn",
    },
    _STAMP,
)

GRANTS = declared.mapped(
    RecordKind.SUPPORT_GRANT,
    Envelope("docNo"),
    {
        **_ISSUED,
        "licenceNo": "licenceNo",
        "category": "support",
        "policyNo": "policyNumber",
        "issueDate": "grantedOn",
        "expiryDate": "endsOn",
        "raised": Used("amount", WAN),
        "content": "text",
    },
    _STAMP | _BOARD,
)

#: In the order in which they are pulled.
RESOURCES: dict[str, Mapped] = {
    "opinions": OPINIONS,
    "penalties": credit_standard.penalties(**_STAMP),
    "support-policies": POLICIES,
    "support-grants": GRANTS,
}
