"""Reading and writing the workbooks: one sheet, column names in the first row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from connectors.errors import BadRecord

#: A workbook is a ZIP archive; what it unpacks to is bounded before it is opened.
_MOST_UNPACKED = 256 * 1024 * 1024


def read(needed: frozenset[str], body: bytes) -> list[dict[str, Any]]:
    """The rows of a workbook by column name; BadRecord when it is none or lacks columns that it must have."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
                raise BadRecord("the workbook unpacks to too much")
        table = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (zipfile.BadZipFile, CalamineError, ValueError):
        raise BadRecord("the file is no xlsx workbook") from None
    columns = [str(name).strip() for name in table[0]] if table else []
    if missing := sorted(needed - set(columns)):
        raise BadRecord(f"the workbook has no column {', '.join(missing)}")
    rows = (dict(zip(columns, row, strict=False)) for row in table[1:])
    return [{name: value for name, value in row.items() if name and value != ""} for row in rows if any(row.values())]


def write(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A workbook of these rows."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    names = [*columns, *sorted({name for row in rows for name in row} - set(columns))]
    sheet.write_row(0, 0, names)
    for place, row in enumerate(rows, start=1):
        sheet.write_row(place, 0, [row.get(name, "") for name in names])
    book.close()
    return target.getvalue()
