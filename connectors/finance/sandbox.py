"""Plays the file server of the nightly batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.applications import Starlette

from connectors import file_sandbox
from connectors.finance import batch, mapping
from connectors.sandbox import Resource
from connectors.world import TODAY, Data, Shelf, World
from hub.domain.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-finance"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "username": USERNAME, "password": PASSWORD}


def resources(world: World) -> dict[str, Resource]:
    """What the files tell."""
    own = Department.FINANCE
    return {
        "opinions": Resource(Shelf(world.opinion_count(own), lambda n: world.opinion(own, n)), mapping.OPINIONS, "SJC"),
        "penalties": Resource(Shelf(world.penalty_count(own), lambda n: world.penalty(own, n)), mapping.PENALTIES, "SJC"),
    }


def _write(kind: str, _name: str, rows: Sequence[Data]) -> bytes:
    return batch.write(TODAY.strftime("%Y%m%d"), kind, rows)


def make_app(world: World) -> Starlette:
    """The file server's HTTP interface."""
    held = resources(world)
    folders = {kind: file_sandbox.Folder(resource, ".txt", partial(_write, kind)) for kind, resource in held.items()}
    app = file_sandbox.make_app("batch", folders, USERNAME, PASSWORD)
    app.state.resources = held
    return app
