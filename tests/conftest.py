"""What all tests share: a migrated database of each sort, callers, records, and the services over them."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from hub.domain.calendar.working_days import CALENDAR
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from schema.execution import Graph
from schema.root import build_schema
from tests import postgres
from tests.makers import CURSORS, Ask, seat_organs

#: Fixtures are of a test, not of an example: examples share a database and must not mind.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.register_profile("short", _COMMON, max_examples=100)
settings.register_profile("long", _COMMON, max_examples=25_000)
settings.load_profile("short")

SORTS = ["sqlite", "postgresql"]
#: The migrated database of the tests' own server, of which each test has a copy.
TEMPLATE = "template_hub"

NOW = datetime(2026, 11, 2, 3, 4, 5, 678901, tzinfo=UTC)


def aside(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine where no loop runs: fixtures of the whole run may be asked for from inside one."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()


def pytest_collectstart() -> None:
    """Nothing of what is imported and collected is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported and collected lives as long as the run: going through it for garbage took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


class _Compiled(dict[Any, Any]):
    """Statements by what they are, whatever engine has compiled them: each test has engines of its own."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, statement: Any) -> None:
        super().__setitem__(_of_any_engine(key), statement)


def _of_any_engine(key: Any) -> Any:
    dialect, *rest = key
    return dialect.name, dialect.driver, *rest


_COMPILED = _Compiled()


@sa.event.listens_for(sa.Engine, "engine_connect")
def _compile_once(connection: sa.Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)


@sa.event.listens_for(sa.Engine, "engine_connect")
def _forget_power_cuts_of_files(connection: sa.Connection) -> None:
    """As with the server's: waiting for the disk took a third of the time of a test that posts."""
    if connection.dialect.name == "sqlite" and "forgets" not in connection.info:
        connection.info["forgets"] = True
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.close()


@pytest.fixture(autouse=True)
def notices() -> Iterator[None]:
    """What a test's hub was told of working days is forgotten after it: the process has one calendar."""
    yield
    CALENDAR.take()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as uri:
        aside(_forget_power_cuts(uri))
        aside(_make_template(uri))
        yield uri


async def _forget_power_cuts(uri: str) -> None:
    """Its databases live as long as the tests: waiting for the disk, at each commit and as each goes, would be for nothing.
    Nor is anything counted or swept behind a test's back."""
    for name in ("fsync", "full_page_writes", "autovacuum"):
        await postgres.statement(uri, f"ALTER SYSTEM SET {name} = off")
    await postgres.statement(uri, "SELECT pg_reload_conf()")


async def _make_template(uri: str) -> None:
    await postgres.statement(uri, f"CREATE DATABASE {TEMPLATE}")
    database = Database(postgres.named(uri, TEMPLATE))
    await migrate(database)
    await seat_organs(database)
    await database.close()
    await postgres.keep(postgres.named(uri, TEMPLATE))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hub.db"

    async def make() -> None:
        database = Database(f"sqlite:///{path}")
        await migrate(database)
        await seat_organs(database)
        await database.close()

    aside(make())
    return path


@pytest.fixture(scope="session")
def filled_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second executor's province, which nobody posts twice."""
    path = tmp_path_factory.mktemp("filled") / "hub.db"
    shutil.copy(sqlite_template, path)
    aside(_fill(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres_server: str) -> str:
    """The same, by the name of its database."""
    name = "template_filled"
    aside(postgres.statement(postgres_server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    url = postgres.named(postgres_server, name)
    # What the template keeps is of before.
    aside(postgres.statement(url, "DROP SCHEMA kept CASCADE"))
    aside(_fill(url))
    aside(postgres.keep(url))
    return name


async def _fill(url: str) -> None:
    # Asks for all systems of departments, which a throw-away kind beside these fixtures has none among.
    from tests.reference.data import fill

    database = Database(url)
    await database.start()
    await fill(database, Posting(database, clock=lambda: NOW))
    await database.close()


@asynccontextmanager
async def a_database(request: pytest.FixtureRequest, folder: Path, *, filled: bool = False) -> AsyncIterator[str]:
    """The address of a migrated database of the sort that a fixture's parameter names: a fresh one, or with the province."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("filled_sqlite" if filled else "sqlite_template"), folder / "hub.db")
        yield f"sqlite:///{folder / 'hub.db'}"
        return
    template = request.getfixturevalue("filled_postgres") if filled else TEMPLATE
    async with postgres.copied(request.getfixturevalue("postgres_server"), template) as url:
        yield url


#: For tests over the second executor's province (`tests/reference/data.py`) instead of a fresh database.
FILLED = pytest.mark.filled


@pytest.fixture(params=SORTS)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh, migrated database: each test that asks runs on both sorts."""
    async with a_database(request, tmp_path, filled=request.node.get_closest_marker("filled") is not None) as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A database for what does not depend on its sort."""
    shutil.copy(sqlite_template, tmp_path / "hub.db")
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    # On a machine that is busy otherwise nothing is found but that it is slow.
    opened = Database(database_url, pool_size=5, read_seconds=60.0)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def posting(database: Database) -> Posting:
    return Posting(database, clock=lambda: NOW)


@pytest.fixture
def reading(database: Database) -> Reading:
    return Reading(database, clock=lambda: NOW, cursors=CURSORS)


@pytest.fixture
def ask(reading: Reading, posting: Posting) -> Ask:
    """Ask the graph as a caller: `await ask(caller, document, **variables)`."""
    return Ask(Graph(build_schema(), reading, posting))
