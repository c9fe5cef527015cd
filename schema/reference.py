"""The schema as a page for people: every type with its fields, arguments and words, made from the schema itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

_ROOTS = ("Query", "Mutation", "Subscription")


@cache
def reference(schema: GraphQLSchema) -> str:
    """The page, as HTML."""
    kinds = [kind for name, kind in sorted(schema.type_map.items()) if not name.startswith("__")]
    kinds.sort(key=lambda kind: _ROOTS.index(kind.name) if kind.name in _ROOTS else len(_ROOTS))
    index = " · ".join(_link(kind) for kind in kinds)
    parts = "\n".join(part for kind in kinds for part in _section(schema, kind))
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>绿色矿山枢纽 / the graph</title></head>\n'
        f"<body><h1>绿色矿山枢纽 / the graph</h1>\n<nav><p>{index}</p></nav>\n<main>\n{parts}\n</main></body></html>\n"
    )


def _section(schema: GraphQLSchema, kind: GraphQLNamedType) -> Iterator[str]:
    yield f'<section id="{kind.name}"><h2>{kind.name} <small>{_sort(kind)}</small></h2>'
    yield f"<p>{escape(kind.description or '')}</p>"
    match kind:
        case GraphQLObjectType() | GraphQLInterfaceType():
            yield "<dl>"
            for name, field in kind.fields.items():
                arguments = ", ".join(f"{one}: {_of(argument.type)}" for one, argument in field.args.items())
                given = f"({arguments})" if arguments else ""
                yield _entry(f"{name}{given}: {_of(field.type)}", field)
            yield "</dl>"
        case GraphQLInputObjectType():
            yield "<dl>"
            for name, member in kind.fields.items():
                yield _entry(f"{name}: {_of(member.type)}", member)
            yield "</dl>"
        case GraphQLEnumType():
            yield "<dl>"
            for name, value in kind.values.items():
                yield _entry(name, value)
            yield "</dl>"
        case GraphQLUnionType():
            yield f"<p>{' | '.join(_link(one) for one in kind.types)}</p>"
        case GraphQLScalarType() if kind.specified_by_url:
            address = escape(kind.specified_by_url)
            yield f'<p><a href="{address}" rel="noreferrer">{address}</a></p>'
    if isinstance(kind, GraphQLInterfaceType):
        yield f"<p>{' · '.join(_link(one) for one in schema.get_possible_types(kind))}</p>"
    yield "</section>"


def _sort(kind: GraphQLNamedType) -> str:
    return type(kind).__name__.removeprefix("GraphQL").removesuffix("Type").lower()


def _link(kind: GraphQLNamedType) -> str:
    return f'<a href="#{kind.name}">{kind.name}</a>'


def _of(kind: Any) -> str:
    """A type as it is written, with a link to what it is made of."""
    named = get_named_type(kind)
    return str(kind).replace(named.name, _link(named), 1)


def _entry(text: str, part: Any) -> str:
    """A field or a word, that it will go and when, and what is said of it."""
    gone = f" <em>{escape(part.deprecation_reason)}</em>" if part.deprecation_reason else ""
    return f"<dt><code>{text}</code>{gone}</dt><dd>{escape(part.description or '')}</dd>"
