"""What the graph tells of the systems that feed it: what is done about each, how old the copy is, on which a mine stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.manifests import MANIFESTS
from hub.domain.calendar.moments import LEEWAY
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.work import LEASE
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from hub.storage.views.departments import sources
from hub.storage.work import leases
from tests.conftest import NOW
from tests.makers import BANK, CREDIT, ECOLOGY, LOCAL, NATURAL_RESOURCES, OPERATOR, PUBLIC, Ask, mine, posted

SOURCE = "{ departments { department sources { code kinds state freshness lagSeconds nextPullAt lastError } } }"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def declared(database: Database, posting: Posting) -> None:
    for manifest in MANIFESTS.values():
        await Ingest(database, posting).declare(manifest)


async def told(ask: Ask, who: Any = OPERATOR) -> dict[str, Any]:
    found = (await ask(who, SOURCE))["data"]["departments"]
    assert [one["department"] for one in found] == list(Department)
    return dict(next(one["sources"][0] for one in found if one["department"] == "ECOLOGY"))


async def note(database: Database, *, next_at: datetime | None = None, until: datetime | None = None, **facts: Any) -> None:
    """Write down how a system's pulls stand: the work that pulls it, and what is known of it."""
    never: dict[str, Any] = {"paused_until": None, "last_success_at": None, "fresh_until": None, "failures": 0}
    async with database.transaction() as connection:
        named = sa.update(sources).where(sources.c.code == "ecology")
        await connection.execute(named.values(**never | facts, last_error="示例"))
        await connection.execute(sa.delete(leases.table))
        work = {"name": "pull:ecology", "next_at": next_at, "until": until, "token": 1}
        await connection.execute(sa.insert(leases.table).values(work))


@pytest.mark.usefixtures("declared")
async def test_it_is_told_what_is_done_about_a_system_and_when_it_is_pulled_next(database: Database, ask: Ask) -> None:
    assert await told(ask) == {
        "code": "ecology",
        "kinds": [kind.value for kind in MANIFESTS["ecology"].kinds],
        "state": "DUE",
        "freshness": "NEVER",
        "lagSeconds": None,
        "nextPullAt": None,
        "lastError": None,
    }
    soon, later, longest = NOW + MINUTE, NOW + 2 * MINUTE, NOW + timedelta(hours=1) + LEEWAY
    for facts, state, at in (
        ({"next_at": soon}, "WAITING", soon),
        ({"next_at": NOW}, "DUE", NOW),
        ({"next_at": soon, "until": NOW + 2 * LEASE}, "PULLING", soon),
        # Longer than any lease that is given.
        ({"next_at": soon, "until": soon}, "WAITING", soon),
        ({"next_at": soon, "until": NOW}, "WAITING", soon),
        ({"next_at": soon, "paused_until": later}, "PAUSED", later),
        ({"next_at": later, "paused_until": soon}, "PAUSED", later),
        ({"next_at": soon, "paused_until": NOW}, "WAITING", soon),
        ({"paused_until": soon}, "PAUSED", soon),
        # Longer than any system is left alone: a clock was wrong.
        ({"next_at": soon, "paused_until": longest}, "PAUSED", longest),
        ({"next_at": soon, "paused_until": longest + timedelta(seconds=1)}, "WAITING", soon),
    ):
        await note(database, **facts)
        one = await told(ask)
        assert (one["state"], datetime.fromisoformat(one["nextPullAt"])) == (state, at), facts


@pytest.mark.usefixtures("declared")
async def test_how_old_a_copy_is_counts_from_its_last_good_pull_and_is_not_known_of_one_to_come(
    database: Database, ask: Ask
) -> None:
    for ago, lag in (
        (timedelta(0), 0),
        (timedelta(seconds=1), 1),
        (timedelta(days=40), 40 * 86_400),
        (-LEEWAY, 0),
        (-LEEWAY - timedelta(seconds=1), None),
        (-timedelta(days=1), None),
    ):
        await note(database, last_success_at=NOW - ago)
        assert (await told(ask))["lagSeconds"] == lag, ago


