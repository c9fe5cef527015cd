"""The 双公示 penalty standard: CF_ names, the aliases that real systems use, its terms and its unit 万元.

The standard's name of each field stands in the domain (`Spec.standard`); here is what the standard says beyond names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors import mapping
from connectors.errors import BadRecord
from connectors.mapping import Envelope, Mapped, Used
from hub.domain.declaring import checks
from hub.domain.declaring.fields import Field, inputs_of
from hub.domain.record_kinds import RecordKind
from hub.domain.records.penalties import (
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

_SUSPENSION_OR_REVOCATION = "暂扣或者吊销"
_OLD_KIND_CODES = {  # CF_CFLB1 of before 2018
    "0": "警告",
    "1": "罚款",
    "2": "没收违法所得",
    "3": "责令停产停业",
    "4": _SUSPENSION_OR_REVOCATION,
    "5": "行政拘留",
    "6": "其他",
}
#: What systems and forms write for a kind beside the law's own term.
KIND_VARIANTS: dict[PenaltyKind, tuple[str, ...]] = {
    PenaltyKind.WARNING: ("予以警告", "给予警告"),
    PenaltyKind.PUBLIC_CRITICISM: ("通报", "给予通报批评"),
    PenaltyKind.FINE: ("处以罚款", "行政罚款"),
    PenaltyKind.CONFISCATION_OF_GAINS: ("没收非法所得", "没收违法收入"),
    PenaltyKind.CONFISCATION_OF_PROPERTY: ("没收非法财产", "没收违法财物", "非法财物", "没收财物"),
    PenaltyKind.QUALIFICATION_DOWNGRADE: ("降低资质", "降低资质级别"),
    PenaltyKind.OPERATION_RESTRICTION: ("限制生产经营活动", "限制生产经营", "限制生产", "责令限制生产"),
    PenaltyKind.PRODUCTION_SUSPENSION: (
        "责令停产",
        "责令停业",
        "停产停业",
        "停产整治",
        "责令停产整治",
        "停产整顿",
        "责令停产整顿",
        "停业整顿",
        "责令停业整顿",
    ),
    PenaltyKind.CLOSURE: ("关闭",),
    PenaltyKind.PROFESSION_RESTRICTION: ("禁止从业", "从业禁止", "从业限制"),
    PenaltyKind.DETENTION: ("拘留",),
    PenaltyKind.OTHER: ("其它", "其他行政处罚", "其他处罚", "法律、行政法规规定的其他行政处罚"),
}
_KINDS = {kind.chinese: kind for kind in PenaltyKind} | {term: kind for kind, terms in KIND_VARIANTS.items() for term in terms}
CATEGORY_VARIANTS: dict[PartyCategory, tuple[str, ...]] = {
    PartyCategory.ORGANISATION: (
        "法人",
        "法人和非法人组织",
        "法人及其他组织",
        "法人或者其他组织",
        "非法人组织",
        "其他组织",
        "企业",
        "单位",
    ),
    PartyCategory.NATURAL_PERSON: ("个人", "公民"),
    PartyCategory.INDIVIDUAL_BUSINESS: ("个体", "个体户"),
}
_CATEGORIES = {category.chinese: category for category in PartyCategory} | {
    term: category for category, terms in CATEGORY_VARIANTS.items() for term in terms
}

#: The standard's field of several kinds, and where the text of 其他-… stands once the two are apart.
_KIND_FIELD, _OTHER_FIELD = "CF_CFLB", "CF_CFLB_QT"
_KIND_NAMES = (_KIND_FIELD, *(alias for alias, name in ALIASES.items() if name == _KIND_FIELD))
_LICENCE = "(?:许可证件|许可证|营业执照|执照|证照|资质证书)"
#: The older law's kind, which is one of two: 暂扣或者吊销许可证、暂扣或者吊销执照.
_EITHER = re.compile(rf"(?:暂扣(?:或者?|/|、)吊销{_LICENCE}?(?:或者?|/|、)?(?:{_LICENCE})?、?)+")
_SUSPENSION = re.compile(r"暂扣.*(?:证|证件|执照|证照)")
_REVOCATION = re.compile(r"吊销.*(?:证|证件|执照|证照|证书)")
_OTHER = re.compile(r"其[他它](?:行政处罚|处罚)?\s*(?:[-—–－:：]+\s*(?P<dashed>.+)|[(（](?P<in_brackets>.+)[)）])", re.DOTALL)
_STRONG, _WEAK = re.compile(r"[；;|]+"), re.compile(r"[、，,/\s]+|并处|以及|及|和")


def _kind(term: str) -> PenaltyKind | None:
    if found := _KINDS.get(term):
        return found
    if _SUSPENSION.fullmatch(term):
        return PenaltyKind.LICENCE_SUSPENSION
    return PenaltyKind.LICENCE_REVOCATION if _REVOCATION.fullmatch(term) else None


def _terms(text: str) -> tuple[list[str], list[str]]:
    """The terms of several kinds in one text, and what is said of kinds that are others."""
    terms: list[str] = []
    others: list[str] = []
    for part in map(str.strip, _STRONG.split(_EITHER.sub(f"；{_SUSPENSION_OR_REVOCATION}；", text))):
        if _kind(part):
            terms.append(part)
            continue
        before, other = (part[: found.start()], found) if (found := _OTHER.search(part)) else (part, None)
        terms += [term for term in _WEAK.split(before) if term]
        if other is not None:
            said = re.split(r"([、，,]+)", other["dashed"] or other["in_brackets"])
            while len(said) > 2 and _kind(said[-1].strip()):
                terms.append(said[-1].strip())
                del said[-2:]
            terms.append("其他")
            others.append("".join(said).strip())
    return terms, others


def _read_kinds(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row in which kinds are told by the law's terms alone, and the text of 其他-… beside them.

    Whether a licence was suspended or revoked, where the kind leaves that open, is told by the content; where it is not, the
    row is refused: the two differ by what a mine may still do.
    """
    name = next((name for name in _KIND_NAMES if raw.get(name)), None)
    told = raw[name] if name else None
    if name is None or not isinstance(told, str | int | float) or isinstance(told, bool):
        return raw
    text: str = mapping.TEXT.read(told)
    terms, others = _terms(_OLD_KIND_CODES.get(text, text))
    if _SUSPENSION_OR_REVOCATION in terms:
        decided = _either(raw, name)
        terms = [decided if term == _SUSPENSION_OR_REVOCATION else term for term in terms]
    return {**raw, name: list(dict.fromkeys(terms)) or told, **({_OTHER_FIELD: "；".join(others)} if others else {})}


