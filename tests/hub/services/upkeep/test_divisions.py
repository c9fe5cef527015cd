"""Divisions that operators add: kept in the database, gone by in every process, and taken for what had waited for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from connectors.base import Batch, Connector, Item
from connectors.manifests import MANIFESTS
from hub.domain.record_kinds import RecordKind
from hub.domain.words import divisions as words
from hub.domain.words.divisions import DIVISIONS, FORMER, Division, Former
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.divisions import Divisions
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from tests import makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, posted

PLACE = "query ($no: String!) { mine(licenceNo: $no) { divisionCode division { name } prefecture { code } } }"


@dataclass(frozen=True)
class _OneMine(Connector):
    """A system that tells of one mine, in a place whose code ended long ago."""

    manifest = MANIFESTS["natural_resources"]

    async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        told = makers.mine(1, divisionCode="530120")
        yield Batch([] if cursor else [Item(RecordKind.MINE, makers.licence(1), told, data=told)], "1")


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    words.take((), ())


async def test_a_county_that_was_added_is_known_and_lies_in_its_prefecture(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await Divisions(database).add("530116", "示例区")
    (result,) = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, divisionCode="530116"))
    assert result.outcome is Outcome.ACCEPTED
    found = await ask(ECOLOGY, PLACE, no=makers.licence(1))
    assert found["data"]["mine"] == {
        "divisionCode": "530116",
        "division": {"name": "示例区"},
        "prefecture": {"code": "530100"},
    }


async def test_a_code_of_before_that_was_added_is_read_as_todays(database: Database, posting: Posting, ask: Ask) -> None:
    (before,) = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, divisionCode="530120"))
    assert [(problem.path, problem.code) for problem in before.problems] == [("divisionCode", ErrorCode.UNKNOWN_DIVISION)]
    await Divisions(database).add_former("530120", "530114", 2009)
    (after,) = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, divisionCode="530120"))
    assert after.outcome is Outcome.ACCEPTED
    found = await ask(ECOLOGY, PLACE, no=makers.licence(1))
    assert found["data"]["mine"]["divisionCode"] == "530114"
    listed = await ask(ECOLOGY, '{ mines(filter: { divisionCode: { eq: "530120" } }) { totalCount } }')
    assert listed["data"]["mines"]["totalCount"] == 1


async def test_what_had_waited_for_it_in_quarantine_is_taken(database: Database, posting: Posting) -> None:
    manifest = MANIFESTS["natural_resources"]
    connector = _OneMine({setting.name: "x" for setting in manifest.settings})
    ingest = Ingest(database, posting, lambda: NOW)
    assert (await ingest.run(connector)).quarantined == 1
    await Divisions(database).add_former("530120", "530114", 2009)
    assert await ingest.settle([manifest]) == 1


async def test_another_process_goes_by_what_was_added_and_forgets_what_was_not(database: Database) -> None:
    here = Divisions(database)
    await here.add("530116", "示例区")
    await here.add_former("530120", "530116", 2025)
    words.take((), ())
    assert "530116" not in DIVISIONS
    assert "530120" not in FORMER
    assert await Divisions(database).work() is False
    assert (DIVISIONS["530116"], FORMER["530120"]) == (Division("530116", "示例区", "530100"), (2025, "530116"))
    assert await here.added() == ([Division("530116", "示例区", "530100")], [Former("530120", 2025, "530116")])


async def test_what_was_added_is_amended_by_adding_it_again(database: Database) -> None:
    here = Divisions(database)
    await here.add("530116", "示例县")
    await here.add("530116", "示例区")
    await here.add_former("530120", "530116", 2024)
    await here.add_former("530120", "530114", 2025)
    assert await here.added() == ([Division("530116", "示例区", "530100")], [Former("530120", 2025, "530114")])


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("5301", "示例区"),
        ("５３０１１６", "示例区"),
        ("53011x", "示例区"),
        ("530100", "示例区"),
        ("539901", "示例区"),
        ("110101", "示例区"),
        ("530102", "五华区"),
        ("530121", "示例区"),
        ("530116", "  "),
    ],
)
async def test_a_county_that_cannot_be_is_not_added(database: Database, code: str, name: str) -> None:
    with pytest.raises(HubError) as caught:
        await Divisions(database).add(code, name)
    assert caught.value.code is ErrorCode.INVALID_INPUT
    assert await Divisions(database).added() == ([], [])


@pytest.mark.parametrize(
    ("code", "today", "ended", "why"),
    [
        ("530102", "530103", 2020, ErrorCode.INVALID_INPUT),
        ("530121", "530103", 2020, ErrorCode.INVALID_INPUT),
        ("530116", "530103", 2020, ErrorCode.INVALID_INPUT),
        ("530120", "530199", 2020, ErrorCode.UNKNOWN_DIVISION),
        ("530120", "530103", 1948, ErrorCode.INVALID_INPUT),
        ("530120", "530103", NOW.year + 1, ErrorCode.INVALID_INPUT),
        ("x", "530103", 2020, ErrorCode.INVALID_INPUT),
    ],
)
async def test_a_code_of_before_that_cannot_be_is_not_added(
    database: Database, code: str, today: str, ended: int, why: ErrorCode
) -> None:
    here = Divisions(database, lambda: NOW)
    await here.add("530116", "示例区")
    with pytest.raises(HubError) as caught:
        await here.add_former(code, today, ended)
    assert caught.value.code is why
    assert (await here.added())[1] == []


async def test_a_code_of_before_is_no_new_county(database: Database) -> None:
    here = Divisions(database, lambda: NOW)
    await here.add_former("530120", "530114", NOW.year)
    with pytest.raises(HubError, match="530120"):
        await here.add("530120", "示例区")
