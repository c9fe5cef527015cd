"""What `make mutants` changes: each comparison, connective, constant and choice of a rule, one at a time."""

from __future__ import annotations

from tests.mutants import mutants

RULE = """
def due(day: int | None, last: int) -> bool:
    return day is not None and (day >= last + 7)
"""


def test_one_thing_after_another_is_changed_and_annotations_are_let_alone() -> None:
    found = list(mutants(RULE))
    assert [change for _, change, _ in found] == [
        "day is not None or day >= last + 7",
        "day is None",
        "day > last + 7",
        "last - 7",
        "8",
    ]
    assert {line for line, _, _ in found} == {3}
    for _, change, source in found:
        assert change in source
        assert source.startswith("def due(day: int | None, last: int) -> bool:")
