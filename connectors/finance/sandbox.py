"""Plays the file server of the nightly batch."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette

from connectors import file_sandbox
from connectors.finance import batch, mapping
from connectors.sandbox import Resource, resources_of
from connectors.world import TODAY, World, budgets, opinions, penalties
from connectors.world.province import Data
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-finance"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "username": USERNAME, "password": PASSWORD}


def resources(world: World) -> dict[str, Resource]:
    """What the files tell."""
    own = Department.FINANCE
    shelves = {
        "opinions": opinions.opinions(world, own),
        "penalties": penalties.penalties(world, own),
        "budget-items": budgets.items(world),
    }
    return resources_of(mapping.RESOURCES, shelves, "SJC")


def _write(folder: str, rows: Sequence[Data]) -> bytes:
    return batch.write(TODAY.strftime("%Y%m%d"), folder, rows)


def make_app(world: World) -> Starlette:
    """The file server's HTTP interface."""
    return file_sandbox.make_app("batch", resources(world), ".txt", _write, username=USERNAME, password=PASSWORD)
