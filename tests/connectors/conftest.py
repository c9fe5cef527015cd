"""Every connector of the registry with its sandbox, in process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from connectors.base import Batch, Connector, Item
from connectors.http import ConnectorLimits
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World

QUICK = ConnectorLimits(seconds=2.0, most_bytes=4 * 1024 * 1024, attempts=1, first_wait=0.01)
BASE = "http://department.example"


@dataclass
class Case:
    """One connector, its sandbox, and how to bring the two together."""

    code: str
    world: World = field(default_factory=lambda: World(64, 7))

    def __post_init__(self) -> None:
        self.sandbox = sandbox(self.code)
        self.app = self.sandbox.make_app(self.world)

    def connector(self, app: Any = None, **changed: str) -> Connector:
        settings = {**self.sandbox.settings(BASE), **changed}
        transport = app if isinstance(app, httpx.AsyncBaseTransport) else httpx.ASGITransport(app or self.app)
        return CONNECTORS[self.code](settings, limits=QUICK, transport=transport)  # type: ignore[call-arg]


async def pulled(
    connector: Connector, cursor: str | None = None, most: int = 1000
) -> tuple[list[Item], str | None, list[Batch]]:
    """What a pull brings, the cursor after it, and its batches."""
    batches: list[Batch] = []
    async for batch in connector.pull(cursor):
        batches.append(batch)
        if len(batches) == most:
            break
    items = [item for batch in batches for item in batch.items]
    return items, batches[-1].cursor if batches else cursor, batches


@pytest.fixture(params=list(CONNECTORS))
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)
