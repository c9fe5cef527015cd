"""The features' properties and geometries, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, declared
from connectors.declared import Names, Parts
from connectors.mapping import Envelope, Mapped
from hub.domain.record_kinds import RecordKind

_STAMP = {"updated": "moment of change; the cursor"}
_OUTLINE = {"geometry": "outline of the mine; natural resources is the source of boundaries"}

#: What a document says of itself, and of the mine that it is about.
_ISSUED: Names = {"wenhao": "documentNumber", "jiguan": "authorityName", "jiguan_daima": "authorityCode"}
_ABOUT_MINE: Names = {**_ISSUED, "xukezheng": "licenceNo"}

OPINIONS = declared.mapped(
    RecordKind.OPINION,
    Envelope("wenhao"),
    {
        **_ABOUT_MINE,
        "xingzhi": "nature",
        "jielun": "verdict",
        "shixiang": "topics",
        "neirong": "text",
        "tiaojian": "conditions",
        "riqi": "issuedOn",
        "youxiaoqi": "validUntil",
    },
    _STAMP | _OUTLINE,
)

LAND_USES = declared.mapped(
    RecordKind.FOREST_LAND_USE,
    Envelope("wenhao"),
    {
        **_ABOUT_MINE,
        "fangshi": "use",
        "dilei": "cover",
        "mianji": "area",
        "pizhun_riqi": "approvedOn",
        "daoqi_riqi": "endsOn",
        "huifu_qixian": "restorationDueOn",
        "huifu_mianji": "restoredArea",
        "yanshou_riqi": "restoredOn",
    },
    _STAMP | _OUTLINE,
)

ZONES = declared.mapped(
    RecordKind.ZONE,
    Envelope("bianhao"),
    {
        "bianhao": "zoneCode",
        "leibie": "zoneKind",
        "mingcheng": "name",
        "jibie": "level",
        "shengxiao_riqi": "effectiveOn",
        "geometry": "boundary",
    },
    _STAMP,
)

SCREENINGS = declared.mapped(
    RecordKind.SCREENING,
    Envelope("wenhao"),
    {
        **_ABOUT_MINE,
        "leibie": "zoneKind",
        "shencha_riqi": "screenedOn",
        "kuangqu_mianji": "mineArea",
        "bidui_shuliang": "zonesLookedAt",
        "chongdie_zongmianji": "statedOverlapArea",
        "chongdie": Parts("overlaps", {"bianhao": "zoneCode", "mingcheng": "name", "mianji": "area", "bili": "share"}),
    },
    _STAMP | _OUTLINE,
)

ANSWERS = declared.mapped(
    RecordKind.TRANSFER_ANSWER,
    Envelope("wenhao"),
    {
        **_ISSUED,
        "yijiao_bumen": "fromDepartment",
        "yijiao_jiguan_daima": "fromAuthorityCode",
        "yijiao_wenhao": "transferNumber",
        "dafu": "step",
        "riqi": "answeredOn",
        "liyou": "reason",
        "jieguo": "outcome",
        "qingkuang": "outcomeText",
        "chufa_wenhao": "penaltyNumber",
    },
    _STAMP | {"geometry": "place of the matter; the transfer names its mine"},
)

#: By collection, in the order in which they are pulled.
RESOURCES: dict[str, Mapped] = {
    "opinions": OPINIONS,
    "penalties": credit_standard.penalties(**_STAMP, **_OUTLINE),
    "forest-land-uses": LAND_USES,
    "protected-areas": ZONES,
    "protected-area-screenings": SCREENINGS,
    "transfer-answers": ANSWERS,
}
