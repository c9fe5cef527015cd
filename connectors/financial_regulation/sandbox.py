"""Plays the download page of the workbooks."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette

from connectors import file_sandbox
from connectors.financial_regulation import mapping, workbook
from connectors.sandbox import Resource, resources_of
from connectors.world import World, opinions, penalties, supports
from connectors.world.province import Data
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-financial-regulation"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "username": USERNAME, "password": PASSWORD}


def resources(world: World) -> dict[str, Resource]:
    """What the workbooks tell."""
    own = Department.FINANCIAL_REGULATION
    shelves = {
        "opinions": opinions.opinions(world, own),
        "penalties": penalties.penalties(world, own),
        "support-policies": supports.policies(own),
        "support-grants": supports.grants(world, own),
    }
    return resources_of(mapping.RESOURCES, shelves, "更新时间")


def _write(folder: str, rows: Sequence[Data]) -> bytes:
    return workbook.write(sorted(mapping.NEEDED[folder]), rows)


def make_app(world: World) -> Starlette:
    """The download page's HTTP interface."""
    return file_sandbox.make_app("downloads", resources(world), ".xlsx", _write, username=USERNAME, password=PASSWORD)
