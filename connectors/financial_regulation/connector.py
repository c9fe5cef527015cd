"""Pulls the workbooks that are new."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Manifest
from connectors.files import FileFeed
from connectors.financial_regulation import mapping, workbook
from connectors.http import Http, Limits


@dataclass(frozen=True)
class FinancialRegulation(Connector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    limits: Limits = field(default_factory=Limits)
    transport: httpx.AsyncBaseTransport | None = None

    def _http(self) -> Http:
        auth = httpx.BasicAuth(self.settings["username"], self.settings["password"])
        return Http(self.settings["base_url"], auth=auth, limits=self.limits, transport=self.transport)

    async def check(self) -> Health:
        files = feeds.rows_of((await self._http().get("/downloads/opinions")).json(), "files")
        return Health(f"{len(files)} workbooks")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        http = self._http()
        kinds = {"opinions": mapping.OPINIONS, "penalties": mapping.PENALTIES}
        return feeds.pull(
            cursor,
            [
                feeds.Feed(
                    name,
                    FileFeed(http, f"/downloads/{name}", partial(workbook.read, mapping.NEEDED[name])).fetch,
                    mapped.item,
                )
                for name, mapped in kinds.items()
            ],
        )
