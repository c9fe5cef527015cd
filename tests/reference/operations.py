"""Random valid queries over the whole schema: hypothesis draws the document, its variables, and what it mentions.

Every response key is used for one field with one set of arguments, so documents merge as the specification allows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from hypothesis import strategies as st

from auth.principals import Role
from auth.rules import VISIBILITY
from hub.domain.declaring.checks import Code
from hub.domain.declaring.fields import fields_of, snake
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import KINDS, PARTS
from hub.domain.words.divisions import clean_division
from hub.domain.words.identifiers import clean_licence_no, clean_uscc
from tests import makers
from tests.reference.executor import DEFAULT_ORDER, Rows, cursor

_DEEPEST = 5
#: What every role may read.
_NEVER_REFUSED = {"node", *(snake(part.__name__) for part in PARTS)}
#: What of the root is told by others than the planner; tests of theirs hold it.
_OTHERWISE = (
    *("events", "sources", "_entities", "_service"),
    *("loanCheck", "loanChecks", "loanCheckMade", "recheck"),
    *("attestation", "attestationStatement"),
    *("portfolios", "watchEvents", "portfolioDigests"),
)
#: What is found in an order of its own; tests/schema/test_searching.py holds it.
_RANKED = "search"
_ODD = ["", "%", "_", "\\", "'", '"', "\u2028", "示", "🙂", "null", "' OR 1=1 --", "\n", "\u0001"]


_SOME_CODE: dict[Any, str] = {
    clean_uscc: makers.uscc(9999),
    clean_licence_no: makers.licence(9999),
    clean_division: "530000",
}
_CODED = {
    one.name: check
    for facts in KINDS.values()
    for one in fields_of(facts.payload)
    if isinstance(check := getattr(one.spec.check, "each", one.spec.check), Code)
}


@dataclass
class GraphQLRequest:
    """A query that was drawn."""

    document: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    #: Nouns, and fields of nouns to search or sort by, that the query mentions; those below `node` only for a variant.
    mentions: set[tuple[str | None, str, str | None]] = field(default_factory=set)

    def forbidden_for(self, role: Role) -> bool:
        """Whether the query mentions what the role may not see."""
        sight = VISIBILITY[role]
        return any(
            noun not in sight.nouns or (name is not None and sight.fields.get((noun, name)) not in (None, Condition.ALWAYS))
            for noun, name in self._mentioned_to(role)
        )

    def mentions_any(self, nouns: Collection[str], role: Role) -> bool:
        """Whether the query mentions one of these nouns to a role; below `node`, not for one of them itself."""
        return any(noun in nouns for noun, _ in self._mentioned_to(role, nouns))

    def _mentioned_to(self, role: Role, beside: Collection[str] = ()) -> Iterator[tuple[str, str | None]]:
        for variant, noun, name in self.mentions:
            if variant is None or (variant in VISIBILITY[role].nouns and variant not in beside):
                yield noun, name


class Pools:
    """Values that occur in the data, so that conditions meet something; cursors are of a moment."""

    def __init__(self, rows: Rows, moment: str = "") -> None:
        self.rows = rows
        self.moment = moment
        self.by_name: dict[str, list[Any]] = {}
        for noun in rows.values():
            for row in noun:
                for name, value in row.items():
                    if value is not None:
                        self.by_name.setdefault(name, []).append(value)
        texts = {v for values in self.by_name.values() for v in values if isinstance(v, str)}
        self.texts = sorted(texts | {t[: len(t) // 2] for t in texts} | {t[1:4] for t in texts} | set(_ODD))
        self.ids = sorted(
            {row["id"] for noun in rows.values() for row in noun if "id" in row}
            | {f"{row['id']}.v{row['version']}" for noun in rows.values() for row in noun if "version" in row}
        )


class _Drawing:
    def __init__(self, draw: st.DrawFn, schema: GraphQLSchema, pools: Pools) -> None:
        self._draw = draw
        self._schema = schema
        self._pools = pools
        self._made = 0
        self._declared: list[str] = []
        self._fragments: list[str] = []
        self._variant: str | None = None
        self._concrete: str | None = None
        self._silent = False
        #: Whether all versions of a record are asked for already.
        self._of_all_times = False
        self.asked = GraphQLRequest()

    # drawing

    def _one_of(self, choices: list[Any]) -> Any:
        return self._draw(st.sampled_from(choices))

    def _chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) < percent

    def _name(self, letter: str) -> str:
        self._made += 1
        return f"{letter}{self._made}"

    @contextmanager
    def _within(self, *, kind: Any = None, silent: bool = False) -> Iterator[None]:
        """Below a field or fragment of type `kind`, which may say which object stands here."""
        before = self._variant, self._concrete, self._silent
        self._silent = self._silent or silent
        if isinstance(kind, GraphQLObjectType):
            if self._concrete is None:
                self._variant = snake(kind.name)
            self._silent = self._silent or self._concrete not in (None, kind.name)
            self._concrete = self._concrete or kind.name
        yield
        self._variant, self._concrete, self._silent = before

    @contextmanager
    def _below(self, kind: Any, *, of_all_times: bool) -> Iterator[None]:
        before = self._concrete, self._of_all_times
        self._concrete = kind.name if isinstance(kind, GraphQLObjectType) else None
        self._of_all_times = self._of_all_times or of_all_times
        yield
        self._concrete, self._of_all_times = before

    def _mention(self, noun: str, name: str | None = None) -> None:
        if not self._silent:
            self.asked.mentions.add((self._variant, noun, name))

    # documents

    def query(self) -> GraphQLRequest:
        root = self._schema.query_type
        assert root is not None
        body = self._selections(root, 0)
        heads = f"query Q({', '.join(self._declared)})" if self._declared else self._one_of(["query Q", "query", ""])
        self.asked.document = "\n".join([f"{heads} {body}", *self._fragments])
        return self.asked

    def _selections(self, kind: Any, depth: int) -> str:
        parts = [self._selection(kind, depth) for _ in range(self._draw(st.integers(1, 4 if depth else 3)))]
        return "{ " + " ".join(parts) + " }"

    def _selection(self, kind: Any, depth: int) -> str:
        roll = self._draw(st.integers(0, 99))
        if roll < 8:
            return f"{self._name('t')}: __typename"
        directive, kept = self._directive()
        with self._within(silent=not kept):
            if roll < 22 and depth:
                condition = self._condition(kind)
                inner = self._schema.type_map[condition or kind.name]
                with self._within(kind=inner):
                    body = self._selections(inner, depth)
                if roll < 15 or condition is None:
                    return f"...{f' on {condition}' if condition else ''}{directive} {body}"
                name = self._name("F")
                self._fragments.append(f"fragment {name} on {condition} {body}")
                return f"...{name}{directive}"
            fields = {n: f for n, f in kind.fields.items() if depth < _DEEPEST or is_leaf_type(get_named_type(f.type))}
            fields.pop(_RANKED, None)
            if self._of_all_times:
                fields.pop("versions", None)
            if kind is self._schema.query_type:
                # These are no planned reads.
                for name in _OTHERWISE:
                    fields.pop(name)
            # Below the depth, objects that have no leaf of their own are asked for their type name alone.
            if not fields:
                return f"{self._name('t')}: __typename"
            name = self._one_of(sorted(fields))
            return self._field(kind, name, fields[name], directive, depth)

    def _field(self, parent: Any, name: str, definition: GraphQLField, directive: str, depth: int) -> str:
        kind: Any = get_named_type(definition.type)
        plain = not definition.args and is_leaf_type(kind) and isinstance(parent, GraphQLObjectType) and parent.name != "Query"
        alias = "" if plain and self._variant is None and not self._silent and self._chance(60) else f"{self._name('f')}: "
        if not is_leaf_type(kind) and not kind.name.endswith(("Edge", "PageInfo")):
            noun = snake(kind.name.removesuffix("Connection"))
            if noun not in _NEVER_REFUSED:
                self._mention(noun)
        arguments = self._arguments(kind, definition)
        if is_leaf_type(kind):
            return f"{alias}{name}{arguments}{directive}"
        head = f"{alias}{name}{arguments}{directive}"
        with self._below(kind, of_all_times=name == "versions"):
            written = f"{head} {self._selections(kind, depth + 1)}"
            if self._chance(10):
                # The same field once more: the two are merged.
                written += f" {head} {self._selections(kind, depth + 1)}"
        return written

    def _condition(self, kind: Any) -> str | None:
        """A type that a fragment may be on."""
        if isinstance(kind, GraphQLInterfaceType):
            possible = [one.name for one in self._schema.get_possible_types(kind)]
            return str(self._one_of([*possible, kind.name]))
        return self._one_of([None, kind.name, *(one.name for one in kind.interfaces)])  # type: ignore[no-any-return]

    def _directive(self) -> tuple[str, bool]:
        if not self._chance(12):
            return "", True
        word, value = self._one_of(["skip", "include"]), self._draw(st.booleans())
        given = self._variable("Boolean!", value) if self._chance(50) else json.dumps(value)
        return f" @{word}(if: {given})", value == (word == "include")

    def _variable(self, kind: str, value: Any) -> str:
        name = self._name("v")
        declared = f"${name}: {kind}"
        if kind.endswith("!") or value is not None:
            self.asked.variables[name] = value
        elif self._chance(50):
            self.asked.variables[name] = None
        self._declared.append(declared)
        return f"${name}"

    # arguments

    def _arguments(self, kind: Any, definition: GraphQLField) -> str:
        given: dict[str, str] = {}
        if kind.name.endswith("Connection"):
            given = self._window(snake(kind.name.removesuffix("Connection")), definition)
        else:
            for name, argument in definition.args.items():
                if name == "on":
                    if self._chance(60):
                        given[name] = self._given(argument.type, self._scalar(get_named_type(argument.type), "effective_on"))
                elif is_leaf_type(kind) and is_required_argument(argument):
                    given[name] = self._given(argument.type, self._scalar(get_named_type(argument.type), name))
                elif is_required_argument(argument):
                    pool = self._pools.ids if name == "id" else self._pools.by_name.get(snake(name), [])
                    value = self._one_of(_well_formed(snake(name), [*pool, *_ODD[:3]]))
                    given[name] = self._variable(str(argument.type), value) if self._chance(40) else json.dumps(value)
        return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""

    def _window(self, noun: str, definition: GraphQLField) -> dict[str, str]:
        given: dict[str, str] = {}
        if self._chance(45):
            kind: Any = get_named_type(definition.args["filter"].type)
            given["filter"] = self._given(kind, self._filter(kind, noun, 0))
        order = DEFAULT_ORDER[noun]
        if self._chance(35):
            keys: Any = get_named_type(definition.args["orderBy"].type)
            names = self._draw(
                st.lists(st.sampled_from(sorted(keys.fields["field"].type.of_type.values)), max_size=2, unique=True)
            )
            order = [(name.lower(), self._draw(st.booleans())) for name in names] or order
            wanted = [{"field": name.upper(), "direction": "DESC" if down else "ASC"} for name, down in order if names]
            for name in names:
                self._mention(noun, name.lower())
            given["orderBy"] = self._given(definition.args["orderBy"].type, wanted)
        if self._chance(70):
            given[self._one_of(["first", "last"])] = self._given(definition.args["first"].type, self._draw(st.integers(0, 6)))
        for side in ("after", "before"):
            if self._pools.rows.get(noun) and self._chance(15):
                at = cursor(self._one_of(self._pools.rows[noun]), order, noun, self._pools.moment)
                given[side] = self._given(definition.args[side].type, at)
        return given

    def _given(self, kind: Any, value: Any) -> str:
        """A value as a literal or as a variable."""
        return self._variable(str(kind), value) if self._chance(40) else literal(value, kind)

    def _filter(self, kind: GraphQLInputObjectType, noun: str, depth: int) -> dict[str, Any]:
        names = [name for name in kind.fields if depth < 2 or name not in ("and", "or", "not")]
        found: dict[str, Any] = {}
        for name in self._draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
            if name in ("and", "or"):
                found[name] = [self._filter(kind, noun, depth + 1) for _ in range(self._draw(st.integers(0, 2)))]
            elif name == "not":
                found[name] = self._filter(kind, noun, depth + 1)
            elif name == "withdrawn":
                found[name] = self._draw(st.booleans())
            else:
                found[name] = self._condition_on(get_named_type(kind.fields[name].type), snake(name))
                if any(value is not None for value in (found[name] or {}).values()):
                    self._mention(noun, snake(name))
        return found

    def _condition_on(self, kind: Any, name: str) -> Any:
        """A condition on one field: a few of its operators."""
        found: dict[str, Any] = {}
        for operator in self._draw(st.lists(st.sampled_from(sorted(kind.fields)), max_size=2, unique=True)):
            wanted: Any = kind.fields[operator].type
            named = get_named_type(wanted)
            value: Callable[[], Any] = lambda named=named: self._scalar(named, name)  # type: ignore[misc]  # noqa: E731
            if is_list_type(get_nullable_type(wanted)):
                found[operator] = [value() for _ in range(self._draw(st.integers(0, 3)))]
            else:
                found[operator] = value()
        return found

    def _scalar(self, kind: Any, name: str) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return self._one_of(sorted(kind.values))
        pool = self._pools.by_name.get(name, [])
        match kind.name:
            case "Date":
                return self._one_of(sorted({str(day) for day in pool}) or ["2026-01-01"])
            case "DateTime":
                moments = sorted({moment.isoformat() for moment in pool})
                return self._one_of([*moments, "2026-11-02T11:04:05.678901+08:00", "2025-01-01T00:00:00Z"])
            case "Decimal":
                return self._one_of(sorted({str(number) for number in pool}) or ["1"])
            case "Int":
                return self._one_of(sorted({n for n in pool if isinstance(n, int)}) or [2025])
            case "Boolean":
                return self._draw(st.booleans())
        texts = [text for text in pool if isinstance(text, str)]
        return self._one_of(_well_formed(name, texts if texts and self._chance(60) else self._pools.texts))


def _well_formed(name: str, values: list[Any]) -> list[Any]:
    """Those values by which a field of this name may be looked up: a malformed number is an error."""
    check = _CODED.get(name)
    if check is None:
        return values
    known = [value for value in values if check.reader(value) is not None]
    return known or [_SOME_CODE[check.reader]]


def literal(value: Any, kind: Any) -> str:
    """A value as the document writes it at a place of type `kind`."""
    if is_non_null_type(kind):
        kind = kind.of_type
    if value is None:
        return "null"
    if isinstance(value, list):
        inner = kind.of_type if is_list_type(kind) else kind
        if len(value) == 1:
            # A single value stands for a list of one.
            return literal(value[0], inner)
        return "[" + ", ".join(literal(one, inner) for one in value) + "]"
    named: Any = get_named_type(kind)
    if isinstance(value, dict):
        members = ", ".join(f"{name}: {literal(one, named.fields[name].type)}" for name, one in value.items())
        return "{" + members + "}"
    return str(value) if isinstance(named, GraphQLEnumType) else json.dumps(value)


@st.composite
def queries(draw: st.DrawFn, schema: GraphQLSchema, pools: Pools) -> GraphQLRequest:
    """Queries that are valid for the schema."""
    return _Drawing(draw, schema, pools).query()
