"""Mappings in the fewest words: a table of a system's own names; how each value is read follows from the domain's declaration.

Only what a system does in its own way is said beside its name: a unit, a shape of dates, the objects in a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors import mapping
from connectors.mapping import Codec, Envelope, Mapped, Used
from connectors.terms import TERMS
from hub.domain.declaring import checks
from hub.domain.declaring.fields import Field, Nested, Payload, inputs_of
from hub.domain.record_kinds import KINDS, RecordKind


@dataclass(frozen=True, slots=True)
class Parts:
    """An upstream list of objects that fills the parts `wire` of ours, by the objects' own names."""

    wire: str
    names: Names


#: Upstream name → the field of ours that it fills; with `Used` where the value is read in a way of its own.
Names = Mapping[str, str | Used | Parts]

#: Days on which something ends; where none need be told, none means that it does not end.
_ENDS = frozenset({"ends_on", "valid_until", "business_term_until", "mining_right_until"})


def mapped(kind: RecordKind, envelope: Envelope, names: Names, ignored: Mapping[str, str]) -> Mapped:
    """The mapping of a kind by a table of names; KeyError for a field that the kind does not have."""
    return Mapped(kind, envelope, _used(KINDS[kind].payload, names), ignored)


def _used(payload: type[Payload], names: Names) -> dict[str, Used]:
    fields = inputs_of(payload)
    return {name: _use(fields, said) for name, said in names.items()}


def _use(fields: Mapping[str, Field], said: str | Used | Parts) -> Used:
    match said:
        case Used():
            return said
        case Parts(wire, names):
            check = fields[wire].spec.check
            assert isinstance(check, checks.Several)
            assert isinstance(check.each, Nested)
            return Used(wire, mapping.parts(_used(check.each.part, names)))
        case str():
            other = next((wire for wire, field in fields.items() if field.spec.other_of == fields[said].name), "")
            return Used(said, codec(fields[said]), other)


def codec(field: Field) -> Codec:
    """How a value of a field is read and written, where a system has no way of its own."""
    match field.spec.check:
        case checks.Number():
            return mapping.DECIMAL
        case checks.Whole():
            return mapping.WHOLE
        case checks.Day():
            return mapping.endless(mapping.DAY) if field.name in _ENDS and not field.required else mapping.DAY
        case checks.Flag():
            return mapping.FLAG
        case checks.Word(words=words):
            return mapping.word(TERMS[words])
        case checks.Several(each=checks.Word(words=words)):
            return mapping.words(TERMS[words])
        case checks.Several():
            return mapping.LIST
        case checks.Boundary():
            return mapping.AS_IS
        case checks.Written() | checks.Code():
            # Two rows whose number is 无 would pass for versions of one document.
            return mapping.TEXT_IF_ANY
    return mapping.TEXT if field.required else mapping.TEXT_IF_ANY
