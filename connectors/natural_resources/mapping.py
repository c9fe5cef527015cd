"""The platform's fields, each used or knowingly ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors import credit_standard, terms
from connectors.mapping import AS_IS, DAY, DECIMAL, FLAG, SEVERAL, TEXT, WHOLE, Codec, Envelope, Mapped, Used, fit
from hub.domain.record_kinds import RecordKind

_STAMP = {"updatedAt": "moment of change; the cursor"}


def _withdrawn(raw: Mapping[str, Any]) -> str | None:
    return fit(raw.get("revokeReason") or "撤销", 2000) if str(raw.get("status", "")) == "REVOKED" else None


_STATE = {"status": "state of the item; read as the withdrawal", "revokeReason": "read with status"}

_OUTPUT = Codec(
    lambda years: [{"year": WHOLE.read(y["nd"]), "quantity": DECIMAL.read(y["cl"])} for y in years],
    lambda years: [{"nd": y["year"], "cl": y["quantity"]} for y in years],
)

AUTHORITIES = Mapped(
    RecordKind.AUTHORITY,
    Envelope("tyshxydm"),
    {
        "tyshxydm": Used("code"),
        "jgmc": Used("name"),
        "ssbm": Used("belongsTo", terms.DEPARTMENT),
        "xzqdm": Used("divisionCode"),
    },
    _STAMP,
)

MINES = Mapped(
    RecordKind.MINE,
    Envelope("ckxkzh", withdrawn=_withdrawn),
    {
        "ckxkzh": Used("licenceNo"),
        "ksmc": Used("name"),
        "ckqr_xydm": Used("enterpriseUscc"),
        "kckz": Used("mineral"),
        "kclb": Used("mineralClass", terms.MINERAL_CLASS),
        "gbskz": Used("associatedMinerals", SEVERAL),
        "scgm": Used("scale", terms.SCALE),
        "sjscnl": Used("designedCapacity", DECIMAL),
        "kcfs": Used("miningMethod", terms.METHOD),
        "xzqdm": Used("divisionCode"),
        "kszt": Used("lifeCycle", terms.LIFE_CYCLE),
        "yxqq": Used("licenceValidFrom", DAY),
        "yxqz": Used("licenceValidUntil", DAY),
        "kyqzsh": Used("miningRightNo"),
        "kyqzzrq": Used("miningRightUntil", DAY),
        "sykcnx": Used("remainingYears", DECIMAL),
        "jsnzcsc": Used("normalProduction3Years", FLAG),
        "ndcl": Used("annualOutput", _OUTPUT),
        "kqfw": Used("boundary", AS_IS),
    },
    _STAMP
    | _STATE
    | {"ckqr": "name of the holder; market regulation is the source of names", "fzjg": "issuing organ of the licence"},
)

ENTRIES = Mapped(
    RecordKind.DIRECTORY_ENTRY,
    Envelope("gsh", withdrawn=_withdrawn),
    {
        "ggwh": Used("documentNumber"),
        "ckxkzh": Used("licenceNo"),
        "mljb": Used("level", terms.LEVEL),
        "mlzt": Used("step", terms.STEP),
        "sxrq": Used("effectiveOn", DAY),
        "pc": Used("batch"),
        "zsbh": Used("certificateNo"),
        "gsqsrq": Used("noticeFrom", DAY),
        "gsjzrq": Used("noticeUntil", DAY),
        "zgqx": Used("rectificationDueOn", DAY),
        "sydm": Used("reasonCode"),
        "sy": Used("reason"),
        "yj": Used("legalBasis"),
        "ggjg": Used("authorityName"),
        "ggjgdm": Used("authorityCode"),
    },
    _STAMP | _STATE,
)

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("wh", withdrawn=_withdrawn),
    {
        "wh": Used("documentNumber"),
        "ckxkzh": Used("licenceNo"),
        "yjxz": Used("nature", terms.NATURE),
        "shjl": Used("verdict", terms.VERDICT),
        "shsx": Used("topics", terms.TOPICS),
        "yjnr": Used("text", TEXT),
        "fjtj": Used("conditions"),
        "cjrq": Used("issuedOn", DAY),
        "yxqz": Used("validUntil", DAY),
        "cjjg": Used("authorityName"),
        "cjjgdm": Used("authorityCode"),
    },
    _STAMP | _STATE | {"blr": "official in charge; personal data that the hub does not need"},
)

PENALTIES = credit_standard.penalties(**_STAMP)
