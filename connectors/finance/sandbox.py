"""Plays the file server of the nightly batch."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.file_sandbox import FileShelf
from connectors.finance import batch, mapping
from connectors.sandbox import Sandbox
from connectors.world import TODAY
from connectors.world.province import Data
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-finance"  # noqa: S105 - opens the sandbox only


def _write(folder: str, rows: Sequence[Data]) -> bytes:
    return batch.write(TODAY.strftime("%Y%m%d"), folder, rows)


SANDBOX = Sandbox(
    department=Department.FINANCE,
    resources_mapped=mapping.RESOURCES,
    stamp="SJC",
    credentials={"username": USERNAME, "password": PASSWORD},
    routes=FileShelf("batch", ".txt", _write, USERNAME, PASSWORD).routes,
)
