"""Filter first, where a filter may leave few rows and no index brings them in the order of the list.

Of an ordered list the database walks the order and drops what does not pass: where hardly anything passes it walks all of it,
one row after another in the worst order, and once more for the count.  So some rows that pass are looked for beforehand, in
whatever order they come.  Are they all that there are, the page and the count are theirs; are there more, the walk is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import AllOf, Compare, Filter, Operator, Order
from hub.storage.sql.json_text import Expr
from hub.storage.views.view import Row, View

#: So many rows are few.
FEW = 1_000
#: So many mines are few enough for what is about them to be found by their numbers, one after another.
FEW_MINES = 3_000
RANGES = (Operator.FROM, Operator.TO, Operator.STARTS_WITH)
_POINTS = (Operator.EQ,)

#: A key of an order: its value, and whether it descends.
Key = tuple[Expr, bool]


def conjuncts(wanted: Filter | None) -> list[Compare]:
    """The conditions of a filter that must hold each by itself."""
    match wanted:
        case Compare():
            return [wanted]
        case AllOf(conditions):
            return [one for condition in conditions for one in conjuncts(condition)]
    return []


def is_served(view: View, wanted: Filter, order: Sequence[Order]) -> bool:
    """Whether an index brings what passes in the order of the list, or a condition is a range of that order."""
    first = order[0].field
    for one in conjuncts(wanted):
        if one.operator in RANGES and one.field == first:
            return True
        if one.operator in _POINTS and any(names[1:2] in ([], [first]) for names in _indexes(view, one.field)):
            return True
    return False


def _indexes(view: View, field: str) -> list[list[str]]:
    """The columns of each index that begins with a field."""
    column = view.fields[field]
    if not isinstance(column, sa.Column) or not isinstance(view.table, sa.Table):
        return []
    found = [[str(one.name) for one in index.columns] for index in view.table.indexes]
    return [names for names in found if names and names[0] == column.name]


@dataclass(frozen=True, slots=True)
class Found:
    """The conditions by which rows are looked for beforehand, and what must hold for those to say what the filter says."""

    conditions: Sequence[Expr]
    premises: Sequence[Expr] = ()


@dataclass(frozen=True, slots=True)
class Few:
    """The rows that pass, if they are few: their keys in the order of the list, and what tells one from another, as they were
    `found`."""

    rows: sa.CTE
    keys: int
    found: Found

    @classmethod
    def of(cls, view: View, row: Row, wanted: Filter, found: Found, keys: Sequence[Expr]) -> Few:
        named = [key.label(f"key{number}") for number, key in enumerate(keys)]
        rows = sa.select(*named, *(one.label(f"own_{one.name}") for one in own(view, row))).where(*found.conditions)
        for one in conjuncts(wanted):
            # An index of its own finds a range at once; whoever wants some rows is given them by a walk over the table.
            if one.operator in RANGES and _indexes(view, one.field):
                rows = rows.order_by(row[one.field])
                break
        limited = rows.limit(sa.literal_column(str(FEW + 1)))
        return cls(limited.cte().prefix_with("MATERIALIZED"), len(named), found)

    @property
    def premises(self) -> Sequence[Expr]:
        return self.found.premises

    @property
    def count(self) -> Expr:
        return sa.select(sa.func.count()).select_from(self.rows).scalar_subquery()

    @property
    def are_all(self) -> Expr:
        """Whether there are no others."""
        are_few: Expr = self.count <= sa.literal_column(str(FEW))
        return sa.and_(*self.premises, are_few)

    @property
    def own(self) -> Sequence[Expr]:
        """What tells each from all others."""
        return list(self.rows.c)[self.keys :]

    def key(self, number: int) -> Expr:
        return self.rows.c[f"key{number}"]


@dataclass(frozen=True, slots=True)
class Lines:
    """What a filter means that is one condition on what a rule tells: the subjects, and by what a row names its own.  Only what
    stands has lines, on each day one of such a rule, so that where nothing else is asked they are the rows."""

    subject: Expr
    meant: sa.Select[Any]

    @property
    def count(self) -> Expr:
        return sa.select(sa.func.count()).select_from(self.meant.subquery()).scalar_subquery()

    @property
    def among(self) -> Expr:
        """Whether a row is one of those that are meant, as far as these are few, and one more."""
        return self.subject.in_(self.meant.limit(sa.literal_column(str(FEW + 1))))


def own(view: View, row: Row) -> list[Expr]:
    """What tells a row of the view's table from all others."""
    return [row[view.key], row.version] if view.versioned else [row[view.key]]
