"""Tables as people make them, and what in them is whose: the header is found by its names wherever it stands.

A title, a unit or a note may stand above the header, a group's name above those of its columns, other sheets beside the right
one.  Of a column's name blanks, line breaks
and the marks of forms do not count; other names for it are told by the mapping.  Amounts count in the unit that their header
names, else the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from connectors import credit_standard
from connectors.cells import Line, SetAside, Shown
from connectors.delimited import Delimited
from connectors.errors import BadRecord
from connectors.mapping import DECIMAL, EXACT, UNSEEN, WAN, Codec, Mapped, Used
from connectors.workbooks import Workbook, letters_of
from hub.domain.declaring.fields import inputs_of
from hub.domain.record_kinds import KINDS, RecordKind

#: How many rows may stand above a header.
_MOST_ABOVE = 50
_LONGEST_NAME = 60
_MOST_HEADERS = 3
_UNITS = {"元": 1, "千元": 1000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
#: A name and its unit, after normalisation: 金额(万元), 金额【单位:万元】, 金额/万元, 金额:万元.
_WITH_UNIT = re.compile(
    rf"(?P<stem>.*?)(?:[(\[〔【](?:单位)?:?(?:人民币)?(?P<unit>{_UNIT})[)\]〕】]|[-/:,_](?:单位:?)?(?P<slash>{_UNIT}))"
)
#: An amount that says its unit itself.
_AMOUNT = re.compile(rf"(?P<number>[^{''.join(sorted(set(_UNIT) - {'|'}))}]+)(?:人民币)?(?P<unit>{_UNIT})(?:整|正)?")
#: The unit that a title says: 单位:万元.  Counties are called 元江, 元谋 and 元阳, and stand after 填报单位.
_TITLE_UNIT = re.compile(rf"单 ?位 ?:? ?(?:人民币)?({'|'.join(map(' ?'.join, _UNIT.split('|')))})(?!\w)")
#: What forms write beside a name: that it must be filled in.
_MARKS = re.compile(r"\((?:必填|选填|必填项)\)|^[*★]+|[*★:]+$")
#: How a workbook begins: of the present kind, and of the old.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: What stands below a table and is none of its rows.
_BELOW = re.compile(r"(合计|总计|小计|注:|备注:|填报人|填报单位|制表|审核人|复核人).*")


def plain_name(text: str) -> str:
    """A column's name without what does not count: width, blanks, line breaks, what nobody sees, marks of forms."""
    return _MARKS.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text.translate(UNSEEN))))


def needed(mapped: Mapped) -> frozenset[str]:
    """The columns without which a table is not what it says it is: those of required fields."""
    if mapped.kind is RecordKind.PENALTY:
        return credit_standard.NEEDED
    fields = inputs_of(KINDS[mapped.kind].payload)
    return frozenset(name for name, use in mapped.used.items() if fields[use.wire].required)


class Columns(Protocol):
    """What is known of the columns of a table: those that fill a field of ours, and the names of all."""

    @property
    def used(self) -> Mapping[str, Used]: ...

    @property
    def names(self) -> Set[str]: ...


class Sheet(Protocol):
    """Rows that are read one by one: a sheet of a workbook, or a text."""

    @property
    def name(self) -> str: ...

    @property
    def hidden(self) -> bool: ...

    def rows(self) -> Iterator[tuple[int, dict[int, Any]] | SetAside]: ...

    def merged_down(self) -> Mapping[tuple[int, int], int]: ...

    def merged_across(self, until: int, /) -> Mapping[tuple[int, int], int]: ...