@pytest.mark.usefixtures("declared")
async def test_a_copy_is_fresh_to_the_moment_that_it_is_fresh_until_and_not_while_pulls_fail(
    database: Database, ask: Ask
) -> None:
    second = timedelta(seconds=1)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"last_success_at": None, "fresh_until": NOW}, "NEVER"),
        ({"last_success_at": NOW - MINUTE, "fresh_until": NOW}, "FRESH"),
        ({"last_success_at": NOW - MINUTE, "fresh_until": NOW - second}, "LATE"),
        ({"last_success_at": NOW - MINUTE, "fresh_until": NOW, "failures": 1}, "FAILING"),
        ({"last_success_at": None, "failures": 2}, "FAILING"),
        # One that is to come was noted by a wrong clock.
        ({"last_success_at": NOW + LEEWAY, "fresh_until": NOW + MINUTE}, "FRESH"),
        ({"last_success_at": NOW + LEEWAY + second, "fresh_until": NOW + MINUTE}, "LATE"),
    ]
    for facts, word in cases:
        await note(database, **facts)
        assert (await told(ask))["freshness"] == word, facts


@pytest.mark.usefixtures("declared")
async def test_what_went_wrong_inside_is_for_operators(database: Database, ask: Ask) -> None:
    await note(database, next_at=NOW)
    assert (await told(ask))["lastError"] == "示例"
    assert (await told(ask, ECOLOGY))["lastError"] is None


@pytest.mark.usefixtures("declared")
async def test_a_mine_tells_on_which_systems_its_answer_stands(database: Database, posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    await note(database, last_success_at=NOW - MINUTE)
    asked = "{ mines { nodes { sources { code freshness lagSeconds } } } }"
    for who in (ECOLOGY, BANK):
        [one] = (await ask(who, asked))["data"]["mines"]["nodes"]
        # Those too that have told nothing of it: that there is no penalty stands on them.
        assert [source["code"] for source in one["sources"]] == sorted(MANIFESTS)
        assert {"code": "ecology", "freshness": "FRESH", "lagSeconds": 60} in one["sources"]


@pytest.mark.usefixtures("declared")
async def test_all_systems_are_listed_the_one_that_is_no_departments_too_and_what_is_inside_is_for_operators(
    database: Database, ask: Ask
) -> None:
    async with database.transaction() as connection:
        values = {
            "last_success_at": NOW - MINUTE,
            "fresh_until": NOW - MINUTE,
            "last_error": "示例",
            "cursor": "{}",
            "drift": "x",
        }
        await connection.execute(sa.update(sources).where(sources.c.code == "credit_disclosure").values(values))
    asked = "{ sources { code freshness lagSeconds itemsMissing lastError cursor drift pausedUntil } }"
    inside: dict[str, Any] = {"lastError": "示例", "cursor": "{}", "drift": "x"}
    unseen: dict[str, Any] = dict.fromkeys(inside)
    for who, seen in ((OPERATOR, inside), *((other, unseen) for other in (ECOLOGY, LOCAL, BANK, CREDIT))):
        found = {one["code"]: one for one in (await ask(who, asked))["data"]["sources"]}
        assert sorted(found) == sorted(MANIFESTS)
        one = found["credit_disclosure"]
        assert (
            one
            == {"code": "credit_disclosure", "freshness": "LATE", "lagSeconds": 60, "itemsMissing": 0, "pausedUntil": None}
            | seen
        )
    # How old a copy is belongs to what is public of it; when it is pulled next does not.
    asked = "{ sources { code freshness lastSuccessAt lagSeconds nextPullAt lastError itemsTold } }"
    public = (await ask(PUBLIC, asked))["data"]["sources"]
    assert [one["code"] for one in public] == sorted(MANIFESTS)
    of_the_pulls = dict.fromkeys(("lagSeconds", "nextPullAt", "lastError", "itemsTold"))
    at = (NOW - MINUTE).isoformat().replace("+00:00", "Z")
    assert {"code": "credit_disclosure", "freshness": "LATE", "lastSuccessAt": at} | of_the_pulls in public
