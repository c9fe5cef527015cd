"""What is answered as of a moment is what was answered then: random operations over random histories, for every sort of caller.

What was there is kept at some moments of a history, and answered from by the second executor; a run asks 40 operations of each
database of a short history, `make soak` 2,000 of a longer one, whose tables went back to a version of before and came on again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auth.principals import Principal, Role
from hub.domain.as_of import Asked, AsOf
from hub.domain.calendar.moments import china_day
from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.root import build_schema
from tests import makers
from tests.histories import MINES, Days, back_and_forth, history
from tests.makers import CURSORS, ECOLOGY, LOAN, licence, posted
from tests.reference.afresh import Said
from tests.reference.executor import Reference, Row, load
from tests.reference.operations import Pools, queries
from tests.schema.planner.test_equivalence import BOUNDLESS, CALLERS, apart, is_too_deep, same

OPERATIONS = int(os.environ.get("SOAK", "40"))
POSTS = 36 if "SOAK" in os.environ else 15
KEPT_AT = POSTS // 3, POSTS * 2 // 3
#: Of which nothing of before is kept.
_PRESENT_ALONE = frozenset(
    (
        "source",
        "standing_work",
        "client",
        "rejection",
        "rejection_act",
        "delivery_act",
        "discrepancy",
        "delivery",
        "mine_read",
        "consumer",
        "webhook",
        "licence_period",
    )
)
#: What would tell banks and the public of penalties that were repaired since.
_OF_PENALTIES = frozenset(("support_eligibility",))


@dataclass
class Past:
    """A moment of a history: what the hub answered from then."""

    at: datetime
    reference: Reference
    pools: Pools

    def refuses(self, asked: Any, role: Role) -> bool:
        """Whether a query asks for what cannot be told of before."""
        nouns = _PRESENT_ALONE | (_OF_PENALTIES if role in (Role.BANK, Role.PUBLIC) else frozenset())
        return bool(asked.mentions_any(nouns, role))


@dataclass
class Telling:
    graph: Graph
    pasts: list[Past]


async def _beside(database: Database, clock: Days, dice: Random, place: int) -> None:
    """What banks see, and what changes in it: penalties that are published, corrected, repaired, and published late."""
    posting, today = Posting(database, clock), clock.now.date().isoformat()
    number = dice.randrange(300, 308)
    penalty = makers.penalty(
        number,
        mines=[licence(n) for n in sorted(dice.sample(range(1, MINES), dice.randrange(1, 4)))],
        decidedOn="2025-01-02",
        validUntil="2029-01-01",
        content=f"示例{place}",
        fine=f"{dice.randrange(1, 9)}000.00",
        publishedOn=dice.choice([None, "2025-01-02", "2025-01-02"]),
        publicationClass=dice.choice(["GENERAL", "SERIOUS"]),
        repairedOn=dice.choice([None, None, None, today]),
    )
    about = licence(dice.randrange(1, 5))
    opinion = makers.opinion(dice.randrange(300, 305), licenceNo=about, issuedOn=today, text=f"示例{place}")
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty)
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion)


@pytest.fixture
async def telling(database: Database) -> Telling:
    dice = Random(20261127)  # noqa: S311
    kept: list[tuple[datetime, Mapping[str, list[Row]]]] = []

    async def beside(place: int, clock: Days) -> None:
        await _beside(database, clock, dice, place)
        if place in KEPT_AT:
            kept.append((clock.now, await load(database)))

    clock = await history(database, dice, POSTS, beside)
    if "SOAK" in os.environ:
        await back_and_forth(database)
    now = clock.now
    rows = await load(database)
    present = Reference(rows, Said(rows), now)
    pasts = []
    for at, then in kept:
        moment = str(AsOf(china_day(at), at))
        reference = Reference(dict(then), Said(dict(then)), at, present, moment)
        pasts.append(Past(at, reference, Pools(present.rows, moment)))
    reading = Reading(database, clock=lambda: now, cursors=CURSORS)
    return Telling(Graph(build_schema(), reading, Posting(database, lambda: now), limits=BOUNDLESS), pasts)


@settings(max_examples=OPERATIONS)
@given(data=st.data(), who=st.sampled_from(CALLERS), place=st.sampled_from(range(len(KEPT_AT))))
async def test_the_answer_as_of_a_moment_is_the_answer_that_was_given_then(
    telling: Telling, data: st.DataObject, who: Principal, place: int
) -> None:
    past = telling.pasts[place]
    asked = data.draw(queries(past.reference.schema, past.pools))
    operation = Operation(asked.document, None, asked.variables, LOAN, as_of=Asked(known_at=past.at))
    found = json.loads((await telling.graph.run(operation, who)).body)
    refusals = {
        code
        for code, holds in (("FORBIDDEN", asked.forbidden_for(who.role)), ("NOT_AS_OF", past.refuses(asked, who.role)))
        if holds
    }
    if refusals:
        assert {error["extensions"]["code"] for error in found["errors"]} <= refusals, asked.document
        return
    assume(not is_too_deep(found))
    assert "errors" not in found, (found["errors"], asked.document)
    wanted = past.reference.answer(asked.document, asked.variables, who)
    assert same(found, wanted), f"{past.at} {asked.document}\n{asked.variables}\n{apart(found, wanted)}"
