"""The workbooks' columns, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, declared
from connectors.declared import Names
from connectors.mapping import WAN, Envelope, Mapped, Used
from connectors.tables import Table, needed
from hub.domain.record_kinds import RecordKind

_ROW = {"序号": "number of the row", "更新时间": "moment of change"}
_CONTACT = {"联系人": "personal data that the hub does not need"}

#: What a document says of itself.
_ISSUED: Names = {"文号": "documentNumber", "出具机关": "authorityName", "机关代码": "authorityCode"}

OPINIONS = declared.mapped(
    RecordKind.OPINION,
    Envelope("文号"),
    {
        **_ISSUED,
        "采矿许可证号": "licenceNo",
        "意见性质": "nature",
        "事项": "topics",
        "意见内容": "text",
        "出具日期": "issuedOn",
    },
    _ROW | _CONTACT,
)

POLICIES = declared.mapped(
    RecordKind.SUPPORT_POLICY,
    Envelope("文号"),
    {
        **_ISSUED,
        "支持类别": "support",
        "政策名称": "title",
        "政策内容": "text",
        "施行日期": "effectiveOn",
        "有效期止": "endsOn",
    },
    _ROW,
)

GRANTS = declared.mapped(
    RecordKind.SUPPORT_GRANT,
    Envelope("文号"),
    {
        **_ISSUED,
        "采矿许可证号": "licenceNo",
        "支持类别": "support",
        "政策文号": "policyNumber",
        "批准日期": "grantedOn",
        "有效期止": "endsOn",
        "金额（万元）": Used("amount", WAN),
        "事项内容": "text",
    },
    _ROW | _CONTACT | {"经办银行": "the lending bank; business of the bank and its client"},
)

#: By folder of workbooks, in the order in which they are pulled.
RESOURCES: dict[str, Mapped] = {
    "opinions": OPINIONS,
    "penalties": credit_standard.penalties(**_ROW),
    "support-policies": POLICIES,
    "support-grants": GRANTS,
}

#: What else the columns are called by those who fill the workbooks.
_SYNONYMS = {
    "采矿许可证编号": "采矿许可证号",
    "许可证号": "采矿许可证号",
    "意见文号": "文号",
    "意见": "意见内容",
    "意见日期": "出具日期",
    "发文日期": "出具日期",
    "出具机关代码": "机关代码",
    "出具单位": "出具机关",
    "有效期至": "有效期止",
    "批准金额（万元）": "金额（万元）",
}
#: One organ over several rows is often one merged cell.
_FILLED_DOWN = frozenset({"出具机关", "机关代码", "CF_CFJG", "CF_CFJGDM"})

TABLES: dict[str, Table] = {
    name: Table(mapped, needed(mapped), credit_standard.CHINESE if name == "penalties" else _SYNONYMS, _FILLED_DOWN)
    for name, mapped in RESOURCES.items()
}
