"""Audit opinions and penalties of the department itself."""

from __future__ import annotations

from connectors import credit_standard
from connectors.natural_resources.mapping.platform import ABOUT_MINE, STAMP, resource
from hub.domain.record_kinds import RecordKind

OPINIONS = resource(
    RecordKind.OPINION,
    {
        **ABOUT_MINE,
        "yjxz": "nature",
        "shjl": "verdict",
        "shsx": "topics",
        "yjnr": "text",
        "fjtj": "conditions",
        "cjrq": "issuedOn",
        "yxqz": "validUntil",
    },
    blr="official in charge; personal data that the hub does not need",
)

PENALTIES = credit_standard.penalties(**STAMP)
