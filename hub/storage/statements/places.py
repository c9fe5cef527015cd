"""Under which keys of an answer something is refused while its statement is composed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TypeVar

from hub.domain.words.errors import HubError

Row = TypeVar("Row")
One = TypeVar("One")
Text = TypeVar("Text")


class under:  # noqa: N801
    """What is refused within stands under this key, and those that were named before it."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if isinstance(error, HubError):
            error.at = (self._key, *error.at)


class of_parameter:  # noqa: N801
    """What is refused within is the value of this parameter."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if isinstance(error, HubError):
            error.parameter = self._number


def keyed(
    compose: Callable[[Row, One], Text], asked: Sequence[One], unnamed: Callable[[One], One]
) -> Callable[[Row, One], Text]:
    """Composes each thing under its key; what is worked out once for several has none, and stands under the first of theirs."""

    def composed(row: Row, one: One) -> Text:
        try:
            return compose(row, one)
        except HubError as error:
            key: str = one.key or next(known.key for known in asked if unnamed(known) == one)  # type: ignore[attr-defined]
            error.at = (key, *error.at)
            raise

    return composed
