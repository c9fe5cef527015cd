"""How a doubt is declared: a record that says otherwise than the directory, by which a mine is in good order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from hub.domain.records.standing import LISTED
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import During, Fact, Facts, Rule, State, having

_WHILE_LISTED = During(STANDING.name, LISTED)


def contradicts(code: ConflictCode, *records: Fact, label: str | None = None) -> State:
    """That the first of these records contradicts the directory."""
    return State(code, about=records[0].id, because=tuple(one.id for one in records), label=label)


def doubt(
    code: ConflictCode,
    on: Callable[[Facts, date], Iterable[State]],
    reads: Mapping[str, tuple[str, ...]],
    *,
    rows: Mapping[str, Callable[[Any], bool]] | None = None,
    after: tuple[str, ...] = (),
    having_records: tuple[str, ...] = (),
) -> Rule:
    """It speaks of the days on which a mine is listed; or of all days of a mine with records of these kinds (`having_records`),
    and looks itself.
    """
    only, applies = (None, having(*having_records)) if having_records else (_WHILE_LISTED, having())
    read = (STANDING.name, *after)
    return Rule(name=code.value, reads=reads, on=on, rows=rows or {}, applies=applies, only=only, after=read)
