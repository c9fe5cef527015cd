"""Reading and writing workbooks (Office Open XML, transitional and strict): sheets, rows and cells as they stand in the file.

Read here rather than by a spreadsheet library, judged on 100,000 rows of 10 cells: python-calamine gives error cells as empty
texts, so that `#N/A` for a number passes for "not stated", and allocates the whole grid that a file's references span; openpyxl
reads no strict workbooks and takes half as long again.  Here rows come one by one, a bad cell or row costs only itself, and
what a file can cost in memory and time follows from the file's own size.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from sys import getsizeof
from typing import Any

from lxml import etree

from connectors.cells import SetAside, Since1904, TextSince1904, Unfit
from connectors.errors import BadRecord
from connectors.number_formats import BUILT_IN, NumberFormat

_MOST_UNPACKED = 128 * 1024 * 1024
#: Sheets that people make are packed up to some 20 times smaller; small parts may be packed as they like.
_MOST_PACKED, _ALWAYS_FINE = 60, 256 * 1024
#: The characters of a workbook's texts are held together, each once.
_MOST_TEXT = 160 * 1024 * 1024
_MOST_CELLS = 5_000_000
MOST_COLUMNS = 500
#: More than any row, so that no row makes a tree that fills the memory.
_MOST_ROW = 2 * 1024 * 1024
_CHUNK = 64 * 1024
#: What a spreadsheet program takes in one cell.
_MOST_CHARACTERS = 32_767
#: Digits that a number of a cell holds, and that a spreadsheet program shows.
_DIGITS = 15
#: What there may be many of beside rows and styles, and is let go of as it comes.
_ROWS = ("row", "mergeCell", "hyperlink", "conditionalFormatting", "dataValidation")
_STYLES = ("numFmt", "xf", "font", "fill", "border", "cellStyle", "dxf")
_CREATED = datetime(2026, 1, 1)

#: What else spreadsheet programs pack, by a part that no workbook has.
_OTHER_KINDS = {"xl/workbook.bin": "a .xlsb workbook", "content.xml": "an .ods table"}
_OLE = b"\xd0\xcf\x11\xe0"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, LookupError, RuntimeError, ValueError, OSError)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_BREAK = re.compile("\r\n?")
_SERIAL = re.compile(r"\s*[2-7]\d{4}(?:\.\d+)?\s*")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
#: Days before March 1900 are counted otherwise, and past 9999 there is none.
_FIRST_SERIAL, _END_OF_SERIALS = 61, 2_957_003


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of an open workbook."""

    name: str
    hidden: bool
    _part: str
    _book: Workbook

    def rows(self) -> Iterator[tuple[int, dict[int, Any]] | SetAside]:
        """The rows that hold something: their number, and what is filled by place (0 is column A).

        Dates come as `datetime`, numbers as a spreadsheet shows them, with 15 digits; an error value and what is none of its
        type as `Unfit`.  BadRecord when the sheet cannot be read on.
        """
        return self._book.rows(self.name, self._part)

    def merged_down(self) -> dict[tuple[int, int], int]:
        """For each cell (row number, place) that another above it was merged over: the row of that other."""
        return self._book.merged_down(self._part)

    def merged_across(self, until: int) -> dict[tuple[int, int], int]:
        """For each cell of the rows up to `until` that another to its left was merged over: the place of that other."""
        return self._book.merged_across(self._part, until)


