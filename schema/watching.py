"""Events of the mines that a portfolio holds when they are told: what is put into it later is followed from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.principals import Principal
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.portfolios import Portfolios

_WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Watch:
    """A caller's portfolio that is followed."""

    portfolios: Portfolios
    portfolio_id: str
    caller: Principal
    #: The argument that names it.
    field: str

    async def mines(self) -> list[str]:
        """Its mines.  Raises FORBIDDEN, and NOT_FOUND for one that is not the caller's."""
        return await self.portfolios.watched(self.portfolio_id, self.caller, self.field)

    async def among(self, licence_nos: Collection[str]) -> frozenset[str]:
        """Those of these mines that it holds now."""
        return await self.portfolios.among(self.portfolio_id, licence_nos, self.caller)

    async def start(self, after: int | None) -> int:
        """After which event of it to follow.  Raises as `mines` does, and INVALID_INPUT for one that it has not reached."""
        return await self.portfolios.start(self.portfolio_id, after, self.caller, self.field)

    def grown(self) -> asyncio.Event:
        """What is set when more is told of it.  To be had before what was told is read."""
        return self.portfolios.watchers.grown(self.portfolio_id)

    async def wait(self, grown: asyncio.Event) -> None:
        """Return when it is set.  Raises UNAVAILABLE where nobody knows whether more was told."""
        await self.portfolios.watchers.wait(grown)

    async def findings(self, after: int, most: int) -> Sequence[Mapping[str, Any]]:
        """What was told of it after an event; nothing once it was removed."""
        try:
            return await self.portfolios.events(self.portfolio_id, after, most, self.caller)
        except HubError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return ()


def watch_of(portfolios: Portfolios | None, values: Mapping[str, Any], caller: Principal, at: str = "") -> Watch | None:
    """The portfolio that is named by `watch`, an argument below `at`, if one is; UNAVAILABLE where none are kept."""
    named = values.get(_WATCH)
    if named is None:
        return None
    if portfolios is None:
        raise HubError(ErrorCode.UNAVAILABLE)
    return Watch(portfolios, str(named), caller, f"{at}{_WATCH}")