@dataclass(frozen=True)
class Table:
    """What a table must be: the mapping of its rows, the columns (by the mapping's names) without which it is none, other names
    for columns, and the columns whose cells are filled from the one above where they were merged with it."""

    mapped: Columns
    needed: frozenset[str]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    filled_down: frozenset[str] = frozenset()

    @cached_property
    def _names(self) -> dict[str, str]:
        """Plain name, with its unit and without → the mapping's name."""
        own = {plain_name(name): name for name in self.mapped.names}
        names = {plain_name(other): name for other, name in self.synonyms.items()} | own
        return {_stem(name): meant for name, meant in names.items()} | names

    @cached_property
    def _ways(self) -> dict[str, frozenset[str]]:
        """Each needed column → the columns that serve for it, since they fill the same field."""
        used = self.mapped.used
        return {
            name: frozenset({name} | {other for other in used if name in used and used[other].wire == used[name].wire})
            for name in self.needed
        }

    def meant(self, header: str) -> str:
        """The mapping's name of a column; a name that it does not know stays as it is."""
        plain = plain_name(header)
        return self._names.get(plain) or self._names.get(_stem(plain)) or header.strip()

    def knows(self, header: str) -> bool:
        """Whether a column of that name is the mapping's."""
        plain = plain_name(header)
        return plain in self._names or _stem(plain) in self._names

    def lacking(self, columns: frozenset[str]) -> list[str]:
        """The needed columns that are not among these."""
        return sorted(name for name, ways in self._ways.items() if not ways & columns)

    def read(self, body: bytes) -> Iterator[Line | SetAside]:
        """The rows of a workbook, from all visible sheets that have the columns.

        BadRecord when no sheet has them.  A sheet that comes near, or has them and is hidden, is told.
        """
        return self._read(Workbook(body).sheets)

    def read_either(self, body: bytes) -> Iterator[Line | SetAside]:
        """The rows of a workbook, or of a text of separated values, whichever it is.  BadRecord as `read` says."""
        return self.read(body) if body.startswith(_WORKBOOKS) else self._read([Delimited(body)])

    def _read(self, sheets: Sequence[Sheet]) -> Iterator[Line | SetAside]:
        lacked: list[list[str]] = []
        is_found = False
        hidden: list[str] = []
        for sheet in sheets:
            reader = _SheetReader(self, sheet)
            try:
                lacking = reader.find()
                if lacking:
                    lacked.append(lacking)
                    if not sheet.hidden and len(lacking) * 2 <= len(self.needed) and len(lacking) < len(self.needed):
                        yield SetAside(f"the sheet has no column {', '.join(lacking)}", 0, sheet.name)
                elif sheet.hidden:
                    hidden.append(sheet.name)
                    yield SetAside("the sheet is hidden, and is not taken", 0, sheet.name)
                else:
                    is_found = True
                    yield from reader.lines()
            except BadRecord as bad:
                is_found = True
                yield SetAside(str(bad), 0, sheet.name, has_more=True)
        if not is_found and not hidden:
            lacking = min(lacked, key=len, default=sorted(self.needed))
            raise BadRecord(f"the file has no column {', '.join(lacking)}")


@dataclass(frozen=True, slots=True)
class _Above:
    """The row before: its number, what it holds, after those above it that may belong to one header, and their texts."""

    number: int = -1
    headers: tuple[dict[int, Any], ...] = ()
    cells: Mapping[int, str] = field(default_factory=dict)


