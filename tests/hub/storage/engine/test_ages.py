"""A database that is not there, of another age, or none at all: said in one line with what to do, before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.domain.words.errors import UnfitDatabaseError
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import check, head, roll_back


async def said(url: str, *, may_be_older: bool = False) -> str:
    """Why a database cannot be worked with; empty where it can."""
    opened = Database(url)
    try:
        await check(opened, may_be_older=may_be_older, writes=True)
    except UnfitDatabaseError as error:
        return str(error)
    finally:
        await opened.close()
    return ""


@pytest.fixture
async def newer(database: Database, database_url: str) -> str:
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    return database_url


async def test_a_database_of_this_age_is_fit(database_url: str) -> None:
    assert await said(database_url) == await said(database_url, may_be_older=True) == ""


@pytest.mark.parametrize("may_be_older", [True, False])
async def test_a_newer_one_wants_a_newer_hub_and_no_migration(newer: str, may_be_older: bool) -> None:
    assert "(revision 9999): use a newer version" in await said(newer, may_be_older=may_be_older)


async def test_an_older_one_is_to_be_migrated(database: Database, database_url: str) -> None:
    await roll_back(database, f"{int(head()) - 1:04}")
    assert "bring it up to date with `hub migrate`" in await said(database_url)
    assert await said(database_url, may_be_older=True) == ""


async def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "var" / "hub.db"
    assert await said(f"sqlite:///{file}") == f"there is no database at {file}: make it with `hub migrate`"
    assert not file.parent.exists()
    assert await said(f"sqlite:///{file}", may_be_older=True) == ""


@pytest.mark.parametrize("may_be_older", [True, False])
async def test_a_file_that_is_no_database_is_called_so(tmp_path: Path, may_be_older: bool) -> None:
    file = tmp_path / "hub.db"
    file.write_text("示例文件" * 100, encoding="utf-8")
    assert "file is not a database" in await said(f"sqlite:///{file}", may_be_older=may_be_older)


async def test_a_server_that_is_not_there_is_called_so() -> None:
    assert "Connect call failed" in await said("postgresql://hub@127.0.0.1:1/hub")
