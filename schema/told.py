"""What services tell whole: fields of the root that are no rows of a noun, and the parts of them that are asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type, is_list_type

from auth.principals import Principal
from hub.domain.words.errors import HubError
from hub.domain.words.identifiers import clean_licence_no, clean_uscc
from hub.domain.words.purposes import Purpose
from hub.services.evidence.asked import Found, in_order
from hub.services.evidence.read_ledger import Read, ReadLedger
from schema.planner.arguments import data_of
from schema.planner.collect import Collector


@dataclass(frozen=True, slots=True)
class Teller:
    """How a field of the root is told: the whole value, under the names of its type.

    For the ledger: what the value is about, and what was `named` by the arguments, of which a refusal says something too.
    To be paid for, whatever is asked of it: for how many `mines` it was worked out what rules say.
    What is `shown` of it is told.  Of what is done: whether each step is stored by itself, and may be done again without harm.
    """

    tell: Callable[[Mapping[str, Any], Principal, Purpose | None], Awaitable[Any]]
    found: Callable[[Any], tuple[Found, ...]] = lambda _value: ()
    mines: Callable[[Any], int] = lambda _value: 0
    named: Callable[[Mapping[str, Any]], tuple[Found, ...]] = lambda _given: ()
    shown: Callable[[Any], Any] = lambda value: value
    in_steps: bool = False


#: By the wire names of the fields.
Tellers = Mapping[str, Teller]


async def noted(telling: Awaitable[Any], teller: Teller, given: Mapping[str, Any], read: Read, reads: ReadLedger | None) -> Any:
    """What a teller tells, or refuses to tell, with its line in the ledger."""
    named = teller.named(given)
    try:
        value = await telling
    except HubError as error:
        if reads is not None and named:
            reads.note(read._replace(found=named, outcome=error.code.value))
        raise
    if reads is not None:
        reads.note(read._replace(found=in_order([*named, *teller.found(value)])))
    return teller.shown(value)


def numbers_named(noun: str, numbers: Iterable[Any]) -> tuple[Found, ...]:
    """The mines that are asked about by these numbers; what is no number is nobody's."""
    clean = (clean_licence_no(one) for one in numbers if isinstance(one, str))
    return in_order((noun, None, one) for one in clean if one is not None)


def codes_named(noun: str, codes: Iterable[Any]) -> tuple[Found, ...]:
    """The enterprises whose mines are asked about by these codes; what is no code is nobody's."""
    clean = (clean_uscc(one) for one in codes if isinstance(one, str))
    return in_order((noun, one, None) for one in clean if one is not None)


def given_to(node: FieldNode, root: GraphQLObjectType, collector: Collector) -> dict[str, Any]:
    """The arguments of a field of the root, by Python name; those that are null are not given."""
    given = data_of(node, root.fields[node.name.value], collector.variables)
    return {name: value for name, value in given.items() if value is not None}


def selected(kind: Any, nodes: list[FieldNode], value: Any, collector: Collector) -> Any:
    """What the nodes ask of a value; a list that is not there is empty."""
    return _shaper(kind, nodes, collector)(value)


def _shaper(kind: Any, nodes: list[FieldNode], collector: Collector) -> Callable[[Any], Any]:
    """What takes out of values of one type what the nodes ask of each: looked up once, however many values there are."""
    if is_leaf_type(kind):
        return lambda value: value
    below = collector.below(kind, nodes)
    names = {key: asked[0].name.value for key, asked in below.items()}
    types = {key: kind.fields[name].type for key, name in names.items() if name != "__typename"}
    lists = {key for key, of in types.items() if is_list_type(get_nullable_type(of))}
    shapers = {key: _shaper(get_named_type(of), below[key], collector) for key, of in types.items()}

    def shaped(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [shaped(one) for one in value]
        if value is None:
            return None
        found: dict[str, Any] = {}
        for key, name in names.items():
            if key not in shapers:
                found[key] = kind.name
                continue
            part = value.get(name)
            found[key] = shapers[key]([] if part is None and key in lists else part)
        return found

    return shaped