class _SheetReader:
    def __init__(self, table: Table, sheet: Sheet) -> None:
        self._table = table
        self._sheet = sheet
        self._rows = sheet.rows()
        self._early: list[SetAside] = []
        self._columns: dict[int, str] = {}
        self._headers: list[dict[int, Any]] = []
        #: Amounts, and what is multiplied to have each in the unit that is read.
        self._factors: dict[str, Decimal] = {}
        self._titles = ""

    def find(self) -> list[str]:
        """Look for the header; what the row that comes nearest lacks, nothing where it was found."""
        lacking = sorted(self._table.needed)
        titles: list[str] = []
        above = _Above()
        for row in self._rows:
            if isinstance(row, SetAside):
                self._early.append(row)
                continue
            number, filled = row
            cells = {place: text for place, text in filled.items() if isinstance(text, str)}
            lacks = self._lacking(cells)
            rows: tuple[dict[int, Any], ...] = ()
            names = cells
            if lacks and above.number == number - 1:
                both = self._under(above, cells)
                lacks = min(lacks, self._lacking(both), key=len)
                if not lacks:
                    self._headers, cells = [*above.headers], both
                elif len(above.headers) < _MOST_HEADERS - 1 and any(map(self._table.knows, above.cells.values())):
                    names, rows = both, above.headers
            if not lacks:
                self._begin(filled, cells, "\n".join(titles))
                return []
            lacking = min(lacking, lacks, key=len)
            titles += map(_spaced, cells.values())
            above = _Above(number, (*rows, filled), names)
            if len(self._early) + len(titles) > _MOST_ABOVE * 10 or number > _MOST_ABOVE:
                break
        return lacking

    def _lacking(self, cells: Mapping[int, str]) -> list[str]:
        return self._table.lacking(frozenset(map(self._table.meant, cells.values())))

    def _under(self, above: _Above, cells: Mapping[int, str]) -> dict[int, str]:
        """The header of several rows: a name that reaches over all stands in the uppermost one, and the name of a group, which
        is merged over its columns, belongs to theirs where they say nothing without it."""
        both = {**above.cells, **cells}
        for place, text in cells.items():
            if self._table.knows(text):
                continue
            group = above.cells.get(self._spans.get((above.number, place), place), "")
            both[place] = f"{group}{text}" if self._table.knows(f"{group}{text}") else text
        return both

    @cached_property
    def _spans(self) -> Mapping[tuple[int, int], int]:
        return self._sheet.merged_across(_MOST_ABOVE + 1)

    def _begin(self, header: dict[int, Any], cells: Mapping[int, str], above: str) -> None:
        self._titles = above
        columns = {place: self._table.meant(text) for place, text in cells.items()}
        if len(set(columns.values())) != len(columns):
            twice = sorted({name for name in columns.values() if list(columns.values()).count(name) > 1})
            raise BadRecord(f"the sheet has two columns of one name: {', '.join(twice)[:100]}")
        self._columns = columns
        self._headers.append(header)
        for place, name in columns.items():
            used = self._table.mapped.used.get(name)
            if used is not None and (factor := _factor(used.codec, name, cells[place], above)) is not None:
                self._factors[name] = factor

    def lines(self) -> Iterator[Line | SetAside]:
        yield from self._early
        while (yield from self._below_a_header()):
            pass

    def _below_a_header(self) -> Generator[Line | SetAside, None, bool]:
        """The rows below a header; whether there is another below them."""
        columns, letters = self._columns, {name: letters_of(place) for place, name in self._columns.items()}
        filled = {place: name for place, name in columns.items() if name in self._table.filled_down}
        merged = self._sheet.merged_down() if filled else {}
        above: dict[tuple[int, int], Any] = {}
        needed = {place for place, name in columns.items() if any(name in ways for ways in self._table._ways.values())}
        for row in self._rows:
            if isinstance(row, SetAside):
                yield row
                continue
            number, cells = row
            for place in filled:
                if place in cells:
                    above[number, place] = cells[place]
                elif (value := above.get((merged.get((number, place), 0), place))) is not None:
                    cells[place] = value
            if cells in self._headers or self._is_below(cells, needed):
                continue
            if self._is_headed_anew(cells):
                return True
            try:
                values = {columns[place]: value for place, value in cells.items()}
            except KeyError:
                values = {columns.get(place, f"column {letters_of(place)}"): value for place, value in cells.items()}
            for name, factor in self._factors.items():
                if name in values:
                    values[name] = _in_unit(values[name], factor, self._table.mapped.used[name].codec)
            yield Line(values, number, self._sheet.name, letters)
        return False

    def _is_headed_anew(self, cells: dict[int, Any]) -> bool:
        """Whether the header stands here again, with its columns in another order, which count from here on."""
        first = cells[min(cells)]
        if not isinstance(first, str) or len(first) > _LONGEST_NAME or not self._table.knows(first):
            return False
        names = {place: text for place, text in cells.items() if isinstance(text, str)}
        if self._lacking(names):
            return False
        self._factors, self._headers = {}, []
        self._begin(cells, names, self._titles)
        return True

    def _is_below(self, cells: Mapping[int, Any], needed: set[int]) -> bool:
        """Whether a row is a sum or a note: it begins as such, and fills nothing else that a row must have."""
        first = min(cells)
        text = cells[first]
        return (
            isinstance(text, str)
            and len(needed & cells.keys() - {first}) == 0
            and _BELOW.fullmatch(plain_name(text).removeprefix("(")) is not None
        )


def _spaced(text: str) -> str:
    """What stands above a table, in which blanks part one word from the next."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(UNSEEN)).split())


def _stem(name: str) -> str:
    found = _WITH_UNIT.fullmatch(name)
    return found["stem"] if found else name


def _unit(name: str) -> str | None:
    found = _WITH_UNIT.fullmatch(plain_name(name))
    return (found["unit"] or found["slash"]) if found else None


def _factor(codec: Codec, name: str, header: str, above: str) -> Decimal | None:
    """What an amount is multiplied by to count in the unit that its codec reads: 万元, or 元 of a plain number whose header
    says a unit of money.  None for what is no amount; BadRecord for one in 万元 whose unit nothing tells."""
    unit = _unit(header)
    if codec is DECIMAL and unit:
        return Decimal(_UNITS[unit])
    if codec is not WAN:
        return None
    if unit is None and (title := _TITLE_UNIT.search(above)):
        unit = title[1].replace(" ", "")
    if unit is None:
        if _unit(name) is not None:
            raise BadRecord(f"the column {header.strip()[:40]} does not say its unit")
        unit = "万元"  # the standard's unit, where the name is the standard's
    return Decimal(_UNITS[unit]) / _UNITS["万元"]


def _in_unit(value: Any, factor: Decimal, codec: Codec) -> Any:
    """An amount in the unit that is read: its own unit, where the cell says one, goes before the header's.  What is none stays
    for the mapping to refuse."""
    said = value.text if isinstance(value, Shown) else value
    if isinstance(said, str) and (own := _AMOUNT.fullmatch(plain_name(said))):
        value = float(value) if isinstance(value, Shown) else own["number"]
        factor = Decimal(_UNITS[own["unit"]]) / (_UNITS["万元"] if codec is WAN else 1)
    try:
        read = DECIMAL.read(value) if factor != 1 else None
        return value if read is None else EXACT.multiply(Decimal(read), factor)
    except (BadRecord, ArithmeticError, ValueError):
        return value
