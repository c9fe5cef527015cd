"""A statement that is ready to run, and how its values follow from a plan's parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.words.errors import HubError
from hub.storage.statements.places import of_parameter

#: What each takes to keep but for its text, and each of its values with what tells it.
_STATEMENT = 3_000
_VALUE = 1_500


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL ready to run, and its values in order: those that are always the same, and where the others go.

    `given` tells place, parameter (the plan's by number, others by name), and what makes it the driver's value.  In the answer
    of a `traced` statement mines stand between marks, and in one that `has_cursors` these do (`hub.storage.statements.marks`).
    """

    sql: str
    always: tuple[Any, ...]
    given: tuple[tuple[int, int | str, Callable[[Any], Any] | None], ...]
    traced: bool = False
    has_cursors: bool = False
    #: How large it was to compose and to compile.
    parts: int = 0

    @property
    def size(self) -> int:
        """What it takes to keep it, in bytes."""
        return _STATEMENT + len(self.sql) + _VALUE * len(self.always)

    def values(self, parameters: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
        """The driver's values for the plan's parameters and the named ones."""
        values = list(self.always)
        name: int | str = ""
        try:
            for place, name, encode in self.given:
                value = parameters[name] if isinstance(name, int) else named[name]
                values[place] = value if value is None or encode is None else encode(value)
        except HubError as error:
            error.parameter = name if isinstance(name, int) else None
            raise
        return values

    def fixed(self, known: Mapping[int, Any]) -> Statement:
        """The statement with those of the plan's parameters set that are the same whenever it runs."""
        always = list(self.always)
        for place, name, encode in self.given:
            if isinstance(name, int) and name in known:
                with of_parameter(name):
                    always[place] = value if (value := known[name]) is None or encode is None else encode(value)
        places = tuple(one for one in self.given if one[1] not in known)
        return replace(self, always=tuple(always), given=places)
