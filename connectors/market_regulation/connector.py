"""Pulls the register by SOAP queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.base import Manifest
from connectors.market_regulation import mapping
from connectors.soap import SoapConnector


@dataclass(frozen=True)
class MarketRegulation(SoapConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    path = "/services/register"
    namespace = "urn:sandbox:enterprise-register:v2"
    stamp = "lastModified"
    resources = mapping.RESOURCES
