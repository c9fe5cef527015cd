"""The system's fields, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, declared
from connectors.declared import Names, Parts
from connectors.mapping import DAY8, Envelope, Mapped, Used, endless
from hub.domain.record_kinds import RecordKind

_STAMP = {"GXSJ": "moment of change; the cursor"}

#: What a document says of itself.
_ISSUED: Names = {"WH": "documentNumber", "HBJG": "authorityName", "HBJGDM": "authorityCode"}


def _resource(kind: RecordKind, names: Names, reference: str = "WH", **ignored: str) -> Mapped:
    return declared.mapped(kind, Envelope(reference), names, _STAMP | ignored)


OPINIONS = _resource(
    RecordKind.OPINION,
    {
        "YJWH": "documentNumber",
        "CKXKZH": "licenceNo",
        "YJLX": "nature",
        "JL": "verdict",
        "JGSX": "topics",
        "YJ": "text",
        "TJ": "conditions",
        "CJRQ": Used("issuedOn", DAY8),
        "YXQ": "validUntil",
        "HBJG": "authorityName",
        "HBJGDM": "authorityCode",
    },
    "YJWH",
    PWXKZH="number of the pollutant permit, which the resource pwxk tells",
)

PERMITS = _resource(
    RecordKind.POLLUTANT_PERMIT,
    {
        "PWXKZH": "documentNumber",
        "CKXKZH": "licenceNo",
        "GLLB": "category",
        "HFRQ": Used("issuedOn", DAY8),
        "YXQZ": Used("validUntil", endless(DAY8)),
        "PFXZ": Parts("limits", {"PFK": "outlet", "WRW": "pollutant", "XZ": "limit", "DW": "unit"}),
        "ZXRQ": Used("revokedOn", DAY8),
        "HBJG": "authorityName",
        "HBJGDM": "authorityCode",
    },
    "PWXKZH",
)

READINGS = _resource(
    RecordKind.MONITORING_READING,
    {
        "JCBH": "readingNo",
        "CKXKZH": "licenceNo",
        "JZ": "medium",
        "JCD": "outlet",
        "WRW": "pollutant",
        "JCRQ": Used("measuredOn", DAY8),
        "JCZ": "value",
        "XZ": "limit",
        "DW": "unit",
        "JCFF": "method",
    },
    "JCBH",
)

ENERGY_USES = _resource(
    RecordKind.ENERGY_USE,
    {
        "CKXKZH": "licenceNo",
        "ND": "year",
        "ZHNH": "energy",
        "DWNH": "intensity",
        "NHXE": "intensityLimit",
        "TPF": "carbon",
        "QJYSBL": "cleanTransportShare",
        "NYJH": "energyPlan",
    },
    "JLBH",
)

VISITS = _resource(
    RecordKind.SUPERVISION_VISIT,
    {
        **_ISSUED,
        "CKXKZH": "licenceNo",
        "JCRQ": Used("visitedOn", DAY8),
        "JCSX": "topics",
        "JCQK": "findings",
        "JCJG": "result",
        "ZGQX": Used("rectificationDueOn", DAY8),
        "ZGWC": Used("rectifiedOn", DAY8),
    },
    ZFRY="inspectors; personal data that the hub does not need",
)

TRANSFERS = _resource(
    RecordKind.CASE_TRANSFER,
    {
        **_ISSUED,
        "JSBM": "toDepartment",
        "JSJGDM": "toAuthorityCode",
        "CKXKZH": "licenceNo",
        "QYXYDM": "partyUscc",
        "WTLX": "matter",
        "WTSS": "facts",
        "ZJCL": "evidence",
        "FXRQ": Used("foundOn", DAY8),
        "YJRQ": Used("transferredOn", DAY8),
        "DFQX": Used("answerDueOn", DAY8),
        "BJQX": Used("handlingDueOn", DAY8),
    },
)

ANSWERS = _resource(
    RecordKind.TRANSFER_ANSWER,
    {
        **_ISSUED,
        "YJBM": "fromDepartment",
        "YJJGDM": "fromAuthorityCode",
        "YJWH": "transferNumber",
        "DF": "step",
        "DFRQ": Used("answeredOn", DAY8),
        "LY": "reason",
        "BLJG": "outcome",
        "BLQK": "outcomeText",
        "CFWH": "penaltyNumber",
    },
)

#: In the order in which they are pulled: penalties and transfers before the answers that name them.
RESOURCES: dict[str, Mapped] = {
    "hbyj": OPINIONS,
    "xzcf": credit_standard.penalties(**_STAMP),
    "pwxk": PERMITS,
    "jcsj": READINGS,
    "nhtp": ENERGY_USES,
    "jdjc": VISITS,
    "wtyj": TRANSFERS,
    "yjdf": ANSWERS,
}
