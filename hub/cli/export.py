"""Exporting lists as files, as a client sees them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Protocol, TextIO

import typer
import xlsxwriter

from hub.cli.clients import active_client
from hub.cli.console import err, with_hub
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import read_purpose
from hub.services.access.clients import principal_of
from schema.exports import CsvText, Table, cell, rows, tables

commands = typer.Typer()

#: What one sheet of a workbook holds below its head.
_MOST_ROWS = 1_048_575

Page = Sequence[Mapping[str, Any]]


class Format(StrEnum):
    """The formats of files."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Sink(Protocol):
    """Takes rows and writes them away."""

    def add(self, page: Page) -> None: ...

    def close(self) -> None: ...


class _Csv:
    def __init__(self, table: Table, file: Path | None) -> None:
        self._text = CsvText(table)
        self._file: TextIO = file.open("w", encoding="utf-8", newline="") if file else sys.stdout

    def add(self, page: Page) -> None:
        self._text.add(page)
        self._file.write(self._text.take().decode())

    def close(self) -> None:
        self._file.write(self._text.take().decode())
        self._file.flush()
        if self._file is not sys.stdout:
            self._file.close()


class _Workbook:
    """A workbook that is written as it grows; texts are texts, whatever they begin with."""

    def __init__(self, table: Table, file: Path) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(file, options)
        self._sheet = self._book.add_worksheet(table.field[:31])
        self._columns = table.columns
        self._row = 0
        for place, (name, _) in enumerate(table.columns):
            self._sheet.write_string(0, place, name)

    def add(self, page: Page) -> None:
        for row in page:
            self._row += 1
            if self._row > _MOST_ROWS:
                raise HubError(ErrorCode.TOO_MANY, f"≤ {_MOST_ROWS}: csv, parquet")
            for place, (name, kind) in enumerate(self._columns):
                value = row[name]
                if value is None:
                    continue
                if isinstance(value, bool):
                    self._sheet.write_boolean(self._row, place, value)
                elif kind in ("Int", "Float"):
                    self._sheet.write_number(self._row, place, value)
                else:
                    # Money stays text: a cell's number has fifteen digits.
                    self._sheet.write_string(self._row, place, str(cell(value)))

    def close(self) -> None:
        self._book.close()


class _Parquet:
    """A Parquet file; its writer is a library of its own (`pip install greenmine-hub[parquet]`)."""

    def __init__(self, table: Table, file: Path) -> None:
        try:
            pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ImportError:
            raise HubError(ErrorCode.INVALID_INPUT, "--format parquet: pip install 'greenmine-hub[parquet]'") from None
        kinds = {"Int": pa.int64(), "Boolean": pa.bool_(), "Decimal": pa.decimal128(38, 10), "Date": pa.date32()}
        self._arrow = pa
        self._columns = table.columns
        self._schema = pa.schema([(name, kinds.get(kind, pa.string())) for name, kind in table.columns])
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def add(self, page: Page) -> None:
        columns = [self._column(name, kind, [row[name] for row in page]) for name, kind in self._columns]
        self._writer.write_batch(self._arrow.record_batch(columns, schema=self._schema))

    def _column(self, name: str, kind: str, values: list[Any]) -> Any:
        of = self._schema.field(name).type
        match kind:
            case "Decimal":
                values = [None if value is None else Decimal(value) for value in values]
            case "Date":
                return self._arrow.array(values, self._arrow.string()).cast(of)
            case "Int" | "Boolean":
                pass
            case _:
                values = [None if value is None else str(cell(value)) for value in values]
        return self._arrow.array(values, of)

    def close(self) -> None:
        self._writer.close()


@contextmanager
def _sink(kind: Format, table: Table, file: Path | None) -> Iterator[Sink]:
    """Where rows go; a file that is not whole is not left behind."""
    if file is None and kind is not Format.CSV:
        raise HubError(ErrorCode.REQUIRED, "--out")
    part = file.with_name(f".{file.name}.part") if file else None
    made: Sink
    match kind:
        case Format.XLSX:
            assert part is not None
            made = _Workbook(table, part)
        case Format.PARQUET:
            assert part is not None
            made = _Parquet(table, part)
        case _:
            made = _Csv(table, part)
    try:
        with closing(made):
            yield made
    except BaseException:
        if part is not None:
            part.unlink(missing_ok=True)
        raise
    if part is not None and file is not None:
        part.replace(file)


@commands.command()
def export(
    kind: Annotated[str, typer.Argument(help="A list of the graph, such as penalties.")],
    *,
    client_id: Annotated[str, typer.Option("--as", help="The client as whom to read; `hub clients list` names them.")],
    format_: Annotated[Format, typer.Option("--format", help="The format of the file.")] = Format.CSV,
    wanted: Annotated[str, typer.Option("--filter", help="The list's filter, as JSON.")] = "null",
    purpose: Annotated[str, typer.Option(help="Why, for banks: PRE_LOAN_REVIEW; ref=…")] = "",
    out: Annotated[Path | None, typer.Option(help="The file; without it, CSV goes to the terminal or the pipe.")] = None,
) -> None:
    """Write a list of the graph into a file: CSV, a workbook, or Parquet, as a client sees it."""
    table = tables().get(kind)
    if table is None:
        raise HubError(ErrorCode.NOT_A_CHOICE, f"{kind[:80]}: {', '.join(tables())}")
    try:
        condition: Any = json.loads(wanted)
    except ValueError:
        raise HubError(ErrorCode.INVALID_INPUT, "--filter: JSON", field="filter") from None

    async def work(opened: Hub) -> None:
        await opened.database.start()
        caller = principal_of(await active_client(opened, client_id))
        count = 0
        with _sink(format_, table, out) as made:
            async for page in rows(opened.graph, table, caller, condition, read_purpose(purpose)):
                made.add(page)
                count += len(page)
        await opened.reads.write()
        if out is not None:
            err.print(f"{count} rows: {out}", markup=False)

    with_hub(work)
