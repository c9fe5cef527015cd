"""What is personal in records, kept out of what others say of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hub.domain.declaring.fields import Payload, inputs_of

HIDDEN = "***"


def without_personal(said: str, records: Iterable[tuple[type[Payload], Mapping[str, Any]]]) -> str:
    """What is said of records (each by its kind's payload and its wire names), without the values of their personal fields, in
    whatever case they are repeated."""
    values = {str(value) for payload, record in records for value in _personal(payload, record)}
    # What holds another goes first.
    longest = sorted(values, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), HIDDEN, said, flags=re.IGNORECASE) if longest else said


def _personal(payload: type[Payload], record: Mapping[str, Any]) -> list[Any]:
    return [value for wire, field in inputs_of(payload).items() if field.spec.personal and (value := record.get(wire))]
