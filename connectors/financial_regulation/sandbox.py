"""Plays the download page of the workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.applications import Starlette

from connectors import file_sandbox
from connectors.financial_regulation import mapping, workbook
from connectors.sandbox import Resource
from connectors.world import Data, Shelf, World
from hub.domain.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-financial-regulation"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "username": USERNAME, "password": PASSWORD}


def resources(world: World) -> dict[str, Resource]:
    """What the workbooks tell."""
    own = Department.FINANCIAL_REGULATION
    return {
        "opinions": Resource(Shelf(world.opinion_count(own), lambda n: world.opinion(own, n)), mapping.OPINIONS, "更新时间"),
        "penalties": Resource(Shelf(world.penalty_count(own), lambda n: world.penalty(own, n)), mapping.PENALTIES, "更新时间"),
    }


def _write(kind: str, _name: str, rows: Sequence[Data]) -> bytes:
    return workbook.write(sorted(mapping.NEEDED[kind]), rows)


def make_app(world: World) -> Starlette:
    """The download page's HTTP interface."""
    held = resources(world)
    folders = {kind: file_sandbox.Folder(resource, ".xlsx", partial(_write, kind)) for kind, resource in held.items()}
    app = file_sandbox.make_app("downloads", folders, USERNAME, PASSWORD)
    app.state.resources = held
    return app
