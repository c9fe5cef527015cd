"""Small posts of one client that meet are one batch: one transaction for what waits, to each its own receipts and failure.

A transaction costs a post of one record more than the record does, and most of that again for each beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.drafts import Submission
from hub.services.posting.receipts import Result

#: Posts of a client's records of one kind, as `Posting.post` takes them.
Post = Callable[[Principal, RecordKind, Sequence[Submission]], Awaitable[list[Result]]]

#: More items are a batch by themselves.
FEW = 20
#: So many posts of a client and a kind are under way at once; who comes then waits for one of them, and goes with the others.
AT_ONCE = 2
_MOST = 200
#: Who has waited for so long goes by itself: those before may be held up by what is not its affair.
PATIENCE_SECONDS = 0.25
#: What is no single item's fault befalls all.
_OF_ALL = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED})


@dataclass(eq=False, slots=True)
class _Waiting:
    submissions: Sequence[Submission]
    results: asyncio.Future[list[Result]]


@dataclass(slots=True)
class _Line:
    """The posts of one client and kind: how many are under way, and who waits."""

    under_way: int = 0
    waiting: list[_Waiting] = field(default_factory=list)

    def next(self) -> list[_Waiting]:
        """Those who go together now: the first, and as many as there is room for."""
        room, count = _MOST, 0
        for one in self.waiting:
            if (room := room - len(one.submissions)) < 0:
                break
            count += 1
        going, self.waiting = self.waiting[:count], self.waiting[count:]
        return going

    def leave(self, one: _Waiting) -> bool:
        """Whether it waited still, and does no more."""
        if is_left := one in self.waiting:
            self.waiting.remove(one)
        return is_left


class Together:
    """Lets small posts go together.  What is posted alone goes at once, and costs nothing more."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._lines: dict[tuple[Principal, RecordKind], _Line] = {}
        self._going: set[asyncio.Task[None]] = set()

    async def post(self, caller: Principal, kind: RecordKind, submissions: Sequence[Submission]) -> list[Result]:
        """One result each, in order, as of a post of its own; raises what that would raise."""
        if len(submissions) > FEW:
            return await self._post(caller, kind, submissions)
        line = self._lines.setdefault((caller, kind), _Line())
        if line.under_way < AT_ONCE:
            line.under_way += 1
            try:
                return await self._post(caller, kind, submissions)
            finally:
                self._leave(caller, kind, line)
        own = _Waiting(submissions, asyncio.get_running_loop().create_future())
        line.waiting.append(own)
        try:
            await asyncio.wait([own.results], timeout=PATIENCE_SECONDS)
            if not line.leave(own):
                return await own.results
        except asyncio.CancelledError:
            # Who has left is not posted, unless it is under way; and hears nothing.
            line.leave(own)
            own.results.cancel()
            raise
        return await self._post(caller, kind, submissions)

    def _leave(self, caller: Principal, kind: RecordKind, line: _Line) -> None:
        """Let those who wait take a place that is free."""
        if going := line.next():
            task = asyncio.create_task(self._go(caller, kind, line, going))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
            return
        line.under_way -= 1
        if not line.under_way:
            del self._lines[caller, kind]

    async def _go(self, caller: Principal, kind: RecordKind, line: _Line, going: Sequence[_Waiting]) -> None:
        try:
            await self._post_all(caller, kind, going)
        finally:
            for one in going:
                one.results.cancel()
            self._leave(caller, kind, line)

    async def _post_all(self, caller: Principal, kind: RecordKind, going: Sequence[_Waiting]) -> None:
        try:
            results = await self._post(caller, kind, [item for one in going for item in one.submissions])
        except Exception as error:
            if len(going) == 1 or (isinstance(error, HubError) and error.code in _OF_ALL):
                for one in going:
                    _fail(one, error)
            else:
                for one in going:
                    await self._post_all(caller, kind, [one])
            return
        first = 0
        for one in going:
            own = results[first : first + len(one.submissions)]
            if not one.results.done():
                one.results.set_result([replace(result, index=result.index - first) for result in own])
            first += len(one.submissions)


def _fail(one: _Waiting, error: Exception) -> None:
    if not one.results.done():
        one.results.set_exception(error)
