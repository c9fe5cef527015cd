"""Looking up: a number or code that is asked for is brought to the form in which posting keeps it."""

from __future__ import annotations

from typing import Any

from hub.domain.declaring.checks import Check, FieldError
from hub.domain.declaring.fields import DIVISION_CODE, LICENCE_NO, camel, fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.errors import HubError

_CHECKS: dict[tuple[str, str], Check] = {
    (kind.value, field.name): field.spec.check for kind, facts in KINDS.items() for field in fields_of(facts.payload)
}

#: What is one and the same wherever it is told.
_ANYWHERE: dict[str, Check] = {
    "licence_no": LICENCE_NO,
    "division_code": DIVISION_CODE,
    "prefecture_code": DIVISION_CODE,
    "lies_in": _CHECKS[RecordKind.MINE.value, "lies_in"],
}


def sought(noun: str, name: str, value: Any, *, part: bool = False) -> Any:
    """A value, or a list of them, by which a noun's field is looked up; `part` where it need only be a part of the field's.

    Raises the code of a malformed number: that nothing is found would say that there is no such thing.
    """
    check = _ANYWHERE.get(name) or _CHECKS.get((noun, name))
    if check is None or value is None:
        return value
    try:
        if isinstance(value, list):
            return [check.sought(one, part=part) for one in value]
        return check.sought(value, part=part)
    except FieldError as refused:
        raise HubError(refused.problems[0][1], field=camel(name)) from None
