"""A node of the credit-disclosure system that goes wrong as it is told, and remembers what it was told."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.base import Connector
from connectors.credentials import gateway_signed
from connectors.credit_disclosure.sandbox import CLIENT_ID, SECRET
from connectors.http import ConnectorLimits
from connectors.registry import CONNECTORS, sandbox
from connectors.world.shelves import stamp

QUICK = ConnectorLimits(seconds=2.0, attempts=1)


class Node:
    """Takes reports.  `faults` are what goes wrong with the next ones, one by one; `refuses` are documents it will not take,
    which it `says` so of by words of the row, `fails_at` those at which it falls over, whatever comes with them.  `listing` is
    its list: by document the row that stands, each with a moment of change."""

    def __init__(self, faults: Sequence[str] = ()) -> None:
        self.faults = list(faults)
        self.refuses: set[str] = set()
        self.says = "主体不存在"
        self.fails_at: set[str] = set()
        #: What each key stands for, in the order in which it came first.
        self.taken: dict[str, str] = {}
        self.calls: list[int] = []
        #: When each came, by the loop's clock.
        self.came_at: list[float] = []
        self.two_contents: list[str] = []
        self.listing: dict[str, dict[str, Any]] = {}
        self._changes = 0
        self.app = Starlette(
            routes=[Route("/api/xzcf/report", self._report, methods=["POST"]), Route("/api/xzcf/list", self._list)]
        )

    def rows(self) -> list[dict[str, Any]]:
        """What it was told, in order."""
        return [json.loads(row) for row in self.taken.values()]

    def put(self, row: dict[str, Any]) -> None:
        """List a row, or list it as it is now."""
        self._changes += 1
        self.listing[row["CF_WSH"]] = row | {"XGSJ": stamp(self._changes)}

    def forget(self, document: str) -> None:
        """Lose a document, and that it was ever told of it: as after a restore."""
        self.taken = {key: said for key, said in self.taken.items() if json.loads(said)["CF_WSH"] != document}
        self.listing.pop(document)

    async def _list(self, request: Request) -> Response:
        assert gateway_signed(request.headers, CLIENT_ID, SECRET)
        since, size = request.query_params["xgsj"], int(request.query_params["size"])
        changed = sorted((row for row in self.listing.values() if row["XGSJ"] > since), key=lambda row: row["XGSJ"])
        return JSONResponse({"rows": changed[:size], "total": len(changed)})

    async def _report(self, request: Request) -> Response:
        assert gateway_signed(request.headers, CLIENT_ID, SECRET)
        fault = self.faults.pop(0) if self.faults else ""
        rows = (await request.json())["rows"]
        self.calls.append(len(rows))
        self.came_at.append(asyncio.get_running_loop().time())
        if any(row["CF_WSH"] in self.fails_at for row in rows):
            return JSONResponse({}, 500)
        match fault:
            case "500" | "400" | "401":
                return JSONResponse({}, int(fault))
            case "429":
                return JSONResponse({}, 429, {"retry-after": "1"})
        receipts = [self._receipt(row) for row in rows]
        match fault:
            case "lost":
                return JSONResponse({}, 502)
            case "half":
                receipts = receipts[: len(receipts) // 2]
            case "twice":
                receipts = receipts[::-1] * 2
            case "wordless":
                receipts = [{"key": one["key"]} for one in receipts]
            case "contradicts":
                receipts += [one | {"code": "9"} for one in receipts]
            case "other":
                receipts = [one | {"key": "delivery_" + "0" * 32} for one in receipts[:1]] + receipts[1:]
        return JSONResponse({"receipts": receipts})

    def _receipt(self, row: dict[str, Any]) -> dict[str, Any]:
        key, said = row["key"], json.dumps({name: value for name, value in row.items() if name != "key"}, sort_keys=True)
        if row["CF_WSH"] in self.refuses:
            return {"key": key, "code": "1", "message": self.says.format(**row)}
        if key not in self.taken:
            self.put(json.loads(said))
        if self.taken.setdefault(key, said) != said:
            self.two_contents.append(key)
        return {"key": key, "code": "0", "id": f"XYGS{list(self.taken).index(key) + 1:08d}", "message": "已接收"}


class Moody(Node):
    """Goes wrong by chance, most of the time."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(seed)  # noqa: S311 - no secret

    async def _report(self, request: Request) -> Response:
        self.faults = [self._chance.choice(["", "500", "lost", "half", "twice", "other"])]
        return await super()._report(request)


def connector(address: str, **more: Any) -> Connector:
    """The connector to a node."""
    return CONNECTORS["credit_disclosure"](sandbox("credit_disclosure").settings(address), limits=QUICK, **more)  # type: ignore[call-arg]
