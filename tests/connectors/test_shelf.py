"""A shelf of small files as people make them, each with a fault that has a name: what must be taken and what must be told.

Each file goes through a shelf, a listing and the connector's own mapping, as it does when the hub pulls.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
import xlsxwriter

from connectors import tables, workbooks
from connectors.base import Item
from connectors.cells import Line, kept, restored
from connectors.finance import batch
from connectors.finance.connector import Finance
from connectors.financial_regulation.connector import FinancialRegulation
from connectors.mapping import DECIMAL, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind
from tests.connectors.conftest import BASE, QUICK, pulled

ROW: dict[str, Any] = {
    "文号": "示例1号",
    "采矿许可证号": "C5304002013070010000018",
    "意见性质": "审核意见",
    "事项": "综合",
    "意见内容": "示例意见",
    "出具日期": "2026-03-02",
    "出具机关": "示例机关",
    "机关代码": "11530400MB1234567X",
}
GRANT: dict[str, Any] = {
    "文号": "示例1号",
    "采矿许可证号": "C5304002013070010000018",
    "支持类别": "绿色信贷",
    "批准日期": "2026-03-02",
    "金额（万元）": 1.5,
    "事项内容": "示例",
    "出具机关": "示例机关",
    "机关代码": "11530400MB1234567X",
}
PENALTY: dict[str, Any] = {
    "序号": 1,
    "行政相对人名称": "示例矿业有限公司",
    "行政相对人类别": "法人和非法人组织",
    "行政相对人统一社会信用代码": "91530400MA6K000000",
    "行政处罚决定书文号": "示例罚〔2026〕1号",
    "处罚类别": "罚款；其他-补种树木",
    "处罚内容": "罚款2000元，补种树木",
    "罚款金额\n（万元）": 0.2,
    "处罚决定日期": "2026/3/2",
    "处罚机关统一社会信用代码": "11530400MB1234567X",
}
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True, slots=True)
class Lying:
    """A file on the shelf: its folder and body; what its taken rows say, each as far as told here; what is told of the others,
    each as a pattern; and the columns that nobody accounts for."""

    folder: str
    body: bytes
    taken: Sequence[Mapping[str, Any]] = ()
    told: Sequence[str] = ()
    drift: Sequence[str] = ()


def opinion(**changed: Any) -> dict[str, Any]:
    return ROW | changed


def grid(*rows: Sequence[Any], sheets: Mapping[str, Sequence[Sequence[Any]]] | None = None, **options: Any) -> bytes:
    """A workbook of rows as they stand, in one sheet or in several; a name that begins with `-` is that of a hidden one."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    for name, table in (sheets or {"意见": rows}).items():
        sheet = book.add_worksheet(name.removeprefix("-"))
        for place, row in enumerate(table):
            for column, value in enumerate(row):
                sheet.write(place, column, value, *([day] if isinstance(value, date) else []))
        if name.startswith("-"):
            sheet.hide()
    if next(iter(sheets or {}), "").startswith("-"):
        book.worksheets()[-1].activate()
        book.worksheets()[-1].set_first_sheet()
    book.close()
    return target.getvalue()


def table(*rows: Mapping[str, Any], **named: Any) -> list[list[Any]]:
    """A header and rows, as a grid."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [[named.get(name, name) for name in names], *([row.get(name, "") for name in names] for row in rows)]


def renamed(rows: Sequence[Sequence[Any]], names: Mapping[str, str]) -> list[list[Any]]:
    """A grid whose header says other names."""
    return [[names.get(name, name) for name in rows[0]], *map(list, rows[1:])]


def changed(body: bytes, old: bytes, new: bytes, part: str = SHEET, count: int = 1) -> bytes:
    """A workbook of which one part was changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if re.fullmatch(part, name):
                assert old in content
                content = content.replace(old, new, count)
            copy.writestr(name, content)
    return target.getvalue()


def cell(column: str, value: Any, inner: bytes, kind: bytes = b"", **more: Any) -> bytes:
    """A workbook of one opinion in which the XML of one cell, that held a number, is another."""
    body = grid(*table(opinion(**{column: 987654, **more})))
    letter = chr(65 + list(ROW).index(column))
    return changed(
        body, f'<c r="{letter}2"><v>987654</v></c>'.encode(), f'<c r="{letter}2"'.encode() + kind + b">" + inner + b"</c>"
    )


def spelt(text: str) -> bytes:
    """A workbook of one opinion whose text is written so among the shared ones."""
    return changed(grid(*table(opinion(意见内容="旧文"))), "旧文".encode(), text.encode(), "xl/sharedStrings.xml")


