"""A database that is not there, of another age, or none at all: said in one line with what to do, before anything is done."""

from __future__ import annotations

import os
import sqlite3
import stat
import uuid
from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path

import pytest

from hub.domain.words.errors import ErrorCode, HubError, UnfitError
from hub.storage.engine import database as engine
from hub.storage.engine.database import Database, Unreachable
from hub.storage.engine.migrations import check, check_whole, head, migrate, roll_back
from tests import postgres
from tests.conftest import TEMPLATE
from tests.files import make_read_only


async def said(url: str, *, may_be_older: bool = False, writes: bool = True) -> str:
    """Why a database cannot be worked with; empty where it can."""
    opened = Database(url)
    try:
        await check(opened, may_be_older=may_be_older, writes=writes)
    except UnfitError as error:
        return str(error)
    finally:
        await opened.close()
    return ""


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Whoever says nothing of rights makes files that everybody may write."""
    before = os.umask(0)
    yield
    os.umask(before)


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


@pytest.mark.parametrize("may_be_older", [True, False])
async def test_what_cannot_be_opened_is_called_so(tmp_path: Path, may_be_older: bool) -> None:
    (tmp_path / "hub.db").mkdir()
    assert "the database cannot be used: [Errno 21] Is a directory" in await said(
        f"sqlite:///{tmp_path / 'hub.db'}", may_be_older=may_be_older
    )


@pytest.mark.parametrize(
    ("asked", "whole"), [("SELECT 1 FROM gone", False), ("SELECT gone FROM mines", False), ("SELECT 1 FROM mines WHERE", True)]
)
async def test_where_a_table_or_a_column_is_missing_the_database_is_called_so(
    database: Database, asked: str, whole: bool
) -> None:
    with pytest.raises(Unreachable) as failed:
        async with database.connection() as connection:
            await connection.exec_driver_sql(asked)
    with nullcontext() if whole else pytest.raises(UnfitError, match=r"the database is not whole .*gone.*: restore it"):
        check_whole(failed.value)


async def test_readers_go_on_while_one_writes_once_a_hub_has_made_or_served_a_file_and_a_look_leaves_it_as_it_is(
    sqlite_url: str, tmp_path: Path
) -> None:
    def mode(set_to: str = "") -> str:
        with closing(sqlite3.connect(tmp_path / "hub.db")) as opened:
            return str(opened.execute(f"PRAGMA journal_mode{set_to}").fetchone()[0])

    database = Database(sqlite_url)
    for act in (partial(migrate, database), database.start):
        assert mode("=delete") == "delete"
        as_it_is = (tmp_path / "hub.db").read_bytes()
        assert await said(sqlite_url, writes=False) == ""
        assert (tmp_path / "hub.db").read_bytes() == as_it_is
        await act()
        await database.close()
        assert mode() == "wal"


async def test_what_cannot_be_made_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    database = Database(f"sqlite:///{tmp_path / 'var' / 'hub.db'}")
    with pytest.raises(UnfitError, match=r"var/hub\.db cannot be opened for writing: .+; see HUB_DATABASE_URL"):
        await migrate(database)


async def test_a_server_whose_tables_one_may_not_read_is_called_so(postgres_server: str) -> None:
    name = f"test_{uuid.uuid4().hex}"
    await postgres.statement(postgres_server, f"CREATE ROLE {name} LOGIN")
    async with postgres.copied(postgres_server, TEMPLATE) as url:
        address = url.replace("//postgres", f"//{name}")
        assert f"//{name}" in address
        assert "permission denied for table alembic_version" in await said(address)
    await postgres.statement(postgres_server, f"DROP ROLE {name}")


async def test_a_server_that_takes_no_writes_is_called_so(database_url: str, tmp_path: Path) -> None:
    if database_url.startswith("sqlite"):
        make_read_only(tmp_path / "hub.db")
        assert "the database cannot be used: attempt to write a readonly database" in await said(database_url)
    else:
        refusing = f"{database_url}&options=-c%20default_transaction_read_only%3Don"
        assert "the database cannot be used: cannot execute UPDATE in a read-only transaction" in await said(refusing)


async def test_a_migration_takes_the_time_that_it_needs(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"test_{uuid.uuid4().hex}"
    await postgres.statement(postgres_server, f"CREATE DATABASE {name}")
    monkeypatch.setitem(engine._SETTINGS, "statement_timeout", "1ms")
    monkeypatch.setattr(engine, "_COMMAND_SECONDS", 0.1)
    opened = Database(postgres.named(postgres_server, name))
    await migrate(opened)
    async with opened.unhurried() as connection:
        await connection.exec_driver_sql("SELECT pg_sleep(0.3)")
    with pytest.raises(HubError) as ended:
        async with opened.transaction() as connection:
            await connection.exec_driver_sql("SELECT pg_sleep(0.3)")
    assert ended.value.code is ErrorCode.UNAVAILABLE
    await opened.close()
    await postgres.statement(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_database_is_made_for_its_owner_alone_whatever_the_umask(tmp_path: Path, open_umask: None) -> None:
    file = tmp_path / "var" / "here" / "hub.db"
    database = Database(f"sqlite:///{file}")
    await migrate(database)
    async with database.transaction():
        made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").rglob("*")}
    assert made == {"here": 0o700, "hub.db": 0o600, "hub.db-wal": 0o600, "hub.db-shm": 0o600}
    assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700
    await database.close()


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
async def test_a_database_that_every_user_can_get_at_is_warned_of(
    sqlite_url: str, tmp_path: Path, end: str, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_path.chmod(0o700)  # noqa: ASYNC240
    file = tmp_path / "hub.db"
    file.chmod(0o600)
    opened = Database(sqlite_url)
    async with opened.connection() as connection:
        await connection.exec_driver_sql("SELECT 1 FROM alembic_version")
        await check(opened)
        assert not caplog.records
        file.with_name(file.name + end).chmod(0o604)
        await check(opened)
    assert [record.args for record in caplog.records] == [
        ("数据库文件", "the database file is", file.with_name(file.name + end))
    ]
    await opened.close()


async def test_a_folder_of_a_database_that_every_user_can_get_at_is_warned_of(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "hub.db").chmod(0o600)
    tmp_path.chmod(0o701)  # noqa: ASYNC240
    assert await said(sqlite_url) == ""
    [record] = caplog.records
    assert record.args == ("数据库所在目录", "the database's folder is", tmp_path)


async def test_a_server_that_is_not_there_is_called_so() -> None:
    assert "Connect call failed" in await said("postgresql://hub@127.0.0.1:1/hub")
