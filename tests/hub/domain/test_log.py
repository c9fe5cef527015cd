"""Places in the log are written in one way, and every event has one word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.domain.log import EVENT_TYPES, Action, Cursor, Posted, Wanted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

ENTRY = Posted(
    7,
    "penalty_1",
    1,
    RecordKind.PENALTY,
    Action.POSTED,
    Department.ECOLOGY,
    ("C1", "C2"),
    datetime(2026, 1, 1, tzinfo=UTC),
    "hash",
)


def test_a_cursor_is_read_as_it_was_told() -> None:
    assert Cursor.read(str(ENTRY.cursor)) == ENTRY.cursor
    assert Cursor.read("0") == Cursor()
    assert Cursor.read("1200") == Cursor(1200)


@pytest.mark.parametrize("text", ["", "-1", "01", "1.", "1.abc", "1.AbCdEfGhIjKl.", "１", "1" * 20, " 1", "1 "])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1200"):
        Cursor.read(text)


@pytest.mark.parametrize(
    "other",
    [{"record_id": "penalty_2"}, {"version": 2}, {"payload_hash": "other"}, {"recorded_at": datetime(2027, 1, 1, tzinfo=UTC)}],
)
def test_a_cursor_is_of_what_the_log_says_at_its_position(other: dict[str, object]) -> None:
    another = replace(ENTRY, **other)  # type: ignore[arg-type]
    assert another.cursor.position == ENTRY.cursor.position
    assert another.cursor != ENTRY.cursor


def test_every_kind_has_a_word_for_everything_that_is_done_to_it() -> None:
    assert ENTRY.type == "penalty.posted"
    assert len(EVENT_TYPES) == len(RecordKind) * len(Action)
    assert EVENT_TYPES["directory_entry.withdrawn"] == (RecordKind.DIRECTORY_ENTRY, Action.WITHDRAWN)


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(), True),
        (Wanted(frozenset({EVENT_TYPES["penalty.posted"]})), True),
        (Wanted(frozenset({EVENT_TYPES["penalty.revised"]})), False),
        (Wanted(frozenset({EVENT_TYPES["opinion.posted"]})), False),
        (Wanted(departments=frozenset({Department.ECOLOGY})), True),
        (Wanted(departments=frozenset({Department.FINANCE})), False),
        (Wanted(mines=frozenset({"C2"})), True),
        (Wanted(mines=frozenset({"C3"})), False),
        (Wanted(mines=frozenset()), False),
        (Wanted(frozenset({EVENT_TYPES["penalty.posted"]}), frozenset({Department.FINANCE}), frozenset({"C1"})), False),
    ],
)
def test_all_that_is_named_must_hold(wanted: Wanted, holds: bool) -> None:
    assert wanted.holds(ENTRY) is holds


_REVISED, _GONE = replace(ENTRY, version=2, action=Action.REVISED), replace(ENTRY, action=Action.GONE)
_POSTED = frozenset({EVENT_TYPES["penalty.posted"]})
_FADES = frozenset({RecordKind.PENALTY})


@pytest.mark.parametrize(
    ("wanted", "posted", "holds"),
    [
        (Wanted(fading=_FADES), _GONE, True),
        (Wanted(_POSTED, fading=_FADES), _GONE, True),
        (Wanted(_POSTED, fading=_FADES), _REVISED, True),
        (Wanted(frozenset({EVENT_TYPES["penalty.gone"]}), fading=_FADES), _REVISED, True),
        # By its first version nothing goes.
        (Wanted(frozenset({EVENT_TYPES["penalty.gone"]}), fading=_FADES), ENTRY, False),
        (Wanted(frozenset({EVENT_TYPES["mine.posted"]}), fading=_FADES), _GONE, False),
        (Wanted(_POSTED, frozenset({Department.FINANCE}), fading=_FADES), _GONE, False),
        (Wanted(_POSTED, mines=frozenset({"C3"}), fading=_FADES), _GONE, False),
        # From whose sight nothing goes of the kind, is told of no end.
        (Wanted(), _GONE, False),
        (Wanted(_POSTED), _REVISED, False),
    ],
)
def test_who_wants_to_know_of_a_kind_is_told_of_what_goes_from_its_sight(wanted: Wanted, posted: Posted, holds: bool) -> None:
    assert wanted.holds(posted) is holds
