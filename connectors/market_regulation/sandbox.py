"""Plays the register."""

from __future__ import annotations

from connectors.market_regulation import mapping
from connectors.market_regulation.connector import MarketRegulation
from connectors.sandbox import Sandbox
from connectors.soap_sandbox import SoapService
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-market-regulation"  # noqa: S105 - opens the sandbox only

SANDBOX = Sandbox(
    department=Department.MARKET_REGULATION,
    resources_mapped=mapping.RESOURCES,
    stamp=MarketRegulation.stamp,
    credentials={"username": USERNAME, "password": PASSWORD},
    routes=SoapService(MarketRegulation.path, MarketRegulation.namespace, USERNAME, PASSWORD).routes,
)
