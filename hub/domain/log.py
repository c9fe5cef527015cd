"""Log 日志: what is said of everything that was posted, in the one order that everybody sees it in, and places in it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import LEADING, Department
from hub.domain.words.notation import written
from hub.domain.words.worded import Words


class Action(Words):
    """提交动作 / what a posting did to its record."""

    POSTED = "POSTED", "新提交", "posted"
    REVISED = "REVISED", "新版本", "revised"
    WITHDRAWN = "WITHDRAWN", "撤回", "withdrawn"
    REINSTATED = "REINSTATED", "恢复", "reinstated"
    GONE = "GONE", "不再可见", "may be seen no more, by those who could see it"


def event_type(kind: RecordKind, action: Action) -> str:
    """The one word for an event, whichever way it goes out: `penalty.posted`."""
    return f"{kind.value}.{action.value.lower()}"


#: Every word for an event, with what it says.
EVENT_TYPES: dict[str, tuple[RecordKind, Action]] = {
    event_type(kind, action): (kind, action) for kind in RecordKind for action in Action
}

_MARK_BYTES = 9
_CURSOR = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([A-Za-z0-9_-]{12}))?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the log, after the entry of its position, and a digest of what the log says there.

    By the digest it is good for ever, and for this log alone: where another log (one that was restored to an older copy and
    went on from there, say) gave the position to something else, that is seen.  Without a digest it is a bare position.
    """

    position: int = 0
    mark: str = ""

    @classmethod
    def read(cls, text: str) -> Cursor:
        """A cursor as it was told; ValueError for what is none."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            raise ValueError("1200.AbCdEfGhIjKl")
        return cls(int(match[1]), match[2] or "")

    def __str__(self) -> str:
        return f"{self.position}.{self.mark}" if self.mark else str(self.position)


#: Before everything.
BEGINNING = Cursor()


def mark_of(record_id: str, version: int, payload_hash: str, recorded_at: datetime) -> str:
    """The digest of an entry that a cursor carries."""
    said = f"{record_id} {version} {payload_hash} {written(recorded_at)}"
    digest = hashlib.sha256(said.encode()).digest()[:_MARK_BYTES]
    return base64.urlsafe_b64encode(digest).decode()


@dataclass(frozen=True)
class Posted:
    """What the log says at a position, which is gapless.  `mines` are the licence numbers that the record concerns."""

    position: int
    record_id: str
    version: int
    kind: RecordKind
    action: Action
    department: Department
    mines: tuple[str, ...]
    recorded_at: datetime
    payload_hash: str

    @property
    def type(self) -> str:
        return event_type(self.kind, self.action)

    @cached_property
    def cursor(self) -> Cursor:
        """The place after it.  What is hashed holds a salted hash: no digest tells of a record that one may not see."""
        return Cursor(self.position, mark_of(self.record_id, self.version, self.payload_hash, self.recorded_at))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings are wanted: of these types, departments and mines, where any are named.

    Of the kinds in `fading` a record may go from the reader's sight, by whatever is posted: who wants any type of them is told
    of that too, lest its copies never heal.  Where mines are named, what says under which numbers they go on is looked at,
    whatever else is wanted.
    """

    types: frozenset[tuple[RecordKind, Action]] = frozenset()
    departments: frozenset[Department] = frozenset()
    mines: frozenset[str] | None = None
    fading: frozenset[RecordKind] = frozenset()
    kinds: frozenset[RecordKind] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", frozenset(kind for kind, _ in self.types))

    @property
    def of_kinds(self) -> frozenset[RecordKind]:
        """Of which kinds postings are looked at; of all where none are named."""
        return self.kinds | {RecordKind.LICENCE_SUCCESSION} if self.kinds and self.mines is not None else self.kinds

    @property
    def of_departments(self) -> frozenset[Department]:
        """Of which departments postings are looked at; of all where none are named."""
        return self.departments | {LEADING} if self.departments and self.mines is not None else self.departments

    def holds(self, posted: Posted) -> bool:
        """Whether a posting is wanted, or may be that by which a record goes from sight, or says where its mines go on."""
        if self.mines is not None and self.mines.isdisjoint(posted.mines):
            return False
        return self.names(posted) or self.may_fade(posted) or self.renumbers(posted)

    def names(self, posted: Posted) -> bool:
        """Whether a posting of this department and type is wanted as it is."""
        is_wanted = not self.types or (posted.kind, posted.action) in self.types
        return is_wanted and posted.action is not Action.GONE and self._names_department(posted)

    def may_fade(self, posted: Posted) -> bool:
        """Whether its record may have gone by it from the sight of who wants to know."""
        if posted.kind not in self.fading or (self.types and posted.kind not in self.kinds):
            return False
        return (posted.action is Action.GONE or posted.version > 1) and self._names_department(posted)

    def renumbers(self, posted: Posted) -> bool:
        """Whether by it the mines that are named may go on under other numbers, or go back."""
        is_of_them = self.mines is not None and not self.mines.isdisjoint(posted.mines)
        return is_of_them and posted.kind is RecordKind.LICENCE_SUCCESSION

    def _names_department(self, posted: Posted) -> bool:
        return not self.departments or posted.department in self.departments


EVERYTHING = Wanted()
