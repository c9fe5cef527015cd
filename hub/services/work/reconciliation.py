"""Reconciliation 核对: a system's whole list beside what was told it, in both directions.

What differs by field is told by posting (`hub.services.posting.discrepancies`); what is missing on either side only a list that
was read to its end can show.  Each becomes a discrepancy, which people work off and the next list that agrees settles.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from connectors.base import Manifest
from hub.domain.calendar.moments import china_day
from hub.domain.declaring.references import Stored
from hub.domain.discrepancies import LISTED, TOLD, Difference
from hub.domain.record_kinds import RecordKind
from hub.domain.records.penalties import Penalty
from hub.domain.rules import publication
from hub.domain.words.deliveries import DeliveryAction
from hub.services.posting.discrepancies import Copied, follow_list
from hub.services.posting.judging import places_of
from hub.services.posting.pipeline import Fence
from hub.services.posting.sources import SYSTEMS, of_system
from hub.services.work.comparison import Seen
from hub.services.work.systems import system_of
from hub.storage.engine.database import Connection, Database
from hub.storage.records import reporters, versions
from hub.storage.work import deliveries

_KIND = RecordKind.PENALTY


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many records are missing there, stand there still, and are missing here."""

    missing_there: int
    still_there: int
    missing_here: int

    def __str__(self) -> str:
        return f"{self.missing_there} missing there, {self.still_there} still there, {self.missing_here} missing here"


async def reconcile(database: Database, manifest: Manifest, seen: Seen, *, began: datetime, fence: Fence) -> Reconciled:
    """Hold a list that was read in a run that began at a moment beside what had arrived there before."""
    async with database.connection() as connection:
        arrived = await deliveries.arrived(connection, manifest.code, began)
        absent = [one for one, action in arrived.items() if action is DeliveryAction.REPORT and one not in seen.records]
        present = [one for one, action in arrived.items() if action is DeliveryAction.WITHDRAW and one in seen.standing]
        missing = {
            one: stored
            for one, stored in (await versions.standing_records(connection, _KIND, absent)).items()
            if _is_to_be_there(stored, china_day(began), seen)
        }
        # What was taken back here altogether differs by that field.
        still = await versions.standing_records(connection, _KIND, present)
        alone = await _told_there_alone(connection, manifest, seen.standing)
        found = [
            *await _copies(connection, missing, Difference(LISTED, own=True, copied=False)),
            *await _copies(connection, still, Difference(LISTED, own=False, copied=True)),
            *await _copies(connection, alone, Difference(TOLD, own=False, copied=True)),
        ]
    async with database.transaction() as connection:
        await fence(connection)
        await follow_list(connection, system_of(manifest), found, began)
    return Reconciled(len(missing), len(still), len(alone))


def _is_to_be_there(stored: Stored, on: date, seen: Seen) -> bool:
    """Whether a penalty is to stand on the list.  A row that could not be taken may be the one that is missed."""
    assert isinstance(stored.record, Penalty)
    return publication.is_to_be_told(stored.record, on) and (_KIND, stored.record.document_number) not in seen.unknown


async def _told_there_alone(connection: Connection, manifest: Manifest, ids: Collection[str]) -> dict[str, Stored]:
    """Those of these records that no organ has told here, though the organ, or the system of its department, tells the hub of
    others: whoever reports through the list alone misses nothing here."""
    theirs = of_system(manifest.code)
    others = await versions.posted_by_others(connection, versions.TABLES[_KIND], ids, theirs)
    by_list = await versions.standing_records(connection, _KIND, [one for one in ids if one not in others])
    known = await reporters.of(connection, _KIND, but=theirs, systems=SYSTEMS)
    return {
        one: stored
        for one, stored in by_list.items()
        if stored.department in known.departments or getattr(stored.record, stored.record.organ) in known.organs
    }


async def _copies(connection: Connection, found: Mapping[str, Stored], told: Difference) -> list[Copied]:
    places = await places_of(connection, _KIND, [stored.record for stored in found.values()])
    return [
        Copied(
            one,
            stored.department,
            places.organs[getattr(stored.record, stored.record.organ)].division,
            str(getattr(stored.record, "document_number", one)),
            [told],
        )
        for one, stored in found.items()
    ]
