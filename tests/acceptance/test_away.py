"""A database that is away, however: 503 everywhere, nothing of what was posted in the log, and all is well after it."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
import pytest

from auth.principals import Role
from connectors.credit_disclosure import sandbox as credit
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from tests import postgres
from tests.acceptance.conftest import Client, a_client, signing_in
from tests.acceptance.provider import Provider
from tests.acceptance.sockets import PATIENCE_SECONDS
from tests.conftest import SORTS, TEMPLATE, aside
from tests.makers import opinion, penalty

#: What must never be seen in a log.
MARK = "示例密语MARKEDVALUE"
POST = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { accepted unchanged } }"

Fault = Callable[[Client], AbstractAsyncContextManager[None]]


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """A small disk of its own at a folder."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], check=False, stderr=subprocess.DEVNULL
    )
    if made.returncode:
        pytest.skip("only who may mount has a small disk")
    # A server runs as a user of its own, who must get in.
    folder.chmod(0o755)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def apart() -> Iterator[str]:
    """A PostgreSQL server that is stopped and hidden, and no other test's."""
    with postgres.server(max_connections="20") as uri:
        aside(_make_template(uri))
        yield uri


async def _make_template(uri: str) -> None:
    await postgres.statement(uri, f"CREATE DATABASE {TEMPLATE}")
    database = Database(postgres.named(uri, TEMPLATE))
    await migrate(database)
    await database.close()


