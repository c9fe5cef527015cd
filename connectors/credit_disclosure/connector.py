"""Pulls the reconciliation list, pushes the departments' penalties, and reads what the node pushes to the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Incoming, Item, Manifest, Outgoing, Receipt
from connectors.credentials import GatewaySignature, gateway_nonce, gateway_signed
from connectors.credit_disclosure import batch_files, mapping
from connectors.errors import RefusedForGood
from connectors.http import Http, read_json
from connectors.paged import PagedConnector
from connectors.receipts import in_order, receipt
from hub.domain.words.departments import DEPARTMENTS

_PAGE = 500


@dataclass(frozen=True)
class CreditDisclosure(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        return super().http(auth or GatewaySignature(self.settings["client_id"], self.settings["secret"], self.clock))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        answer = (await http.get(f"/api/{resource}/list", {"xgsj": since, "size": _PAGE})).json()
        return feeds.FeedPage(feeds.rows_of(answer, "rows"), "XGSJ", _PAGE, None, answer.get("total"))

    async def push(self, records: Sequence[Outgoing]) -> list[Receipt]:
        rows = [_row(record) for record in records]
        if folder := self.settings.get("report_folder"):
            return await asyncio.to_thread(batch_files.write, Path(folder), rows)
        # Each row has a key of its own, by which the node knows a repeat.
        answer = (await self.http().post("/api/xzcf/report", repeatable=True, json={"rows": rows})).json()
        return in_order(records, map(_receipt, feeds.rows_of(answer, "receipts")))

    def check_head(self, headers: Mapping[str, str]) -> str:
        nonce = gateway_nonce(headers, self.settings["push_id"], self.clock)
        if nonce is None:
            raise RefusedForGood("the signature is missing, another's, or too old")
        return nonce

    async def receive(self, message: Incoming) -> list[Item]:
        # Whoever knows the head may send megabytes, of which nobody else waits for the digest.
        known = self.settings["push_id"], self.settings["push_secret"]
        if not await asyncio.to_thread(gateway_signed, message.headers, *known, message.body, self.clock):
            raise RefusedForGood("the signature does not agree, or is too old")
        try:
            data = read_json(message.body)
        except (ValueError, RecursionError):
            raise RefusedForGood("the message is not JSON") from None
        # A row that tells no moment is as the message says at its own.
        sent = datetime.fromtimestamp(int(message.headers["x-timestamp"]) / 1000, UTC)
        return [
            replace(mapping.PENALTIES.item(row), changed_at=feeds.moment_of(row, "XGSJ", self.manifest.zone) or sent)
            for row in feeds.rows_of(data, "rows")
        ]


def _row(record: Outgoing) -> dict[str, Any]:
    row = {**mapping.PENALTIES.row(record.data), "CF_CFJG_BM": DEPARTMENTS[record.department].chinese, "key": record.key}
    return row | ({"CF_ZT": "1", "CX_SY": record.withdrawn} if record.withdrawn else {})


def _receipt(told: feeds.Row) -> Receipt:
    said = told.get("message")
    return receipt(told.get("key"), verdict=told.get("code"), taken="0", reference=told.get("id"), detail=said)
