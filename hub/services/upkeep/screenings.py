"""Screening mines against the zones that a department keeps, by their boundaries; what is found is posted as its screenings."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from auth.clients import Client
from auth.principals import Principal
from auth.rules import may_post, refusal_to_post
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.record_kinds import RecordKind
from hub.domain.records.screenings import Screener
from hub.domain.records.zones import SCREENED_BY, ZoneKind
from hub.domain.words.divisions import current_code
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.domain.words.overlaps import Boundaries
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import MOST_ITEMS, Posting
from hub.services.posting.receipts import Result
from hub.storage.engine.database import Database
from hub.storage.records import authorities, mines, zones
from hub.storage.views.screenings import outdated_of

_SOURCE = "screening"
#: How often it is looked whether something is to be screened again, and how many at once.
TICK_SECONDS = 60.0
_MOST_AT_ONCE = 500

_log = logging.getLogger("hub.screenings")


@dataclass(slots=True)
class Report:
    """What a run found: mines screened and touching, mines that have no boundary, and screenings that could not be posted."""

    kind: ZoneKind
    zones: int
    screened: int = 0
    touching: int = 0
    without_boundary: list[str] = field(default_factory=list)
    refused: list[tuple[str, Sequence[Problem]]] = field(default_factory=list)

    def count(self, number: str, screening: Mapping[str, Any], result: Result) -> None:
        if result.record_id is None:
            self.refused.append((number, result.problems))
            return
        self.screened += 1
        self.touching += bool(screening["overlaps"])


class Screenings:
    """Screens the mines of one database."""

    def __init__(self, database: Database, posting: Posting, clock: Clock = utc_now, *, at_once: int = _MOST_AT_ONCE) -> None:
        self._database = database
        self._posting = posting
        self._clock = clock
        self._at_once = at_once
        #: Up to where the outdated ones have been gone through, and what is left of them, by why; what was told of it last.
        self._after: tuple[datetime, str] | None = None
        self._left: Counter[str] = Counter()
        self._told: Counter[str] = Counter()

    async def renew(self, find: Callable[[str], Awaitable[Client | None]]) -> bool:
        """Screen again what was screened here and is outdated, as the client (by its id) who had screened it.

        A client that is gone screens nothing again, nor does one that may not any more, and some are refused: what they said
        stays outdated, is told in the log, and keeps no others waiting.  Returns whether there may be more.
        """
        async with self._database.connection() as connection:
            rows = await outdated_of(connection, _SOURCE, china_day(self._clock()), after=self._after, most=self._at_once)
        mines_of: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for row in rows:
            mines_of[row.posted_by, row.authority_code].append(row.licence_no)
        for (client_id, authority), numbers in mines_of.items():
            if (client := await find(client_id)) is None:
                self._left["client gone"] += len(numbers)
                continue
            try:
                report = await self.run(client.principal, licence_nos=numbers, authority_code=authority)
            except HubError as error:
                self._left[error.code] += len(numbers)
                continue
            self._left.update(problem.code for _, problems in report.refused for problem in problems[:1])
        if more := len(rows) == self._at_once:
            self._after = (rows[-1].recorded_at, rows[-1].id)
        else:
            self._after = None
            self._tell_left()
        return more

    def _tell_left(self) -> None:
        left, self._left = self._left, Counter()
        if left != self._told and left:
            _log.warning(
                "outdated screenings that are not renewed: %s", ", ".join(f"{why} {n}" for why, n in sorted(left.items()))
            )
        self._told = left

    async def run(
        self,
        caller: Principal,
        *,
        licence_nos: Sequence[str] | None = None,
        division: str | None = None,
        zone_code: str | None = None,
        authority_code: str | None = None,
    ) -> Report:
        """Screen mines within the caller's division (or a narrower one): these, or those that a zone meets or has met, or all.

        One screening for each mine and day; screening again on the day is a new version where it finds something else.
        Raises FORBIDDEN for a caller whose department keeps no zones, INVALID_INPUT for mines, divisions, zones or organs that
        are not known.
        """
        kind = _kept_by(caller)
        if division is not None and current_code(division) is None:
            raise HubError(ErrorCode.INVALID_INPUT, f"no such division: {division[:20]}", field="division")
        today = china_day(self._clock())
        async with self._database.connection() as connection:
            authority = await self._authority(connection, caller, authority_code)
            known = await mines.boundaries_within(connection, division or caller.division_code, licence_nos)
            if unknown := sorted(set(licence_nos or ()) - known.keys()):
                raise HubError(ErrorCode.INVALID_INPUT, f"no such mine here: {', '.join(unknown[:5])}", field="mine")
            standing = await zones.in_force(connection, kind, today)
            met = await zones.boundaries_of(connection, kind, zone_code) if zone_code else None
        if met == []:
            raise HubError(ErrorCode.INVALID_INPUT, f"no such zone of yours: {zone_code}", field="zone")
        report = Report(kind, len(standing))
        report.without_boundary = [number for number, boundary in known.items() if boundary is None] if met is None else []
        bounded = {number: boundary for number, boundary in known.items() if boundary is not None}
        screened = await asyncio.to_thread(_screen, bounded, Screener(standing), met)
        items = {number: _item(number, one, kind, today, authority) for number, one in screened.items()}
        numbers = list(items)
        for start in range(0, len(numbers), MOST_ITEMS):
            part = numbers[start : start + MOST_ITEMS]
            submissions = [Submission(items[number]) for number in part]
            results = await self._posting.post(caller, RecordKind.SCREENING, submissions, source=_SOURCE)
            for number, result in zip(part, results, strict=True):
                report.count(number, items[number], result)
        return report

    async def _authority(self, connection: Any, caller: Principal, code: str | None) -> tuple[str, str]:
        """The organ in whose name the department screens: the one that is named, or the only one that it has here."""
        assert caller.department is not None
        organs = await authorities.organs_of(connection, caller.department.value, caller.division_code)
        if code is None and len(organs) == 1:
            [code] = organs
        if code not in organs:
            known = ", ".join(sorted(organs)) or "none is registered in this division"
            raise HubError(ErrorCode.INVALID_INPUT, f"name one of your organs: {known}", field="authority")
        return code, organs[code]


def _kept_by(caller: Principal) -> ZoneKind:
    kind = next((kind for kind, keeper in SCREENED_BY.items() if keeper is caller.department), None)
    if kind is None or not may_post(caller, RecordKind.SCREENING):
        raise refusal_to_post(RecordKind.SCREENING)
    return kind


def _screen(bounded: Mapping[str, str], screener: Screener, met: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """What is found of each mine; where `met` is given, of those whose extent meets these boundaries'."""
    near = Boundaries(met) if met is not None else None
    return {number: screener.screened(boundary) for number, boundary in bounded.items() if near is None or near.near(boundary)}


def _item(number: str, screening: Mapping[str, Any], kind: ZoneKind, on: date, authority: tuple[str, str]) -> dict[str, Any]:
    code, name = authority
    return {
        "documentNumber": f"空间比对-{on}-{number}",
        "authorityCode": code,
        "authorityName": name,
        "licenceNo": number,
        "zoneKind": kind.value,
        "screenedOn": on.isoformat(),
        **screening,
    }
