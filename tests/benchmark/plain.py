"""The peer: the same questions as most would build them, with Strawberry resolvers, SQLAlchemy and DataLoaders."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Annotated, Any

import sqlalchemy as sa
import strawberry
from sqlalchemy.ext.asyncio import create_async_engine
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.standing import Standing, by_the_directory
from hub.storage.engine.address import async_url
from hub.storage.records.versions import LINKS, TABLES
from tests.benchmark.questions import Q1

mines, enterprises, opinions, penalties, entries = (
    TABLES[kind]
    for kind in (
        RecordKind.MINE,
        RecordKind.ENTERPRISE,
        RecordKind.OPINION,
        RecordKind.PENALTY,
        RecordKind.DIRECTORY_ENTRY,
    )
)
links = LINKS[RecordKind.PENALTY]

engine = create_async_engine(async_url(os.environ.get("BENCH_DATABASE_URL", "sqlite:///unused")), pool_size=10)


def _live(table: sa.Table) -> list[Any]:
    return [table.c.superseded_at.is_(None), table.c.withdrawn_at.is_(None)]


async def _rows(statement: sa.Select[Any]) -> Sequence[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(statement)).all())


async def _one(table: sa.Table, key: str, keys: list[str]) -> list[Any]:
    found = {getattr(r, key): r for r in await _rows(sa.select(table).where(table.c[key].in_(keys), *_live(table)))}
    return [found.get(wanted) for wanted in keys]


async def _many(statement: Callable[[list[str]], sa.Select[Any]], keys: list[str]) -> list[list[Any]]:
    found = defaultdict(list)
    for row in await _rows(statement(keys)):
        found[row.key].append(row)
    return [found[key] for key in keys]


def _by_mine(table: sa.Table, day: str) -> Callable[[list[str]], sa.Select[Any]]:
    def statement(keys: list[str]) -> sa.Select[Any]:
        return (
            sa.select(table, table.c.licence_no.label("key"))
            .where(table.c.licence_no.in_(keys), *_live(table))
            .order_by(table.c[day].desc(), table.c.id.desc())
        )

    return statement


def _penalties(keys: list[str]) -> sa.Select[Any]:
    joined = sa.and_(links.c.record_id == penalties.c.id, links.c.version == penalties.c.version)
    return (
        sa.select(penalties, links.c.licence_no.label("key"))
        .join(links, joined)
        .where(links.c.licence_no.in_(keys), *_live(penalties))
        .order_by(penalties.c.decided_on.desc(), penalties.c.id.desc())
    )


def _mines(keys: list[str]) -> sa.Select[Any]:
    joined = sa.and_(links.c.licence_no == mines.c.licence_no, *_live(mines))
    return sa.select(mines, links.c.record_id.label("key")).join(links, joined).where(links.c.record_id.in_(keys))


def loaders() -> dict[str, DataLoader[str, Any]]:
    return {
        "enterprise": DataLoader(partial(_one, enterprises, "uscc")),
        "opinions": DataLoader(partial(_many, _by_mine(opinions, "issued_on"))),
        "entries": DataLoader(partial(_many, _by_mine(entries, "effective_on"))),
        "penalties": DataLoader(partial(_many, _penalties)),
        "mines": DataLoader(partial(_many, _mines)),
    }


@strawberry.type
class Enterprise:
    uscc: str
    name: str
    registration_status: str


@strawberry.type
class Entry:
    document_number: str
    level: str
    step: str
    effective_on: date


@strawberry.type
class Opinion:
    document_number: str
    department: str
    nature: str
    verdict: str | None
    issued_on: date
    text: str


@strawberry.type
class Penalty:
    id: strawberry.Private[str]
    document_number: str
    department: str
    party_name: str
    kinds: list[str]
    fine: Decimal | None
    decided_on: date
    valid_until: date
    content: str

    @strawberry.field
    async def mines(self, info: Info) -> list[Mine]:
        return [_made(Mine, row) for row in await info.context["mines"].load(self.id)]


@strawberry.type
class Opinions:
    nodes: list[Opinion]


@strawberry.type
class Entries:
    nodes: list[Entry]


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Penalties:
    nodes: list[Penalty]
    total_count: int
    sum: Decimal
    page_info: PageInfo


def _made(cls: Any, row: Any) -> Any:
    values = {name: getattr(row, name) for name in cls.__annotations__}
    if cls is Penalty:
        values["kinds"] = json.loads(row.kinds)
    return cls(**values)


@strawberry.type
class Mine:
    licence_no: str
    name: str
    scale: str
    mineral: str
    life_cycle: str
    division_code: str
    licence_valid_until: date
    remaining_years: Decimal | None
    enterprise_uscc: str

    @strawberry.field
    async def standing(self, info: Info) -> str:
        rows = await info.context["entries"].load(self.licence_no)
        steps = [
            SimpleNamespace(level=DirectoryLevel(row.level), step=DirectoryStep(row.step), effective_on=row.effective_on)
            for row in reversed(rows)
        ]
        stands, _ = by_the_directory(steps, date(2026, 11, 2)) or (Standing.NOT_STARTED, ())
        return stands

    @strawberry.field
    async def enterprise(self, info: Info) -> Enterprise | None:
        row = await info.context["enterprise"].load(self.enterprise_uscc)
        return _made(Enterprise, row) if row else None

    @strawberry.field
    async def opinions(self, info: Info, first: int = 50, department: str | None = None) -> Opinions:
        rows = await info.context["opinions"].load(self.licence_no)
        kept = [row for row in rows if department in (None, row.department)]
        return Opinions(nodes=[_made(Opinion, row) for row in kept[:first]])

    @strawberry.field
    async def directory_entries(self, info: Info, first: int = 50) -> Entries:
        rows = await info.context["entries"].load(self.licence_no)
        return Entries(nodes=[_made(Entry, row) for row in rows[:first]])

    @strawberry.field
    async def penalties(self, info: Info, first: int = 50, valid_from: date | None = None) -> Penalties:
        rows = await info.context["penalties"].load(self.licence_no)
        kept = [row for row in rows if valid_from is None or row.valid_until >= valid_from]
        return _page(kept, first)


def sum_of(rows: Sequence[Any]) -> Decimal:
    return sum((row.fine for row in rows if row.fine is not None), Decimal("0.00"))


def _page(rows: Sequence[Any], first: int) -> Penalties:
    nodes = [_made(Penalty, row) for row in rows[:first]]
    info = PageInfo(has_next_page=len(rows) > first, end_cursor=nodes[-1].id if nodes else None)
    return Penalties(nodes=nodes, total_count=len(rows), sum=sum_of(rows), page_info=info)


@strawberry.type
class Query:
    @strawberry.field
    async def mine(self, licence_no: str) -> Mine | None:
        (row,) = await _one(mines, "licence_no", [licence_no])
        return _made(Mine, row) if row else None

    @strawberry.field
    async def mines(self, prefecture: str, first: int) -> list[Mine]:
        wanted = sa.select(mines).where(mines.c.prefecture_code == prefecture, *_live(mines))
        return [_made(Mine, row) for row in await _rows(wanted.order_by(mines.c.licence_no).limit(first))]

    @strawberry.field
    async def penalties(
        self, from_: Annotated[date, strawberry.argument(name="from")], to: date, kind: str, first: int
    ) -> Penalties:
        wanted = (
            sa.select(penalties)
            .where(penalties.c.decided_on.between(from_, to), penalties.c.kinds.contains(f'"{kind}"'), *_live(penalties))
            .order_by(penalties.c.decided_on.desc(), penalties.c.id.desc())
        )
        return _page(await _rows(wanted.limit(first + 1)), first)


class Endpoint(GraphQL[Any, None]):
    async def get_context(self, request: Any, response: Any) -> Any:
        return loaders()


app = Endpoint(strawberry.Schema(Query))

#: The questions in the words of this schema.
QUESTIONS = {
    "Q1": Q1,
    "Q2": """
