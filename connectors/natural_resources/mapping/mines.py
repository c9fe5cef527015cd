"""Organs, mines, and the lists of holders that broke faith."""

from __future__ import annotations

from connectors.declared import Parts
from connectors.mapping import SEVERAL, Used
from connectors.natural_resources.mapping.platform import ABOUT_MINE, ISSUED, resource
from hub.domain.record_kinds import RecordKind

AUTHORITIES = resource(
    RecordKind.AUTHORITY,
    {"tyshxydm": "code", "jgmc": "name", "ssbm": "belongsTo", "xzqdm": "divisionCode"},
    "tyshxydm",
)

MINES = resource(
    RecordKind.MINE,
    {
        "ckxkzh": "licenceNo",
        "ksmc": "name",
        "ckqr_xydm": "enterpriseUscc",
        "kckz": "mineral",
        "kclb": "mineralClass",
        "gbskz": Used("associatedMinerals", SEVERAL),
        "scgm": "scale",
        "sjscnl": "designedCapacity",
        "kcfs": "miningMethod",
        "xzqdm": "divisionCode",
        "kxzqdm": Used("otherDivisions", SEVERAL),
        "kszt": "lifeCycle",
        "yxqq": "licenceValidFrom",
        "yxqz": "licenceValidUntil",
        "kyqzsh": "miningRightNo",
        "kyqzzrq": "miningRightUntil",
        "sykcnx": "remainingYears",
        "jsnzcsc": "normalProduction3Years",
        "ndcl": Parts("annualOutput", {"nd": "year", "cl": "quantity"}),
        "kqfw": "boundary",
    },
    "ckxkzh",
    ckqr="name of the holder; market regulation is the source of names",
    fzjg="issuing organ of the licence",
)

LISTINGS = resource(
    RecordKind.MINING_RIGHT_LISTING,
    {
        **ABOUT_MINE,
        "mdlb": "blackList",
        "ckqr_xydm": "partyUscc",
        "lrsy": "reason",
        "lrrq": "enteredOn",
        "ycrq": "removedOn",
        "ycsy": "removalReason",
    },
    ckqr="name of the holder; market regulation is the source of names",
)

SUCCESSIONS = resource(
    RecordKind.LICENCE_SUCCESSION,
    {
        **ISSUED,
        "yglx": "form",
        "yzh": Used("predecessors", SEVERAL),
        "xzh": Used("successors", SEVERAL),
        "ztzh": "principal",
        "sxrq": "succeededOn",
        "xzyxqq": "licenceValidFrom",
        "xzyxqz": "licenceValidUntil",
        "bz": "remarks",
    },
)
