"""The features' properties, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, terms
from connectors.mapping import DAY, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_FEATURE = {
    "updated": "moment of change; the cursor",
    "geometry": "outline of the mine; natural resources is the source of boundaries",
}

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("wenhao"),
    {
        "wenhao": Used("documentNumber"),
        "xukezheng": Used("licenceNo"),
        "xingzhi": Used("nature", terms.NATURE),
        "jielun": Used("verdict", terms.VERDICT),
        "shixiang": Used("topics", terms.TOPICS),
        "neirong": Used("text"),
        "tiaojian": Used("conditions"),
        "riqi": Used("issuedOn", DAY),
        "youxiaoqi": Used("validUntil", DAY),
        "jiguan": Used("authorityName"),
        "jiguan_daima": Used("authorityCode"),
    },
    _FEATURE,
)

PENALTIES = credit_standard.penalties(**_FEATURE)
