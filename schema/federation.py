"""The hub as a subgraph (Apollo Federation 2): the fields by which a gateway joins it to others, and what it says of itself.

Gateways ask for rows by their keys (`_entities`), under the rights of whoever asks them, and are told of types and keys by
`_service`, like of the schema by introspection.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Union

import strawberry
from graphql import GraphQLSchema, print_schema

from hub.domain.record_kinds import RecordKind
from schema.departments import DepartmentInfo
from schema.divisions import Division
from schema.graph import field_with
from schema.records import TYPES
from schema.scalars import AnyRepresentation

ENTITIES = "_entities"
SERVICE = "_service"
MOST_ENTITIES = 1000
#: The field by which rows of a type are told apart all over a supergraph.
KEYS = {"Mine": "licenceNo", "Enterprise": "uscc", "Authority": "code", "Division": "code", "DepartmentInfo": "department"}
KINDS_OF_KEYS = {"Mine": RecordKind.MINE, "Enterprise": RecordKind.ENTERPRISE, "Authority": RecordKind.AUTHORITY}
#: What other subgraphs have as well, and may tell in the hub's place.
_SHAREABLE = ("PageInfo",)
_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])\n\n'

_Mine, _Enterprise, _Authority = (TYPES[kind] for kind in KINDS_OF_KEYS.values())
_Entity: Any = Annotated[
    Union[_Mine, _Enterprise, _Authority, Division, DepartmentInfo],  # noqa: UP007 - made at run time
    strawberry.union("_Entity", description="可由键取得的对象 / what is found by its key"),
]


@strawberry.type(name="_Service", description="子图自述 / what the subgraph says of itself")
class Service:
    sdl: str = strawberry.field(description="模式 / the schema, with its keys")


def federated() -> dict[str, Any]:
    """The root fields of a subgraph."""
    return {
        "federation_service": field_with({}, Service, "子图自述（联邦） / for gateways: the subgraph's schema", name=SERVICE),
        "federation_entities": field_with(
            {"representations": list[AnyRepresentation]},
            list[_Entity | None],
            f"按键批量取对象（联邦），最多 {MOST_ENTITIES} 个 / for gateways: rows by their keys, at most {MOST_ENTITIES}",
            name=ENTITIES,
        ),
    }


@cache
def subgraph(schema: GraphQLSchema) -> str:
    """The schema as gateways compose it: without the fields of the protocol itself, with keys."""
    text = print_schema(schema)
    text = re.sub(r'(?m)^  """[^"]*"""\n  _(service|entities)\b[^\n]*\n\n?', "", text)
    text = re.sub(
        r'(?m)^(?:"""[^"]*"""\n)?(?:scalar _Any\b[^\n]*|union _Entity\b[^\n]*|type _Service \{.*?^\})\n+',
        "",
        text,
        flags=re.S | re.M,
    )
    for name, key in KEYS.items():
        text = re.sub(rf"(?m)^(type {name}\b[^{{]*)\{{", rf'\1@key(fields: "{key}") {{', text)
    for name in _SHAREABLE:
        text = re.sub(rf"(?m)^(type {name}\b[^{{]*)\{{", r"\1@shareable {", text)
    return _LINK + text
