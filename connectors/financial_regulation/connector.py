"""Pulls the workbooks that are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.base import Manifest
from connectors.feeds import Row
from connectors.files import FileConnector
from connectors.financial_regulation import mapping, workbook


@dataclass(frozen=True)
class FinancialRegulation(FileConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    path = "downloads"
    resources = mapping.RESOURCES

    def read(self, folder: str, body: bytes) -> Sequence[Row]:
        return workbook.read(mapping.NEEDED[folder], body)
