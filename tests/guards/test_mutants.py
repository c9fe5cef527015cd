"""What `make mutants` changes: each comparison, connective, constant and choice of a rule, one at a time."""

from __future__ import annotations

from tests.mutants import kept, mutants
from tests.near import ROOT

RULE = """
def due(day: int | None, last: int) -> bool:
    return day is not None and (day >= last + 7)
"""


def test_one_thing_after_another_is_changed_and_annotations_are_let_alone() -> None:
    found = list(mutants(RULE))
    assert [change.told for change in found] == [
        "day is not None or day >= last + 7",
        "day is None",
        "day > last + 7",
        "last - 7",
        "8",
    ]
    assert {change.line for change in found} == {3}
    for change in found:
        assert change.told in change.source
        assert change.source.startswith("def due(day: int | None, last: int) -> bool:")


def test_a_columns_declaration_is_the_migrations_to_hold() -> None:
    [change] = mutants("table = sa.Table('t', sa.Column('code', nullable=False, primary_key=True), sa.Index('i', unique=True))")
    assert change.told == "False"
    assert "unique=False" in change.source


def test_a_change_is_run_by_its_own_lines_and_by_the_statement_that_it_stands_in() -> None:
    [first, second] = mutants(
        """
def late(
    days: int,
) -> bool:
    held = (
        days,
        7,
    )
    return held[0] > 0
""".replace("held[0] > 0", "held.index(days) == days")
    )
    assert (first.told, set(first.lines)) == ("held.index(days) != days", {9})
    assert (second.told, second.line, set(second.lines)) == ("8", 7, {5, 7})


def test_what_is_kept_names_files_tests_and_changes_that_are_there() -> None:
    known = kept()
    for file, tests in known.tests.items():
        missing = [
            name
            for name in (file.replace("*.py", ""), *(test.partition("::")[0] for test in tests))
            if not (ROOT / name).exists()
        ]
        assert not missing, f"tests/mutants.toml names {missing}, which are not there: strike or rename them"
    for file, living in known.living.items():
        changes = {name for change in mutants((ROOT / file).read_text(encoding="utf-8")) for name in change.names}
        gone = living.keys() - changes
        assert not gone, f"tests/mutants.toml lets {gone} live in {file}, which are no changes of it any more: strike them"
        assert all(living.values()), f"tests/mutants.toml lets changes of {file} live without a reason"
