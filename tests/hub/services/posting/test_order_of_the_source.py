"""In what order a source's words count: by its own moments of change, whichever way and in whatever order they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Result
from hub.services.work.systems import submit
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, a_province, issued_by, opinion, penalty, posted

K = RecordKind
FIRST = datetime(2026, 10, 1, 8, tzinfo=UTC)
SECOND = FIRST + timedelta(seconds=1)
OF_A_SYSTEM = "connector:ecology"


async def told(posting: Posting, *items: tuple[dict[str, Any], datetime | None], source: str = OF_A_SYSTEM) -> list[Result]:
    submissions = [Submission(issued_by(ECOLOGY, item), f"r{place}", changed_at=at) for place, (item, at) in enumerate(items)]
    return await posting.post(ECOLOGY, K.PENALTY, submissions, source=source)


async def fine(ask: Ask) -> Any:
    number = penalty(7)["documentNumber"]
    found = await ask(
        ECOLOGY, f'{{ penalties(filter: {{documentNumber: {{eq: "{number}"}}}}) {{ nodes {{ fine changedAt version }} }} }}'
    )
    [one] = found["data"]["penalties"]["nodes"]
    return one["fine"], one["changedAt"], one["version"]


async def test_what_is_older_than_what_its_source_said_since_changes_nothing(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    old, new = penalty(7, fine="10000.00"), penalty(7, fine="20000.00")
    assert [one.outcome for one in await told(posting, (old, FIRST), (new, SECOND))] == [Outcome.ACCEPTED, Outcome.NEW_VERSION]
    [stale] = await told(posting, (old, FIRST))
    assert (stale.outcome, stale.version, [p.code for p in stale.problems]) == (Outcome.STALE, 2, [ErrorCode.STALE])
    assert await fine(ask) == ("20000.00", "2026-10-01T08:00:01.000000Z", 2)
    asked = "{ rejections { nodes { kind reference problems changedAt resolvedAt payload } } }"
    [kept] = (await ask(ECOLOGY, asked))["data"]["rejections"]["nodes"]
    assert (kept["kind"], kept["reference"], kept["problems"][0]["code"]) == ("penalty", "r0", "STALE")
    assert (kept["changedAt"], kept["payload"]["fine"]) == ("2026-10-01T08:00:00.000000Z", "10000.00")
    assert kept["resolvedAt"]


async def test_within_one_message_moments_decide_and_rows_of_one_moment_count_in_their_order(
    posting: Posting, ask: Ask
) -> None:
    await a_province(posting)
    items = [penalty(7, fine=f"{amount}.00") for amount in (10000, 20000, 30000, 40000)]
    outcomes = await told(posting, (items[0], SECOND), (items[1], FIRST), (items[2], SECOND), (items[3], SECOND))
    assert [one.outcome for one in outcomes] == [Outcome.ACCEPTED, Outcome.STALE, Outcome.NEW_VERSION, Outcome.NEW_VERSION]
    assert (await fine(ask))[0] == "40000.00"


async def test_a_repeat_is_a_word_too(posting: Posting, ask: Ask) -> None:
    """What stands was said again at a later moment: what lies between the two comes too late."""
    await a_province(posting)
    await told(posting, (penalty(7), FIRST))
    [same] = await told(posting, (penalty(7), SECOND))
    assert same.outcome is Outcome.UNCHANGED
    [between] = await told(posting, (penalty(7, content="改"), FIRST + timedelta(milliseconds=1)))
    assert between.outcome is Outcome.STALE


async def test_a_source_that_says_the_same_again_does_not_undo_what_a_person_set_right(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    await told(posting, (penalty(7), FIRST))
    [corrected] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7, fine="5.00"))
    assert corrected.outcome is Outcome.NEW_VERSION
    [again] = await told(posting, (penalty(7), FIRST))
    assert again.outcome is Outcome.STALE
    assert (await fine(ask))[0] == "5.00"
    [later] = await told(posting, (penalty(7), SECOND))
    assert later.outcome is Outcome.NEW_VERSION


async def test_sources_do_not_outrank_one_another_by_their_clocks(posting: Posting) -> None:
    await a_province(posting)
    await told(posting, (penalty(7), SECOND))
    submission = Submission(issued_by(ECOLOGY, penalty(7, content="改")), changed_at=FIRST)
    [result] = await posting.post(replace(ECOLOGY, client_id="another"), K.PENALTY, [submission], source="graphql")
    assert result.outcome is Outcome.NEW_VERSION


async def test_what_was_refused_is_no_word(posting: Posting) -> None:
    await a_province(posting)
    assert [one.outcome for one in await told(posting, (penalty(7, fine="-1"), SECOND), (penalty(7), FIRST))] == [
        Outcome.REJECTED,
        Outcome.ACCEPTED,
    ]


async def test_an_older_word_neither_takes_back_nor_brings_back(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    item = issued_by(ECOLOGY, penalty(7))
    [made] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item, changed_at=FIRST)], source=OF_A_SYSTEM)
    taken_back = await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source=OF_A_SYSTEM, changed_at=SECOND)
    assert taken_back.outcome is Outcome.NEW_VERSION
    [replayed] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item, changed_at=FIRST)], source=OF_A_SYSTEM)
    assert replayed.outcome is Outcome.STALE
    third = SECOND + timedelta(seconds=1)
    [back] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item, changed_at=third)], source=OF_A_SYSTEM)
    assert (back.outcome, back.version) == (Outcome.NEW_VERSION, 3)
    [late] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item, withdrawn="示例", changed_at=SECOND)], source=OF_A_SYSTEM)
    assert late.outcome is Outcome.STALE


async def test_who_says_the_same_of_the_same_moment_changes_nothing_whatever_was_said_since(posting: Posting) -> None:
    await a_province(posting)
    stands = Submission(issued_by(ECOLOGY, penalty(7)), changed_at=FIRST)
    gone = stands._replace(withdrawn="示例", changed_at=SECOND)

    async def say(said: Submission) -> tuple[Outcome, int | None]:
        [result] = await submit(posting, ECOLOGY, K.PENALTY, [said], source=OF_A_SYSTEM, fence=None, keep_refused=True)
        return result.outcome, result.version

    assert [await say(one) for one in (stands, stands)] == [(Outcome.ACCEPTED, 1), (Outcome.UNCHANGED, 1)]
    # It is taken back after it was read.
    assert [await say(one) for one in (gone, gone)] == [(Outcome.UNCHANGED, 1), (Outcome.UNCHANGED, 2)]
    # A person brings it back: the system, which has nothing new to say, does not take it back once more.
    [record_id] = [one.record_id for one in await told(posting, (penalty(7), FIRST))]
    await posting.reinstate(ECOLOGY, str(record_id), "示例", source="graphql")
    assert [await say(one) for one in (gone, gone)] == [(Outcome.STALE, 3)] * 2


async def test_a_clock_that_ran_ahead_hides_nothing_that_comes_after(posting: Posting) -> None:
    await a_province(posting)
    ahead = datetime(2030, 1, 1, tzinfo=UTC)
    await told(posting, (penalty(7), ahead))
    [right] = await told(posting, (penalty(7, content="改"), datetime(2026, 11, 2, 4, tzinfo=UTC)))
    assert right.outcome is Outcome.NEW_VERSION


async def test_every_kind_keeps_its_moment_and_what_is_posted_by_graphql_may_name_it(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    document = """mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) {
      stale results { outcome record { changedAt text } } } }"""
    item = issued_by(ECOLOGY, opinion(9))
    for at, text, outcome, stands in (
        ("2026-10-01T16:00:00+08:00", "一", "ACCEPTED", "一"),
        ("2026-10-01T08:00:01Z", "二", "NEW_VERSION", "二"),
        ("2026-10-01T08:00:00Z", "三", "STALE", "二"),
    ):
        said = (await ask(ECOLOGY, document, items=[item | {"text": text, "changedAt": at}]))["data"]["postOpinions"]
        assert said["results"][0]["outcome"] == outcome
        assert said["results"][0]["record"]["text"] == stands
        assert said["stale"] == (outcome == "STALE")


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2026-10-01", ErrorCode.WRONG_TYPE),
        (1, ErrorCode.WRONG_TYPE),
        ("2026-11-02T03:09:05Z", None),
        ("2026-11-02T03:09:06Z", ErrorCode.IN_THE_FUTURE),
    ],
)
async def test_a_stated_moment_is_an_instant_that_has_been(posting: Posting, moment: object, code: ErrorCode | None) -> None:
    await posted(posting, NATURAL_RESOURCES, K.MINE)
    [result] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7, mines=[], changedAt=moment))
    assert [(p.path, p.code) for p in result.problems] == ([("changedAt", code)] if code else [])
