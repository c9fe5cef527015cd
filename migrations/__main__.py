"""Writes the next migration, from what the hub's tables have become: `make migration NAME=what_it_is_for`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from alembic import command
from alembic.script import Script

from hub.storage.engine.database import Database
from hub.storage.engine.migrations import config, head, migrate


async def write(name: str) -> Path | None:
    """The file of the migration that brings a database of the newest revision to today's tables; None if it is there."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'hub.db'}")
        await migrate(database)
        async with database.transaction() as connection:
            path = await connection.run_sync(lambda sync: _written(sync, name))
        await database.close()
    return path


def _written(connection: sa.Connection, name: str) -> Path | None:
    rev = f"{int(head()) + 1:04}"
    script = command.revision(config(connection), name.replace("_", " "), autogenerate=True, rev_id=rev)
    if not isinstance(script, Script):
        return None
    path = Path(script.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if "# ### " not in line)
    path.write_text(text.replace(", schema=None", "").replace("batch_op", "table"), encoding="utf-8")
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("make migration NAME=what_it_is_for")
    print(asyncio.run(write(sys.argv[1])) or "the migrations make today's tables already")
