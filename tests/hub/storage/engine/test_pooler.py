"""A pooler that shares sessions would lose what the hub sets for them and prepares in them: it is refused in one line."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import _SETTINGS, Database
from hub.storage.engine.migrations import check, migrate

POOLER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
_PATIENCE_SECONDS = 20


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("pgbouncer")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that another user can reach."""
    with tempfile.TemporaryDirectory(prefix="hub-pooler-") as folder:
        yield Path(folder)


#: All that the hub sets for its sessions.
SETTINGS = sorted({*_SETTINGS, "plan_cache_mode", "default_transaction_read_only"})


@pytest.fixture(params=["", ",".join(SETTINGS)], ids=["as it is installed", "passes over settings"])
def pooled(request: pytest.FixtureRequest, postgres_server: str, home: Path) -> Iterator[str]:
    """The address of a pooler in transaction mode before the server: one as it is installed, one that passes over settings."""
    if POOLER is None:
        pytest.skip("pgbouncer is not installed")
    server = urlsplit(postgres_server)
    folder, port = parse_qs(server.query)["host"][0], _free_port()
    ignored = f"ignore_startup_parameters = {request.param}" if request.param else ""
    (home / "users.txt").write_text(f'"{server.username}" ""\n', encoding="utf-8")
    (home / "pgbouncer.ini").write_text(
        f"""
[databases]
* = host={folder}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {home / "users.txt"}
pool_mode = transaction
{ignored}
""",
        encoding="utf-8",
    )
    user = None
    if os.getuid() == 0:
        # It does not run as root, and the server's own user gets at the server's socket.
        user = Path(folder).owner()
        for made in (home, *home.iterdir()):
            shutil.chown(made, user)
    running = subprocess.Popen([POOLER, str(home / "pgbouncer.ini")], stderr=subprocess.DEVNULL, user=user)
    try:
        _wait(port)
        yield f"postgresql://{server.username}@127.0.0.1:{port}/template_hub"
    finally:
        running.terminate()
        running.wait()


async def test_a_pooler_is_refused_in_one_line(pooled: str) -> None:
    database = Database(pooled)
    # A hub that serves, a command that looks at the database's age, and a migration.
    for begins in (database.start, partial(check, database), partial(migrate, database)):
        with pytest.raises(HubError) as refused:
            await begins()
        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "HUB_DATABASE_URL")
        assert "PgBouncer" in refused.value.detail
        assert "\n" not in str(refused.value)
    await database.close()
