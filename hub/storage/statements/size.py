"""How large a statement is, in parts of its composition: what is short to ask for may be long to compose and to compile."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sqlalchemy.sql import visitors

from hub.domain.words.errors import ErrorCode, HubError

#: What a field, a condition and a row opened add to a statement, besides what is worked out for them.
FIELD = 8
CONDITION = 7
ROW = 60
#: A search has some ways of matching, besides what the caller's rules add; they take as long as so many other parts.
SEARCH = 4_000
#: Looking ahead ranks the rows of a page.
AHEAD = 40

_PARTS: dict[Hashable, int] = {}


class Size:
    """Counts the parts of one statement while it is composed, and stops it past `most`: QUERY_TOO_COMPLEX."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.parts = 0

    def add(self, parts: int) -> None:
        self.parts += parts
        if self.parts > self._most:
            raise HubError(ErrorCode.QUERY_TOO_COMPLEX, f"≤ {self._most} parts of a statement", field="query")

    def add_built(self, name: Hashable, built: Any) -> None:
        """Add what was worked out; whatever has the same name is counted once for all statements."""
        if (parts := _PARTS.get(name)) is None:
            parts = _PARTS[name] = sum(1 for _ in visitors.iterate(built))
        self.add(parts)