query Q2($prefecture: String!) {
  mines(first: 50, prefecture: $prefecture) {
    licenceNo name scale mineral
    enterprise { uscc name }
    opinions(first: 10) { nodes { documentNumber department verdict issuedOn } }
    penalties(first: 10) { nodes { documentNumber department fine decidedOn } }
  }
}""",
    "Q3": """
query Q3($no: String!, $today: Date!) {
  mine(licenceNo: $no) {
    licenceNo standing licenceValidUntil
    penalties(validFrom: $today) { totalCount sum nodes { documentNumber fine validUntil } }
    ecology: opinions(first: 1, department: "ECOLOGY") { nodes { verdict issuedOn } }
    natural: opinions(first: 1, department: "NATURAL_RESOURCES") { nodes { verdict issuedOn } }
    forestry: opinions(first: 1, department: "FORESTRY_GRASSLAND") { nodes { verdict issuedOn } }
    directoryEntries(first: 1) { nodes { level step effectiveOn } }
  }
}""",
    "Q4": """
query Q4($from: Date!, $to: Date!) {
  penalties(first: 50, from: $from, to: $to, kind: "FINE") {
    nodes { documentNumber partyName fine decidedOn mines { licenceNo name } }
    pageInfo { hasNextPage endCursor }
  }
}""",
}
