"""`make bench-large`: a walk over the schema, every filter by every operator and every order of every list, with a count.

The values are of those that stand in the records: a common one, a rare one, and one that is absent.  Lists are walked in an
order of risk, and told one by one, so that a walk that is broken off has told what it met; the slowest of all are told at the
end, with the database's own plans.  Nothing fails by time.  What is told is the CPU time that a question takes of the hub and
of its session of the database, which works alone (`max_parallel_workers_per_gather = 0`): on a machine that others load, it is
what a quiet one would take.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type, get_nullable_type, is_list_type
from rich.console import Console

from auth.principals import Principal
from hub.domain.declaring.fields import snake
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.notation import written
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from hub.storage.sql.metadata import Instant, Scaled
from hub.storage.views.nouns import VIEWS
from hub.storage.views.view import Concerned
from schema.answers import Operation
from schema.execution import Graph
from schema.limits import Limits
from schema.planner.arguments import python_name
from schema.root import build_schema
from tests import duties, makers, postgres
from tests.benchmark import larger, province
from tests.makers import ECOLOGY, LOAN, NATURAL_RESOURCES, OPERATOR, licence

MADE = build_schema()
SCHEMA = MADE._schema
SLOWEST = 20
#: What takes no more is fast enough not to be asked again.
_FAST = 0.02
BOUNDS = (20, 100, 200, 300)
#: So many of the slowest of each list are told when it is walked.
_TOLD = 3
#: The mines of the province that is posted, of which the others are copies.
POSTED = 600
_RECTIFY = {"step": "RECTIFICATION", "effectiveOn": "2025-09-01", "reason": "示例", "rectificationDueOn": "2026-02-01"}
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
    """One page of one list with its count.  What differs in a value alone is the same document."""

    name: str
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question took at best, and how many rows match it: the CPU time, and the time from asking to the answer."""

    question: Question
    milliseconds: float
    waited: float
    count: int