class Workbook:
    """An open workbook.  BadRecord when it is none, or could cost more than a file of its size may."""

    def __init__(self, body: bytes) -> None:
        if body.startswith(_OLE):
            raise BadRecord("the file is an old .xls workbook or locked by a password: it must be saved as .xlsx without one")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(body))
            self._check_costs()
            self._check_kind()
            main = self._target("", "/officeDocument")[0]
            self._sheets = self._listed(main)
            self._since_1904 = any(
                element.get("date1904", "").lower() in ("1", "true") for element in self._elements(main, "workbookPr")
            )
            self._texts = self._shared(self._target(main, "/sharedStrings"))
            self._formats = self._shown(self._target(main, "/styles"))
            self._days = frozenset(style for style, shown in self._formats.items() if shown.is_day)
        except _UNREADABLE:
            raise BadRecord("the file is no xlsx workbook") from None
        self._cells = 0

    @property
    def sheets(self) -> Sequence[Sheet]:
        return self._sheets

    def _check_costs(self) -> None:
        parts = self._archive.infolist()
        if sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise BadRecord("the workbook unpacks to too much")
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            raise BadRecord("the workbook is packed in a way that is not usual")
        if any(part.file_size > max(_ALWAYS_FINE, part.compress_size * _MOST_PACKED) for part in parts):
            raise BadRecord("the workbook unpacks to too much for its size")

    def _check_kind(self) -> None:
        for part, kind in _OTHER_KINDS.items():
            if part in self._archive.namelist():
                raise BadRecord(f"the file is {kind}: it must be saved as .xlsx")

    def _target(self, part: str, kind: str) -> list[str]:
        """The parts that a part ("" for the whole) is related to in a way; LookupError where the whole has none."""
        return [path for path, type_ in self._related(part).values() if type_.endswith(kind)]

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """By id, what a part is related to: the other's path, and the way."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._archive.namelist():
            return {}
        return {
            str(element.get("Id")): (
                posixpath.normpath(posixpath.join("/", folder, str(element.get("Target"))))[1:],
                str(element.get("Type")),
            )
            for element in self._elements(relations, "Relationship")
        }

    def _listed(self, main: str) -> list[Sheet]:
        related = self._related(main)
        sheets = []
        for element in self._elements(main, "sheet"):
            relation = next(value for name, value in element.attrib.items() if name.endswith("}id"))
            path, kind = related[relation]
            if kind.endswith("/worksheet"):
                sheets.append(Sheet(element.get("name", "")[:64], element.get("state", "visible") != "visible", path, self))
        return sheets

    def _shared(self, parts: Sequence[str]) -> list[str]:
        texts: list[str] = []
        size = 0
        for part in parts:
            for entry in self._elements(part, "si"):
                texts.append(_text(entry))
                size += getsizeof(texts[-1])
                if size > _MOST_TEXT:
                    raise BadRecord("the workbook holds too much text")
        return texts

    def _shown(self, parts: Sequence[str]) -> Mapping[str, NumberFormat]:
        """How numbers are shown by the styles that cells name, where that says something of what they mean."""
        formats = dict(BUILT_IN)
        styles: list[int] = []
        for part in parts:
            for element in self._elements(part, *_STYLES):
                if element.tag.endswith("}numFmt"):
                    formats[int(element.get("numFmtId"))] = NumberFormat.read(element.get("formatCode", ""))
                elif element.tag.endswith("}xf") and element.getparent().tag.endswith("}cellXfs"):
                    styles.append(int(element.get("numFmtId", "0")))
        told = {str(place): formats[style] for place, style in enumerate(styles) if style in formats}
        return {style: shown for style, shown in told.items() if shown != NumberFormat()}

    def _elements(self, part: str, *tags: str) -> Iterator[Any]:
        """The elements of those names in a part, one after the other; each is empty when the next is asked for."""
        parser: Any = etree.XMLPullParser(
            ("end",),
            tag=[f"{{*}}{tag}" for tag in tags],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            # They part a value that they stand in.
            remove_comments=True,
            remove_pis=True,
        )
        held, is_first = 0, True
        with self._archive.open(part) as source:
            while chunk := source.read(_CHUNK):
                parser.feed(chunk)
                held += len(chunk)
                element = None
                for _, element in parser.read_events():
                    if is_first and element.getroottree().docinfo.doctype:
                        raise ValueError("document type")
                    is_first = False
                    yield element
                    element.clear()
                if element is not None:
                    held = 0
                    for above in (element, *element.iterancestors()):
                        while above.getprevious() is not None:
                            del above.getparent()[0]
                elif held > _MOST_ROW:
                    raise BadRecord("a part of the workbook is too large to be a row")
        parser.close()

    def rows(self, sheet: str, part: str) -> Iterator[tuple[int, dict[int, Any]] | SetAside]:
        number = 0
        try:
            for row in self._elements(part, *_ROWS):
                if not row.tag.endswith("}row"):
                    continue
                told = row.get("r")
                number = int(told) if told and told.isdecimal() and len(told) < 9 else number + 1
                try:
                    if cells := self._filled(row):
                        yield number, cells
                except _BadRowError as bad:
                    yield SetAside(str(bad), number, sheet)
        except _UNREADABLE:
            raise BadRecord(f"the sheet cannot be read past row {number}") from None

    def _filled(self, row: Any) -> dict[int, Any]:
        cells: dict[int, Any] = {}
        place = -1
        for cell in row:
            reference = cell.get("r")
            place = _place(reference) if reference else place + 1
            if place >= MOST_COLUMNS:
                raise _BadRowError(f"a cell in none of the first {MOST_COLUMNS} columns")
            if place in cells:
                raise _BadRowError("a cell that comes twice")
            if len(cell) and (value := self._value(cell)) is not None and value != "":
                cells[place] = value
        self._cells += len(row)
        if self._cells > _MOST_CELLS:
            raise BadRecord(f"the workbook has more than {_MOST_CELLS} cells")
        return cells

    def _value(self, cell: Any) -> Any:
        value = cell[0] if len(cell) == 1 else None
        if value is None or not value.tag.endswith("}v"):
            value = next((child for child in cell if str(child.tag).endswith(("}v", "}is"))), None)
            if value is None:
                formula = next((child for child in cell if str(child.tag).endswith("}f")), None)
                return None if formula is None else Unfit(f"={formula.text or ''}"[:100], "a formula without its value")
            if value.tag.endswith("}is"):
                return _checked(_text(value))
        text = value.text or ""
        match cell.get("t", "n"):
            case "s":
                if text.isdecimal() and len(text) < 9 and int(text) < len(self._texts):
                    return self._dated(_checked(self._texts[int(text)]))
                return Unfit(text[:100], "a text that is not in the file")
            case "n":
                return self._number(text, cell.get("s")) if text else None
            case "b":
                return text in ("1", "true")
            case "e":
                return Unfit(text[:100], "an error value")
            case "d":
                return _iso(text)
            case "str" | "inlineStr":
                return self._dated(_checked(_decoded(text)))
            case other:
                return Unfit(text[:100], f"a cell of unknown type {other[:20]!r}")

    def _dated(self, text: Any) -> Any:
        # A serial number that was made a text has lost its style, and with it the way in which it counts.
        return TextSince1904(text) if self._since_1904 and isinstance(text, str) and _SERIAL.fullmatch(text) else text

    def _number(self, text: str, style: str | None) -> Any:
        try:
            number = float(text)
        except ValueError:
            return Unfit(text[:100], "no number")
        if not math.isfinite(number):
            return Unfit(text[:100], "no number")
        if len(text) > _DIGITS:
            number = float(f"{number:.{_DIGITS}g}")
        if style in self._days and _FIRST_SERIAL <= number < _END_OF_SERIALS:
            return (_EPOCH_1904 if self._since_1904 else _EPOCH) + timedelta(days=number)
        if style is not None and (shown := self._formats.get(style)) and not shown.is_day:
            return shown.applied(number)
        return Since1904(number) if self._since_1904 else number

    def merged_down(self, part: str) -> dict[tuple[int, int], int]:
        over: dict[tuple[int, int], int] = {}
        for (first, place), (last, _) in self._merged(part):
            over |= {(row, place): first for row in range(first + 1, last + 1)}
            if len(over) > _MOST_CELLS // 10:
                raise BadRecord("the workbook merges too many cells")
        return over

    def merged_across(self, part: str, until: int) -> dict[tuple[int, int], int]:
        return {
            (row, place): left
            for (first, left), (last, right) in self._merged(part)
            for row in range(first, min(last, until) + 1)
            for place in range(left + 1, min(right, MOST_COLUMNS) + 1)
        }

    def _merged(self, part: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """The first and the last cell (row number, place) of what is merged, where it begins in a column that is read."""
        try:
            for merged in self._elements(part, *_ROWS):
                if not merged.tag.endswith("}mergeCell"):
                    continue
                corner, _, end = str(merged.get("ref")).partition(":")
                first, last = ((int(name.lstrip(_LETTERS)), _place(name)) for name in (corner, end or corner))
                if first[1] < MOST_COLUMNS:
                    yield first, last
        except _UNREADABLE:
            raise BadRecord("the sheet's merged cells cannot be read") from None


class _BadRowError(Exception):
    """One row cannot be read; the others can."""


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES: dict[str, int] = {}


def _place(reference: str) -> int:
    """The place of a cell's column; past all others for what names none."""
    letters = reference.rstrip("0123456789")
    place = _PLACES.get(letters)
    if place is None:
        place = 0
        for letter in letters[:4]:
            place = place * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else MOST_COLUMNS * 100
        place = place - 1 if place else MOST_COLUMNS
        if place < MOST_COLUMNS:
            _PLACES[letters] = place
    return place


