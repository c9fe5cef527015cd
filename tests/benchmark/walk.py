"""A walk over the schema: every filter by every operator, and every order, of every list, a first page with its count.

The values are of those that stand in the records: a common one, a rare one, and one that is absent.  `python -m
tests.benchmark.walk MINES` prints the slowest with the database's own plans; nothing fails by time.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type, get_nullable_type, is_list_type
from rich.console import Console

from hub.domain.declaring.fields import snake
from hub.domain.words.notation import written
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.sql.metadata import Instant, Scaled
from hub.storage.views.nouns import VIEWS
from hub.storage.views.view import Concerned
from schema.answers import Operation
from schema.execution import Graph
from schema.limits import Limits
from schema.planner.arguments import python_name
from schema.root import build_schema
from tests import postgres
from tests.benchmark import questions
from tests.makers import LOAN, OPERATOR

MADE = build_schema()
SCHEMA = MADE._schema
RUNS, SLOWEST = 3, 20
_LOGIC = ("and", "or", "not", "withdrawn")
#: Where nothing says what stands there: values of these types are tried.
_PLAIN: dict[str, Sequence[Any]] = {
    "String": ("示例", "示例1", "530100", "无此"),
    "Boolean": (True, False),
    "Int": (2025, 1),
    "Date": ("2025-06-01", "2199-01-01", "1949-01-01"),
    "DateTime": ("2026-01-01T00:00:00Z", "2199-01-01T00:00:00Z"),
    "Decimal": ("1", "1000000", "99999999"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One page of one list with its count."""

    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How long a question took at best, and how many rows match it."""

    question: Question
    milliseconds: float
    count: int


def lists() -> Iterator[tuple[str, Any]]:
    """The lists of the root, by name."""
    root = SCHEMA.query_type
    assert root is not None
    yield from ((name, field) for name, field in root.fields.items() if "filter" in field.args)


def _question(name: str, argument: str, told: str) -> Question:
    return Question(f"{name} {told}", f"{{ {name}(first: 50{argument}) {{ totalCount nodes {{ id }} }} }}")


def orders(name: str, field: Any) -> Iterator[Question]:
    """The list in every order that it offers."""
    keys: Any = get_named_type(field.args["orderBy"].type)
    yield _question(name, "", "as it comes")
    for choice in keys.fields["field"].type.of_type.values:
        for direction in ("ASC", "DESC"):
            yield _question(name, f", orderBy: [{{field: {choice}, direction: {direction}}}]", f"by {choice} {direction}")


class Walk:
    """Asks every question of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._graph = Graph(MADE, Reading(database), Posting(database), limits=Limits(cost=10**9))

    async def questions(self) -> AsyncIterator[Question]:
        """All that there is to ask."""
        for name, field in lists():
            for question in orders(name, field):
                yield question
            kind: Any = get_named_type(field.args["filter"].type)
            noun = snake(get_named_type(field.type).name.removesuffix("Connection"))
            for wire, argument in kind.fields.items():
                if wire in _LOGIC:
                    continue
                condition: Any = get_named_type(argument.type)
                values = await self._values(noun, python_name(argument), condition)
                for written_as in _conditions(condition, values):
                    yield _question(name, f", filter: {{{wire}: {{{written_as}}}}}", f"{wire}: {written_as}")

    async def _values(self, noun: str, name: str, condition: GraphQLInputObjectType) -> list[Any]:
        """A common, a rare and an absent value of a field, as they are written in a document."""
        leaf = _leaf(condition)
        if isinstance(leaf, GraphQLEnumType):
            return [(one,) for one in leaf.values]
        source: Any = VIEWS[noun].fields.get(name)
        if isinstance(source, Concerned):
            source = VIEWS["mine"].fields[source.column]
        found: list[Any] = []
        if isinstance(source, sa.Column) and isinstance(source.table, sa.Table):
            found = [value for value in await self._standing(source) if value is not None]
        return [*dict.fromkeys(found), *_PLAIN.get(leaf.name, ())]

    async def _standing(self, column: sa.Column[Any]) -> list[Any]:
        table = column.table
        there = [] if "superseded_at" not in table.c else [table.c.superseded_at.is_(None)]
        often = sa.func.count().label("often")
        base = sa.select(column, often).where(*there, column.is_not(None)).group_by(column)
        async with self._database.unhurried() as connection:
            common = (await connection.execute(base.order_by(often.desc(), column).limit(1))).first()
            rare = (await connection.execute(base.order_by(often, column.desc()).limit(1))).first()
        return [_written(row[0], column.type) for row in (common, rare) if row is not None]

    async def ask(self, question: Question) -> Asked | None:
        """The best of some runs; None for what is refused."""
        operation, best, count = Operation(question.document, None, {}, LOAN), float("inf"), 0
        for _ in range(RUNS):
            began = time.perf_counter()
            answer = await self._graph.run(operation, OPERATOR)
            best = min(best, time.perf_counter() - began)
            if answer.body.startswith(b'{"errors"'):
                return None
            count = int(answer.body.partition(b'"totalCount":')[2].partition(b",")[0])
        return Asked(question, best * 1000, count)

    async def plan(self, question: Question) -> list[str]:
        """The database's own plan of a question."""
        _, lines = await self._graph.explain(Operation(question.document, None, {}, LOAN), OPERATOR)
        return lines


