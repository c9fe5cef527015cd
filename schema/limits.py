"""What one request may ask for: the one place of all bounds on documents, their variables and their cost."""

from __future__ import annotations

from dataclasses import dataclass

#: Hits of a search when `first` is not given, and the most that may be asked for.
HITS, MOST_HITS = 20, 50


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one operation and its document, once its fragments are spread and equal keys are merged.

    They hold before anything is validated or run.  `cost` is in fields of the answer, see `schema.planner.measuring`.
    """

    document_bytes: int = 100_000
    tokens: int = 5_000
    #: Objects within one another.  SQLite's parser takes about six, and says so.
    depth: int = 15
    fields: int = 2_000
    aliases: int = 300
    #: Steps of the walk that measures a document: fields, inline fragments and spreads, each time it comes by them.
    steps: int = 20_000
    #: Pairs of fields under one response key, each of which validation compares.
    pairs: int = 20_000
    #: Values in all variables together, but for the items of a post, which have bounds of their own.
    values: int = 10_000
    #: Conditions and groups of them in all filters together, and how deep `and`, `or` and `not` lie within one another.
    conditions: int = 1_000
    filter_depth: int = 10
    #: Keys of one order.
    order_keys: int = 10
    #: Values of lists in all conditions together, each time that they are used.
    bound_values: int = 20_000
    #: Parts of the statement that an operation becomes: fields, conditions, joins, and what is worked out for each use.
    parts: int = 20_000
    cost: int = 500_000
