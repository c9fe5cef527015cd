"""Reading and writing the workbooks: one sheet, column names in the first row.

Read here cell by cell rather than by a spreadsheet library: python-calamine allocates the whole grid that a file's cell
references span, so that one cell named XFD99999999 ends the process.  Here memory follows the size of the file.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from lxml import etree

from connectors.errors import BadRecord

#: A workbook is a ZIP archive; what it unpacks to is bounded before it is opened.
_MOST_UNPACKED = 128 * 1024 * 1024
_MOST_COLUMNS = 500
_CREATED = datetime(2026, 1, 1)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(needed: frozenset[str], body: bytes) -> list[dict[str, Any]]:
    """The rows of a workbook by column name; BadRecord when it is none or lacks columns that it must have.

    Numbers come as they are, dates as serial numbers of days; cells beyond the named columns under the name of their place.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise BadRecord("the workbook unpacks to too much")
            if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
                raise BadRecord("the workbook is packed in a way that is not usual")
            rows = [cells for cells in _cells(archive) if cells]
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, LookupError, RuntimeError, ValueError):
        raise BadRecord("the file is no xlsx workbook") from None
    columns = {place: str(name).strip() for place, name in rows[0].items()} if rows else {}
    if len(set(columns.values())) != len(columns):
        raise BadRecord("the workbook has two columns of one name")
    if missing := sorted(needed - set(columns.values())):
        raise BadRecord(f"the workbook has no column {', '.join(missing)}")
    return [{columns.get(place, f"column {place + 1}"): value for place, value in row.items()} for row in rows[1:]]


def _elements(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[Any]:
    """The elements of that name in a part, one after the other; each is let go of when the next is asked for."""
    with archive.open(part) as source:
        elements: Any = etree.iterparse(source, tag=f"{{*}}{tag}", resolve_entities=False, no_network=True, load_dtd=False)
        for _, element in elements:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _cells(archive: zipfile.ZipFile) -> Iterator[dict[int, Any]]:
    """The filled cells of each row of the first sheet, by column."""
    first = next((sheet.get(_RELATION) for sheet in _elements(archive, "xl/workbook.xml", "sheet")), None)
    targets = {r.get("Id"): r.get("Target") for r in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    target = str(targets[first])
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    strings: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        strings = [_text(entry) for entry in _elements(archive, "xl/sharedStrings.xml", "si")]
    for row in _elements(archive, part, "row"):
        cells: dict[int, Any] = {}
        place = -1
        for cell in row.iterchildren("{*}c"):
            place = _column(cell.get("r")) if cell.get("r") else place + 1
            if place >= _MOST_COLUMNS:
                raise BadRecord(f"the workbook has more than {_MOST_COLUMNS} columns")
            if (value := _value(cell, strings)) not in (None, ""):
                cells[place] = value
        yield cells


def _column(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789")[:4]:
        if not "A" <= letter <= "Z":
            raise ValueError(reference)
        number = number * 26 + ord(letter) - 64
    return number - 1 if number else _MOST_COLUMNS


def _text(entry: Any) -> str:
    """The text of a string that may consist of runs, without their phonetic guides."""
    runs = [entry, *entry.iterchildren("{*}r")]
    return "".join(text.text or "" for run in runs for text in run.iterchildren("{*}t"))


def _value(cell: Any, strings: Sequence[str]) -> Any:
    if (inline := cell.find("{*}is")) is not None:
        return _text(inline)
    text = cell.findtext("{*}v")
    if text is None:
        return None
    match cell.get("t", "n"):
        case "s":
            return strings[int(text)] if text.isdecimal() else None
        case "b":
            return text == "1"
        case "n":
            number = float(text)
            if not math.isfinite(number):
                raise ValueError(text)
            return number
    return text


def write(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A workbook of these rows."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    # Otherwise the time of writing goes in, and the same rows would give a file with another digest a second later.
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet()
    names = [*columns, *sorted({name for row in rows for name in row} - set(columns))]
    sheet.write_row(0, 0, names)
    for place, row in enumerate(rows, start=1):
        sheet.write_row(place, 0, [row.get(name, "") for name in names])
    book.close()
    return target.getvalue()
