"""The receipt: what became of one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.words.errors import Problem
from hub.domain.words.notation import written
from hub.domain.words.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The receipt of one item.  A rejected item has problems and nothing else; a stale one says that, and
    names what stands; what a copy says otherwise than its original is told beside an outcome that changes none of it.
    """

    index: int
    outcome: Outcome
    record_id: str | None = None
    version: int | None = None
    payload_hash: str | None = None
    recorded_at: datetime | None = None
    problems: Sequence[Problem] = ()
    reference: str | None = None


def receipt_payload(result: Result) -> dict[str, Any]:
    """A receipt as it goes out, by whichever way the item came in: the names of GraphQL's `PostResult`, and the sender's own
    reference."""
    return {
        "index": result.index,
        "reference": result.reference,
        "outcome": result.outcome.value,
        "recordId": result.record_id,
        "version": result.version,
        "payloadHash": result.payload_hash,
        "recordedAt": written(result.recorded_at) if result.recorded_at else None,
        "problems": [problem.as_dict() for problem in result.problems],
    }
