"""Small posts of one client that meet are stored together: each has its own receipts, its own failure, and none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Result
from hub.services.posting.together import AT_ONCE, FEW, Post, Together
from hub.storage.engine.database import Database
from tests.makers import CREDIT, ECOLOGY, NATURAL_RESOURCES, issued_by, mine, opinion, posted

KIND = RecordKind.OPINION


def over(posting: Posting) -> Post:
    async def post(caller: Principal, kind: RecordKind, submissions: Sequence[Submission]) -> list[Result]:
        return await posting.post(caller, kind, submissions, source="test")

    return post


class Door:
    """Takes every item, once it is opened; remembers what came together.  `fails` says what an item's batch raises."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.came: list[list[str]] = []
        self.fails: dict[str, Exception] = {}

    async def post(self, caller: Principal, kind: RecordKind, submissions: Sequence[Submission]) -> list[Result]:
        items = [one.data for one in submissions]
        self.came.append(items)
        await self.open.wait()
        if error := next((self.fails[item] for item in items if item in self.fails), None):
            raise error
        return [Result(index=index, outcome=Outcome.ACCEPTED, record_id=item) for index, item in enumerate(items)]


async def come(together: Together, *posts: Sequence[str], caller: Principal = ECOLOGY) -> list[asyncio.Task[list[Result]]]:
    """Posts that come one after the other, all before anything is answered."""
    under_way = [asyncio.create_task(together.post(caller, KIND, [Submission(item) for item in items])) for items in posts]
    await asyncio.sleep(0)
    return under_way


async def test_those_who_meet_have_each_their_own_receipts(database: Database, posting: Posting) -> None:
    """Of two that say the same one is a repetition, of one that is wrong it is told what; and all of it is stored."""
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    together = Together(over(Posting(database)))
    sent = [issued_by(ECOLOGY, opinion(n)) for n in (1, 2, 3, 4, 4)] + [opinion(6) | {"licenceNo": "none"}]
    posts = [*([one] for one in sent), [issued_by(ECOLOGY, opinion(n)) for n in (7, 8)]]
    answers = await asyncio.gather(*(together.post(ECOLOGY, KIND, [Submission(one) for one in items]) for items in posts))
    assert [[one.index for one in answer] for answer in answers] == [[0]] * 6 + [[0, 1]]
    assert [answer[0].outcome for answer in answers[:3]] == [Outcome.ACCEPTED] * 3
    assert sorted(answer[0].outcome for answer in answers[3:5]) == [Outcome.ACCEPTED, Outcome.UNCHANGED]
    assert [problem.path for problem in answers[5][0].problems] == ["licenceNo"]
    assert len({one.record_id for answer in answers for one in answer if one.record_id}) == 6
    moments = {one.recorded_at for answer in answers for one in answer if one.recorded_at}
    assert len(moments) == AT_ONCE + 1, "those who waited were stored by one transaction"


async def test_who_comes_while_others_are_under_way_goes_with_the_next() -> None:
    door = Door()
    together = Together(door.post)
    posts = await come(together, ["a"], ["b"], ["c"], ["d", "e"], [str(n) for n in range(FEW + 1)])
    others = await come(together, ["of another"], caller=CREDIT)
    door.open.set()
    answers = [await one for one in (*posts, *others)]
    assert ["c", "d", "e"] in door.came
    assert ["of another"] in door.came
    assert [(one.index, one.record_id) for one in answers[3]] == [(0, "d"), (1, "e")]
    assert len(door.came) == 5, "what is a batch by itself goes at once, as does what another client posts"


async def test_one_that_fails_fails_alone_and_what_is_of_all_befalls_all() -> None:
    door = Door()
    together = Together(door.post)
    door.fails = {"bad": HubError(ErrorCode.CONFLICT, "bad"), "away": HubError(ErrorCode.UNAVAILABLE)}
    _, _, good, bad = await come(together, ["a"], ["b"], ["good"], ["bad"])
    door.open.set()
    assert [one.record_id for one in await good] == ["good"]
    with pytest.raises(HubError, match="bad"):
        await bad
    door.open.clear()
    _, _, good, away = await come(together, ["a"], ["b"], ["good"], ["away"])
    door.open.set()
    for one in (good, away):
        with pytest.raises(HubError) as refused:
            await one
        assert refused.value.code is ErrorCode.UNAVAILABLE
    assert door.came.count(["good"]) == 1, "nothing is tried again while the database is away"


async def test_who_leaves_before_its_turn_is_not_posted_and_others_are() -> None:
    door = Door()
    together = Together(door.post)
    first, second, gone, stays = await come(together, ["a"], ["b"], ["gone"], ["stays"])
    gone.cancel()
    first.cancel()
    await asyncio.sleep(0)
    door.open.set()
    assert [one.record_id for one in [*await second, *await stays]] == ["b", "stays"]
    assert gone.cancelled()
    assert not any("gone" in items for items in door.came)


async def test_nobody_waits_long_for_others() -> None:
    """Those before may be held up by a lock that is not its affair."""
    door = Door()
    together = Together(door.post)
    stuck = await come(together, ["a"], ["b"], ["c"])
    async with asyncio.timeout(5):
        while ["c"] not in door.came:  # noqa: ASYNC110 - the door tells nobody
            await asyncio.sleep(0.01)
    door.open.set()
    assert [[one.record_id for one in await post] for post in stuck] == [["a"], ["b"], ["c"]]
    again = await come(together, ["d"])
    assert [one.record_id for one in await again[0]] == ["d"]
