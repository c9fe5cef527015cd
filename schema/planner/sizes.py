"""How many rows or items an argument asks for: read in one place, for the price and for the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.words.errors import ErrorCode, HubError
from schema.graph import DEFAULT_SIZE, MOST_SIZE
from schema.log import DEFAULT_EVENTS, MOST_EVENTS
from schema.planner.values import Value, Variables

_ABSENT = Value()


@dataclass(frozen=True, slots=True)
class PageSize:
    """What `first` and `last` say of a page."""

    first: Value = _ABSENT
    last: Value = _ABSENT
    usual: int = DEFAULT_SIZE
    most: int = MOST_SIZE

    def of(self, arguments: Mapping[str, Value]) -> PageSize:
        """A page of the same sort by its arguments."""
        return PageSize(arguments.get("first", _ABSENT), arguments.get("last", _ABSENT), self.usual, self.most)

    @property
    def is_fixed(self) -> bool:
        return self.first.is_fixed and self.last.is_fixed

    def is_backward(self, variables: Variables) -> bool:
        """Whether rows are counted from the end; INVALID_INPUT where both ends are named."""
        backward = self.last.now(variables) is not None
        if backward and self.first.now(variables) is not None:
            raise HubError(ErrorCode.INVALID_INPUT, "first, last", field="last")
        return backward

    def rows(self, variables: Variables) -> int:
        """How many rows are read; INVALID_INPUT for a number that no page has."""
        backward = self.is_backward(variables)
        name, size = ("last", self.last.now(variables)) if backward else ("first", self.first.now(variables))
        if size is None:
            return self.usual
        if not isinstance(size, int) or not 0 <= size <= self.most:
            raise HubError(ErrorCode.INVALID_INPUT, f"{name}: 0..{self.most}", field=name)
        return size

    def priced(self, variables: Variables) -> int:
        """The same for the price; what is refused when it is planned reads nothing."""
        try:
            return self.rows(variables)
        except HubError:
            return 0


#: Pages of nouns' rows, and of the log.
ROWS = PageSize()
EVENTS = PageSize(usual=DEFAULT_EVENTS, most=MOST_EVENTS)


@dataclass(frozen=True, slots=True)
class BatchSize:
    """How many items a variable holds to post: those of a list, and one for anything else."""

    items: Value

    def priced(self, variables: Variables) -> int:
        items: Any = self.items.now(variables)
        return len(items) if isinstance(items, list) else 1


Size = PageSize | BatchSize
