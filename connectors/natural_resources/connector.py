"""Pulls the platform's resources page by page, and puts what concerns the department into its inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Manifest, Outgoing, Receipt
from connectors.credentials import ClientCredentials
from connectors.errors import RefusedForGood
from connectors.http import Http
from connectors.natural_resources import mapping
from connectors.paged import PagedConnector
from connectors.receipts import in_order, receipt
from hub.domain.words.departments import DEPARTMENTS

_PAGE = 500


@dataclass(frozen=True)
class NaturalResources(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        s = self.settings
        return super().http(auth or ClientCredentials(super().http(), "/oauth/token", s["client_id"], s["client_secret"]))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        answer = (await http.get(f"/api/v1/{resource}", {"updatedAfter": since, "pageSize": _PAGE})).json()
        rows = feeds.rows_of(answer, "data")
        if not isinstance(more := answer.get("hasMore"), bool):
            raise RefusedForGood(f"{resource}: the answer has no hasMore")
        return feeds.FeedPage(rows, "updatedAt", _PAGE, more, answer.get("total"))

    async def push(self, records: Sequence[Outgoing]) -> list[Receipt]:
        # Each item has a key of its own, by which the platform knows a repeat.
        answer = await self.http().post("/api/v1/inbox", repeatable=True, json={"items": [_item(one) for one in records]})
        return in_order(records, map(_receipt, feeds.rows_of(answer.json(), "receipts")))


_NAMES = {mapped.kind: name for name, mapped in mapping.RESOURCES.items()}


def _item(record: Outgoing) -> dict[str, Any]:
    name = _NAMES[record.kind]
    item = {"key": record.key, "resource": name, "from": DEPARTMENTS[record.department].chinese}
    content = mapping.RESOURCES[name].row(record.data)
    return item | {"content": content, **({"withdrawn": record.withdrawn} if record.withdrawn else {})}


def _receipt(told: feeds.Row) -> Receipt:
    said = told.get("message")
    return receipt(told.get("key"), verdict=told.get("status"), taken="accepted", reference=told.get("id"), detail=said)
