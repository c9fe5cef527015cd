"""Bringing a database to the schema of this version, all or nothing."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from hub.storage.engine.database import Database


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, wherever the package lies."""
    made = Config()
    made.set_main_option("script_location", str(Path(migrations.__file__).parent))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The revision of this version."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


async def revision(database: Database) -> str | None:
    """The revision that the database has; None for an empty one."""
    async with database.connection() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def migrate(database: Database, to: str = "head") -> None:
    """Bring the database up to `to`, in one transaction: a migration that fails half-way leaves nothing behind."""
    async with database.transaction() as connection:
        if not database.is_sqlite:
            # Two processes may start at once; the second finds the work done.
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6D69_6772)))
        await connection.run_sync(lambda sync: command.upgrade(config(sync), to))


async def roll_back(database: Database, to: str) -> None:
    """Bring the database down to `to`, in one transaction."""
    async with database.transaction() as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), to))
