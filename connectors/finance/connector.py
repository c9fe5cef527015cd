"""Pulls the nightly files that are new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connectors.base import Manifest
from connectors.cells import Line, SetAside
from connectors.files import FileConnector
from connectors.finance import batch, mapping


@dataclass(frozen=True)
class Finance(FileConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    path = "batch"
    resources = mapping.RESOURCES

    def read(self, folder: str, body: bytes) -> Iterable[Line | SetAside]:
        return batch.read(body)
