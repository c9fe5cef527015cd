"""Writers at the same time neither lose a line, nor are judged by what another is just changing, nor told what is not so."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from auth.principals import Principal
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.hub.services.posting.racing import forced
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, entry, licence, posted

K = RecordKind


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with a place for each of fifty writers."""
    opened = Database(database_url, pool_size=50)
    await opened.start()
    yield opened
    await opened.close()


async def test_of_twenty_who_propose_a_new_mine_on_one_day_one_is_taken(
    database: Database, posting: Posting, database_url: str
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    proposals = [entry(n, step="PROPOSED", effectiveOn="2026-11-01") for n in range(20)]
    writes = [posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, one) for one in proposals]
    outcomes = [result.outcome for [result] in await forced(database_url, "directory_entries", writes)]
    assert outcomes.count(Outcome.ACCEPTED) == 1
    assert outcomes.count(Outcome.REJECTED) == 19
    assert await Rules(database).differing() == ()


async def test_fifty_writers_on_one_mine_lose_no_line(database: Database, posting: Posting, database_url: str) -> None:
    """A contract and an assessment of one mine: each of the two transactions alone would keep a line without the other."""
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    await posted(posting, NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system())
    await posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSOR, duties.assessor())
    await posted(posting, NATURAL_RESOURCES, RecordKind.EXPERT, duties.expert(1), duties.expert(2))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(1))
    lives = ("SUSPENDED", "EXPANSION", "CLOSED", "PRODUCING")
    serious = {"publicationClass": "SERIOUS", "kinds": ["CLOSURE"], "fine": None}
    writes = [
        *(posted(posting, NATURAL_RESOURCES, RecordKind.CONTRACT, duties.contract(n)) for n in range(12)),
        *(posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSMENT, duties.assessment(n)) for n in range(12)),
        *(posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, lifeCycle=life)) for life in lives),
        *(posted(posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(n, **serious)) for n in range(12)),
        *(posted(posting, ECOLOGY, RecordKind.OPINION, makers.opinion(n, verdict="DISAGREE")) for n in range(10)),
    ]
    assert len(writes) == 50
    results = [result for [result] in await forced(database_url, "timelines", writes)]
    assert all(result.record_id for result in results), results
    assert await Rules(database).differing() == ()


async def test_a_transfer_is_accepted_once_or_taken_back_and_never_both(
    database: Database, posting: Posting, database_url: str
) -> None:
    """Ten accept it, each by a number of its own, five take it back, five revise it."""
    await posted(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1))
    [sent] = await posted(posting, ECOLOGY, K.CASE_TRANSFER, duties.transfer())
    number = duties.transfer()["documentNumber"]

    async def take_back() -> str:
        try:
            done = await posting.withdraw(ECOLOGY, str(sent.record_id), "示例", source="test")
        except HubError as error:
            return error.code
        return done.outcome

    async def say(who: Principal, kind: K, item: dict[str, Any]) -> str:
        [result] = await posted(posting, who, kind, item)
        return " ".join([result.outcome, *(problem.code for problem in result.problems)])

    answers = [say(NATURAL_RESOURCES, K.TRANSFER_ANSWER, duties.answer(n, transferNumber=number)) for n in range(10)]
    words = [say(ECOLOGY, K.CASE_TRANSFER, duties.transfer(facts=f"示例{n}")) for n in range(5)]
    done = await forced(database_url, "log", [*answers, *words, *(take_back() for _ in range(5))])
    answered, revised, taken_back = Counter(done[:10]), Counter(done[10:15]), Counter(done[15:])
    if answered[Outcome.ACCEPTED]:
        assert answered == {Outcome.ACCEPTED: 1, "REJECTED STEP_NOT_ALLOWED": 9}
        assert revised == {Outcome.NEW_VERSION: 5}
        assert taken_back == {ErrorCode.CONFLICT: 5}
    else:
        assert answered == {"REJECTED UNKNOWN_REFERENCE": 10}
        assert taken_back == {Outcome.NEW_VERSION: 1, Outcome.UNCHANGED: 4}
        assert revised.keys() <= {Outcome.NEW_VERSION, "REJECTED WITHDRAWN"}


async def test_what_is_taken_back_or_stands_again_is_so_once(database: Database, posting: Posting, database_url: str) -> None:
    """Also a record that no rule reads, whose mine nobody holds meanwhile."""
    await posted(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1))
    [sent] = await posted(posting, ECOLOGY, K.CASE_TRANSFER, duties.transfer())
    [decided] = await posted(posting, ECOLOGY, K.PENALTY, makers.penalty(1))
    for version, act in ((2, posting.withdraw), (3, posting.reinstate)):
        for made in (sent, decided):
            acts = [act(ECOLOGY, str(made.record_id), "示例", source="test") for _ in range(20)]
            told = await forced(database_url, "log", acts)
            assert Counter(one.outcome for one in told) == {Outcome.NEW_VERSION: 1, Outcome.UNCHANGED: 19}
            assert {one.version for one in told} == {version}
    assert await Rules(database).differing() == ()