def _either(raw: Mapping[str, Any], name: str) -> str:
    content = " ".join(str(raw[field]) for field in (*_CONTENT_NAMES, "CF_NR_ZKDX") if raw.get(field))
    said = [word for word in ("暂扣", "吊销") if word in content]
    if len(said) != 1:
        raise BadRecord("whether a licence was suspended (暂扣) or revoked (吊销) is not told by the content", name)
    return f"{said[0]}许可证件"


_CONTENT_NAMES = ("CF_NR", *(alias for alias, name in ALIASES.items() if name == "CF_NR"))


def _write_kinds(row: dict[str, Any]) -> dict[str, Any]:
    if other := row.pop(_OTHER_FIELD, None):
        terms = row.get(_KIND_FIELD, "").split("、")
        other = "；其他-".join(_STRONG.split(other))
        row[_KIND_FIELD] = "；".join(f"其他-{other}" if term == "其他" else term for term in terms)
    return row


def _word_of_kind(value: Any) -> str:
    kind = _kind(mapping.TEXT.read(value))
    if kind is None:
        raise BadRecord(f"unknown term {mapping.fit(value, 40)!r}")
    return kind.value


_KIND_CODEC = mapping.Codec(
    lambda value: list(dict.fromkeys(map(_word_of_kind, value if isinstance(value, list) else [value]))),
    lambda value: "、".join(PenaltyKind(kind).chinese for kind in value),
)
CLASSES = {"轻微": PublicationClass.MINOR, "一般": PublicationClass.GENERAL, "严重": PublicationClass.SERIOUS}


def _codec(field: Field) -> mapping.Codec:
    match field.spec.check:
        case checks.Yuan():
            return mapping.WAN
        case checks.Day():
            return mapping.DAY
        case checks.Several():
            return _KIND_CODEC
        case checks.Word():
            return mapping.word(_CATEGORIES)
        case checks.Written() | checks.Code():
            return mapping.TEXT_IF_ANY
    return mapping.TEXT if field.required else mapping.TEXT_IF_ANY


#: Upstream name → use, for every field of the standard under every name that it goes by.
CF_USED: dict[str, Used] = {
    field.spec.standard: Used(wire, _codec(field)) for wire, field in inputs_of(Penalty).items() if field.spec.standard
}
CF_USED |= {alias: CF_USED[name] for alias, name in ALIASES.items()}

#: What the standard's fields are called in the forms that people fill: the field's name there.
CHINESE: dict[str, str] = {
    field.spec.chinese: field.spec.standard for field in inputs_of(Penalty).values() if field.spec.standard
}
#: Columns without which a table is none of the standard's; of many fields it has several names, of which one is meant.
NEEDED = frozenset({"CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_CFLB", "CF_NR", "CF_JDRQ", "CF_CFJGDM"})


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
    "XF_WH": Used("repairDocument", mapping.TEXT_IF_ANY),
    _OTHER_FIELD: Used("otherKind", mapping.TEXT_IF_ANY),
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
        _read_kinds,
        _write_kinds,
    )
