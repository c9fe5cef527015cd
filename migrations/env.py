"""Alembic's entry: runs on the connection that `hub.storage.engine.migrations` hands over, or on HUB_DATABASE_URL by itself."""

from __future__ import annotations

import asyncio
import os
from importlib import import_module
from pkgutil import walk_packages
from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.operations.ops import MigrationScript

import hub.storage
from hub.storage.engine.database import Database
from hub.storage.sql.metadata import Instant, Json, Plain, Scaled, metadata

# Whatever declares a table is known before tables are compared.
for module in walk_packages(hub.storage.__path__, "hub.storage."):
    import_module(module.name)


def frozen(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """Migrations name plain types, so that they stay what they were when our own types change."""
    if kind != "type":
        return False
    if isinstance(thing, Scaled):
        return "sa.BigInteger()"
    if isinstance(thing, Instant):
        return 'sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")'
    if isinstance(thing, Plain | Json):
        return 'sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")'
    return False


def run(connection: sa.Connection) -> None:
    def only_changes(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
        if any(upgrade.is_empty() for script in directives for upgrade in script.upgrade_ops_list):
            directives.clear()

    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=frozen,
        compare_type=False,
        transaction_per_migration=False,
        process_revision_directives=only_changes,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    database = Database(os.environ.get("HUB_DATABASE_URL", "sqlite:///var/hub.db"))
    async with database.transaction() as connection:
        await connection.run_sync(run)
    await database.close()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    asyncio.run(run_alone())
