"""The migrations make exactly the tables of this version, go down and up again, and leave nothing half-done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hub.storage import clients, documents, nouns, replays, revocations, sessions
from hub.storage.database import Database
from hub.storage.metadata import metadata
from hub.storage.migrating import head, migrate, revision, roll_back

__all__ = ["clients", "documents", "nouns", "replays", "revocations", "sessions"]


async def test_no_model_change_is_without_a_migration(database: Database) -> None:
    def compare(connection: sa.Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), metadata)

    async with database.connection() as connection:
        assert await connection.run_sync(compare) == []


async def test_down_to_nothing_and_up_again(database: Database) -> None:
    assert await revision(database) == head()
    await roll_back(database, "base")
    assert await revision(database) is None
    await migrate(database)
    assert await revision(database) == head()


async def test_migrating_what_is_migrated_changes_nothing(database: Database) -> None:
    await migrate(database)
    assert await revision(database) == head()