async def test_what_names_a_record_that_is_just_revised_finds_it(
    database: Database, posting: Posting, database_url: str
) -> None:
    """Assessments name experts, an assessor, a system; each of them says something else meanwhile, and stands."""
    await posted(posting, NATURAL_RESOURCES, K.MINE, *(makers.mine(n) for n in range(1, 11)))
    await posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system())
    await posted(posting, NATURAL_RESOURCES, K.ASSESSOR, duties.assessor())
    await posted(posting, NATURAL_RESOURCES, K.EXPERT, duties.expert(1), duties.expert(2))
    named = [
        *(posted(posting, NATURAL_RESOURCES, K.EXPERT, duties.expert(2, employerUscc=makers.uscc(n))) for n in range(8)),
        *(posted(posting, NATURAL_RESOURCES, K.ASSESSOR, duties.assessor(technicalStaff=30 + n)) for n in range(4)),
        *(posted(posting, NATURAL_RESOURCES, K.INDICATOR_SYSTEM, duties.system(name=f"示例{n}体系")) for n in range(4)),
    ]
    naming = [
        posted(posting, NATURAL_RESOURCES, K.ASSESSMENT, duties.assessment(n, licenceNo=licence(n))) for n in range(1, 11)
    ]
    told = [result for [result] in await forced(database_url, "log", [*named, *naming])]
    assert {result.outcome for result in told} == {Outcome.ACCEPTED, Outcome.NEW_VERSION}, told
    assert await Rules(database).differing() == ()


async def test_a_mine_goes_on_under_one_number_whoever_says_so_at_once(
    database: Database, posting: Posting, database_url: str
) -> None:
    """Ten renew it, five merge it with another, five split it, and ten post of it meanwhile."""
    await posted(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1), makers.mine(2, enterpriseUscc=makers.uscc(1)))
    own, other = licence(1), licence(2)
    said: list[dict[str, Any]] = [{"predecessors": [own], "successors": [licence(40 + n)]} for n in range(10)]
    merged = {"form": "MERGER", "predecessors": [own, other], "principal": own}
    said += [merged | {"successors": [licence(50 + n)]} for n in range(5)]
    split = {"form": "SPLIT", "predecessors": [own]}
    said += [split | {"successors": [licence(60 + n), licence(70 + n)], "principal": licence(60 + n)} for n in range(5)]
    successions = [
        posted(posting, NATURAL_RESOURCES, K.LICENCE_SUCCESSION, duties.licence_succession(n, **one))
        for n, one in enumerate(said)
    ]
    penalties = [posted(posting, ECOLOGY, K.PENALTY, makers.penalty(n, mines=[other, own])) for n in range(10)]
    told = [result for [result] in await forced(database_url, "log", [*successions, *penalties])]
    assert Counter(result.outcome for result in told[:20]) == {Outcome.ACCEPTED: 1, Outcome.REJECTED: 19}
    assert {problem.code for result in told[:20] for problem in result.problems} == {ErrorCode.ALREADY_SUCCEEDED}
    assert {result.outcome for result in told[20:]} == {Outcome.ACCEPTED}
    assert await Rules(database).differing() == ()


async def test_a_mine_that_is_listed_while_it_is_revoked_and_closed_is_in_doubt_whoever_comes_first(
    database: Database, posting: Posting, ask: Ask, database_url: str
) -> None:
    """Ten list a mine that is noticed, ten revoke its licence or order it to close, one of them wrongly, and five propose
    another while five close it."""
    await posted(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1), makers.mine(2))
    for n, (step, on) in enumerate((("PROPOSED", "2026-08-03"), ("PUBLIC_NOTICE", "2026-09-01"))):
        await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, entry(n, step=step, effectiveOn=on))
    revoked = {"fine": None, "licenceAffected": "示例证照", "publicationClass": "MINOR"}
    listed = [entry(10 + n, step="LISTED", effectiveOn="2026-10-09") for n in range(10)]
    decided = [makers.penalty(n, kinds=[("CLOSURE", "LICENCE_REVOCATION")[n % 2]], **revoked) for n in range(10)]
    decided[0]["annulledOn"] = "2026-11-01"
    proposed = [entry(30 + n, licenceNo=licence(2), step="PROPOSED", effectiveOn="2026-11-02") for n in range(5)]
    closed = [makers.mine(2, lifeCycle="CLOSED", name=f"示例{n}") for n in range(5)]
    writes = [
        *(posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, one) for one in (*listed, *proposed)),
        *(posted(posting, ECOLOGY, K.PENALTY, one) for one in decided),
        *(posted(posting, NATURAL_RESOURCES, K.MINE, one) for one in closed),
    ]
    told = [result.outcome for [result] in await forced(database_url, "log", writes)]
    for one, others in ((told[:10], 9), (told[10:15], 4)):
        assert Counter(one) == {Outcome.ACCEPTED: 1, Outcome.REJECTED: others}
    assert set(told[15:]) == {Outcome.ACCEPTED, Outcome.NEW_VERSION}
    page = "{ mines { nodes { standing supports { eligibility reasons } conflicts { code } } } }"
    first, second = (await ask(ECOLOGY, page))["data"]["mines"]["nodes"]
    assert (first["standing"], second["standing"]) == ("LISTED_PROVINCIAL", "CLOSED")
    assert [one["code"] for one in first["conflicts"]].count("LISTED_LICENCE_REVOKED") == 9
    assert first["supports"][0]["eligibility"] == "IN_DOUBT"
    assert "LISTED_LICENCE_REVOKED" in first["supports"][0]["reasons"]
    assert second["supports"][0]["eligibility"] == "NOT_LISTED"
    assert await Rules(database).differing() == ()
