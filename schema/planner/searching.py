"""The arguments of a search as a part of a read plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial

from hub.domain.read_plan import Search, Selected
from hub.domain.searching import OPEN
from hub.domain.words.canonical import is_storable
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.searching import LEAST, MOST, folded, gram_of, grams, nearly, places
from hub.services.posting.searching import PARTS
from schema.limits import HITS, MOST_HITS
from schema.planner.arguments import PageArguments
from schema.planner.values import Value, Variables, plain

#: The field of the root.
SEARCH = "search"

_ABSENT = Value()


def search(
    key: str,
    arguments: Mapping[str, Value],
    fields: tuple[Selected, ...],
    pages: PageArguments,
    variables: Variables,
) -> Search:
    """A search by its arguments: the words are read when it runs, the kinds decide the statement."""
    text, size = arguments["text"], arguments.get("first", _ABSENT)
    kinds = arguments.get("kinds", _ABSENT)
    are_named = kinds.now(variables) is not None
    return Search(
        key,
        fields,
        pages.computed(lambda v: json.dumps(_words(kinds, v)), kinds, "words") if are_named else None,
        pages.computed(lambda v: _array(gram_of(OPEN, k) for k in _words(kinds, v)), kinds, "grams") if are_named else None,
        pages.computed(lambda v: _sought(text, v), text, "folded"),
        pages.computed(lambda v: json.dumps(nearly(str(text.now(v)))), text, "nearly"),
        pages.computed(lambda v: json.dumps(places(_sought(text, v))), text, "places"),
        tuple((part, pages.computed(partial(_grams, text, part), text, "grams", part)) for part in (OPEN, *PARTS)),
        pages.computed(lambda v: _size(size, v), size, "hits"),
    )


def _sought(text: Value, variables: Variables) -> str:
    """What is sought, as it is searched in; INVALID_INPUT where it is too short or too long, or no text that is kept."""
    given = text.now(variables)
    if not is_storable(given):
        raise HubError(ErrorCode.INVALID_INPUT, "NUL, surrogate", field="text")
    sought = folded(given) if len(given) <= MOST * 4 else given
    if not LEAST <= len(sought) <= MOST:
        raise HubError(ErrorCode.INVALID_INPUT, f"{LEAST}..{MOST}", field="text")
    return sought


def _words(kinds: Value, variables: Variables) -> list[str]:
    told = plain(kinds.now(variables))
    return [str(kind) for kind in (told if isinstance(told, list) else [told])]


def _grams(text: Value, part: str, variables: Variables) -> str:
    return _array(grams(_sought(text, variables), part))


def _array(numbers: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array."""
    return f"{{{','.join(map(str, sorted(numbers)))}}}"


def _size(first: Value, variables: Variables) -> int:
    size = first.now(variables)
    if size is None:
        return HITS
    if not 0 <= size <= MOST_HITS:
        raise HubError(ErrorCode.INVALID_INPUT, f"first: 0..{MOST_HITS}", field="first")
    return int(size)
