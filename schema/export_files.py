"""Tables as files that are made while they are sent: CSV, workbooks, Parquet.  A writer keeps rows no longer than they take to
leave, so that a file may be of any length."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from io import BytesIO, RawIOBase, StringIO
from typing import Any, ClassVar, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from hub.domain.words.errors import ErrorCode, HubError
from schema.exports import Page, Table

#: Between the values of a list in a cell.
BETWEEN = "; "
#: What makes a spreadsheet compute a text of a CSV file (OWASP, "CSV Injection"), in full width too; and the mark that says it
#: must not, so that what begins with the mark has it twice.
_COMPUTED = re.compile("[=+\\-@＝＋－＠\t\r\n']")
_MARK = "'"
#: What one sheet of a workbook holds below its head, what one of its cells holds, and what Excel reads of one part of a book.
_MOST_ROWS = 1_048_575
_MOST_UNITS = 32_767
_MOST_BYTES = 2**31 - 1
#: A row group of Parquet: small enough to be held for each reader, large enough to be skipped as a whole.
_ROWS_A_GROUP = 5_000


class Format(StrEnum):
    """The formats of files, by the endings of their names."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def most_rows(self) -> int | None:
        """How many rows a file of this format holds at most."""
        return _MOST_ROWS if self is Format.XLSX else None


class TableFile(Protocol):
    """A file that is being written."""

    media_type: ClassVar[str]

    def add(self, page: Page) -> None:
        """Write rows."""

    def end(self) -> None:
        """Write what ends the file."""

    def take(self) -> bytes:
        """What was written since the last time.  It may take some hundredths of a second: not for an event loop."""


def begin(kind: Format, table: Table) -> TableFile:
    """A file of a table; NOT_FOUND for Parquet where its library is not installed."""
    match kind:
        case Format.XLSX:
            return _Workbook(table)
        case Format.PARQUET:
            return _Parquet(table)
        case _:
            return _Csv(table)


def _cell(value: Any) -> Any:
    """A value as it stands in a cell: lists in one, nothing for null."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return BETWEEN.join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


class _Written(RawIOBase):
    """A file without an end of its own: what is written is given away, piece by piece."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._gone = 0

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        self._held += some
        return len(some)

    def tell(self) -> int:
        return self._gone + len(self._held)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._gone += len(taken)
        self._held.clear()
        return taken


class _Csv:
    """RFC 4180, in UTF-8 with the mark by which Excel knows it; no text is taken for a formula."""

    media_type: ClassVar[str] = "text/csv; charset=utf-8; header=present"

    def __init__(self, table: Table) -> None:
        self._columns = [(name, kind == "String") for name, kind in table.columns]
        self._text = StringIO()
        self._writer = csv.writer(self._text)
        self._text.write("\ufeff")
        self._writer.writerow(name for name, _ in self._columns)

    def add(self, page: Page) -> None:
        self._writer.writerows(
            [_marked(row[name]) if free else _cell(row[name]) for name, free in self._columns] for row in page
        )

    def end(self) -> None:
        """It has no end."""

    def take(self) -> bytes:
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()


def _marked(value: Any) -> str:
    text: str = _cell(value)
    return _MARK + text if _COMPUTED.match(text) else text


#: What must not stand in the text of a cell as it is: XML's own, control characters, and what reads like one that was escaped;
#: and blanks that a reader drops unless they are to be kept.
_AWAY = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CAREFUL = re.compile(_AWAY.pattern + r"|^\s|\s$")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class _Workbook:
    """A workbook whose parts are the library's and whose rows are written into them as they come: the library gathers a book on
    disk and gives it when it is whole.  Texts are texts, whatever they begin with; money is text, for a cell's number has
    fifteen digits."""

    media_type: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, table: Table) -> None:
        self._columns = [(name, _letters(place), _FORMS.get(kind, _word)) for place, (name, kind) in enumerate(table.columns)]
        self._size = 0
        self._written = _Written()
        # The size of a part is told after it, as it is not known before; nothing is gained by a harder compression.
        self._book = _Archive(self._written, "w", ZIP_DEFLATED, compresslevel=1)
        for path, part in _parts_of_a_book(table.field[:31]):
            if path != _SHEET:
                self._book.writestr(path, part)
            else:
                before, rows, self._after = part.decode().partition("<sheetData/>")
                assert rows
        self._sheet = self._book.open(_SHEET, "w")
        self._put(before + "<sheetData>")
        self._row = 1
        heads = "".join(_word(name, letters + "1") for name, letters, _ in self._columns)
        self._put(f'<row r="1">{heads}</row>')

    def add(self, page: Page) -> None:
        told = []
        for row in page:
            self._row += 1
            if self._row > _MOST_ROWS + 1:
                raise HubError(ErrorCode.TOO_MANY, f"≤ {_MOST_ROWS}: csv, parquet")
            number = str(self._row)
            told.append(f'<row r="{number}">')
            for name, letters, form in self._columns:
                if (value := row[name]) is not None:
                    told.append(form(value, letters + number))
            told.append("</row>")
        self._put("".join(told))

    def _put(self, text: str) -> None:
        some = text.encode()
        self._size += len(some)
        if self._size > _MOST_BYTES:
            raise HubError(ErrorCode.TOO_MANY, "csv, parquet")
        self._sheet.write(some)

    def end(self) -> None:
        self._put("</sheetData>" + self._after)
        self._sheet.close()
        self._book.close()

    def take(self) -> bytes:
        return self._written.take()