@pytest.fixture
async def uri(apart: str) -> AsyncIterator[str]:
    """A database there, which goes with all that it was set to."""
    name = f"test_{uuid.uuid4().hex}"
    await postgres.statement(apart, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield postgres.named(apart, name)
    await postgres.statement(apart, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def alone(uri: str, tmp_path: Path) -> AsyncIterator[Client]:
    """A hub whose writers have two connections."""
    async with a_client(uri, tmp_path, pool_size=2, write_seconds=8.0) as client:
        yield client


def _processes(uri: str) -> list[int]:
    first = postgres.process(uri)
    children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8").split()
    return [first, *map(int, children)]


@asynccontextmanager
async def stopped(client: Client) -> AsyncIterator[None]:
    """The server hangs, with all that it was at."""
    processes = _processes(client.hub.settings.database_url)
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def _hide(folder: Path) -> None:
    """Let nobody find the server's socket any more, and cut who is connected."""
    for socket in folder.glob(".s.PGSQL.????"):
        socket.rename(socket.with_suffix(".away"))


def _show(folder: Path) -> None:
    for socket in folder.glob(".s.PGSQL.away"):
        socket.rename(socket.with_suffix(".5432"))


@asynccontextmanager
async def refused(client: Client) -> AsyncIterator[None]:
    """The server takes no connections, and has cut those that it had."""
    url = client.hub.settings.database_url
    folder = Path(url.partition("host=")[2])
    other = await asyncpg.connect(url)
    _hide(folder)
    try:
        await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        yield
    finally:
        _show(folder)
        await other.close()


@asynccontextmanager
async def exhausted(client: Client) -> AsyncIterator[None]:
    """Every connection of the pool is somebody's, and will be for long."""
    engine = client.hub.database.engine
    async with engine.connect(), engine.connect():
        yield


@asynccontextmanager
async def locked(client: Client) -> AsyncIterator[None]:
    """Somebody else has the tables."""
    connection = await asyncpg.connect(client.hub.settings.database_url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '20s'")
            tables = "opinions, clients, revoked_tokens, replays, alembic_version"
            await connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


@pytest.mark.parametrize("fault", [stopped, refused, exhausted, locked], ids=lambda fault: str(fault.__name__))
async def test_a_database_that_is_away_is_503_everywhere_and_nothing_posted_is_logged(
    alone: Client, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    client_id, secret = await alone.hub.clients.add("示例部门", Role.DEPARTMENT, Department.ECOLOGY)
    token = await alone.token(Role.DEPARTMENT, Department.ECOLOGY)
    items = [opinion(7, text=MARK)]
    alone.http.timeout = httpx.Timeout(PATIENCE_SECONDS)

    async def asked() -> dict[str, httpx.Response]:
        body, signed = credit.pushed([])
        async with asyncio.timeout(PATIENCE_SECONDS):
            answers = await asyncio.gather(
                alone.ask(token, POST, items=items),
                alone.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)),
                alone.http.get("/readyz"),
                alone.http.post("/push/credit_disclosure", content=body, headers=signed),
                alone.http.post("/oauth/introspect", data={"token": token}, auth=(client_id, secret)),
                alone.http.post("/oauth/revoke", data={"token": "x"}, auth=(client_id, secret)),
            )
        return dict(zip(("post", "token", "ready", "push", "introspect", "revoke"), answers, strict=True))

    with caplog.at_level(logging.INFO):
        async with fault(alone):
            answers = await asked()
            for name, answer in answers.items():
                assert answer.status_code == 503, (name, answer.text)
            for name in answers.keys() - {"ready", "post"}:
                assert answers[name].headers["retry-after"] == "1", (name, answers[name].text)
            assert answers["token"].json()["error"] == "temporarily_unavailable"
            assert answers["post"].json()["errors"][0]["extensions"]["code"] in ("UNAVAILABLE", "DEADLINE_EXCEEDED")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(answer.status_code != 200 for answer in (await asked()).values()):
                pass
    formatted = [logging.Formatter("%(message)s").format(record) for record in caplog.records]
    assert not [line for line in formatted if MARK in line]
    assert not [line for line in formatted if "Traceback" in line or "unexpected" in line]


async def test_who_has_signed_in_is_told_to_come_back(provider: Provider, uri: str, tmp_path: Path) -> None:
    async with a_client(uri, tmp_path, **signing_in(provider, tmp_path)) as client, refused(client):
        for accept in ("text/html", "application/json"):
            answer = await client.http.get("/me", headers={"cookie": "hub-session=x", "accept": accept})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.headers["content-type"].startswith(accept)


@pytest.fixture
def disk(tmp_path: Path, sqlite_template: Path) -> Iterator[Path]:
    """A small disk of its own with a database on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder, sqlite_template.stat().st_size // 1024 + 1500):
        shutil.copy(sqlite_template, folder / "hub.db")
        yield folder


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"0" * 1024)


def _make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


@pytest.fixture(params=SORTS)
async def on_a_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, Path]]:
    """A database of each sort on a small disk of its own, and where the disk is."""
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("disk")
        yield f"sqlite:///{folder / 'hub.db'}", folder
        return
    with TemporaryDirectory(prefix="hub-disk-") as name, small_disk(Path(name), 150_000):
        monkeypatch.setattr(tempfile, "tempdir", name)
        with postgres.server(max_wal_size="48MB", min_wal_size="32MB") as url:
            database = Database(url)
            await migrate(database)
            await database.close()
            yield url, Path(name)


async def test_on_a_full_disk_posts_are_unavailable_and_reads_go_on(
    on_a_disk: tuple[str, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url, disk = on_a_disk
    async with a_client(url, tmp_path) as client:
        token = await client.token(Role.DEPARTMENT, Department.ECOLOGY)
        _fill(disk / "filler")
        answer = await client.ask(token, POST, items=[opinion(number, text=MARK * 20) for number in range(8, 300)])
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert answer.headers["retry-after"] == "1"
        unready = await client.http.get("/readyz")
        assert (unready.status_code, unready.json()) == (503, {"status": "the database cannot be written"})
        read = await client.ask(token, "{ mines { totalCount } }")
        assert read.json()["data"] == {"mines": {"totalCount": 3}}
        (disk / "filler").unlink()
        assert (await client.ask(token, POST, items=[opinion(8)])).status_code == 200
    assert not [record for record in caplog.records if MARK in logging.Formatter().format(record)]


async def test_a_file_that_is_read_only_cannot_be_written(disk: Path) -> None:
    _make_read_only(disk)
    database = Database(f"sqlite:///{disk / 'hub.db'}")
    with pytest.raises(HubError) as refused:
        await database.check_writing()
    assert refused.value.code is ErrorCode.UNAVAILABLE
    await database.close()


async def test_a_server_that_takes_no_writes_any_more_serves_reads_and_says_so(alone: Client) -> None:
    token = await alone.token(Role.DEPARTMENT, Department.ECOLOGY)
    other = await asyncpg.connect(alone.hub.settings.database_url)
    try:
        await other.execute(f"ALTER DATABASE {alone.hub.database.url.database} SET default_transaction_read_only = on")
        await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await alone.http.get("/readyz")).json() != {"status": "the database cannot be written"}:
                pass
        answer = await alone.ask(token, POST, items=[opinion(8)])
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        read = await alone.ask(token, "{ mines { totalCount } }")
        assert read.json()["data"] == {"mines": {"totalCount": 3}}
    finally:
        await other.close()


async def test_a_push_has_a_deadline(sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, write_seconds=0.2) as client, client.hub.database.transaction():
        body, headers = credit.pushed([credit.row(penalty(9), Department.WATER)])
        answer = await client.http.post("/push/credit_disclosure", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (503, "DEADLINE_EXCEEDED")
