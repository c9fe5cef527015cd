"""What a source told from its start, beside what stands here by its word: what it lists no longer has vanished.

A record is not taken back by guess: it stays and is told, unless the manifest says that vanishing there means withdrawal.
Even so a list that shrinks all at once is told and not believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from auth.principals import Principal
from connectors.base import Item, Manifest
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import HubError
from hub.services.posting.pipeline import Fence, Posting
from hub.services.posting.receipts import Result
from hub.services.posting.sources import of_system
from hub.storage.engine.database import Database
from hub.storage.records import vanished

REASON = "来源系统已不再列出 / no longer listed by its system"
#: Of what stands no more than one in ten is taken back at once, or this many.
_FEW = 10


@dataclass(slots=True)
class Seen:
    """What a run was told: the records, and the items of which nobody knows which record they are."""

    records: set[str] = field(default_factory=set)
    unknown: set[tuple[RecordKind, str]] = field(default_factory=set)
    #: Of the records those that stand there, and are not told as taken back.
    standing: set[str] = field(default_factory=set)

    def note(self, items: Iterable[Item], results: Iterable[Result]) -> None:
        """What became of items, which stand in the order of their results."""
        for item, result in zip(items, results, strict=True):
            if not result.record_id:
                self.unknown.add((item.kind, item.reference))
            else:
                self.take(item.kind, [result])
                (self.standing.discard if item.withdrawn else self.standing.add)(result.record_id)

    def take(self, kind: RecordKind, results: Iterable[Result]) -> None:
        """What was taken, now or after it had waited."""
        for result in results:
            if result.record_id:
                self.records.add(result.record_id)
                if result.reference:
                    self.unknown.discard((kind, result.reference))

    @property
    def uncertain(self) -> frozenset[RecordKind]:
        """Kinds of which something waits that may be any record."""
        return frozenset(kind for kind, _ in self.unknown)


def is_believed(gone: int, standing: int) -> bool:
    """Whether so many records that vanished at once of so many that stood were taken back, where a source means it so.  That
    all did says rather that something is wrong with the list."""
    return gone == 0 or (gone < standing and gone <= max(_FEW, standing // 10))


async def compare(
    database: Database,
    posting: Posting,
    caller: Principal,
    manifest: Manifest,
    seen: Seen,
    *,
    began: datetime,
    fence: Fence,
) -> int:
    """Note which records a source lists no longer, after it was read from its start in a run that began at a moment; how many
    they are.  Kinds of which something could not be read are left as they are: what waits may be what is missed."""
    source = of_system(manifest.code)
    for kind in manifest.kinds:
        if kind in seen.uncertain:
            continue
        async with database.connection() as connection:
            standing = await vanished.standing(connection, kind, source, began)
        gone = [one for one in standing if one not in seen.records]
        if manifest.withdraw_when_vanished and is_believed(len(gone), len(standing)):
            gone = await _withdraw(posting, caller, source, gone, fence)
        async with database.transaction() as connection:
            await fence(connection)
            await vanished.note(connection, source, kind, gone, began)
    async with database.connection() as connection:
        return await vanished.count(connection, source)


async def _withdraw(posting: Posting, caller: Principal, source: str, gone: Sequence[str], fence: Fence) -> list[str]:
    """Take records back; those that cannot be."""
    left = []
    for record_id in gone:
        try:
            await posting.withdraw(caller, record_id, REASON, source=source, fence=fence)
        except HubError:
            left.append(record_id)
    return left


async def found_again(database: Database, manifest: Manifest, seen: Seen, fence: Fence) -> int:
    """What is told again is missed no longer; how many records still are."""
    async with database.transaction() as connection:
        await fence(connection)
        await vanished.forget(connection, seen.records)
        return await vanished.count(connection, of_system(manifest.code))
