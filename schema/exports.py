"""Whole lists for analysts: a noun's rows as a table, page by page, under the rights and filters of the graph.

What is asked is a query like any other, so rights, costs and the read ledger are those of queries; who has spent its budget
waits for the next minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import orjson
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from auth.principals import Principal
from hub.domain.as_of import PRESENT, Asked
from hub.domain.declaring.fields import camel
from hub.domain.record_kinds import KINDS
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from schema.answers import Operation
from schema.errors import FieldRefusedError
from schema.execution import Graph
from schema.graph import MOST_SIZE
from schema.root import build_schema

#: What is long and no value of a table.
_LEFT_OUT = frozenset({"GeoJSON", "JSON"})

T = TypeVar("T")

Page = Sequence[Mapping[str, Any]]
#: Where a page waits until it is the caller's turn.
Turn = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the graph as a table: the documents that ask for a page and for how many rows there are, and its columns with
    their types."""

    field: str
    document: str
    counting: str
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
    counting = f"query Count($filter: {wanted}) {{ rows: {name}(filter: $filter) {{ totalCount }} }}"
    return Table(name, document, counting, columns)


async def pages(
    graph: Graph,
    table: Table,
    caller: Principal,
    wanted: Mapping[str, Any] | None,
    purpose: Purpose | None,
    *,
    made: Callable[[Page], Awaitable[T]],
    turn: Turn = nullcontext,
    as_of: Asked = PRESENT,
    most: int | None = None,
) -> AsyncGenerator[T]:
    """What is `made` of all rows that the caller may see and the filter wants, so many at a time.

    Each page is read and made in one `turn`: who waits for its own keeps no rows meanwhile, which as objects take ten times the
    room of a file, and time of everybody's when they are looked through for circles.

    Raises as queries do, and TOO_MANY where there are more rows than `most` before it gives any.
    """

    async def asked(document: str, take: Callable[[Any], Awaitable[Any]], **variables: Any) -> Any:
        operation = Operation(document, None, {"filter": wanted, **variables}, purpose, as_of=as_of)
        while True:
            async with turn():
                answer = await graph.run(operation, caller)
                if answer.request_error is not ErrorCode.RATE_LIMITED or variables.get("after") is None:
                    told = orjson.loads(answer.body)
                    if "errors" in told:
                        raise refused(told["errors"][0], answer.request_error)
                    return await take(told["data"]["rows"])
            await asyncio.sleep(answer.retry_after or 1)

    async def count(told: Mapping[str, int]) -> int:
        return told["totalCount"]

    async def page(told: Mapping[str, Any]) -> tuple[T, Mapping[str, Any]]:
        return await made(told["nodes"]), told["pageInfo"]

    if most is not None and await asked(table.counting, count) > most:
        raise HubError(ErrorCode.TOO_MANY, f"≤ {most}")
    after: str | None = None
    while True:
        one, info = await asked(table.document, page, after=after)
        yield one
        if not info["hasNextPage"]:
            return
        after = info["endCursor"]


def refused(told: Mapping[str, Any], code: ErrorCode | None) -> HubError:
    """What a query was refused for, as an error again.  Where in the query is nobody's to know: it is not the caller's."""
    extensions = told["extensions"]
    error = HubError(code or ErrorCode(extensions["code"]), extensions.get("detail", ""), field=extensions.get("field"))
    return FieldRefusedError(error, {"message": told["message"], "extensions": extensions})