class _Archive(ZipFile):
    """One that may be left without its end."""

    def __del__(self) -> None:
        """Nothing is written after what was cut."""


_SHEET = "xl/worksheets/sheet1.xml"


def _parts_of_a_book(sheet: str) -> list[tuple[str, bytes]]:
    """The parts of a book with one empty sheet, in their order, without the size of what is not there yet."""
    whole = BytesIO()
    book = import_module("xlsxwriter").Workbook(whole, {"in_memory": True})
    book.add_worksheet(sheet)
    book.close()
    with ZipFile(whole) as made:
        return [(path, re.sub(rb"<dimension [^>]*/>", b"", made.read(path))) for path in made.namelist()]


def _letters(place: int) -> str:
    """The letters of a column of a sheet."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _word(value: Any, place: str) -> str:
    """What has nothing to be careful of: words of lists, ids, days, numbers as text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{_cell(value)}</t></is></c>'


def _text(value: Any, place: str) -> str:
    text: str = _cell(value)
    if len(text) > _MOST_UNITS // 2 and len(text.encode("utf-16-le")) // 2 > _MOST_UNITS:
        raise HubError(ErrorCode.TOO_LONG, f"{place}: ≤ {_MOST_UNITS}: csv, parquet")
    if not _CAREFUL.search(text):
        return _word(text, place)
    text = _AWAY.sub(lambda found: _ENTITIES.get(found[0]) or f"_x{ord(found[0]):04X}_", text)
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _number(value: int | float, place: str) -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


def _boolean(value: bool, place: str) -> str:
    return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'


_FORMS = {"String": _text, "Int": _number, "Float": _number, "Boolean": _boolean}


class _Parquet:
    """A Parquet file; its writer is a library of its own (`pip install greenmine-hub[parquet]`)."""

    media_type: ClassVar[str] = "application/vnd.apache.parquet"

    def __init__(self, table: Table) -> None:
        try:
            pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ImportError:
            raise HubError(ErrorCode.NOT_FOUND, "parquet: pip install 'greenmine-hub[parquet]'") from None
        kinds = {"Int": pa.int64(), "Boolean": pa.bool_(), "Decimal": pa.decimal128(38, 10), "Date": pa.date32()}
        self._arrow = pa
        self._schema = pa.schema([(name, kinds.get(kind, pa.string())) for name, kind in table.columns])
        self._columns = [
            (name, kind, pa.string() if kind in ("Decimal", "Date") else self._schema.field(name).type)
            for name, kind in table.columns
        ]
        self._held: list[Mapping[str, Any]] = []
        self._group: list[Any] = []
        self._written = _Written()
        self._writer = parquet.ParquetWriter(self._written, self._schema, compression="zstd")

    def add(self, page: Page) -> None:
        self._held += page

    def _column(self, name: str, kind: str, read: Any, page: Page) -> Any:
        values = [row[name] for row in page]
        if kind not in ("Int", "Boolean"):
            values = [None if value is None else str(_cell(value)) for value in values]
        made = self._arrow.array(values, read)
        return made.cast(self._schema.field(name).type) if kind in ("Decimal", "Date") else made

    def _gather(self) -> None:
        columns = [self._column(name, kind, read, self._held) for name, kind, read in self._columns]
        self._group.append(self._arrow.record_batch(columns, schema=self._schema))
        self._held.clear()

    def _write(self) -> None:
        self._writer.write_table(self._arrow.Table.from_batches(self._group, self._schema))
        self._group.clear()

    def end(self) -> None:
        self._gather()
        self._write()
        self._writer.close()

    def take(self) -> bytes:
        if self._held:
            self._gather()
        if sum(batch.num_rows for batch in self._group) >= _ROWS_A_GROUP:
            self._write()
        return self._written.take()
