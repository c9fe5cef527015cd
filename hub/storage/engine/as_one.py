"""Several transactions of one task as one: stored together, or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


class AsOne:
    """A transaction that begins when it is first asked for, by what comes `before` everything in it."""

    def __init__(
        self,
        open_one: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
        before: Callable[[AsyncConnection], Awaitable[None]],
    ) -> None:
        self._open = open_one
        self._before = before
        self._held = AsyncExitStack()
        self.begun: AsyncConnection | None = None

    async def connection(self) -> AsyncConnection:
        """Its connection."""
        if self.begun is None:
            self.begun = await self._held.enter_async_context(self._open())
            await self._before(self.begun)
        return self.begun

    async def __aenter__(self) -> AsOne:
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._held.__aexit__(*error)
