"""Plays the geographic service."""

from __future__ import annotations

from connectors.feature_sandbox import FeatureService
from connectors.forestry_grassland import mapping
from connectors.forestry_grassland.connector import ForestryGrassland
from connectors.sandbox import Sandbox
from hub.domain.words.departments import Department

API_KEY = "sandbox-forestry-grassland"

SANDBOX = Sandbox(
    department=Department.FORESTRY_GRASSLAND,
    resources_mapped=mapping.RESOURCES,
    stamp=ForestryGrassland.stamp,
    credentials={"api_key": API_KEY},
    routes=FeatureService(API_KEY).routes,
)