def styled(code: str, row: Mapping[str, Any] = ROW, **cells: Any) -> bytes:
    """A workbook of one row in which these cells are shown in a format."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet, shown = book.add_worksheet("意见"), book.add_format({"num_format": code})
    for column, (name, value) in enumerate({**row, **cells}.items()):
        sheet.write(0, column, name)
        sheet.write(1, column, value, *([shown] if name in cells else []))
    book.close()
    return target.getvalue()


def swapped() -> list[list[Any]]:
    """A header and a row whose columns are in another order, with another unit."""
    names = dict(zip(GRANT | {"有效期止": ""}, [*GRANT.values(), "2027-01-01"], strict=True))
    names["金额（元）"] = 10_000 * names.pop("金额（万元）")
    return [list(reversed(names)), list(reversed(names.values()))]


TAKEN = {"documentNumber": "示例1号", "issuedOn": "2026-03-02"}
TITLE = ["示例县二〇二六年意见汇总表"]
GOOD = table(opinion())


def strict(body: bytes) -> bytes:
    """The same in the strict namespaces of ISO 29500."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    related = (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    for old, new, part in ((*main, r"xl/.*\.xml"), (*related, r".*\.rels"), (*related, r"xl/workbook\.xml")):
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as source, zipfile.ZipFile(target, "w") as copy:
            for name in source.namelist():
                content = source.read(name)
                copy.writestr(name, content.replace(old, new) if re.fullmatch(part, name) else content)
        body = target.getvalue()
    return body


def merged(*, is_filled: bool) -> bytes:
    """Two opinions of one organ, whose cells are merged, or only left out below."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("意见")
    for place, row in enumerate(table(opinion(), opinion(文号="示例2号", 出具机关="", 机关代码=""))):
        sheet.write_row(place, 0, row)
    if is_filled:
        sheet.merge_range(1, 6, 2, 6, "示例机关")
        sheet.merge_range(1, 7, 2, 7, "11530400MB1234567X")
    book.close()
    return target.getvalue()


def grouped(*rows: Sequence[Any], merges: Sequence[str], title: str = "") -> bytes:
    """A workbook whose header has two rows, merged as people merge them."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("意见")
    for place, row in enumerate(([title], *rows) if title else rows):
        sheet.write_row(place, 0, row)
    for span in merges:
        sheet.merge_range(span, "")
        first = re.match(r"([A-Z])(\d+)", span)
        assert first
        line = ([title], *rows)[int(first[2]) - 1] if title else rows[int(first[2]) - 1]
        sheet.write(f"{first[1]}{first[2]}", line[ord(first[1]) - 65])
    book.close()
    return target.getvalue()


def hiding(*rows: Sequence[Any]) -> bytes:
    """A workbook in which the second column and the second row are hidden."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("意见")
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    sheet.set_column(1, 1, None, None, {"hidden": True})
    sheet.autofilter(0, 0, len(rows) - 1, len(rows[0]) - 1)
    sheet.set_row(1, None, None, {"hidden": True})
    book.close()
    return target.getvalue()


#: The names of `ROW` in two rows: of the mine and the opinion in groups, the others over both.
GROUPS = ["文号", "采矿许可证号", "意见", "", "", "出具日期", "出具", ""]
UNDER = ["", "", "意见性质", "事项", "内容", "", "机关", "机关代码"]


def elsewhere(*rows: Sequence[str]) -> bytes:
    """A workbook as another program writes it: prefixed names, texts in the cells, cells and rows without their places, parts
    under other paths, and neither styles nor shared texts."""
    schemas = "http://schemas.openxmlformats.org"
    main, related = f"{schemas}/spreadsheetml/2006/main", f"{schemas}/officeDocument/2006/relationships"
    cells = ["".join(f'<x:c t="inlineStr"><x:is><x:t>{value}</x:t></x:is></x:c>' for value in row) for row in rows]
    sheet = "".join(f"<x:row>{row}</x:row>" for row in cells)

    def relation(name: str, kind: str, target: str) -> str:
        one = f'<Relationship Id="{name}" Type="{related}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{schemas}/package/2006/relationships">{one}</Relationships>'

    parts = {
        "_rels/.rels": relation("a", "officeDocument", "/book/b.xml"),
        "book/_rels/b.xml.rels": relation("s", "worksheet", "../s.xml"),
        "book/b.xml": f'<x:workbook xmlns:x="{main}" xmlns:y="{related}"><x:sheets>'
        '<x:sheet name="意见" y:id="s"/></x:sheets></x:workbook>',
        "s.xml": f'<x:worksheet xmlns:x="{main}"><x:sheetData>{sheet}</x:sheetData></x:worksheet>',
    }
    return packed(parts)


def packed(parts: Mapping[str, str]) -> bytes:
    """A package of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def charted(*rows: Sequence[Any]) -> bytes:
    """A workbook whose first sheet is a chart."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    picture = book.add_chartsheet("图")
    sheet = book.add_worksheet("意见")
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=意见!$A$2:$A$3"})
    picture.set_chart(chart)
    book.close()
    return target.getvalue()


def also(body: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part more."""
    target = io.BytesIO(body)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, content)
    return target.getvalue()