async def fill(posting: Posting, mines: int) -> None:
    """The province of the other figures, one record more of each kind about a mine for each, and some that are rare."""
    await province.fill(posting, mines)
    # A mine that got another number would answer for two.
    there = {kind for _, kind, _, _ in province.kinds(mines)} | {RecordKind.DIRECTORY_ENTRY, RecordKind.LICENCE_SUCCESSION}
    for kind, facts in KINDS.items():
        if facts.names_mines and kind not in there:
            await _offer(posting, duties.poster(kind), kind, (_about(kind, number) for number in range(1, mines + 1)))
    rare, at = range(1, max(2, mines // 100)), 2 * 10**6
    refused = (makers.opinion(at + n, licenceNo=licence(n), verdict="DISAGREE", text="示例理由") for n in rare)
    said = (makers.opinion(at + mines + n, licenceNo=licence(n), nature="COMMENT", verdict=None) for n in rare)
    high = (makers.penalty(at + n, mines=[licence(n)], fine="10000000", publicationClass="MINOR") for n in rare)
    warned = (makers.entry(at + n, licenceNo=licence(n * 3 % mines + 1), **_RECTIFY) for n in rare)
    await _offer(posting, ECOLOGY, RecordKind.OPINION, (*refused, *said))
    await _offer(posting, ECOLOGY, RecordKind.PENALTY, high)
    await _offer(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, warned)


async def _offer(posting: Posting, who: Principal, kind: RecordKind, items: Iterable[dict[str, Any]]) -> None:
    """Post what not every mine may be given: what the rules refuse is not there."""
    results = await makers.posted(posting, who, kind, *items)
    assert any(one.record_id for one in results), results[0]


def _about(kind: RecordKind, number: int) -> dict[str, Any]:
    """The n-th record of a kind, about the n-th mine."""
    made = duties.MADE[kind](number, licenceNo=licence(number))
    if "year" in made:
        made["year"] = 2025
    return made


def lists() -> Iterator[tuple[str, Any]]:
    """The lists of the root, by name."""
    root = SCHEMA.query_type
    assert root is not None
    yield from ((name, one) for name, one in root.fields.items() if "filter" in one.args)


def _document(name: str, argument: str = "", declared: str = "") -> str:
    return f"query{declared} {{ {name}(first: 50{argument}) {{ totalCount nodes {{ id }} }} }}"


def orders(name: str, listed: Any) -> Iterator[Question]:
    """The list in every order that it offers."""
    keys: Any = get_named_type(listed.args["orderBy"].type)
    yield Question(f"{name} as it comes", _document(name))
    for choice in keys.fields["field"].type.of_type.values:
        for direction in ("ASC", "DESC"):
            document = _document(name, f", orderBy: [{{field: {choice}, direction: {direction}}}]")
            yield Question(f"{name} by {choice} {direction}", document)


class Walk:
    """Asks every question of one database."""

    def __init__(self, database: Database, sessions: Sequence[int]) -> None:
        self._database = database
        self._sessions = sessions
        self._graph = Graph(MADE, Reading(database), Posting(database), limits=Limits(cost=10**9))

    async def lists(self) -> list[str]:
        """The lists in an order of risk: what is worked out first, then by how many rows there are."""
        rows: dict[str, float] = {}
        async with self._database.unhurried() as connection:
            for name, listed in lists():
                table = VIEWS[_noun(listed)].table
                counted = sa.select(sa.func.count()).select_from(table) if isinstance(table, sa.Table) else None
                rows[name] = float("inf") if counted is None else (await connection.execute(counted)).scalar_one()
        return sorted(rows, key=lambda name: -rows[name])

    async def questions(self, name: str) -> AsyncIterator[Question]:
        """All that there is to ask of a list."""
        listed = dict(lists())[name]
        for question in orders(name, listed):
            yield question
        kind: Any = get_named_type(listed.args["filter"].type)
        for wire, argument in kind.fields.items():
            if wire in _LOGIC:
                continue
            condition: Any = get_named_type(argument.type)
            values = await self._values(_noun(listed), python_name(argument), condition)
            for operator, declared, value in _conditions(condition, values):
                document = _document(name, f", filter: {{{wire}: {{{operator}: $value}}}}", f"($value: {declared})")
                yield Question(f"{name} {wire} {operator} {value}", document, {"value": value})

    async def _values(self, noun: str, name: str, condition: GraphQLInputObjectType) -> list[Any]:
        """A common, a rare and an absent value of a field; every word of a closed list."""
        leaf = _leaf(condition)
        if isinstance(leaf, GraphQLEnumType):
            return list(leaf.values)
        source: Any = VIEWS[noun].fields.get(name)
        if isinstance(source, Concerned):
            source = VIEWS["mine"].fields[source.column]
        plain = _PLAIN.get(leaf.name, ())
        if isinstance(source, sa.Column) and isinstance(source.table, sa.Table):
            found = [value for value in await self._standing(source) if value is not None]
            return [*dict.fromkeys((*found, *plain[-1:]))]
        return list(plain)

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
        """The better of two runs, of which the first may have composed the statement; None for what is refused."""
        operation = Operation(question.document, None, question.variables, LOAN)
        least = waited = float("inf")
        for _ in range(2):
            if least <= _FAST:
                break
            began, spent = time.perf_counter(), self._spent()
            answer = await self._graph.run(operation, OPERATOR)
            least, waited = min(least, self._spent() - spent), min(waited, time.perf_counter() - began)
            if answer.body.startswith(b'{"errors"'):
                return None
        count = int(answer.body.partition(b'"totalCount":')[2].partition(b",")[0])
        return Asked(question, least * 1000, waited * 1000, count)

    def _spent(self) -> float:
        """The CPU seconds of this process, and of the sessions that it asks."""
        theirs = (Path(f"/proc/{session}/schedstat").read_text(encoding="ascii") for session in self._sessions)
        return time.process_time() + sum(int(told.split()[0]) for told in theirs) / 10**9

    async def plan(self, question: Question) -> list[str]:
        """The database's own plan of a question."""
        _, lines = await self._graph.explain(Operation(question.document, None, question.variables, LOAN), OPERATOR)
        return lines


def _noun(listed: Any) -> str:
    return snake(get_named_type(listed.type).name.removesuffix("Connection"))


def _leaf(condition: GraphQLInputObjectType) -> Any:
    named = {python_name(one): get_named_type(one.type) for one in condition.fields.values()}
    return next(kind for name, kind in named.items() if name != "is_null")


def _written(value: Any, kind: Any) -> Any:
    match kind:
        case Instant():
            return written(value)
        case Scaled():
            return str(value)
    return value if isinstance(value, bool | int) else str(value)


def _conditions(condition: GraphQLInputObjectType, values: Sequence[Any]) -> Iterator[tuple[str, str, Any]]:
    """Each operator with each value, and the type of its variable."""
    for wire, one in condition.fields.items():
        for value in (True, False) if wire == "isNull" else values:
            told = _part(value, wire) if isinstance(value, str) and len(value) > 4 else value
            yield wire, str(one.type), [told] if is_list_type(get_nullable_type(one.type)) else told


def _part(value: str, operator: str) -> str:
    """What is asked for of a longer text: its middle, or its beginning, where the operator looks for a part."""
    return {"contains": value[1:-1], "startsWith": value[:-1]}.get(operator, value)


async def walk(url: str, console: Console, names: Collection[str] = ()) -> list[Asked]:
    """All questions of a database, or of the lists that are named, the slowest first; prints them, and the slowest's plans."""
    database = Database(url, read_seconds=60)
    await database.start()
    try:
        walking = Walk(database, await _sessions(database))
        asked: list[Asked] = []
        for name in await walking.lists():
            if names and name not in names:
                continue
            found = [await walking.ask(question) async for question in walking.questions(name)]
            answered = _slowest(one for one in found if one)
            _tell(console, f"{name} ({len(found) - len(answered)} refused)", answered, _TOLD)
            asked += answered
        asked = _slowest(asked)
        _tell(console, database.dialect_name, asked, SLOWEST * 3)
        for one in asked[:SLOWEST]:
            console.print(f"\n{one.milliseconds:.1f} ms  {one.question.document} {one.question.variables}", markup=False)
            console.print("\n".join(await walking.plan(one.question)), markup=False)
        return asked
    finally:
        await database.close()


def _slowest(asked: Iterable[Asked]) -> list[Asked]:
    return sorted(asked, key=lambda one: -one.milliseconds)


def _tell(console: Console, what: str, asked: Sequence[Asked], most: int) -> None:
    """How many questions took how long, and the first of them."""
    over = (f"over {bound} ms: {sum(one.milliseconds > bound for one in asked)}" for bound in BOUNDS)
    console.print(f"{what}: {len(asked)} questions; {', '.join(over)}", markup=False)
    for one in asked[:most]:
        line = f"{one.milliseconds:9.1f} ms ({one.waited:.1f} waited) {one.count:8} rows  {one.question.name}"
        console.print(line, markup=False)


async def _sessions(database: Database) -> list[int]:
    """The processes that answer for a database that is a server's; those of its readers there are by now."""
    if database.is_sqlite:
        return []
    async with database.connection() as connection:
        here = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        return list((await connection.exec_driver_sql(here)).scalars())


async def make(url: str, mines: int) -> None:
    """A province of so many mines in an empty database: some that are posted, and copies."""
    database = Database(url)
    await migrate(database)
    await makers.seat_organs(database, province.ORGANS)
    await fill(Posting(database), POSTED)
    await larger.copy(database, mines // POSTED - 1)
    async with database.unhurried() as connection:
        await connection.exec_driver_sql("ANALYZE")
    await database.close()
    if not database.is_sqlite:
        # What is seen by all is looked up in indexes alone.
        await postgres.statement(url, "VACUUM ANALYZE")


def main(mines: str = "60000", fewer: str = "6000") -> None:
    """Walk over as many mines on PostgreSQL, and over fewer on SQLite."""
    console = Console(soft_wrap=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(f"sqlite:///{folder}/hub.db", int(fewer), console))
    with postgres.server(shared_buffers="3GB", max_wal_size="8GB", fsync="off", max_parallel_workers_per_gather="0") as server:
        asyncio.run(_measure(server, int(mines), console))


async def _measure(url: str, mines: int, console: Console) -> None:
    began = time.perf_counter()
    await make(url, mines)
    console.print(f"{mines} mines in {time.perf_counter() - began:.0f} s")
    await walk(url, console)


if __name__ == "__main__":
    main(*sys.argv[1:])
