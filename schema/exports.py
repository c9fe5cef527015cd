"""Whole lists for analysts: a noun's rows as a table, page by page, under the rights and filters of the graph.

What is asked is a query like any other, so rights, costs and the read ledger are those of queries; who has spent its budget
waits for the next minute.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

import orjson
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from auth.principals import Principal
from hub.domain.as_of import PRESENT, Asked
from hub.domain.declaring.fields import camel
from hub.domain.record_kinds import KINDS
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from schema.answers import Operation
from schema.execution import Graph
from schema.graph import MOST_SIZE
from schema.root import build_schema

#: What is long and no value of a table.
_LEFT_OUT = frozenset({"GeoJSON", "JSON"})
#: Between the values of a list in a cell.
BETWEEN = "; "


#: Where a page waits until it is the caller's turn.
Turn = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the graph as a table: its document, and its columns with their types."""

    field: str
    document: str
    columns: tuple[tuple[str, str], ...]


@cache
def tables() -> Mapping[str, Table]:
    """The tables that can be exported, by the names of the root's lists."""
    schema = build_schema()._schema
    return {name: _table(schema, name) for name in (camel(facts.plural) for facts in KINDS.values())}


def _table(schema: GraphQLSchema, name: str) -> Table:
    assert schema.query_type is not None
    field = schema.query_type.fields[name]
    connection: Any = get_named_type(field.type)
    row = get_named_type(get_named_type(connection).fields["nodes"].type)
    assert isinstance(row, GraphQLObjectType)
    columns = tuple(
        (wire, get_named_type(column.type).name)
        for wire, column in row.fields.items()
        if is_leaf_type(get_named_type(column.type)) and not column.args and get_named_type(column.type).name not in _LEFT_OUT
    )
    wanted = get_named_type(field.args["filter"].type).name
    document = (
        f"query Export($filter: {wanted}, $after: String) {{ rows: {name}(filter: $filter, first: {MOST_SIZE}, after: $after) "
        f"{{ nodes {{ {' '.join(wire for wire, _ in columns)} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    return Table(name, document, columns)


async def rows(
    graph: Graph,
    table: Table,
    caller: Principal,
    wanted: Mapping[str, Any] | None,
    purpose: Purpose | None,
    *,
    turn: Turn = nullcontext,
    as_of: Asked = PRESENT,
) -> AsyncGenerator[Sequence[Mapping[str, Any]]]:
    """All rows that the caller may see and the filter wants, so many at a time, each read in its `turn`.

    Raises as queries do.
    """
    after: str | None = None
    while True:
        operation = Operation(table.document, "Export", {"filter": wanted, "after": after}, purpose, as_of=as_of)
        async with turn():
            answer = await graph.run(operation, caller)
        if answer.request_error is ErrorCode.RATE_LIMITED and after is not None:
            await asyncio.sleep(answer.retry_after or 1)
            continue
        told = orjson.loads(answer.body)
        if "errors" in told:
            raise refused(told["errors"][0], answer.request_error)
        page = told["data"]["rows"]
        yield page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def refused(told: Mapping[str, Any], code: ErrorCode | None) -> HubError:
    """What a query was refused for, as an error again."""
    extensions = told["extensions"]
    return HubError(code or ErrorCode(extensions["code"]), extensions.get("detail", ""), field=extensions.get("field"))


def cell(value: Any) -> Any:
    """A value as it stands in a cell: lists in one, nothing for null."""
    if isinstance(value, list):
        return BETWEEN.join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


class CsvText:
    """Rows as CSV (RFC 4180), in UTF-8 with the mark by which Excel knows it."""

    def __init__(self, table: Table) -> None:
        self._names = [name for name, _ in table.columns]
        self._text = StringIO()
        self._writer = csv.writer(self._text)
        self._text.write("\ufeff")
        self._writer.writerow(self._names)

    def take(self) -> bytes:
        """What was written since the last time."""
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()

    def add(self, page: Sequence[Mapping[str, Any]]) -> None:
        """Write rows."""
        self._writer.writerows([cell(row[name]) for name in self._names] for row in page)
