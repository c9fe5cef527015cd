"""Audiences: all who ask the log for the same and may see the same.  What a part of it tells them is read and written once.

So what comes costs as many reads as there are sorts of callers and selections, however many follow.  What was read is told for
a moment only: whoever comes later reads anew, and is told as things stand then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

from auth.principals import Principal
from hub.domain.log import Posted
from hub.domain.words.errors import HubError
from hub.services.evidence.asked import Found
from schema.answers import Answer, log_extension
from schema.events import Events, ToldEvent

#: How long what was read may be told: as long as a process may take to know of what another has posted.
MOMENT_SECONDS = 0.2


@dataclass(frozen=True)
class Announcement:
    """An event as it was asked for, under the response key `key`, and what the ledger is to say of it."""

    posted: Posted
    payload: dict[str, Any]
    found: tuple[Found, ...]
    key: str
    cost: int | None

    @cached_property
    def answer(self) -> Answer:
        """As it is answered, to all who are; of a webhook it is not asked."""
        body = json.dumps({"data": {self.key: self.payload}}, ensure_ascii=False).encode()
        return Answer(body, cost=self.cost, log=log_extension(self.posted.cursor))


class _Announced(NamedTuple):
    """What a part of the log tells; to one client alone where another may be told something else."""

    announcements: Sequence[Announcement]
    client: str | None


@dataclass(slots=True)
class _Look:
    """What reads a part of the log, and how many wait for it."""

    task: asyncio.Task[_Announced]
    waiting: int = 0


class Audience:
    """Tells the `events` of one selection to callers of one class, under a response key, and of the `cost` as they are told."""

    def __init__(self, events: Events, key: str, cost: int | None) -> None:
        self._events = events
        self._key = key
        self._cost = cost
        self._looks: dict[Hashable, _Look] = {}

    async def announcements(self, entries: Sequence[Posted], caller: Principal) -> Sequence[Announcement]:
        """Those of these events that a caller may be told of now."""
        part: tuple[Hashable, ...] = (self._events.day(), entries[0], entries[-1], len(entries))
        announced = await self._announced(part, entries, caller)
        if announced.client not in (None, caller.client_id):
            announced = await self._announced((*part, caller.client_id), entries, caller)
        return announced.announcements

    async def _announced(self, part: Hashable, entries: Sequence[Posted], caller: Principal) -> _Announced:
        if (look := self._looks.get(part)) is None:
            look = self._looks[part] = _Look(asyncio.create_task(self._look(entries, caller)))
            look.task.add_done_callback(partial(self._ended, part, look))
            return await self._seen(part, look)
        try:
            return await self._seen(part, look)
        except HubError:
            # It may have failed for what concerns the one who began it, such as a budget.
            return await self._look(entries, caller)

    async def _seen(self, part: Hashable, look: _Look) -> _Announced:
        look.waiting += 1
        try:
            return await asyncio.shield(look.task)
        finally:
            look.waiting -= 1
            if not look.waiting and not look.task.done():
                self._forget(part, look)
                look.task.cancel()

    def _ended(self, part: Hashable, look: _Look, task: asyncio.Task[_Announced]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._forget(part, look)
        else:
            asyncio.get_running_loop().call_later(MOMENT_SECONDS, self._forget, part, look)

    def _forget(self, part: Hashable, look: _Look) -> None:
        if self._looks.get(part) is look:
            del self._looks[part]

    async def _look(self, entries: Sequence[Posted], caller: Principal) -> _Announced:
        told = await self._events.told(entries, caller)
        return _Announced([self._announcement(one) for one in told.events], caller.client_id if told.is_own else None)

    def _announcement(self, told: ToldEvent) -> Announcement:
        [payload] = told.payloads
        return Announcement(told.posted, payload, told.found, self._key, self._cost)
