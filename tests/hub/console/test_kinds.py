"""`/console/kinds.json`: from it a page draws the menu, form, table and filters of any kind."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type
from starlette.applications import Starlette

from hub.console.kinds import PATH, Kinds, described
from hub.domain.record_kinds import RecordKind
from schema.posting import POSTS
from schema.root import build_schema

TOLD = described()
SCHEMA = build_schema()._schema
#: What the envelope of every item may say besides.
ENVELOPE = {"department", "expectedVersion", "changedAt"}


def field(kind: str, name: str) -> dict[str, Any]:
    return next(one for one in TOLD["kinds"][kind]["fields"] if one["name"] == name)


def test_every_kind_is_told_with_the_mutation_that_posts_it() -> None:
    assert list(TOLD["kinds"]) == [kind.value for kind in RecordKind]
    assert {one["mutation"]: kind for kind, one in TOLD["kinds"].items()} == POSTS


@pytest.mark.parametrize("kind", list(TOLD["kinds"]))
def test_what_is_told_is_what_the_graph_takes_and_answers(kind: str) -> None:
    told = TOLD["kinds"][kind]
    answered: Any = SCHEMA.type_map[told["type"]]
    taken: Any = SCHEMA.type_map[f"{told['type']}Input"]
    filled: Any = SCHEMA.type_map[f"{told['type']}Filter"]
    ordered: Any = SCHEMA.type_map.get(f"{told['type']}OrderField")
    assert isinstance(answered, GraphQLObjectType)
    assert isinstance(taken, GraphQLInputObjectType)
    assert {one["name"] for one in told["fields"] if not one.get("derived")} == taken.fields.keys() - ENVELOPE
    assert {one["name"] for one in told["fields"]} <= answered.fields.keys()
    assert {one["name"] for one in told["fields"] if one.get("find")} <= filled.fields.keys()
    assert {one["word"] for one in told["fields"] if one.get("sort")} == (
        # The moment of recording is no field of the kind: every list is in that order too.
        ordered.values.keys() - {"RECORDED_AT"} if ordered else set()
    )
    for link in (one["link"] for one in told["fields"] if "link" in one):
        assert get_named_type(answered.fields[link["name"]].type).name in SCHEMA.type_map
    root = SCHEMA.query_type
    assert root is not None
    assert told["plural"] in root.fields
    assert {told["order"]["field"], *told["identity"]} <= {one["name"] for one in told["fields"]}


def test_limits_choices_and_links_are_told() -> None:
    assert field("opinion", "documentNumber")["check"] == {"type": "text", "limit": 128}
    assert field("opinion", "licenceNo")["check"] == {"type": "code", "limit": 64, "refusal": "BAD_LICENCE_NUMBER"}
    assert field("opinion", "licenceNo")["link"] == {"noun": "mine", "name": "mine", "key": "licenceNo"}
    assert field("opinion", "verdict")["check"] == {"type": "word", "words": "Verdict"}
    assert field("opinion", "issuedOn")["check"] == {"type": "day", "past": True}
    assert field("opinion", "nature")["required"]
    assert "required" not in field("opinion", "verdict")
    assert field("penalty", "mines")["check"]["each"]["type"] == "code"
    assert field("penalty", "fine")["check"]["type"] == "yuan"
    assert {"word": "AGREE", "chinese": "同意", "english": "agree"} in TOLD["words"]["Verdict"]["words"]
    [part] = {one["check"]["each"]["part"] for one in TOLD["kinds"]["assessment"]["fields"] if one["name"] == "steps"}
    assert [one["name"] for one in TOLD["parts"][part]["fields"]]


async def test_whoever_has_the_document_is_not_sent_it_again() -> None:
    app = Starlette(routes=[Kinds().route])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as http:
        first = await http.get(PATH)
        assert json.loads(first.content) == json.loads(json.dumps(TOLD))
        tag = first.headers["etag"]
        again = await http.get(PATH, headers={"if-none-match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await http.get(PATH, headers={"if-none-match": '"other"'})).status_code == 200
