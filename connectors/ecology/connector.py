"""Pulls the system's resources through the exchange platform, whose answers carry a code of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Batch, Connector, Health, Manifest
from connectors.credentials import PlatformSignature
from connectors.ecology import mapping
from connectors.errors import OperatorMustAct, RefusedForGood, TryAgain
from connectors.http import ConnectorLimits, Http

_PAGE = 500


@dataclass(frozen=True)
class Ecology(Connector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    limits: ConnectorLimits = field(default_factory=ConnectorLimits)
    transport: httpx.AsyncBaseTransport | None = None

    def _http(self) -> Http:
        s = self.settings
        auth = PlatformSignature(s["requester_id"], s["service_id"], s["secret"])
        return Http(s["base_url"], auth=auth, limits=self.limits, transport=self.transport)

    async def check(self) -> Health:
        data = await _ask(self._http(), "hbyj", "", 1)
        return Health(f"{data.get('total')} opinions")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        return feeds.pull(cursor, feeds.each(mapping.RESOURCES, partial(_fetch, self._http())))


async def _ask(http: Http, resource: str, since: str, size: int) -> dict[str, Any]:
    answer = (await http.get(f"/gateway/{resource}", {"gxsj_start": since, "limit": size})).json()
    if not isinstance(answer, dict):
        raise RefusedForGood(f"{resource}: the answer is no object")
    code = str(answer.get("code"))
    if code in ("-1", "E-106"):
        raise OperatorMustAct(f"the platform says that we are not authorised ({code})")
    if code != "0":
        raise TryAgain(f"the platform answered code {code[:20]}")
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


async def _fetch(http: Http, resource: str, since: str) -> feeds.FeedPage:
    data = await _ask(http, resource, since, _PAGE)
    return feeds.stamped(feeds.rows_of(data, "list"), "GXSJ", since, data.get("total"))
