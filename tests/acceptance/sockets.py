"""A client of the websocket door that speaks graphql-transport-ws word by word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.acceptance.conftest import Client

PATIENCE_SECONDS = 30
FOLLOW = """
subscription ($kinds: [RecordKind!], $nos: [String!], $after: Cursor) {
  recordPosted(kinds: $kinds, licenceNos: $nos, after: $after) {
    position action kind recordId version department licenceNos
    record { id version withdrawn ... on Opinion { documentNumber text } ... on Penalty { documentNumber fine } }
  }
}
"""


class Socket:
    """One websocket of a client."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def init(self, **payload: Any) -> None:
        await self.say(type="connection_init", **({"payload": payload} if payload else {}))
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, name: str, query: str, **variables: Any) -> None:
        await self.say(type="subscribe", id=name, payload={"query": query, "variables": variables})

    async def event(self, name: str) -> dict[str, Any]:
        """The next event of a subscription to `recordPosted`."""
        message = await self.hear()
        assert (message["id"], message["type"]) == (name, "next"), message
        found: dict[str, Any] = message["payload"]["data"]["recordPosted"]
        return found

    async def closed(self) -> tuple[int, str]:
        """The code and the reason with which the hub closes the socket; what it says before is passed over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            with suppress(ConnectionClosed):
                async for _ in self.connection:
                    pass
        return self.connection.close_code or 0, self.connection.close_reason or ""


@asynccontextmanager
async def opened(
    client: Client, token: str = "", *, protocol: str = "graphql-transport-ws", **headers: str
) -> AsyncIterator[Socket]:
    """A socket whose handshake is done."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        said["Authorization"] = f"Bearer {token}"
    address = str(client.http.base_url.join("/graphql")).replace("http", "ws", 1)
    async with connect(
        address, additional_headers=said, subprotocols=[Subprotocol(protocol)], proxy=None, compression=None
    ) as connection:
        yield Socket(connection)
