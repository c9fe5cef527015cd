"""The workbooks' columns, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, terms
from connectors.mapping import DAY, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("文号"),
    {
        "文号": Used("documentNumber"),
        "采矿许可证号": Used("licenceNo"),
        "意见性质": Used("nature", terms.NATURE),
        "事项": Used("topics", terms.TOPICS),
        "意见内容": Used("text"),
        "出具日期": Used("issuedOn", DAY),
        "出具机关": Used("authorityName"),
        "机关代码": Used("authorityCode"),
    },
    {"序号": "number of the row", "更新时间": "moment of change", "联系人": "personal data that the hub does not need"},
)

PENALTIES = credit_standard.penalties(更新时间="moment of change", 序号="number of the row")

#: Columns without which a workbook is not what it says it is.
NEEDED = {
    "opinions": frozenset({"文号", "采矿许可证号", "意见性质", "事项", "意见内容", "出具日期", "出具机关", "机关代码"}),
    "penalties": frozenset({"CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_CFLB", "CF_NR", "CF_JDRQ", "CF_CFJGDM"}),
}
