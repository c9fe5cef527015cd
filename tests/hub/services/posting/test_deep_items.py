"""An item that is nested past anything that we take, or holds numbers that are none, is refused by itself, whichever way it
came: it sinks nothing beside it, and what is kept of it can be read."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, issued_by, mine, penalty, posted


def nested(depth: int, *, objects: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value} if objects else [value]
    return value


@pytest.mark.parametrize("depth", [64, 960])
@pytest.mark.parametrize("objects", [True, False])
@pytest.mark.parametrize("field", ["mines", "unknown", "fine"])
async def test_a_deep_item_is_refused_alone(posting: Posting, ask: Ask, depth: int, field: str, *, objects: bool) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    deep = issued_by(ECOLOGY, penalty(1)) | {field: nested(depth, objects=objects)}
    good = issued_by(ECOLOGY, penalty(2))
    results = await posting.post(ECOLOGY, RecordKind.PENALTY, [Submission(deep), Submission(good)], source="test")
    assert [one.outcome for one in results] == [Outcome.REJECTED, Outcome.ACCEPTED]
    [kept] = (await ask(ECOLOGY, "{ rejections { nodes { problems payload } } }"))["data"]["rejections"]["nodes"]
    assert kept["problems"]
    assert kept["payload"]["documentNumber"] == deep["documentNumber"]
    value, levels = kept["payload"][field], 0
    while not isinstance(value, str):
        value, levels = value["a"] if objects else value[0], levels + 1
    # The item itself is the first of 64.
    assert (value, levels) == ("{…}" if objects else "[…]", 63)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
async def test_an_item_with_a_number_that_is_none_is_kept_as_json_can_tell_it(
    posting: Posting, ask: Ask, number: float
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    wrong = issued_by(ECOLOGY, penalty(1)) | {"fine": number, "unknown": [{"a": number}]}
    [result] = await posting.post(ECOLOGY, RecordKind.PENALTY, [Submission(wrong)], source="test")
    assert result.outcome is Outcome.REJECTED
    [kept] = (await ask(ECOLOGY, "{ rejections { nodes { payload } } }"))["data"]["rejections"]["nodes"]
    assert (kept["payload"]["fine"], kept["payload"]["unknown"]) == (str(number), [{"a": str(number)}])