WORKBOOKS: dict[str, Callable[[], Lying]] = {
    "as it should be": lambda: Lying("opinions", grid(*GOOD), [TAKEN]),
    "no rows": lambda: Lying("opinions", grid(GOOD[0])),
    "1904 date system": lambda: Lying("opinions", grid(*table(opinion(出具日期=date(2026, 3, 2))), date_1904=True), [TAKEN]),
    "1904 date system, a date without its format": lambda: Lying(
        "opinions", grid(*table(opinion(出具日期=46083 - 1462)), date_1904=True), [TAKEN]
    ),
    "1904 date system, a serial as text": lambda: Lying(
        "opinions", grid(*table(opinion(出具日期=str(46083 - 1462))), date_1904=True), [TAKEN]
    ),
    "1904 date system, a code of five digits": lambda: Lying(
        "opinions", grid(*table(opinion(文号="45717")), date_1904=True), [{"documentNumber": "45717"}]
    ),
    "a date as a number without its format": lambda: Lying("opinions", grid(*table(opinion(出具日期=46083))), [TAKEN]),
    "a date in a Chinese format": lambda: Lying("opinions", grid(*table(opinion(出具日期=date(2026, 3, 2)))), [TAKEN]),
    "a date with a time of day": lambda: Lying("opinions", grid(*table(opinion(出具日期=46083.75))), [TAKEN]),
    "an ISO date cell": lambda: Lying("opinions", cell("出具日期", 1, b"<v>2026-03-02T00:00:00</v>", b' t="d"'), [TAKEN]),
    "#N/A for a number of a document": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>#N/A</v>", b' t="e"'), told=[r"1\.xlsx, 意见, A2: 文号: an error value: '#N/A'"]
    ),
    "#REF! for a date": lambda: Lying(
        "opinions", cell("出具日期", 1, b"<v>#REF!</v>", b' t="e"'), told=[r"意见, F2: 出具日期: an error value: '#REF!'"]
    ),
    "#N/A in a column that is not used": lambda: Lying(
        "opinions",
        changed(grid(*table(opinion(序号=987654))), b'<c r="I2"><v>987654</v>', b'<c r="I2" t="e"><v>#N/A</v>'),
        [TAKEN],
    ),
    "an error value in one of two rows": lambda: Lying(
        "opinions",
        changed(
            grid(*table(opinion(文号=987654), opinion(文号="示例2号"))),
            b'<c r="A2"><v>987654</v>',
            b'<c r="A2" t="e"><v>#N/A</v>',
        ),
        [{"documentNumber": "示例2号"}],
        ["A2: 文号: an error value"],
    ),
    "_x000D_ in a text": lambda: Lying("opinions", spelt("第一行_x000D_\n第二行"), [{"text": "第一行\n第二行"}]),
    "_x000D_ that was meant": lambda: Lying("opinions", spelt("按_x005F_x000D_写"), [{"text": "按_x000D_写"}]),
    "a number of 20 digits for a number of a document": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>1.2345678901234567E19</v>"), told=["A2: 文号: a number of more than 15 digits"]
    ),
    "a number of 16 digits for a number of a document": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>1234567890123450</v>"), told=["A2: 文号: a number of more than 15 digits"]
    ),
    "a number of 15 digits for a number of a document": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>123456789012345</v>"), [{"documentNumber": "123456789012345"}]
    ),
    "a date for a number of a document": lambda: Lying(
        "opinions", grid(*table(opinion(文号=date(2026, 3, 1)))), told=["A2: 文号: a date, where none is expected"]
    ),
    "1904 date system, a serial as text with its time": lambda: Lying(
        "opinions", grid(*table(opinion(出具日期=f" {46083 - 1462}.75 ")), date_1904=True), [TAKEN]
    ),
    "1904 date system, a code of five digits and a part": lambda: Lying(
        "opinions", grid(*table(opinion(文号="45717.50")), date_1904=True), [{"documentNumber": "45717.50"}]
    ),
    "1904 date system, beside a word that nobody knows": lambda: Lying(
        "opinions",
        grid(*table(opinion(出具日期=46083 - 1462, 事项="天气")), date_1904=True),
        told=["D2: 事项: unknown term '天气'"],
    ),
    "a computed 0.30000000000000004": lambda: Lying(
        "support-grants", grid(*table(GRANT | {"金额（万元）": 0.1 + 0.2})), [{"amount": "3000.00"}]
    ),
    "an amount in yuan by its header": lambda: Lying(
        "support-grants",
        grid(*renamed(table(GRANT | {"金额（万元）": 2000.5}), {"金额（万元）": "金额（元）"})),
        [{"amount": "2000.50"}],
    ),
    "an amount in yuan by the title": lambda: Lying(
        "support-grants",
        grid(["支持事项", "单位：元"], *renamed(table(GRANT | {"金额（万元）": "2,000.5"}), {"金额（万元）": "金额"})),
        [{"amount": "2000.50"}],
    ),
    "an amount in the unit of its header, below who filled the form: a county called 元江": lambda: Lying(
        "support-grants",
        grid(["填报单位：元江县自然资源局"], *renamed(table(GRANT), {"金额（万元）": "金额"})),
        told=["意见: the column 金额 does not say its unit"],
    ),
    "an amount in the unit of a title with blanks, beside a county called 元江": lambda: Lying(
        "support-grants",
        grid(["填报单位：元江县", "单 位： 千 元  年度：2026"], *renamed(table(GRANT), {"金额（万元）": "金额"})),
        [{"amount": "1500.00"}],
    ),
    "amounts whose headers say the unit in other ways": lambda: Lying(
        "support-grants",
        grid(
            *(
                row
                for name in ("金额【万元】", "金额：万元", "金额-万元", "金额_万元", "金额[单位：万元]")
                for row in renamed(table(GRANT), {"金额（万元）": name})
            )
        ),
        [{"amount": "15000.00"}] * 5,
    ),
    "an amount in capitals": lambda: Lying(
        "support-grants",
        grid(*table(GRANT | {"金额（万元）": "人民币贰仟元整"})),
        told=["E2: 金额（万元）: not a number"],
    ),
    "an amount of 31 digits, more exact than a fen": lambda: Lying(
        "support-grants",
        grid(*table(GRANT | {"金额（万元）": "1.000000000000000000000000000001"})),
        told=["E2: 金额（万元）: more exact than a fen"],
    ),
    "an amount in hundred millions": lambda: Lying(
        "support-grants", grid(*renamed(table(GRANT), {"金额（万元）": "金额\n(单位：亿元)"})), [{"amount": "150000000.00"}]
    ),
    "an amount whose unit nothing tells": lambda: Lying(
        "support-grants",
        grid(*renamed(table(GRANT), {"金额（万元）": "金额"})),
        told=["意见: the column 金额 does not say its unit"],
    ),
    "an amount that is none, in yuan": lambda: Lying(
        "support-grants",
        grid(*renamed(table(GRANT | {"金额（万元）": "约两千"}), {"金额（万元）": "金额（元）"})),
        told=["E2: 金额（万元）: "],
    ),
    "a title and an empty row above the header": lambda: Lying("opinions", grid(TITLE, [], *GOOD), [TAKEN]),
    "a hidden first sheet": lambda: Lying(
        "opinions", grid(sheets={"-字典": [["意见性质"], ["审核意见"]], "意见": GOOD}), [TAKEN]
    ),
    "a hidden sheet that has the columns": lambda: Lying(
        "opinions",
        grid(sheets={"-旧": table(opinion(文号="旧1号")), "意见": GOOD}),
        [TAKEN],
        ["1.xlsx, 旧: the sheet is hidden"],
    ),
    "a hidden sheet alone has the columns": lambda: Lying(
        "opinions", grid(sheets={"-意见": GOOD, "说明": [["请如实填写"]]}), told=["1.xlsx, 意见: the sheet is hidden"]
    ),
    "notes in all rows above the header": lambda: Lying("opinions", grid(*[TITLE] * 50, *GOOD), [TAKEN]),
    "no header within what is looked at": lambda: Lying(
        "opinions", grid(*[TITLE] * 51, *GOOD), told=["1.xlsx: the file has no column"]
    ),
    "the right sheet is the second": lambda: Lying(
        "opinions", grid(sheets={"填表说明": [["请如实填写"]], "意见": GOOD}), [TAKEN]
    ),
    "two sheets with the columns": lambda: Lying(
        "opinions",
        grid(sheets={"一月": GOOD, "二月": table(opinion(文号="示例2号"))}),
        [TAKEN, {"documentNumber": "示例2号"}],
    ),
    "a second sheet that lacks a column": lambda: Lying(
        "opinions",
        grid(sheets={"一月": GOOD, "二月": [[name for name in ROW if name != "文号"], ["x"]]}),
        [TAKEN],
        ["1.xlsx, 二月: the sheet has no column 文号"],
    ),
    "line breaks and blanks in the header": lambda: Lying(
        "opinions",
        grid(*renamed(GOOD, {"采矿许可证号": "采矿\n许可证号 ", "出具日期": "出具 日期", "文号": "＊文号（必填）"})),
        [TAKEN],
    ),
    "a header of two rows, with names over both and groups": lambda: Lying(
        "opinions",
        grouped(GROUPS, UNDER, list(ROW.values()), merges=["A1:A2", "B1:B2", "C1:E1", "F1:F2", "G1:H1"]),
        [TAKEN | {"text": "示例意见", "authorityName": "示例机关", "nature": "AUDIT"}],
    ),
    "a header of two rows below a title, and again on the next page": lambda: Lying(
        "opinions",
        grouped(
            GROUPS,
            UNDER,
            list(ROW.values()),
            GROUPS,
            UNDER,
            list(opinion(文号="示例2号").values()),
            merges=["C2:E2", "G2:H2"],
            title="意见汇总表",
        ),
        [TAKEN, {"documentNumber": "示例2号", "text": "示例意见"}],
    ),
    "a header of three rows": lambda: Lying(
        "opinions",
        grouped(
            ["文号", "采矿许可证号", "意见", "", "", "", "", ""],
            ["", "", "意见", "", "", "出具日期", "出具", ""],
            ["", "", "意见性质", "事项", "内容", "", "机关", "机关代码"],
            list(ROW.values()),
            merges=["A1:A3", "B1:B3", "C1:H1", "C2:E2", "F2:F3", "G2:H2"],
        ),
        [TAKEN | {"text": "示例意见", "authorityName": "示例机关", "nature": "AUDIT"}],
    ),
    "hidden columns and rows that a filter hides": lambda: Lying(
        "opinions", hiding(*GOOD, list(opinion(文号="示例2号").values())), [TAKEN, {"documentNumber": "示例2号"}]
    ),
    "a group's name above a full header": lambda: Lying(
        "opinions", grouped(["基本信息", "", "", "意见"], list(ROW), list(ROW.values()), merges=["A1:C1", "D1:H1"]), [TAKEN]
    ),
    "two rows of names that lack one": lambda: Lying(
        "opinions",
        grouped(GROUPS, [*UNDER[:-1], "邮编"], list(ROW.values()), merges=["C1:E1", "G1:H1"]),
        told=["1.xlsx, 意见: the sheet has no column 机关代码$", "1.xlsx: the file has no column 机关代码$"],
    ),
    "other names in the header": lambda: Lying(
        "opinions", grid(*renamed(GOOD, {"采矿许可证号": "采矿许可证编号", "出具日期": "发文日期"})), [TAKEN]
    ),
    "a column under two of its names": lambda: Lying(
        "opinions",
        grid(*table(opinion(采矿许可证编号="C5304002013070010000026"))),
        told=["two columns of one name: 采矿许可证号"],
    ),
    "no such columns": lambda: Lying("opinions", grid(["姓名", "电话"], ["示例", 1]), told=["1.xlsx: the file has no column"]),
    "a column that nobody knows": lambda: Lying("opinions", grid(*table(opinion(新列="?"))), [TAKEN], drift=["新列"]),
    "the strict namespaces": lambda: Lying("opinions", strict(grid(*GOOD)), [TAKEN]),
    "a sum and a signature below": lambda: Lying(
        "support-grants",
        grid(*table(GRANT), [], ["合计", "", "", "", 1.5], ["填报人：示例"], ["注：示例"]),
        [{"documentNumber": "示例1号", "amount": "15000.00"}],
    ),
    "a row that only looks like a sum": lambda: Lying(
        "support-grants", grid(*table(GRANT | {"文号": "合计〔2026〕1号"})), [{"documentNumber": "合计〔2026〕1号"}]
    ),
    "the header again on the next page": lambda: Lying(
        "opinions", grid(*GOOD, *table(opinion(文号="示例2号"))), [TAKEN, {"documentNumber": "示例2号"}]
    ),
    "a row without its number": lambda: Lying("opinions", grid(*GOOD, ["", *GOOD[1][1:]]), [TAKEN], ["A3: 文号: missing"]),
    "cells of an organ merged downwards": lambda: Lying(
        "opinions", merged(is_filled=True), [TAKEN, {"documentNumber": "示例2号", "authorityName": "示例机关"}]
    ),
    "cells of an organ left out below": lambda: Lying(
        "opinions", merged(is_filled=False), [TAKEN, {"documentNumber": "示例2号", "authorityName": None}]
    ),
    "as another program writes it": lambda: Lying("opinions", elsewhere(*GOOD), [TAKEN]),
    "macros": lambda: Lying("opinions", also(grid(*GOOD), "xl/vbaProject.bin", bytes(2000)), [TAKEN]),
    "a link to another file, with its stored value": lambda: Lying(
        "opinions", cell("文号", 1, "<f>[1]意见!A2</f><v>示例1号</v>".encode(), b' t="str"'), [TAKEN]
    ),
    "a chart before the sheet": lambda: Lying("opinions", charted(*GOOD), [TAKEN]),
    "a text in several fonts, with its reading": lambda: Lying(
        "opinions",
        changed(
            grid(*GOOD),
            "<si><t>示例意见</t></si>".encode(),
            "<si><r><t>示例</t></r><r><rPr><b/></rPr><t>意见</t></r><rPh sb='0' eb='1'><t>しれい</t></rPh></si>".encode(),
            "xl/sharedStrings.xml",
        ),
        [{"text": "示例意见"}],
    ),
    "yes and no as such": lambda: Lying(
        "penalties",
        grid(*table(PENALTY | {"SF_ZY": True}, PENALTY | {"SF_ZY": False})),
        [{"disputed": True}, {"disputed": False}],
    ),
    "an amount whose format has letters of dates in its texts": lambda: Lying(
        "support-grants",
        changed(
            grid(*table(GRANT | {"金额（万元）": date(2036, 11, 21)})),
            "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;".encode(),
            b"[$USD] #,##0.00\\d&quot;yd&quot;",
            "xl/styles.xml",
        ),
        [{"amount": "500000000.00"}],
    ),
    "a number of a document that is shown with zeros before it": lambda: Lying(
        "opinions",
        changed(
            grid(*table(opinion(文号=date(2036, 11, 21)))),
            "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;".encode(),
            b"0000000000",
            "xl/styles.xml",
        ),
        [{"documentNumber": "0000050000"}],
    ),
    "a number of a document that is shown with words about it": lambda: Lying(
        "opinions", styled('"示例罚〔2026〕"0"号"', 文号=50000), [{"documentNumber": "示例罚〔2026〕50000号"}]
    ),
    "an amount whose format says its unit, beside a header of another": lambda: Lying(
        "support-grants", styled('#,##0.00"元"', GRANT, **{"金额（万元）": 50000}), [{"amount": "50000.00"}]
    ),
    "an amount that is shown in another unit than it is held in": lambda: Lying(
        "support-grants",
        styled("0!.0,", GRANT, **{"金额（万元）": 50000}),
        told=["E2: 金额（万元）: a number that is shown in another unit than it is held in: '50000'"],
    ),
    "amounts that say their units": lambda: Lying(
        "support-grants",
        grid(
            *table(*(GRANT | {"金额（万元）": told} for told in ("2,000元", "0.2万元", "0.00002 亿元", "２０００元整", "0.2")))
        ),
        [{"amount": "2000.00"}] * 5,
    ),
    "marks that nobody sees in header and cells": lambda: Lying(
        "opinions",
        grid(*renamed(table(opinion(出具日期="2026-03-02\u200b", 意见性质="审核意见\ufeff")), {"文号": "\ufeff文号\u200b"})),
        [TAKEN | {"nature": "AUDIT"}],
    ),
    "the header again, with its columns in another order": lambda: Lying(
        "support-grants",
        grid(*table(GRANT | {"有效期止": "2027-01-01"}), *swapped(), *table(GRANT | {"有效期止": "2027-01-01"})),
        [{"grantedOn": "2026-03-02", "endsOn": "2027-01-01", "amount": "15000.00"}] * 3,
    ),
    "a comment amid a number": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>12<!-- x -->34<?y?>5</v>"), [{"documentNumber": "12345"}]
    ),
    "a date with blanks in it": lambda: Lying("opinions", grid(*table(opinion(出具日期="2026年 3月 2日"))), [TAKEN]),
    "a date in Chinese figures": lambda: Lying("opinions", grid(*table(opinion(出具日期="二〇二六年三月二日"))), [TAKEN]),
    "a date in full width": lambda: Lying("opinions", grid(*table(opinion(出具日期="２０２６．３．２"))), [TAKEN]),
    "a serial number as text": lambda: Lying("opinions", grid(*table(opinion(出具日期="46083"))), [TAKEN]),
    "a date that is none": lambda: Lying(
        "opinions", grid(*table(opinion(出具日期="2026-02-30"))), told=["F2: 出具日期: cannot be read"]
    ),
    "a month for a date": lambda: Lying(
        "opinions", grid(*table(opinion(出具日期="2026年3月"))), told=["F2: 出具日期: not a date"]
    ),
    "an end that is 长期": lambda: Lying(
        "support-grants", grid(*table(GRANT | {"有效期止": "长期"})), [{"documentNumber": "示例1号", "endsOn": None}]
    ),
    "长期 where a day must stand": lambda: Lying(
        "support-grants", grid(*table(GRANT | {"批准日期": "长期"})), told=["D2: 批准日期: not a date"]
    ),
    "an amount that is /": lambda: Lying("support-grants", grid(*table(GRANT | {"金额（万元）": "/"})), [{"amount": None}]),
    "an amount that is 无": lambda: Lying("support-grants", grid(*table(GRANT | {"金额（万元）": "无"})), [{"amount": None}]),
    "an amount that is —": lambda: Lying("support-grants", grid(*table(GRANT | {"金额（万元）": "—"})), [{"amount": None}]),
    "/ for a number of a document": lambda: Lying("opinions", grid(*table(opinion(文号="/"))), told=["A2: 文号: missing"]),
    "several words with other marks between them": lambda: Lying(
        "opinions",
        grid(*table(opinion(事项="综合；三率，污染防治"))),
        [{"topics": ["GENERAL", "RECOVERY_RATES", "POLLUTION_PREVENTION"]}],
    ),
    "a word that nobody knows": lambda: Lying(
        "opinions", grid(*table(opinion(事项="综合；天气"))), told=["D2: 事项: unknown term '天气'"]
    ),
    "the standard's form of penalties": lambda: Lying(
        "penalties",
        grid(["行政处罚信息公示表"], *table(PENALTY)),
        [{"kinds": ["FINE", "OTHER"], "otherKind": "补种树木", "fine": "2000.00", "partyCategory": "ORGANISATION"}],
    ),
    "暂扣或者吊销许可证 that was a revocation": lambda: Lying(
        "penalties",
        grid(*table(PENALTY | {"处罚类别": "暂扣或者吊销许可证", "处罚内容": "吊销采矿许可证"})),
        [{"kinds": ["LICENCE_REVOCATION"]}],
    ),
    "暂扣或者吊销许可证 of which nothing tells which": lambda: Lying(
        "penalties", grid(*table(PENALTY | {"处罚类别": "暂扣或者吊销许可证"})), told=["CF_CFLB: whether a licence was"]
    ),
    "a formula with its stored value": lambda: Lying(
        "opinions", cell("文号", 1, "<f>A1&amp;B1</f><v>示例1号</v>".encode(), b' t="str"'), [TAKEN]
    ),
    "a formula without a value": lambda: Lying(
        "opinions", cell("文号", 1, b"<f>A1&amp;B1</f>"), told=["A2: 文号: a formula without its value: '=A1&B1'"]
    ),
    "a text that is not in the file": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>99999</v>", b' t="s"'), told=["A2: 文号: a text that is not in the file"]
    ),
    "a number that is none": lambda: Lying("opinions", cell("文号", 1, b"<v>abc</v>"), told=["A2: 文号: no number: 'abc'"]),
    "a number past all numbers": lambda: Lying(
        "opinions", cell("文号", 1, b"<v>1E999</v>"), told=["A2: 文号: no number: '1E999'"]
    ),
    "a row with a cell far to the right": lambda: Lying(
        "opinions",
        changed(grid(*GOOD, list(opinion(文号="示例2号").values())), b'r="A3"', b'r="XFD3"'),
        [TAKEN],
        ["1.xlsx, 意见, row 3: a cell in none of the first 500 columns"],
    ),
    "a sheet that is cut": lambda: Lying(
        "opinions", changed(grid(*GOOD), b"</sheetData>", b""), told=["1.xlsx, 意见: the sheet cannot be read past row"]
    ),
    "an old .xls": lambda: Lying(
        "opinions", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), told=["an old .xls workbook or locked"]
    ),
    "a binary workbook": lambda: Lying(
        "opinions", packed({"[Content_Types].xml": "<x/>", "xl/workbook.bin": "x"}), told=["a .xlsb workbook: it must be saved"]
    ),
    "an OpenDocument table": lambda: Lying(
        "opinions",
        packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
        told=["an .ods table: it must be saved"],
    ),
    "a page of a sign-in": lambda: Lying("opinions", b"<html>login</html>", told=["1.xlsx: the file is no xlsx workbook"]),
    "half a file": lambda: Lying("opinions", grid(*GOOD)[:3000], told=["1.xlsx: the file is no xlsx workbook"]),
    "a bomb": lambda: Lying(
        "opinions",
        changed(grid(*GOOD), b"</sheetData>", b"<row/>" * 2_000_000 + b"</sheetData>"),
        told=["1.xlsx: the workbook unpacks to too much for its size"],
    ),
    "a document type": lambda: Lying(
        "opinions",
        changed(grid(*GOOD), b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet'),
        told=["1.xlsx, 意见: the sheet cannot be read"],
    ),
}

