"""Pulls feature collections in the order of their change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.base import Manifest
from connectors.features import FeatureConnector
from connectors.forestry_grassland import mapping


@dataclass(frozen=True)
class ForestryGrassland(FeatureConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    stamp = "updated"
    resources = mapping.RESOURCES
