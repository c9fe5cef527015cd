"""Bringing a database to the schema of this version, all or nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import migrations
from hub import private_files
from hub.domain.words.errors import ErrorCode, HubError, UnfitError
from hub.storage.engine.database import Database, Unreachable

if TYPE_CHECKING:
    # Alembic is imported when a database's age is asked for: with its templates it is as large as the graph's schema.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

#: SQLSTATE of an unknown table and of an unknown column; of a table (or index, or type) and of a column that is there already.
_MISSING = ("42P01", "42703")
_THERE = ("42P07", "42710", "42701")


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, wherever the package lies."""
    from alembic.config import Config  # noqa: PLC0415

    made = Config()
    made.set_main_option("script_location", str(Path(migrations.__file__).parent))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The revision of this version."""
    return str(_scripts().get_current_head())


@cache
def _scripts() -> ScriptDirectory:
    # All revisions are read where one is asked for, and whoever asks whether a hub is ready asks for the last.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory.from_config(config())


def _command() -> Any:
    from alembic import command  # noqa: PLC0415

    return command


async def revision(database: Database) -> str | None:
    """The revision that the database has; None for an empty one.  The database's clock is looked at too."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    async with database.connection() as connection:
        await database.clock.look(connection)
        found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())
    return ", ".join(sorted(found)) or None


async def check(database: Database, *, may_be_older: bool = False, writes: bool = False) -> None:
    """That a database is there and of this version's age, or an older one's; with `writes`, that it can be written too.

    Raises UnfitError.
    """
    known = {script.revision for script in _scripts().walk_revisions()}
    try:
        if not _is_there(database.file):
            if may_be_older:
                return
            raise UnfitError(f"there is no database at {database.file}: make it with `hub migrate`")
        with database.away.quiet():
            found = await revision(database)
            # Another's is not written to.
            if writes and found in known:
                await database.check_writing()
    except (HubError, OSError) as error:
        if isinstance(error, HubError) and error.code is not ErrorCode.UNAVAILABLE:
            raise
        raise UnfitError(f"the database cannot be used: {_reason(error)}; see HUB_DATABASE_URL") from None
    if found is not None and found not in known:
        raise UnfitError(f"the database is newer than this version of the hub (revision {found}): use a newer version")
    if found != head() and not may_be_older:
        raise UnfitError("the database is older than this version of the hub: bring it up to date with `hub migrate`")


def check_whole(error: Unreachable) -> None:
    """Raise UnfitError where an error says that a table or a column is missing, which a database of this age has, or that one
    is there which a migration was to make."""
    said, state = " ".join(str(error.orig).split()), getattr(error.orig, "sqlstate", None)
    if state in _MISSING or said.startswith("no such "):
        raise UnfitError(f"the database is not whole ({said}): restore it from a backup") from None
    if state in _THERE or said.endswith(" already exists") or said.startswith("duplicate column "):
        raise UnfitError(f"the database is another's ({said}): give the hub one of its own; see HUB_DATABASE_URL") from None


def _is_there(file: Path | None) -> bool:
    """Whether there is something to open; of a file that every user can get at, and of its folder, a warning."""
    if file is None:
        return True
    for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        private_files.tell_if_open(path, "数据库文件", "the database file is")
    private_files.tell_if_open(file.parent, "数据库所在目录", "the database's folder is")
    try:
        # The driver's thread outlives a loop that ends with an open that failed, and says so.
        file.open("rb").close()
    except FileNotFoundError:
        return False
    return True


def _reason(error: BaseException) -> str:
    """What lies below an error, in one line."""
    while (cause := getattr(error, "orig", None) or error.__cause__) is not None:
        error = cause
    return " ".join(str(error).split()) or type(error).__name__


async def migrate(database: Database, to: str = "head") -> None:
    """Bring the database up to `to`, in one transaction: a migration that fails half-way leaves nothing behind."""
    if database.file is not None:
        try:
            private_files.make_file(database.file)
        except OSError as error:
            raise UnfitError(f"{database.file} cannot be opened for writing: {error.strerror}; see HUB_DATABASE_URL") from None
    async with database.unhurried() as connection:
        if not database.is_sqlite:
            # Two processes may start at once; the second finds the work done.
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6D69_6772)))
            # While a table is waited for, everybody else waits behind.
            await connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        await connection.run_sync(lambda sync: _command().upgrade(config(sync), to))
    if database.is_sqlite:
        await database.let_readers_go_on()


async def roll_back(database: Database, to: str) -> None:
    """Bring the database down to `to`, in one transaction."""
    async with database.unhurried() as connection:
        await connection.run_sync(lambda sync: _command().downgrade(config(sync), to))
