"""The 双公示 penalty standard: CF_ names, the aliases that real systems use, its terms and its unit 万元.

The standard's name of each field stands in the domain (`Spec.standard`); here is what the standard says beyond names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors import mapping
from connectors.errors import BadRecord
from connectors.mapping import Envelope, Mapped, Used
from hub.domain.declaring import checks
from hub.domain.declaring.fields import inputs_of
from hub.domain.record_kinds import RecordKind
from hub.domain.records.penalties import (
    PARTY_CATEGORY_TERMS,
    PENALTY_KIND_TERMS,
    PartyCategory,
    Penalty,
    PenaltyKind,
    PublicationClass,
)

#: Other spellings of CF_ fields in deployed systems, and the names of the 公示系统 for the same facts.
ALIASES: dict[str, str] = {
    "CF_FDDB": "CF_FRDB",
    "CF_FR": "CF_FRDB",
    "CF_XZJG": "CF_CFJG",
    "CF_JG": "CF_NR",  # 处罚结果 of the older standard: the content, not the organ (机关 is CF_XZJG there)
    "CF_FR_SFZH": "CF_FR_ZJHM",
    "CF_XDR_ZDM": "CF_XDR_ZZJG",
    "CF_XDR_GSDJ": "CF_XDR_GSZC",
    "CF_XDR_SFZ": "CF_XDR_ZJHM",
    "CF_XDR_SHXYDM": "CF_XDR_SHXYM",
    "CF_CFLB1": "CF_CFLB",
    "CF_BZ": "BZ",
    "penDecNo": "CF_WSH",
    "illegActType": "CF_WFXW",
    "penType": "CF_CFLB",
    "penContent": "CF_NR",
    "penAuth": "CF_CFJG",
    "penAuth_CN": "CF_CFJG",
    "penDecIssDate": "CF_JDRQ",
    "uniScid": "CF_XDR_SHXYM",
    "regNO": "CF_XDR_GSZC",
    "entName": "CF_XDR_MC",
}

_OLD_KIND_CODES = {  # CF_CFLB1 of before 2018
    "0": PenaltyKind.WARNING,
    "1": PenaltyKind.FINE,
    "2": PenaltyKind.CONFISCATION_OF_GAINS,
    "3": PenaltyKind.PRODUCTION_SUSPENSION,
    "4": PenaltyKind.LICENCE_REVOCATION,
    "5": PenaltyKind.DETENTION,
    "6": PenaltyKind.OTHER,
}
_KIND_VARIANTS = {
    "没收非法所得": PenaltyKind.CONFISCATION_OF_GAINS,
    "暂扣许可证": PenaltyKind.LICENCE_SUSPENSION,
    "暂扣执照": PenaltyKind.LICENCE_SUSPENSION,
    "吊销许可证": PenaltyKind.LICENCE_REVOCATION,
    "吊销执照": PenaltyKind.LICENCE_REVOCATION,
    "吊销营业执照": PenaltyKind.LICENCE_REVOCATION,
    "责令停产": PenaltyKind.PRODUCTION_SUSPENSION,
    "责令停业": PenaltyKind.PRODUCTION_SUSPENSION,
    "其他行政处罚": PenaltyKind.OTHER,
}
_KINDS = {term: kind for kind, term in PENALTY_KIND_TERMS.items()} | _KIND_VARIANTS | _OLD_KIND_CODES
_CATEGORIES = {term: category for category, term in PARTY_CATEGORY_TERMS.items()} | {"法人": PartyCategory.ORGANISATION}
CLASSES = {"轻微": PublicationClass.MINOR, "一般": PublicationClass.GENERAL, "严重": PublicationClass.SERIOUS}


def _codec(check: checks.Check) -> mapping.Codec:
    match check:
        case checks.Yuan():
            return mapping.WAN
        case checks.Day():
            return mapping.DAY
        case checks.Several():
            return mapping.words(_KINDS)
        case checks.Word():
            return mapping.word(_CATEGORIES)
    return mapping.TEXT


#: Upstream name → use, for every field of the standard under every name that it goes by.
CF_USED: dict[str, Used] = {
    field.spec.standard: Used(wire, _codec(field.spec.check))
    for wire, field in inputs_of(Penalty).items()
    if field.spec.standard
}
CF_USED |= {alias: CF_USED[name] for alias, name in ALIASES.items()}

#: What the standard's fields are called in the forms that people fill: the field's name there.
CHINESE: dict[str, str] = {
    field.spec.chinese: field.spec.standard for field in inputs_of(Penalty).values() if field.spec.standard
}


def withdrawn(raw: Mapping[str, Any]) -> str | None:
    """Why a decision was taken back, by the state that the older standard carries (CF_ZT: 0 正常, 1 撤销, 2 异议, 3 其他)."""
    if mapping.TEXT.read(raw.get("CF_ZT", "0")) in ("1", "撤销"):
        return mapping.fit(raw.get("CX_SY") or "撤销", 2000)
    return None


def _state(value: Any) -> bool | None:
    match mapping.TEXT.read(value):
        case "2" | "异议":
            return True
        case "0" | "正常" | "1" | "撤销" | "3" | "其他":
            return None
    raise BadRecord("unknown state")


#: What systems send of a penalty beyond the standard's own fields.
LIFE_USED: dict[str, Used] = {
    "KS_XKZH": Used("mines", mapping.SEVERAL),
    "SX_LB": Used("publicationClass", mapping.word(CLASSES)),
    "GS_RQ": Used("publishedOn", mapping.DAY),
    "SF_ZY": Used("disputed", mapping.FLAG),
    "CF_ZT": Used("disputed", mapping.Codec(_state)),
    "XF_RQ": Used("repairedOn", mapping.DAY),
    "SD_RQ": Used("servedOn", mapping.DAY),
    "CX_RQ": Used("annulledOn", mapping.DAY),
    "XF_WH": Used("repairDocument"),
    "LH_JGDM": Used("jointAuthorities", mapping.SEVERAL),
}

#: What systems send along that the hub knows without it.
IGNORED: dict[str, str] = {
    "CX_SY": "reason of the withdrawal; read with CF_ZT",
    "CF_CFMC": "name of the case; the kinds and the content say more",
    "CF_CFLB2": "second-level code of the older standard",
    "DFBM": "local code of the sender",
    "SJC": "the sender's time stamp; the cursor",
}


def penalties(reference: str = "CF_WSH", department: str | None = None, **ignored: str) -> Mapped:
    """The mapping of penalty rows of the standard, with the reasons for what else a system sends and is not used."""
    return Mapped(
        RecordKind.PENALTY,
        Envelope(reference, department, withdrawn),
        CF_USED | LIFE_USED,
        IGNORED | ignored,
    )