NIGHT = {"WH": "示例1号", "XKZH": "C5304002013070010000018", "LX": "审核意见", "SX": "综合", "NR": "同意", "RQ": "20260302"}
NIGHT |= {"JG": "示例机关", "JGDM": "11530400MB1234567X"}


def night(encoding: str, **row: str) -> bytes:
    return batch.write("20260302", "opinions", [NIGHT | row]).decode().encode(encoding)


BATCHES: dict[str, Callable[[], Lying]] = {
    "UTF-8": lambda: Lying("opinions", night("utf-8"), [TAKEN]),
    "UTF-8 with a mark": lambda: Lying("opinions", night("utf-8-sig"), [TAKEN]),
    "GB18030": lambda: Lying("opinions", night("gb18030", NR="镕堃㐂𠮷"), [{"text": "镕堃㐂𠮷"}]),
    "GB18030 with a mark": lambda: Lying(
        "opinions", "\ufeff".encode("gb18030") + night("gb18030", NR="镕堃㐂𠮷"), [{"text": "镕堃㐂𠮷"}]
    ),
    "UTF-8 with two marks": lambda: Lying("opinions", b"\xef\xbb\xbf" + night("utf-8-sig"), [TAKEN]),
    "GBK in a short file": lambda: Lying("opinions", night("gbk"), [TAKEN]),
    "UTF-16 with a mark": lambda: Lying("opinions", night("utf-16"), [TAKEN]),
    "UTF-16, little end first": lambda: Lying("opinions", night("utf-16-le"), [TAKEN]),
    "UTF-16, big end first": lambda: Lying("opinions", night("utf-16-be"), [TAKEN]),
    "none of these": lambda: Lying(
        "opinions", night("gb18030") + b"\xff\xff", told=["1.txt: the text is neither UTF-8, UTF-16 nor GB18030"]
    ),
    "UTF-8 that was cut amid a character": lambda: Lying(
        "opinions",
        night("utf-8").replace("示例机关".encode(), "示例机关".encode()[:-1]),
        told=["UTF-8 with damaged characters"],
    ),
    "GB18030 that was cut amid a character": lambda: Lying(
        "opinions",
        night("gb18030").replace("关|".encode("gb18030"), b"\xb9|"),
        told=["1.txt, row 2: a line has another number of columns"],
    ),
    "lines that end as on Windows": lambda: Lying("opinions", night("utf-8").replace(b"\n", b"\r\n"), [TAKEN]),
    "a bar that was not escaped": lambda: Lying(
        "opinions",
        batch.write("20260302", "opinions", [NIGHT, NIGHT | {"NR": "甲/乙"}]).replace("甲/乙".encode(), "甲|乙".encode()),
        [TAKEN],
        [r"1\.txt, row 3: a line has another number of columns"],
    ),
    "a trailer that does not agree": lambda: Lying(
        "opinions", night("utf-8").replace(b"T|1", b"T|2"), told=["1.txt: the file is cut off"]
    ),
}


