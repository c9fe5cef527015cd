"""Natural resources' systems have experts proposed for a mine, drawn from the pool that stands."""

from __future__ import annotations

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.draws import Draws
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, licence, posted, uscc


async def test_a_draw_can_be_posted_as_it_is_and_drawn_again(posting: Posting, database: Database) -> None:
    await makers.a_province(posting)
    experts = [duties.expert(n, employerUscc=uscc(1 if n % 2 else 50)) for n in range(1, 9)]
    await posted(posting, NATURAL_RESOURCES, RecordKind.EXPERT, *experts)
    draws = Draws(database, clock=lambda: NOW)
    first = await draws.propose(NATURAL_RESOURCES, licence(1), count=2)
    assert await draws.propose(NATURAL_RESOURCES, licence(1), count=2, seed=first.seed) == first
    assert (first.pool, first.tied) == (8, ("E1", "E3", "E5", "E7"))
    await posted(posting, NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system())
    await posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSOR, duties.assessor())
    numbers = [one.expert_no for one in first.drawn]
    [taken] = await posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSMENT, duties.assessment(expertNos=numbers))
    assert taken.record_id, taken.problems


async def test_who_assesses_nothing_draws_nobody_and_an_unknown_mine_is_told(posting: Posting, database: Database) -> None:
    draws = Draws(database, clock=lambda: NOW)
    with pytest.raises(HubError) as caught:
        await draws.propose(ECOLOGY, licence(1), count=1)
    assert caught.value.code is ErrorCode.FORBIDDEN
    with pytest.raises(HubError) as caught:
        await draws.propose(NATURAL_RESOURCES, licence(1), count=1)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "mine")