def letters_of(place: int) -> str:
    """What a column is called."""
    return (letters_of(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def _text(entry: Any) -> str:
    """The text of a string that may consist of runs, without their phonetic guides."""
    if len(entry) == 1 and entry[0].tag.endswith("}t"):
        return _decoded(entry[0].text or "")
    runs = [entry, *entry.iterchildren("{*}r")]
    return _decoded("".join(text.text or "" for run in runs for text in run.iterchildren("{*}t")))


def _decoded(text: str) -> str:
    """Characters that XML does not hold are written `_x000D_`, and what looks so `_x005F_x000D_`."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    return _BREAK.sub("\n", text) if "\r" in text else text


def _checked(text: str) -> Any:
    return text if len(text) <= _MOST_CHARACTERS else Unfit(text[:100], f"more than {_MOST_CHARACTERS} characters")


def _iso(text: str) -> Any:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return Unfit(text[:100], "no date")


def write(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, sheet: str | None = None, date_1904: bool = False
) -> bytes:
    """A workbook of these rows."""
    # Departments' files are read; only their sandboxes write some.
    import xlsxwriter  # noqa: PLC0415

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": date_1904})
    # Otherwise the time of writing goes in, and the same rows would give a file with another digest a second later.
    book.set_properties({"created": _CREATED})
    table, day = book.add_worksheet(sheet), book.add_format({"num_format": "yyyy-mm-dd"})
    names = [*columns, *sorted({name for row in rows for name in row} - set(columns))]
    table.write_row(0, 0, names)
    for place, row in enumerate(rows, start=1):
        for column, name in enumerate(names):
            value = row.get(name, "")
            table.write(place, column, value, *([day] if isinstance(value, date) else []))
    book.close()
    return target.getvalue()
