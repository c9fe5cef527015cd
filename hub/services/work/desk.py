"""The quarantine's desk: people look at what could not be taken, correct it, have it tried again, or dismiss it and say why.

A department's office at the province sees to all that its department's systems and clients sent, an office below it to its
own; operators have things tried again and dismiss them, but say nothing in a department's name.  Each act is written down in
the transaction that does it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from auth.principals import Principal
from auth.rules import may_post, refusal_to_post
from connectors.base import Manifest
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import Choice, DeskAct, RejectionState
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Fence, Posting
from hub.services.posting.receipts import Result
from hub.services.posting.refusals import kept_payload
from hub.services.posting.sources import is_of_system
from hub.services.work.desk_rights import within
from hub.services.work.quarantine import Claimed, ClaimLostError, Quarantine
from hub.services.work.systems import submit, system_of
from hub.storage.engine.database import Connection, Database
from hub.storage.views import rejection_acts, rejections

#: So much is done by one act; what is left is done by the next.
MOST = 500


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did: how many it was done to, how many of them were taken, and how many are left that are meant as well."""

    done: int
    taken: int
    left: int


class RejectionDesk:
    """Acts upon what waits, for callers.  `manifests` are those of the systems in whose name things are tried again."""

    def __init__(
        self,
        database: Database,
        posting: Posting,
        quarantine: Quarantine,
        clock: Clock = utc_now,
        *,
        manifests: Mapping[str, Manifest],
    ) -> None:
        self._database = database
        self._posting = posting
        self._quarantine = quarantine
        self._clock = clock
        self._manifests = manifests

    async def retry(self, caller: Principal, choice: Choice) -> Done:
        """Try again what is meant and waits, in the name of who sent it.  Raises FORBIDDEN."""
        meant = replace(within(caller, choice), state=RejectionState.WAITING)
        claimed = await self._quarantine.claim(meant, MOST)
        tried, taken = 0, 0
        try:
            for (source, kind), rows in groupby(sorted(claimed.rows, key=_sort), key=_sort):
                poster = self._poster(caller, source)
                if poster is None or not kind or not may_post(poster, RecordKind(kind)):
                    continue
                some = list(rows)
                tried += len(some)
                taken += await self._retry(caller, poster, RecordKind(kind), some, claimed)
        finally:
            await self._quarantine.release(claimed)
        return Done(tried, taken, await self._left(meant, {row.id for row in claimed.rows}))

    async def _retry(
        self, caller: Principal, poster: Principal, kind: RecordKind, rows: Sequence[Any], claimed: Claimed
    ) -> int:
        acts = self._acts(caller, DeskAct.RETRIED, [row.id for row in rows])
        try:
            results = await self._quarantine.post(poster, kind, rows, claimed, _noting(acts))
        except ClaimLostError:
            return 0
        await self._became(acts, results)
        return sum(result.record_id is not None for result in results.values())

    async def repair(
        self,
        caller: Principal,
        rejection_id: str,
        changes: Any,
        reason: str | None = None,
        *,
        as_system: bool = False,
    ) -> Result:
        """Post what waits with some members said otherwise (null takes one away); what became of it.

        It is posted by the caller, or by its system (`as_system`: for operators at the machine), and the way in stays that of
        the original.  Raises NOT_FOUND, CONFLICT for what waits no longer or is just being tried, FORBIDDEN, INVALID_INPUT.
        """
        if not isinstance(changes, Mapping):
            raise HubError(ErrorCode.INVALID_INPUT, "a JSON object", field="data")
        claimed = await self._one(caller, rejection_id)
        try:
            return await self._repair(caller, claimed, changes, reason, as_system=as_system)
        except ClaimLostError:
            raise HubError(ErrorCode.CONFLICT, field="id") from None
        finally:
            await self._quarantine.release(claimed)

    async def _repair(
        self, caller: Principal, claimed: Claimed, changes: Mapping[str, Any], reason: str | None, *, as_system: bool
    ) -> Result:
        [row] = claimed.rows
        if row.kind is None:
            raise HubError(ErrorCode.CONFLICT, "no item of any kind", field="id")
        kind = RecordKind(row.kind)
        poster = (self._poster(caller, row.source) if as_system else None) or caller
        if not may_post(poster, kind):
            raise refusal_to_post(kind)
        submission = Submission(self._merged(row, changes), row.reference, row.withdrawn, row.changed_at)
        acts = self._acts(caller, DeskAct.REPAIRED, [row.id], reason)
        hold = self._quarantine.held(claimed, [row.id], _noting(acts))
        [result] = await submit(self._posting, poster, kind, [submission], source=row.source, fence=hold, keep_refused=False)
        results = {row.id: result}
        state = RejectionState.REPAIRED
        await self._quarantine.settle(
            row.source, kind, {row.id: row.reference}, results, hold, state=state, by=caller.client_id, reason=reason
        )
        await self._became(acts, results)
        return result

    def _merged(self, row: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What was received, as far as it could be read, with what is said otherwise."""
        kept = kept_payload(row.payload)
        if row.is_raw:
            item = self._quarantine.item(row)
            read = {} if item is None else dict(item.data or item.partial or {})
            if item is not None and item.department:
                read["department"] = item.department.value
        else:
            read = dict(kept) if isinstance(kept, dict) and kept.keys() != {"beginning", "characters"} else {}
        return {name: value for name, value in (read | dict(changes)).items() if value is not None}

    async def dismiss(self, caller: Principal, choice: Choice, reason: str) -> Done:
        """Decide that what is meant and waits is not to be taken.  Raises FORBIDDEN."""
        meant = replace(within(caller, choice), state=RejectionState.WAITING)
        by = caller.client_id
        async with self._database.transaction() as connection:
            rows = await rejections.chosen(connection, meant, MOST, locked=True)
            became = {row["id"]: None for row in rows}
            now = self._clock()
            await rejections.settle_each(connection, became, now, RejectionState.DISMISSED, by=by, reason=reason)
            await rejection_acts.add(connection, self._acts(caller, DeskAct.DISMISSED, list(became), reason))
        return Done(len(rows), 0, await self._left(meant))

    async def listed(self, choice: Choice, most: int) -> list[dict[str, Any]]:
        """What is meant, the longest waiting first, with all that is kept of it: for operators at the machine."""
        async with self._database.connection() as connection:
            return await rejections.chosen(connection, choice, most)

    async def count(self, choice: Choice) -> int:
        """How many are meant."""
        return await self._left(choice)

    async def acts(self, rejection_id: str) -> list[dict[str, Any]]:
        """What people did with one of them."""
        async with self._database.connection() as connection:
            return await rejection_acts.of(connection, rejection_id)

    async def _one(self, caller: Principal, rejection_id: str) -> Claimed:
        """One of them, claimed.  Raises NOT_FOUND, CONFLICT."""
        meant = within(caller, Choice(ids=[rejection_id]))
        claimed = await self._quarantine.claim(meant, 1)
        if claimed.rows:
            return claimed
        async with self._database.connection() as connection:
            found = await rejections.chosen(connection, meant, 1)
        if not found:
            raise HubError(ErrorCode.NOT_FOUND, rejection_id[:80])
        raise HubError(ErrorCode.CONFLICT, found[0]["settled"] or "is just being tried", field="id")

    async def _left(self, meant: Choice, but: Collection[str] = ()) -> int:
        async with self._database.connection() as connection:
            return await rejections.count(connection, meant, but)

    def _poster(self, caller: Principal, source: str) -> Principal | None:
        """In whose name something is tried again: its system's; what a client sent, in the caller's."""
        if is_of_system(source):
            manifest = self._manifests.get(source.partition(":")[2])
            return system_of(manifest) if manifest else None
        return caller

    def _acts(self, caller: Principal, act: DeskAct, ids: Collection[str], reason: str | None = None) -> list[dict[str, Any]]:
        said = {"act": act.value, "done_by": caller.client_id, "done_at": self._clock(), "reason": reason}
        return [{"id": f"act_{uuid.uuid4().hex}", "rejection_id": one, **said} for one in ids]

    async def _became(self, acts: Sequence[Mapping[str, Any]], results: Mapping[str, Result]) -> None:
        """Which versions came of acts."""
        told = [(act["id"], result) for act in acts if (result := results.get(act["rejection_id"])) and result.record_id]
        if told:
            async with self._database.transaction() as connection:
                for act, result in told:
                    await rejection_acts.became(connection, act, str(result.record_id), result.version)


def _noting(acts: Sequence[dict[str, Any]]) -> Fence:
    """A fence that writes acts down in the transaction that does them."""

    async def note(connection: Connection) -> None:
        await rejection_acts.add(connection, acts)

    return note


def _sort(row: Any) -> tuple[str, str]:
    return row.source, row.kind or ""
