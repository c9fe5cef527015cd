"""What is kept of a row that could not be taken is read again as what it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.cells import Shown, Since1904, TextSince1904, Unfit, kept, restored
from connectors.mapping import Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

VALUES = [
    Unfit("#N/A", "an error value"),
    Shown(0.85, "85%"),
    Since1904(44621.0),
    TextSince1904("44621.5"),
    datetime(2026, 3, 2),
    datetime(2026, 3, 1, 16, tzinfo=UTC),
    ("2026-03-01", "2026-03-02"),
    {"geometry": [{"type": Unfit("NaN", "no number")}, ("a", 1)]},
    "示例",
    1.5,
    None,
    {"(day)": "soon"},
]


def test_what_lies_deeper_than_anything_that_is_taken_costs_no_more_than_its_row() -> None:
    row = json.loads(f'{{"A": {"[" * 900}1{"]" * 900}}}')
    mapped = Mapped(RecordKind.OPINION, Envelope("A"), {"A": Used("documentNumber")}, {})
    assert mapped.item(row).error == "A: not a text"


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_json_does_not_have_is_restored_as_what_it_was(value: Any) -> None:
    found = restored(json.loads(json.dumps(kept(value))))
    assert (found, type(found)) == (value, type(value))
    assert getattr(found, "text", None) == getattr(value, "text", None)
