"""Portfolios as files that people fill: a workbook, or a text of separated values, with a column of licence numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.cells import Line, SetAside
from connectors.errors import BadRecord
from connectors.mapping import DAY, TEXT_IF_ANY, Used, converted
from connectors.tables import Table
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.domain.words.places import Place
from hub.services.banks.portfolios import MOST_MINES, Row


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a portfolio; others that a bank keeps beside them are passed over."""

    used: Mapping[str, Used]

    @property
    def names(self) -> Set[str]:
        return self.used.keys()


_NUMBER, _REFERENCE, _LOAN_ON = "采矿许可证号", "业务编号", "放款日期"
_USED = {
    _NUMBER: Used("licenceNo", TEXT_IF_ANY),
    _REFERENCE: Used("reference", TEXT_IF_ANY),
    _LOAN_ON: Used("loanOn", DAY),
}
_SYNONYMS = {
    **dict.fromkeys(("许可证号", "采矿许可证编号", "采矿权许可证号", "采矿证号", "licenceNo", "Licence number"), _NUMBER),
    **dict.fromkeys(("本行业务编号", "贷款编号", "贷款合同号", "合同编号", "reference", "Reference"), _REFERENCE),
    **dict.fromkeys(("贷款日期", "贷款发放日期", "发放日期", "loanOn", "Loan date"), _LOAN_ON),
}
_TABLE = Table(_Columns(_USED), frozenset({_NUMBER}), _SYNONYMS)
#: What cannot be read in a column is refused as this.
_CODES = {
    _NUMBER: ErrorCode.BAD_LICENCE_NUMBER,
    _REFERENCE: ErrorCode.WRONG_TYPE,
    _LOAN_ON: ErrorCode.NOT_A_DATE,
}


def rows_of(body: bytes) -> list[Row]:
    """The rows of a file, each with its place; one that cannot be read has its problem, and costs no other.

    Raises INVALID_INPUT for what is no such file, cannot be read to its end or has no column of licence numbers, TOO_MANY past
    `MOST_MINES` rows.
    """
    rows: list[Row] = []
    try:
        for row in _rows(body):
            if len(rows) == MOST_MINES:
                raise HubError(ErrorCode.TOO_MANY, f"≤ {MOST_MINES}", field="mines")
            rows.append(row)
    except BadRecord as bad:
        raise HubError(ErrorCode.INVALID_INPUT, str(bad), field="file") from None
    return rows


def _rows(body: bytes) -> Iterator[Row]:
    for line in _TABLE.read_either(body):
        if isinstance(line, SetAside):
            if line.has_more:
                # What would be put is all that the file holds.
                raise BadRecord(line.why)
            yield Row("", problem=Problem("", ErrorCode.UNREADABLE_ITEM, line.why), place=Place("", line.sheet, line.row))
        elif any(column in line.values for column in _USED):
            yield _row(line)


def _row(line: Line) -> Row:
    place = Place(
        "", line.sheet, line.row, {use.wire: line.letters[name] for name, use in _USED.items() if name in line.letters}
    )
    said: dict[str, Any] = {}
    problem = None
    for name, use in _USED.items():
        value = line.values.get(name)
        try:
            said[use.wire] = None if value is None or value == "" else converted(name, use.codec.read, value)
        except BadRecord:
            problem = problem or Problem(use.wire, _CODES[name])
    loan_on = said.get("loanOn")
    return Row(
        said.get("licenceNo") or "",
        said.get("reference"),
        date.fromisoformat(loan_on) if loan_on else None,
        problem=problem,
        place=place,
    )
