"""Pulls the system's resources through the exchange platform, whose answers carry a code of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors import feeds
from connectors.base import Manifest, Outgoing, Receipt
from connectors.credentials import PlatformSignature
from connectors.ecology import mapping
from connectors.errors import OperatorMustAct, RefusedForGood, TryAgain
from connectors.http import Http
from connectors.paged import PagedConnector
from connectors.receipts import in_order, receipt
from hub.domain.words.departments import DEPARTMENTS

_PAGE = 500
#: The service that takes what others hand over.
_INBOX = "ajyj_js"


@dataclass(frozen=True)
class Ecology(PagedConnector):
    manifest = Manifest.read(Path(__file__).parent / "manifest.toml")
    resources = mapping.RESOURCES

    def http(self, auth: httpx.Auth | None = None) -> Http:
        s = self.settings
        return super().http(auth or PlatformSignature(s["requester_id"], s["service_id"], s["secret"], self.clock))

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        data = await _ask(http, resource, since)
        return feeds.FeedPage(feeds.rows_of(data, "list"), "GXSJ", _PAGE, None, data.get("total"))

    async def push(self, records: Sequence[Outgoing]) -> list[Receipt]:
        # Each row has a number of its own, by which the system knows a repeat.
        rows = [_row(record) for record in records]
        answer = (await self.http().post(f"/gateway/{_INBOX}", repeatable=True, json={"list": rows})).json()
        return in_order(records, map(_receipt, feeds.rows_of(_data(answer, _INBOX), "list")))


async def _ask(http: Http, resource: str, since: str) -> dict[str, Any]:
    return _data((await http.get(f"/gateway/{resource}", {"gxsj_start": since, "limit": _PAGE})).json(), resource)


def _data(answer: Any, resource: str) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise RefusedForGood(f"{resource}: the answer is no object")
    code = str(answer.get("code"))
    if code in ("-1", "E-106"):
        raise OperatorMustAct(f"the platform says that we are not authorised ({code})")
    if code != "0":
        raise TryAgain(f"the platform answered code {code[:20]}")
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


_NAMES = {mapped.kind: name for name, mapped in mapping.RESOURCES.items()}


def _row(record: Outgoing) -> dict[str, Any]:
    name = _NAMES[record.kind]
    row = {"LSH": record.key, "FWBS": name, "FSBM": DEPARTMENTS[record.department].chinese}
    return row | mapping.RESOURCES[name].row(record.data) | ({"CXYY": record.withdrawn} if record.withdrawn else {})


def _receipt(told: feeds.Row) -> Receipt:
    return receipt(told.get("LSH"), verdict=told.get("JG"), taken="1", reference=told.get("SLH"), detail=told.get("YY"))
