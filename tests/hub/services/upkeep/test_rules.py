"""A rebuild brings what is kept to what the rules say, proves it, and is done once for each rule set."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.domain.records.standing import Standing
from hub.domain.rules.rule_set import VERSION
from hub.domain.rules.timelines import Subject
from hub.domain.words.errors import UnfitError
from hub.services.posting.pipeline import Posting
from hub.services.upkeep import rules as upkeep
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from hub.storage.timelines import rebuilding
from hub.storage.timelines.table import timelines
from tests import makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, Ask, licence


async def test_a_rebuild_mends_what_is_not_what_the_rules_say_and_is_done_once(database: Database, ask: Ask) -> None:
    posting = Posting(database)
    await makers.a_province(posting, mines=2)
    rules = Rules(database)
    async with database.transaction() as connection:
        await connection.execute(timelines.update().where(timelines.c.rule == "STANDING").values(state=Standing.REMOVED.value))
    assert len(await rules.differing()) == 2
    rebuilt = await rules.bring_up()
    assert rebuilt is not None
    assert (rebuilt.mines, rebuilt.differing) == (2, ())
    assert rebuilt.changed > 0
    assert await rules.bring_up() is None
    answer = await ask(ECOLOGY, f'{{ mine(licenceNo: "{licence(1)}") {{ standing }} }}')
    assert answer["data"]["mine"]["standing"] == "LISTED_PROVINCIAL"


async def test_a_rebuild_that_is_broken_off_keeps_what_it_did_and_the_next_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await makers.a_province(Posting(database), mines=2)
    stands = timelines.c.rule == "STANDING", timelines.c.superseded_at.is_(None)
    async with database.transaction() as connection:
        await connection.execute(timelines.update().where(*stands).values(state=Standing.REMOVED.value))
        await rebuilding.note_version(connection, VERSION - 1)
    monkeypatch.setattr(upkeep, "_AT_ONCE", 1)
    moments = [NOW]
    with pytest.raises(IndexError):
        await Rules(database, clock=moments.pop).rebuild()
    # One mine is right, and nothing is served before all are.
    assert len(await Rules(database).differing()) == 1
    with pytest.raises(UnfitError):
        await Rules(database).check()
    rebuilt = await Rules(database, clock=lambda: NOW + timedelta(hours=1)).bring_up()
    assert rebuilt is not None
    # It goes on from where it was: the other mine is left.
    assert (rebuilt.mines, rebuilt.differing) == (1, ())
    async with database.connection() as connection:
        recorded = (
            sa.select(timelines.c.subject, timelines.c.recorded_at).where(*stands).distinct().order_by(timelines.c.subject)
        )
        assert [at for _, at in await connection.execute(recorded)] == [NOW, NOW + timedelta(hours=1)]
    await Rules(database).check()


async def test_where_another_rule_set_was_broken_off_is_no_place_to_go_on_from(database: Database) -> None:
    await makers.a_province(Posting(database), mines=2)
    rules = Rules(database)
    done: Counter[str] = Counter()
    async with database.transaction() as connection:
        await rebuilding.note_place(connection, VERSION - 1, Subject.MINE, licence(1))
    assert (await rules.rebuild(lambda what, more: done.update({what: more}))).mines == 2
    assert (done["mines worked out"], done["mines proved"]) == (2, 2)
    # A rebuild that came to its end has no place; the next one begins anew.
    async with database.connection() as connection:
        assert await rebuilding.place(connection, VERSION) is None
    assert (await rules.rebuild()).mines == 2


@pytest.mark.parametrize("listed", [1, 3])
async def test_no_subject_is_left_out_between_two_lists(
    database: Database, monkeypatch: pytest.MonkeyPatch, listed: int
) -> None:
    await makers.a_province(Posting(database), mines=4)
    monkeypatch.setattr(upkeep, "_LISTED", listed)
    monkeypatch.setattr(upkeep, "_AT_ONCE", 2)
    assert (await Rules(database).rebuild()).mines == 4


async def test_what_other_rules_worked_out_is_not_served(database: Database) -> None:
    rules = Rules(database)
    await rules.check()
    async with database.transaction() as connection:
        await rebuilding.note_version(connection, VERSION + 1)
    with pytest.raises(UnfitError, match="hub rules rebuild"):
        await rules.check()
    await rules.rebuild()
    await rules.check()
