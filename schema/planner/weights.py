"""How many fields a field counts as: what is long or worked out is no single word of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLField

from hub.domain.declaring.checks import Boundary, Check, Several, Text
from hub.domain.declaring.fields import fields_of
from hub.domain.record_kinds import KINDS, PARTS

#: Beyond what a line holds, so many characters of a text's declared limit count as one field more.
_LINE = 500
_CHARACTERS = 100
#: So many values of a list's declared limit do.
_VALUES = 20
_BOUNDARY = 100
#: What holds a whole record or message as it came.
_WHOLE = 500
#: A field that is worked out from other rows for a day.
_WORKED_OUT = 10


def _weight(check: Check) -> int:
    match check:
        case Several(most=most):
            return 1 + most // _VALUES
        case Text(limit=limit):
            return 1 + max(0, limit - _LINE) // _CHARACTERS
        case Boundary():
            return _BOUNDARY
    return 1


def _declared() -> Iterator[tuple[tuple[str, str], int]]:
    for payload in (*(facts.payload for facts in KINDS.values()), *PARTS):
        for field in fields_of(payload):
            yield (payload.__name__, field.wire), _weight(field.spec.check)


_WEIGHTS = dict(_declared()) | dict.fromkeys((("Rejection", "payload"), ("Rejection", "outline")), _WHOLE)


def weight(kind: str, name: str, field: GraphQLField) -> int:
    """How many fields a leaf of an object type counts as."""
    return _WORKED_OUT if "on" in field.args else _WEIGHTS.get((kind, name), 1)
