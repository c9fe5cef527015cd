"""How deep the brackets of a statement stand within one another.

SQLite's parser keeps 100 symbols and gives up at some eighteen brackets.  A random comparison passes over what is nested too
deeply for it, and would pass over a mine's conflicts and supports without a word if these alone took all of that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from auth.rules import CLASSES
from hub.domain.read_plan import Child, Condition, Items, Leaf, Lookup, Nodes, Object, Order, Page, Param, ReadPlan, Visibility
from hub.storage.statements.composer import compile_plan
from hub.storage.views.nouns import VIEWS
from hub.storage.views.view import Expression, Kept

#: How many brackets it may be below a mine, and what may stand over that mine.  Each relation over it adds two or three.
CASES = [("conflicts", "conflict", 12, ("enterprise", "mine")), ("supports", "support_eligibility", 13, ("enterprise",))]


def seen() -> Iterator[tuple[Visibility, str, str, int, tuple[str, ...]]]:
    for relation, noun, height, above in CASES:
        for sight in CLASSES:
            if noun in sight.nouns:
                yield sight, relation, noun, height, above


SEEN = [pytest.param(*one, id=f"{one[1]}-{one[0].name}") for one in seen()]


def children(relation: str, noun: str, sight: Visibility) -> tuple[Child, ...]:
    """All of a mine's rows of a noun, with all that the class may see of them."""
    shown = [
        name
        for name, source in VIEWS[noun].fields.items()
        if isinstance(source, sa.Column | Expression | Kept) and sight.fields.get((noun, name)) is not Condition.NEVER
    ]
    return (Child(relation, relation, Items(noun, tuple(Leaf(name, name) for name in shown))),)


def statement(fields: tuple[Child, ...], above: tuple[str, ...], sight: Visibility) -> str:
    """That of a mine with these, below an enterprise, below a mine, …"""
    by_number = (Order("licence_no", descending=False),)
    for noun in above:
        if noun == "enterprise":
            page = Page("mine", (Nodes("nodes", fields),), None, by_number, Param(1), backward=False)
            fields = (Child("mines", "mines", page),)
        else:
            fields = (Child("enterprise", "enterprise", Object("enterprise", fields)),)
    root, key = ("enterprise", "uscc") if len(above) % 2 else ("mine", "licence_no")
    return compile_plan(ReadPlan((Lookup("one", Object(root, fields), ((key, Param(0)),)),)), sight, "sqlite").sql


def height(sql: str) -> int:
    within = highest = 0
    quoted = ""
    for letter in sql:
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "'\"":
            quoted = letter
        else:
            within += {"(": 1, ")": -1}.get(letter, 0)
            highest = max(highest, within)
    assert within == 0
    return highest


def why_not(sql: str) -> str:
    """What SQLite says of a statement over tables that are not there: its parser speaks before anybody looks for them."""
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(":memory:").execute(f"EXPLAIN {sql}", [None] * sql.count("?"))
    return str(refused.value)


@pytest.mark.parametrize(("sight", "relation", "noun", "most", "above"), SEEN)
def test_what_is_worked_out_of_a_mine_leaves_room_for_what_stands_over_it(
    sight: Visibility, relation: str, noun: str, most: int, above: tuple[str, ...]
) -> None:
    fields = children(relation, noun, sight)
    assert height(statement(fields, (), sight)) <= most, f"a {relation} of a mine is nested deeper: flatten hub/storage/views"
    for place in range(len(above) + 1):
        assert "no such table" in why_not(statement(fields, above[:place], sight))


def test_height_is_that_of_brackets_and_not_of_what_is_quoted() -> None:
    assert height("SELECT ((1) + (2)) || '((((' || \"(((\"") == 2
