"""The batch file: `H|date|kind|columns…`, a row for each record, `T|count`.  Pipes and backslashes in values are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.cells import Line, SetAside
from connectors.encodings import text_of
from connectors.errors import BadRecord

_FIELD = re.compile(r"(?:[^|\\]|\\.)*")
_ESCAPED = re.compile(r"\\(.)")
_BREAKS = {"n": "\n", "r": "\r"}


def write(day: str, kind: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The file of one night."""
    columns = sorted({name for row in rows for name in row})
    lines = [["H", day, kind, *columns], *(["D", *(str(row.get(name, "")) for name in columns)] for row in rows)]
    lines.append(["T", str(len(rows))])
    return "\n".join("|".join(_escape(value) for value in line) for line in lines).encode()


def read(body: bytes) -> Iterator[Line | SetAside]:
    """The lines of a file; BadRecord when it is cut, miscounted or not of this form.  A line that does not fit its header costs
    only itself."""
    # Not splitlines(): it also breaks at characters that texts may hold, such as U+2028.
    told = (line.removesuffix("\r") for line in text_of(body).split("\n"))
    lines = [(number, _split(line)) for number, line in enumerate(told, start=1) if line]
    if len(lines) < 2 or lines[0][1][0] != "H" or len(lines[0][1]) < 3:
        raise BadRecord("the file has no header")
    if lines[-1][1][0] != "T" or lines[-1][1][1:] != [str(len(lines) - 2)]:
        raise BadRecord("the file is cut off, or its trailer does not agree")
    columns = lines[0][1][3:]
    if len(set(columns)) != len(columns):
        raise BadRecord("the file has two columns of one name")
    for number, line in lines[1:-1]:
        if line[0] == "D" and len(line) == len(columns) + 1:
            yield Line({name: value for name, value in zip(columns, line[1:], strict=True) if value}, number)
        else:
            yield SetAside("a line has another number of columns than the header", number, there=line)


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n").replace("\r", "\\r")


def _split(line: str) -> list[str]:
    fields, place = [], 0
    while place <= len(line):
        match = _FIELD.match(line, place)
        assert match is not None
        fields.append(_ESCAPED.sub(lambda escape: _BREAKS.get(escape[1], escape[1]), match[0]))
        place = match.end() + 1
    return fields
