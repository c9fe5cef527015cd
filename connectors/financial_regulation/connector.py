"""Pulls the workbooks that are new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connectors.base import Manifest
from connectors.cells import Line, SetAside
from connectors.files import FileConnector
from connectors.financial_regulation import mapping


@dataclass(frozen=True)
class FinancialRegulation(FileConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    path = "downloads"
    resources = mapping.RESOURCES

    def read(self, folder: str, body: bytes) -> Iterable[Line | SetAside]:
        return mapping.TABLES[folder].read(body)
