"""Receipts of what was pushed, put in the order of what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.base import Outgoing, Receipt

_MOST_KEY, _MOST_REFERENCE = 200, 200


def receipt(key: Any, *, accepted: bool, reference: Any, detail: Any) -> Receipt:
    """What a system answered to a key, no longer than is kept of it.  What it says is cut later: of a number that is cut nobody
    could tell what it is."""
    return Receipt(
        str(key)[:_MOST_KEY],
        accepted=accepted,
        reference=str(reference or "")[:_MOST_REFERENCE],
        detail=str(detail or ""),
    )


def in_order(records: Sequence[Outgoing], told: Iterable[Receipt]) -> list[Receipt]:
    """One receipt for each record, that says so where none came, and after them those of keys that were not sent."""
    known = {one.key: one for one in told}
    ours = [known.pop(record.key, _unanswered(record)) for record in records]
    return [*ours, *known.values()]


def _unanswered(record: Outgoing) -> Receipt:
    return Receipt(record.key, accepted=False, detail="the system gave no receipt", answered=False)
