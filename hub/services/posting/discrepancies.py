"""Keeping what copies say otherwise: opened by a copy, settled by a later agreement of either side, or by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.principals import Principal, Role
from auth.rules import may_post
from auth.scopes import OPERATE
from hub.domain.declaring.fields import Payload, canonical, plain
from hub.domain.discrepancies import OF_THE_LIST, TOLD, WITHDRAWN, Difference, Resolution
from hub.domain.record_kinds import kind_of
from hub.domain.words.divisions import lies_within, prefecture_of
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Connection
from hub.storage.views import discrepancies

_OPEN = {"resolved_at": None, "resolution": None, "reason": None, "resolved_by": None}


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy of a record says otherwise; whose the record is, and where its organ acts."""

    record_id: str
    department: str
    division: str
    number: str
    found: Sequence[Difference]


async def follow_copies(connection: Connection, caller: Principal, copies: Mapping[str, Copied], now: datetime) -> None:
    """Keep what a caller's copies say now: what they say otherwise is open, all else that they said otherwise has agreed."""
    if not copies:
        return
    rows = await discrepancies.of_records(connection, copies)
    await _keep(connection, caller, copies.values(), [row for row in rows if row["field"] not in OF_THE_LIST], now)


async def follow_list(connection: Connection, caller: Principal, found: Iterable[Copied], now: datetime) -> None:
    """Keep what a caller's list says otherwise, which was read to its end: all else that it said otherwise has agreed."""
    await _keep(connection, caller, found, await discrepancies.of_lists(connection, caller.client_id), now)


async def _keep(
    connection: Connection, caller: Principal, copies: Iterable[Copied], rows: Iterable[dict[str, Any]], now: datetime
) -> None:
    """Keep what copies say otherwise beside the rows that there are of what they could say."""
    known = {row["id"]: row for row in rows}
    fresh, said = [], set()
    for copy in copies:
        for one in copy.found:
            key = _id(copy.record_id, one.field, caller.client_id)
            said.add(key)
            values = {"own_value": _kept(one.own), "copied_value": _kept(one.copied)}
            if key not in known:
                fresh.append({**_row(key, copy, one.field, caller, now), **values, **_OPEN})
            elif _is_news(known[key], values):
                await discrepancies.change(connection, key, **values, found_at=now, **_OPEN)
    for row in known.values():
        if row["copied_by"] == caller.client_id and row["id"] not in said and row["resolved_at"] is None:
            await discrepancies.settle(connection, row["id"], Resolution.AGREED, by=caller.client_id, at=now)
    await discrepancies.insert(connection, fresh)


async def follow_originals(connection: Connection, caller: Principal, records: Mapping[str, Payload], now: datetime) -> None:
    """What the organs say now of records of which copies say something else: it may be the same."""
    rows = await discrepancies.of_records(connection, records) if records else []
    # Of most records no copy says anything else.
    own = {record_id: plain(records[record_id]) for record_id in {row["record_id"] for row in rows}}
    await _follow(connection, caller, rows, own, now)


async def follow_withdrawal(
    connection: Connection, caller: Principal, record_id: str, now: datetime, *, withdrawn: bool
) -> None:
    """What an organ says now of whether a record stands."""
    rows = await discrepancies.of_records(connection, [record_id])
    await _follow(connection, caller, rows, {record_id: {WITHDRAWN: withdrawn}}, now)


async def _follow(
    connection: Connection,
    caller: Principal,
    rows: Iterable[Mapping[str, Any]],
    own: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> None:
    for row in rows:
        said = own[row["record_id"]]
        if row["field"] == TOLD and row["copied_by"] != caller.client_id and row["resolved_at"] is None:
            await discrepancies.settle(connection, row["id"], Resolution.AGREED, by=caller.client_id, at=now)
        if row["field"] in OF_THE_LIST:
            continue
        # Of what is personal no values are kept: only a copy can tell that it agrees.
        if row["copied_by"] == caller.client_id or (row["own_value"] is None and row["copied_value"] is None):
            continue
        if (row["field"] == WITHDRAWN) is not (WITHDRAWN in said) or row["resolution"] == Resolution.AGREED:
            continue
        value = _kept(said.get(row["field"]))
        if value == row["copied_value"]:
            await discrepancies.change(connection, row["id"], own_value=value)
            if row["resolved_at"] is None:
                await discrepancies.settle(connection, row["id"], Resolution.AGREED, by=caller.client_id, at=now)
        elif value != row["own_value"]:
            await discrepancies.change(connection, row["id"], own_value=value, **_OPEN)


async def resolve(connection: Connection, caller: Principal, discrepancy_id: str, reason: str, now: datetime) -> dict[str, Any]:
    """Settle a discrepancy by hand.  Raises NOT_FOUND where the caller may not see it, CONFLICT where it is settled."""
    row = await discrepancies.by_id(connection, discrepancy_id)
    if row is None or not _may_settle(caller, row):
        raise HubError(ErrorCode.NOT_FOUND, discrepancy_id[:80])
    if row["resolved_at"] is not None:
        raise HubError(ErrorCode.CONFLICT, f"{row['resolution']}", field="id")
    await discrepancies.settle(connection, discrepancy_id, Resolution.BY_HAND, by=caller.client_id, at=now, reason=reason)
    return row | {"resolved_at": now, "resolution": Resolution.BY_HAND.value, "reason": reason, "resolved_by": caller.client_id}


def _may_settle(caller: Principal, row: Mapping[str, Any]) -> bool:
    """Both sides: the organ's department where the organ acts, and the credit system; and who sees that all is worked off."""
    if caller.role is Role.OPERATOR:
        return OPERATE in caller.scopes
    kind = kind_of(row["record_id"])
    if kind is None or not may_post(caller, kind):
        return False
    if caller.role is Role.CREDIT_DISCLOSURE:
        return True
    return caller.department == row["department"] and lies_within(row["division_code"], caller.division_code)


def _id(record_id: str, field: str, client_id: str) -> str:
    return f"discrepancy_{hashlib.sha256(f'{record_id} {field} {client_id}'.encode()).hexdigest()[:32]}"


def _row(key: str, copy: Copied, field: str, caller: Principal, now: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "record_id": copy.record_id,
        "field": field,
        "copied_by": caller.client_id,
        "department": copy.department,
        "division_code": copy.division,
        "prefecture_code": prefecture_of(copy.division),
        "document_number": copy.number,
        "found_at": now,
    }


def _kept(value: Any) -> str | None:
    return None if value is None else canonical(value)


def _is_news(row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a copy opens what is known: it had agreed or was sent anew, or both or either say something else than when it was
    settled.

    Whoever has told a record once has told it.
    """
    if row["field"] == TOLD and row["resolved_at"] is not None:
        return False
    return row["resolution"] in (Resolution.AGREED, Resolution.SENT_ANEW) or any(
        row[name] != value for name, value in values.items()
    )