async def brought(connector: type[Finance] | type[FinancialRegulation], file: str, lying: Lying) -> list[Item]:
    """What the connector brings of a shelf with this one file."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(file):
            return httpx.Response(200, content=lying.body)
        names = [file] if request.url.path.endswith(lying.folder) and not request.url.params["after"] else []
        listed = [{"name": name, "sha256": hashlib.sha256(lying.body).hexdigest()} for name in names]
        return httpx.Response(200, json={"files": listed})

    settings = {"base_url": BASE, "username": "u", "password": "p"}
    items, _, _ = await pulled(connector(settings, limits=QUICK, transport=httpx.MockTransport(answer)))
    return items


def check(lying: Lying, items: Sequence[Item]) -> None:
    taken = [item.data for item in items if item.data is not None]
    said = [{name: (data or {}).get(name) for name in want} for data, want in zip(taken, lying.taken, strict=True)]
    assert said == list(lying.taken)
    told = [item.error for item in items if item.error]
    assert len(told) == len(lying.told), told
    for error, pattern in zip(told, lying.told, strict=True):
        assert re.search(pattern, error), error
    assert sorted({name for item in items for name in item.drift}) == list(lying.drift)
    mapped = (FinancialRegulation if items and items[0].place and items[0].place.file == "1.xlsx" else Finance).resources
    for item in items:
        if item.error:
            assert item.raw["file"].startswith("1.")
            # What waits is read again after each pull: it must not pass for something else then.
            read = FinancialRegulation.read_again(item.kind, json.loads(json.dumps(item.raw, default=str)))
            assert read is None or read.error, read.data
        else:
            again = mapped[lying.folder].item(restored(json.loads(json.dumps(kept(item.raw), default=str))))
            assert again.data == item.data


@pytest.mark.parametrize("fault", WORKBOOKS)
async def test_a_workbook_as_people_make_it(fault: str) -> None:
    lying = WORKBOOKS[fault]()
    check(lying, await brought(FinancialRegulation, "1.xlsx", lying))


@pytest.mark.parametrize("fault", BATCHES)
async def test_a_batch_file_as_systems_write_it(fault: str) -> None:
    lying = BATCHES[fault]()
    check(lying, await brought(Finance, "1.txt", lying))


async def test_what_is_set_aside_says_where_it_stood_and_what_was_there() -> None:
    (item,) = await brought(FinancialRegulation, "1.xlsx", WORKBOOKS["#REF! for a date"]())
    assert {name: item.raw[name] for name in ("file", "sheet", "row", "cell", "there")} == {
        "file": "1.xlsx",
        "sheet": "意见",
        "row": 2,
        "cell": "F2",
        "there": "#REF!",
    }
    assert item.raw["values"]["文号"] == "示例1号"
    assert item.reference == "示例1号"


async def test_rows_before_and_after_a_bad_one_are_posted_in_steps() -> None:
    rows = [opinion(文号=f"示例{number}号") for number in range(1, 1102)]
    rows[600] |= {"出具日期": "soon"}
    lying = Lying("opinions", workbooks.write(list(ROW), rows))
    items = await brought(FinancialRegulation, "1.xlsx", lying)
    assert [item.reference for item in items] == [row["文号"] for row in rows]
    assert [item.error for item in items if item.error] == ["1.xlsx, Sheet1, F602: 出具日期: not a date"]


def test_the_shelf_is_long_enough() -> None:
    assert len(WORKBOOKS) + len(BATCHES) >= 60


IN_YUAN = {"金额": "1.5", "金额（元）": "1.5", "金额（万元）": "15000", "金额\n(单位：亿元)": "150000000", "金额/千元": "1500"}


@pytest.mark.parametrize(("header", "amount"), IN_YUAN.items())
def test_a_plain_number_of_money_is_taken_in_the_unit_of_its_header(header: str, amount: str) -> None:
    used = {"编号": Used("documentNumber"), "金额": Used("amount", DECIMAL)}
    mapped = Mapped(RecordKind.SUPPORT_GRANT, Envelope("编号"), used, {})
    [line] = tables.Table(mapped, frozenset(used)).read(grid(["编号", header], ["示例1号", 1.5]))
    assert isinstance(line, Line)
    data = mapped.item(line.values).data
    assert data is not None
    assert Decimal(str(data["amount"])) == Decimal(amount)
