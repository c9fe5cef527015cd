"""A post that is marked with a key is done once: sent again it is answered as it was, and under its key comes nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from auth.principals import Principal
from hub.services.posting.once import KEPT, KeptAnswers
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests.conftest import NOW
from tests.makers import ECOLOGY, FINANCE, Ask, a_province, opinion

POST = """
mutation ($items: [OpinionInput!]!, $key: String) {
  postOpinions(items: $items, idempotencyKey: $key) {
    accepted rejected repeated
    results { index outcome recordId version payloadHash recordedAt repeated problems { path code message } }
  }
}
"""
WITHDRAW = """
mutation ($id: ID!, $key: String) {
  withdrawRecord(id: $id, reason: "x", idempotencyKey: $key) { outcome version recordedAt repeated }
}
"""


@pytest.fixture
async def hub(ask: Ask, posting: Posting) -> Ask:
    await a_province(posting)
    return ask


async def post(hub: Ask, key: str | None, *items: dict[str, Any], who: Principal = ECOLOGY) -> dict[str, Any]:
    answer = await hub(who, POST, items=list(items), key=key)
    if answer["data"]:
        told: dict[str, Any] = answer["data"]["postOpinions"]
        return told
    return {name: answer["errors"][0]["extensions"].get(name) for name in ("code", "field")}


def but_repeated(answer: dict[str, Any]) -> dict[str, Any]:
    results = [{name: value for name, value in one.items() if name != "repeated"} for one in answer["results"]]
    return {**answer, "repeated": None, "results": results}


async def test_what_is_sent_again_is_answered_as_it_was_and_not_done(hub: Ask) -> None:
    items = opinion(40), opinion(41, issuedOn="no day")
    first = await post(hub, "k-1", *items)
    assert (first["accepted"], first["rejected"], first["repeated"]) == (1, 1, False)
    # What has been said since does not change what was answered then.
    assert (await post(hub, None, opinion(40, text="另一份")))["results"][0]["version"] == 2
    again = await post(hub, "k-1", *items)
    assert again["repeated"]
    assert [one["repeated"] for one in again["results"]] == [True, True]
    assert but_repeated(again) == but_repeated(first)
    # The refused item is kept once.
    kept = await hub(ECOLOGY, "{ rejections { totalCount } }")
    assert kept["data"]["rejections"]["totalCount"] == 1
    assert (await post(hub, None, opinion(40, text="另一份")))["results"][0]["version"] == 2


async def test_a_variable_that_was_not_sent_is_no_key(hub: Ask) -> None:
    for outcome in ("ACCEPTED", "UNCHANGED"):
        answer = await hub(ECOLOGY, POST, items=[opinion(40)])
        told = answer["data"]["postOpinions"]
        assert (told["results"][0]["outcome"], told["repeated"]) == (outcome, False)


async def test_under_a_key_comes_one_content(hub: Ask) -> None:
    await post(hub, "k", opinion(40))
    for other in ([opinion(41)], [opinion(40), opinion(41)], [opinion(40, text="x")], []):
        refused = await post(hub, "k", *other)
        if other:
            assert refused == {"code": "CONFLICT", "field": "idempotencyKey"}
    # Another client's key is another's, and so is a key that was not given.
    assert not (await post(hub, "k", opinion(50, department="FINANCE"), who=FINANCE))["repeated"]
    assert not (await post(hub, None, opinion(40)))["repeated"]


async def test_of_two_that_come_at_once_one_is_done(hub: Ask) -> None:
    answers = await asyncio.gather(*(post(hub, "k", opinion(40)) for _ in range(5)))
    assert sorted(answer["repeated"] for answer in answers) == [False, True, True, True, True]
    assert {answer["results"][0]["outcome"] for answer in answers} == {"ACCEPTED"}


async def test_what_is_refused_as_a_whole_takes_no_key(hub: Ask) -> None:
    many = [opinion(40)] * 1001
    assert (await post(hub, "k", *many))["code"] == "BATCH_TOO_LARGE"
    assert (await post(hub, "k", opinion(40)))["repeated"] is False


@pytest.mark.parametrize("key", ["", "x" * 101, "键", "a\nb"])
async def test_what_is_no_key_is_refused(hub: Ask, key: str) -> None:
    assert await post(hub, key, opinion(40)) == {"code": "INVALID_INPUT", "field": "idempotencyKey"}
    assert (await post(hub, "x" * 100, opinion(40)))["accepted"] == 1


async def test_a_record_is_taken_back_once(hub: Ask) -> None:
    record = (await post(hub, None, opinion(40)))["results"][0]["recordId"]
    first, again = [(await hub(ECOLOGY, WITHDRAW, id=record, key="w"))["data"]["withdrawRecord"] for _ in range(2)]
    assert first == {"outcome": "NEW_VERSION", "version": 2, "recordedAt": first["recordedAt"], "repeated": False}
    assert again == first | {"repeated": True}
    # Without the key it is told that nothing changed.
    assert (await hub(ECOLOGY, WITHDRAW, id=record))["data"]["withdrawRecord"]["outcome"] == "UNCHANGED"
    # A key is of one content, whatever the mutation.
    assert await post(hub, "w", opinion(41)) == {"code": "CONFLICT", "field": "idempotencyKey"}


@pytest.mark.parametrize(("later", "repeated"), [(KEPT, True), (KEPT + timedelta(seconds=1), False)])
async def test_an_answer_is_kept_for_seven_days(hub: Ask, database: Database, later: timedelta, repeated: bool) -> None:
    await post(hub, "k", opinion(40))
    await KeptAnswers(database, clock=lambda: NOW + later).work()
    assert (await post(hub, "k", opinion(40)))["repeated"] is repeated
