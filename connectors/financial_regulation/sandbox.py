"""Plays the download page of the workbooks."""

from __future__ import annotations

from collections.abc import Sequence

from connectors import workbooks
from connectors.file_sandbox import FileShelf
from connectors.financial_regulation import mapping
from connectors.sandbox import Sandbox
from connectors.world.province import Data
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-financial-regulation"  # noqa: S105 - opens the sandbox only


def _write(folder: str, rows: Sequence[Data]) -> bytes:
    return workbooks.write(sorted(mapping.TABLES[folder].needed), rows)


SANDBOX = Sandbox(
    department=Department.FINANCIAL_REGULATION,
    resources_mapped=mapping.RESOURCES,
    stamp="更新时间",
    credentials={"username": USERNAME, "password": PASSWORD},
    routes=FileShelf("downloads", ".xlsx", _write, USERNAME, PASSWORD).routes,
)
