"""Pulls the system's resources through the exchange platform, whose answers carry a code of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Manifest
from connectors.credentials import PlatformSignature
from connectors.ecology import mapping
from connectors.errors import OperatorMustAct, RefusedForGood, TryAgain
from connectors.http import Http
from connectors.paged import PagedConnector

_PAGE = 500


@dataclass(frozen=True)
class Ecology(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        s = self.settings
        return super().http(auth or PlatformSignature(s["requester_id"], s["service_id"], s["secret"]))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        data = await _ask(http, resource, since)
        return feeds.FeedPage(feeds.rows_of(data, "list"), "GXSJ", _PAGE, None, data.get("total"))


async def _ask(http: Http, resource: str, since: str) -> dict[str, Any]:
    answer = (await http.get(f"/gateway/{resource}", {"gxsj_start": since, "limit": _PAGE})).json()
    if not isinstance(answer, dict):
        raise RefusedForGood(f"{resource}: the answer is no object")
    code = str(answer.get("code"))
    if code in ("-1", "E-106"):
        raise OperatorMustAct(f"the platform says that we are not authorised ({code})")
    if code != "0":
        raise TryAgain(f"the platform answered code {code[:20]}")
    data = answer.get("data")
    return data if isinstance(data, dict) else {}
