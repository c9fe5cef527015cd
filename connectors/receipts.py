"""Receipts of what was pushed, put in the order of what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.base import Outgoing, Receipt

_MOST_KEY, _MOST_REFERENCE = 200, 200


def receipt(key: Any, *, verdict: Any, taken: str, reference: Any, detail: Any) -> Receipt:
    """What a system answered to a key, no longer than is kept of it: that it was `taken`, in that word or number, or another,
    which refuses it.  One without a word says nothing.  What it says is cut later: of a number that is cut nobody could tell
    what it is."""
    word = str(verdict).strip() if isinstance(verdict, str | int) and not isinstance(verdict, bool) else ""
    if not word:
        return _unanswered(str(key)[:_MOST_KEY], "the system's receipt does not say whether it was taken")
    return Receipt(
        str(key)[:_MOST_KEY],
        accepted=word == taken,
        reference=str(reference or "")[:_MOST_REFERENCE],
        detail=str(detail or ""),
    )


def in_order(records: Sequence[Outgoing], told: Iterable[Receipt]) -> list[Receipt]:
    """One receipt for each record, that says so where none came or two that contradict each other, and after them those of
    keys that were not sent."""
    known: dict[str, list[Receipt]] = {}
    for one in told:
        known.setdefault(one.key, []).append(one)
    ours = [_together(known.pop(one.key)) if one.key in known else _unanswered(one.key, "no receipt came") for one in records]
    return [*ours, *map(_together, known.values())]


def _together(told: Sequence[Receipt]) -> Receipt:
    """What receipts of one key say together."""
    answers = [one for one in told if one.answered]
    if len({one.accepted for one in answers}) > 1:
        return _unanswered(told[0].key, "the system says both that it was taken and that it was not")
    return answers[-1] if answers else told[-1]


def _unanswered(key: str, why: str) -> Receipt:
    return Receipt(key, accepted=False, detail=why, answered=False)
