"""The connector contract: a manifest and at most four verbs.

A connector knows how one department's system speaks.  Scheduling, retry of runs, the breaker, cursors, quarantine and storage
belong to the core (`hub.services.work.ingest`), so a connector holds no state and writes nowhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import Any, ClassVar

from connectors.errors import OperatorMustAct
from hub.domain.calendar.moments import CHINA, Clock, utc_now
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.places import Place

#: What tells a pushed message from others is kept for so long: no signature is good for longer.
REPLAY_SECONDS = 3600


class Direction(StrEnum):
    PULL = "pull"
    PUSH = "push"
    RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a connector, given as `HUB_CONNECTOR_<CODE>_<NAME>`; a secret one is never shown."""

    name: str
    description: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector declares of itself in `manifest.toml`.  `code` equals the folder's name.

    `department` is None for a system that is no department's (credit disclosure).  `refresh_minutes` is how old the hub's copy
    may grow before it counts as late.  `zone` is meant by moments that name none (`zone_hours`, China's where it is not given);
    `look_back` is how far before the last moment each pull reads again (`look_back_minutes`, 10 where it is not given).
    `call_seconds` (30) is how long one call may take with all its tries, `run_minutes` (60) how long one pull: a system that is
    slow goes on from there at the next.  Every `compare_days` (7; 0 for a system that does not keep all on its list) it is read
    from its start, and what stands here and is listed there no longer has vanished: told, and taken back where
    `withdraw_when_vanished` says that it is meant so.  A list that `tells_back` what was pushed to it is reconciled then:
    what is to be there and is not, what is to be gone and is there, what only it tells.
    """

    code: str
    chinese: str
    english: str
    department: Department | None
    interface: str
    directions: tuple[Direction, ...]
    kinds: tuple[RecordKind, ...]
    refresh_minutes: int
    settings: tuple[Setting, ...]
    zone: timezone = CHINA
    look_back: timedelta = timedelta(minutes=10)
    call_seconds: float = 30.0
    run_minutes: float = 60.0
    compare_days: float = 7.0
    withdraw_when_vanished: bool = False
    tells_back: bool = False

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest in a TOML file; raises OperatorMustAct naming what is wrong."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(
                code=data["code"],
                chinese=data["chinese"],
                english=data["english"],
                department=Department(data["department"]) if "department" in data else None,
                interface=data["interface"],
                directions=tuple(Direction(word) for word in data["directions"]),
                kinds=tuple(RecordKind(word) for word in data["kinds"]),
                refresh_minutes=int(data["refresh_minutes"]),
                settings=tuple(Setting(**setting) for setting in data["settings"]),
                zone=timezone(timedelta(hours=float(data.get("zone_hours", 8)))),
                look_back=timedelta(minutes=float(data.get("look_back_minutes", 10))),
                call_seconds=_time(data, "call_seconds", 30.0),
                run_minutes=_time(data, "run_minutes", 60.0),
                compare_days=_time(data, "compare_days", 7.0) if data.get("compare_days") != 0 else 0.0,
                withdraw_when_vanished=_flag(data, "withdraw_when_vanished"),
                tells_back=_flag(data, "tells_back"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OperatorMustAct(f"{path.parent.name}/{path.name}: {error}") from None


def _time(data: Mapping[str, Any], name: str, otherwise: float) -> float:
    told = float(data.get(name, otherwise))
    if not 0 < told < inf:
        raise ValueError(f"{name}: no length of time")
    return told


def _flag(data: Mapping[str, Any], name: str) -> bool:
    told = data.get(name, False)
    if not isinstance(told, bool):
        raise ValueError(f"{name}: true or false")
    return told


@dataclass(frozen=True, slots=True)
class Item:
    """One upstream item on its way into posting.

    `reference` is what the upstream system calls it; `data` is the record with wire names, None when it could not be mapped,
    and then `error` says why, `field` which upstream field is at fault, and `partial` what of the record could be read.  `raw`
    is what was received, for quarantine; `place` is where it stands in a file.
    `drift` names upstream fields that the mapping does not account for.  `department` says whose record it is where the
    system speaks for several.  `withdrawn` carries the reason when the upstream system took the record back.  `changed_at` is
    when the item changed there: what is older than what the system has said since changes nothing.
    """

    kind: RecordKind
    reference: str
    raw: Mapping[str, Any]
    data: Mapping[str, Any] | None = None
    error: str = ""
    field: str = ""
    drift: tuple[str, ...] = ()
    department: Department | None = None
    withdrawn: str | None = None
    changed_at: datetime | None = None
    partial: Mapping[str, Any] | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of a pull brought: items, the cursor that is safe to store once they are posted, and how many items the
    whole pull is expected to bring, if the system says so.  `files` are those that were read to their end with this step: what
    they held before waits no longer."""

    items: Sequence[Item]
    cursor: str
    expected: int | None = None
    files: Sequence[tuple[RecordKind, str]] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of `check`: reachable with these settings, and what the system says of itself."""

    detail: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """An HTTP message that a system pushed to the hub, as received.  Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record of the hub on its way to a department's system.  `key` makes the delivery idempotent."""

    key: str
    kind: RecordKind
    department: Department
    data: Mapping[str, Any]
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a system answered to one pushed record; whether it `answered` at all."""

    key: str
    accepted: bool
    reference: str = ""
    detail: str = ""
    answered: bool = True


@dataclass(frozen=True)
class Connector:
    """Base of all connectors.  Subclasses set `manifest` and implement the verbs that it declares.

    All verbs raise `ConnectorError`s only.  `settings` holds the values named in the manifest; `clock` is the database's, by
    which moments of the system are held against the present one.
    """

    manifest: ClassVar[Manifest]
    settings: Mapping[str, str] = field(repr=False)
    clock: Clock = field(default=utc_now, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        missing = [s.name for s in self.manifest.settings if s.required and not self.settings.get(s.name)]
        if missing:
            raise OperatorMustAct(f"{self.manifest.code}: settings missing: {', '.join(missing)}")

    async def check(self) -> Health:
        """Whether the system answers with these settings."""
        raise NotImplementedError

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Everything that changed since `cursor` (None: everything), in an order in which the cursor only moves forward."""
        raise NotImplementedError

    @classmethod
    def read_again(cls, kind: RecordKind, kept: Mapping[str, Any]) -> Item | None:
        """The item of what was received, by the mapping as it is now; None where one cannot be made of what was kept."""
        return None

    async def push(self, records: Sequence[Outgoing]) -> list[Receipt]:
        """Send records; one receipt each, in order, and after them those of keys that were not sent.  The same key twice has
        one effect."""
        raise NotImplementedError

    def check_head(self, headers: Mapping[str, str]) -> str:
        """Look at the head of a pushed message before its body is read, and give what tells the message from the sender's
        others within `REPLAY_SECONDS`.  Raises RefusedForGood for what cannot be the sender's, whatever the body is."""
        raise NotImplementedError

    async def receive(self, message: Incoming) -> list[Item]:
        """Read a pushed message.  Raises RefusedForGood when its signature or form is wrong."""
        raise NotImplementedError