def _leaf(condition: GraphQLInputObjectType) -> Any:
    named = {python_name(field): get_named_type(field.type) for field in condition.fields.values()}
    return next(kind for name, kind in named.items() if name != "is_null")


def _written(value: Any, kind: Any) -> Any:
    match kind:
        case Instant():
            return written(value)
        case Scaled():
            return str(value)
    return value if isinstance(value, bool | int) else str(value)


def _conditions(condition: GraphQLInputObjectType, values: Sequence[Any]) -> Iterator[str]:
    """Each operator with each value, as it stands in a document."""
    yield from ("isNull: true", "isNull: false")
    for wire, field in condition.fields.items():
        if wire == "isNull":
            continue
        for value in values:
            told = value[0] if isinstance(value, tuple) else _literal(value, part=wire in ("contains", "startsWith"))
            yield f"{wire}: [{told}]" if is_list_type(get_nullable_type(field.type)) else f"{wire}: {told}"


def _literal(value: Any, *, part: bool) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    # A part of a value is its middle, or its beginning.
    return f'"{value[:-1] if part and len(value) > 4 else value}"'


async def walk(url: str, console: Console) -> list[Asked]:
    """All questions of a database, the slowest first; prints them, and the plans of the slowest."""
    database = Database(url, read_seconds=60)
    await database.start()
    try:
        walking = Walk(database)
        asked = [one async for question in walking.questions() if (one := await walking.ask(question)) is not None]
        asked.sort(key=lambda one: -one.milliseconds)
        console.print(f"{len(asked)} questions; over 200 ms: {sum(one.milliseconds > 200 for one in asked)}")
        for one in asked[: SLOWEST * 3]:
            console.print(f"{one.milliseconds:9.1f} ms {one.count:8} rows  {one.question.name}", markup=False)
        for one in asked[:SLOWEST]:
            console.print(f"\n{one.milliseconds:.1f} ms  {one.question.document}", markup=False)
            console.print("\n".join(await walking.plan(one.question)), markup=False)
        return asked
    finally:
        await database.close()


async def measure(server: str, mines: int, console: Console) -> None:
    """The walk over a province of so many mines."""
    await walk(await questions.province(server, mines), console)


def main(mines: str) -> None:
    console = Console(soft_wrap=True)
    with postgres.server(shared_buffers="3GB") as server:
        asyncio.run(measure(server, int(mines), console))


if __name__ == "__main__":
    main(*sys.argv[1:])
