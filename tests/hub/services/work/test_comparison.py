"""A source beside what stands here by its word: what is missing here is fetched, what is missing there is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import Batch, Connector, Item
from connectors.errors import Incomplete
from connectors.world import World
from hub.domain.calendar.moments import LEEWAY
from hub.services.posting.pipeline import Posting
from hub.services.work.comparison import is_believed
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from tests.conftest import NOW
from tests.connectors.conftest import QUICK
from tests.hub.services.work.pulling import connect, source
from tests.makers import ECOLOGY, Ask

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)


class Lister:
    """Ecology, as it lists what it has at a time; `cursors` is from where it was asked."""

    def __init__(self, items: list[Item], sound: Connector, **said: object) -> None:
        self.listed, self.cursors, self.new = items, list[str | None](), list[Item]()
        self.missing = 0
        lister = self

        class Listed(type(sound)):  # type: ignore[misc]
            manifest = replace(sound.manifest, **said)  # type: ignore[arg-type]

            async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
                lister.cursors.append(cursor)
                yield Batch(lister.new if cursor else lister.listed, "{}")
                if lister.missing:
                    raise Incomplete({"hbyj": lister.missing})

        self.connector: Connector = Listed(sound.settings, limits=QUICK)


class Hours:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> object:
        return self.at


async def listed(database: Database, clock: Hours, **said: object) -> tuple[Ingest, Lister]:
    """Ecology, which lists its opinions, pulled for the first time."""
    ingest, world = Ingest(database, Posting(database, clock), clock), World(16, 1)  # type: ignore[arg-type]
    await ingest.run(connect("natural_resources", world)[0])
    sound, _ = connect("ecology", world)
    items = [item async for batch in sound.pull(None) for item in batch.items if item.kind.value == "opinion"]
    lister = Lister(items, sound, **said)
    first = await ingest.run(lister.connector)
    assert (first.accepted, first.vanished) == (len(items), 0)
    return ingest, lister


async def standing(ask: Ask, *, withdrawn: bool = False) -> int:
    query = "query ($w: Boolean!) { opinions(filter: {department: {eq: ECOLOGY}, withdrawn: $w}) { totalCount } }"
    return int((await ask(ECOLOGY, query, w=withdrawn))["data"]["opinions"]["totalCount"])


async def test_a_week_after_its_list_is_read_from_the_start_what_is_missing_is_fetched_or_told(
    database: Database, ask: Ask
) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock)
    all_of_them = lister.listed
    lister.listed = all_of_them[2:]
    clock.at = NOW + WEEK - INSTANT
    assert (await ingest.run(lister.connector)).vanished == 0
    clock.at = NOW + WEEK
    assert (await ingest.run(lister.connector)).vanished == 2
    assert lister.cursors == [None, "{}", None]
    assert await standing(ask) == len(all_of_them)
    assert (await source(ask, "ecology"))["itemsVanished"] == 2
    shown = [name for name in await ingest.shown("ecology") if name.startswith("VANISHED")]
    assert len(shown) == 2
    # What is listed again, at the next pull already, is missed no longer.
    lister.new = all_of_them[:1]
    clock.at = NOW + WEEK + timedelta(hours=1)
    assert (await ingest.run(lister.connector)).vanished == 1
    lister.listed = all_of_them
    clock.at = NOW + 2 * WEEK
    assert (await ingest.run(lister.connector)).vanished == 0
    assert (await source(ask, "ecology"))["itemsVanished"] == 0


async def test_a_clock_that_was_ahead_puts_a_comparison_off_no_longer_than_one_is(database: Database) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock)
    for ahead, again in ((timedelta(0), False), (LEEWAY, False), (LEEWAY + INSTANT, True), (52 * WEEK, True)):
        clock.at = NOW + ahead
        await ingest.run(lister.connector, whole=True)
        clock.at = NOW
        await ingest.run(lister.connector)
        assert (lister.cursors[-1] is None) is again


async def test_a_whole_pull_by_hand_compares_and_what_vanished_before_keeps_its_day(database: Database) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock)
    lister.listed = lister.listed[1:]
    for day in (1, 2):
        clock.at = NOW + timedelta(days=day)
        assert (await ingest.run(lister.connector, whole=True)).vanished == 1
    (since,) = [since for name, since in (await ingest.shown("ecology")).items() if name.startswith("VANISHED")]
    assert since == NOW + timedelta(days=1)


async def test_where_the_source_means_it_what_vanished_is_taken_back_and_comes_again(database: Database, ask: Ask) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock, withdraw_when_vanished=True)
    all_of_them, count = lister.listed, len(lister.listed)
    lister.listed = all_of_them[3:]
    clock.at = NOW + WEEK
    assert (await ingest.run(lister.connector)).vanished == 0
    assert (await standing(ask), await standing(ask, withdrawn=True)) == (count - 3, 3)
    lister.listed = all_of_them
    clock.at = NOW + 2 * WEEK
    await ingest.run(lister.connector)
    assert (await standing(ask), await standing(ask, withdrawn=True)) == (count, 0)


async def test_a_list_that_shrinks_all_at_once_is_told_and_not_believed(database: Database, ask: Ask) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock, withdraw_when_vanished=True)
    count = len(lister.listed)
    lister.listed = []
    clock.at = NOW + WEEK
    assert (await ingest.run(lister.connector)).vanished == count > 10
    assert await standing(ask) == count


@pytest.mark.parametrize(
    ("gone", "stood", "believed"),
    [
        (10, 11, True),
        (10, 10, False),
        (1, 2, True),
        (1, 1, False),
        (11, 12, False),
        (11, 110, True),
        (11, 109, False),
        (0, 0, True),
    ],
)
def test_so_many_are_believed(gone: int, stood: int, believed: bool) -> None:
    assert is_believed(gone, stood) is believed


async def test_what_is_not_known_makes_nothing_vanish(database: Database) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock)
    all_of_them = lister.listed
    # The row may be any record, as long as it cannot be read.
    lister.listed = [replace(all_of_them[0], data=None, error="??", reference="?"), *all_of_them[2:]]
    clock.at = NOW + WEEK
    assert (await ingest.run(lister.connector)).vanished == 0
    lister.listed, lister.missing = all_of_them[2:], 1
    clock.at = NOW + 2 * WEEK
    assert (await ingest.run(lister.connector)).vanished == 0
    lister.missing = 0
    # It did not give all, and is asked again after a day.
    clock.at = NOW + 2 * WEEK + timedelta(days=1) - INSTANT
    assert (await ingest.run(lister.connector)).vanished == 0
    clock.at = NOW + 2 * WEEK + timedelta(days=1)
    assert (await ingest.run(lister.connector)).vanished == 2


async def test_a_system_that_does_not_keep_all_on_its_list_is_not_compared(database: Database) -> None:
    clock = Hours()
    ingest, lister = await listed(database, clock, compare_days=0.0)
    lister.listed = []
    clock.at = NOW + 10 * WEEK
    assert (await ingest.run(lister.connector)).vanished == 0
    assert (await ingest.run(lister.connector, whole=True)).vanished == 0
    assert lister.cursors == [None, "{}", None]
