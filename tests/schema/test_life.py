"""Whom a change of the schema breaks, by each sort of change: documents that are not valid any more, and some that are."""

from __future__ import annotations

import pytest

from hub.domain.words.errors import HubError
from schema.life import broken, changes, read_schema

OLD = """
type Query {
  mine(no: String!, on: String = "today"): Mine  mines(filter: Filter, scale: Scale): [Mine!]!
  other: Other  any: Any  node: Node
}
interface Node { id: ID! }
type Mine implements Node { id: ID!  name: String!  scale: Scale!  sum(of: String): String }
type Other { name: String! }
type Old implements Node { id: ID! }
union Any = Mine | Other
enum Scale { LARGE SMALL }
input Filter { name: Text  scale: Scale  most: Int = 5  both: [Filter!] }
input Text { eq: String  like: String }
"""
ONE = "query ($no: String!) { mine(no: $no) { name } }"
FILTERED = "query ($f: Filter) { mines(filter: $f) { id } }"
CHOSEN = "query ($s: Scale) { mines(scale: $s) { id } }"
LITERAL = '{ mines(filter: {name: {eq: "x"}}, scale: LARGE) { id } }'
SUMMED = '{ mines { s: sum(of: "x") } }'
ON_SAID = '{ mine(no: "1", on: "x") { id } }'
ON_SENT = 'query ($on: String!) { mine(no: "1", on: $on) { id } }'
ON_ELSE = 'query ($on: String = "x") { mine(no: "1", on: $on) { id } }'
ON_OR_NOT = 'query ($on: String) { mine(no: "1", on: $on) { id } }'
MOST_SAID = "{ mines(filter: {most: 3}) { id } }"
MOST_OR_NOT = "query ($most: Int) { mines(filter: {most: $most}) { id } }"
ALL_NODES = "{ any { __typename } }"
A_NODE = "{ node { id } }"
SPREAD = '{ any { ... on Other { name } } mine(no: "1") { ...M } } fragment M on Node { id ... on Mine { scale } }'


@pytest.mark.parametrize(
    ("of", "instead", "hurt", "spared"),
    [
        ("  name: String!  scale: Scale!", "  scale: Scale!", [ONE], [FILTERED, CHOSEN, SUMMED]),
        ("Mine implements Node { id: ID!  name: String!", "Mine implements Node { id: ID!  name: String", [ONE], [FILTERED]),
        ("name: String!  scale", "name: Int!  scale", [ONE], [FILTERED, LITERAL]),
        ("name: String!  scale", "name: [String!]!  scale", [ONE], [FILTERED]),
        ("no: String!", "number: String!", [ONE], [FILTERED]),
        ("no: String!", "no: String!, why: String!", [ONE], [FILTERED]),
        ("no: String!", "no: ID!", [ONE], [FILTERED]),
        ("LARGE SMALL", "SMALL", [CHOSEN, FILTERED, LITERAL], [ONE, SUMMED]),
        ("LARGE SMALL", "LARGE", [CHOSEN, FILTERED], [ONE, SUMMED, LITERAL]),
        ("  like: String", "", [FILTERED], [ONE, CHOSEN, LITERAL]),
        ("like: String", "like: [String!]", [FILTERED], [ONE, CHOSEN, LITERAL]),
        ("like: String", "like: String  in: String!", [FILTERED, LITERAL], [ONE, CHOSEN]),
        ("sum(of: String): String", "sum: String", [SUMMED], [ONE, CHOSEN]),
        ("sum(of: String): String", "sum(of: String): Int", [SUMMED], [ONE, CHOSEN]),
        ("sum(of: String)", "sum(of: Int)", [SUMMED], [ONE, CHOSEN]),
        ("Mine | Other", "Mine", [SPREAD], [ONE, CHOSEN]),
        ("Mine implements Node", "Mine", [SPREAD], [ONE, CHOSEN]),
        ("type Mine implements Node { id: ID! ", "type Mine { ", [SPREAD, FILTERED], [ONE]),
        ('on: String = "today"', "", [], [ONE, FILTERED]),
        ("type Other { name: String! }", "type Other { name: String!  more: Int }", [], [ONE, SPREAD]),
        ("name: String!  scale: Scale!", 'name: String! @deprecated(reason: "2027-01-01")  scale: Scale!', [], [ONE]),
        ("like: String", "like: String  in: String", [], [FILTERED, LITERAL]),
        ("LARGE SMALL", "LARGE SMALL TINY", [], [CHOSEN, FILTERED]),
        # What is left out, or may be, means something else.
        ('on: String = "today"', 'on: String = "yesterday"', [ONE, ON_OR_NOT], [ON_SAID, ON_SENT, ON_ELSE, FILTERED]),
        ('on: String = "today"', "on: String", [ONE, ON_OR_NOT], [ON_SAID, ON_SENT, ON_ELSE, FILTERED]),
        ("most: Int = 5", "most: Int = 9", [LITERAL, FILTERED, MOST_OR_NOT], [MOST_SAID, ONE, CHOSEN]),
        # What tells of members of a type tells of fewer.
        ("Mine | Other", "Other", [ALL_NODES], [ONE, FILTERED]),
        ("Old implements Node", "Old", [A_NODE], [ONE, ALL_NODES, FILTERED]),
    ],
)
def test_who_is_hurt_is_named_and_nobody_else(of: str, instead: str, hurt: list[str], spared: list[str]) -> None:
    assert of in OLD
    old, new = read_schema(OLD, "old"), read_schema(OLD.replace(of, instead, 1), "new")
    found = broken(old, new, [("BANK", text, text) for text in (*hurt, *spared)])
    assert [one.name for one in found] == hurt
    assert all(one.owner == "BANK" and one.reasons for one in found)
    assert not broken(old, old, [("BANK", text, text) for text in (ONE, FILTERED, CHOSEN, LITERAL, SUMMED)])


def test_what_may_surprise_is_told_apart_from_what_breaks() -> None:
    old, new = read_schema(OLD, "old"), read_schema(OLD.replace("LARGE SMALL", "SMALL TINY"), "new")
    assert changes(old, new) == (["Enum value Scale.LARGE was removed."], ["Enum value Scale.TINY was added."])


@pytest.mark.parametrize("text", ["", "type", "type Query { a: Nope }", "type A { b: Int }\ntype A { b: Int }"])
def test_what_is_no_schema_is_named(text: str) -> None:
    with pytest.raises(HubError, match=r"new\.graphql"):
        read_schema(text, "new.graphql")
