"""What lists of records are filtered by, whatever their kind: their mines, and where these lie."""

from __future__ import annotations

from typing import Any

import pytest

from auth.principals import Role
from hub.domain.declaring.fields import camel, validate
from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.words.departments import Department
from hub.services.posting.drafts import digest
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records.commitments import commit
from hub.storage.records.envelope import Envelope
from hub.storage.records.versions import LINKS, TABLES, Version, store
from tests.conftest import NOW
from tests.duties import MADE
from tests.makers import ECOLOGY, NATURAL_RESOURCES, OPERATOR, Ask, caller, issued_by, licence, mine, penalty, posted

K = RecordKind
CONCERNED = [kind for kind, facts in KINDS.items() if facts.concerns_mines and kind is not K.MINE]


async def there(database: Database, kind: RecordKind, number: int, mine_number: int) -> None:
    """A record of a kind about a mine, as if it had been posted; with the one that names the mine, where it names none."""
    made = issued_by(ECOLOGY, MADE[kind](number))
    about: dict[str, Any] = {}
    if KINDS[kind].names_mines:
        named = {K.PENALTY: "mines", K.LICENCE_SUCCESSION: "predecessors"}.get(kind, "licenceNo")
        about = {named: [licence(mine_number)] if kind in LINKS else licence(mine_number)}
    else:
        await there(database, RecordKind(KINDS[kind].leads_to_mines.noun), number, mine_number)
    record, problems = validate(KINDS[kind].payload, {**made, **about}, NOW.date())
    assert record is not None, problems
    envelope = Envelope(
        record_id=identify(kind, Department.NATURAL_RESOURCES, record),
        version=1,
        department="NATURAL_RESOURCES",
        source="test",
        posted_by="test",
        recorded_at=NOW,
        commitment=commit(digest(record)),
    )
    async with database.transaction() as connection:
        await store(connection, TABLES[kind], LINKS.get(kind), [Version(envelope, record)])


async def count(ask: Ask, kind: RecordKind, where: str) -> Any:
    answer = await ask(OPERATOR, f"{{ {camel(KINDS[kind].plural)}(filter: {{{where}}}) {{ totalCount }} }}")
    return (answer["data"] or answer)[camel(KINDS[kind].plural)]["totalCount"]


@pytest.mark.parametrize("kind", CONCERNED)
async def test_every_kind_that_concerns_mines_is_found_by_mine_prefecture_and_county(
    database: Database, posting: Posting, ask: Ask, kind: RecordKind
) -> None:
    await posted(posting, NATURAL_RESOURCES, K.MINE, mine(1), mine(2, divisionCode="530302"))
    for number, mine_number in ((1, 1), (2, 1), (3, 2)):
        await there(database, kind, number, mine_number)
    total = await count(ask, kind, "")
    assert total in (2, 3)  # a kind of which a mine has one for a year
    first = total - 1
    for where, found in (
        (f'licenceNo: {{eq: "{licence(1)}"}}', first),
        ('prefectureCode: {eq: "530100"}', first),
        ('divisionCode: {eq: "530112"}', first),
        ('divisionCode: {in: ["530112", "530302"]}', total),
        ('prefectureCode: {eq: "530300"}', 1),
        ('divisionCode: {eq: "530102"}', 0),
        ("prefectureCode: {isNull: false}", total),
        ("prefectureCode: {isNull: true}", 0),
        ('not: {prefectureCode: {eq: "530300"}}', first),
    ):
        assert await count(ask, kind, where) == found, where


async def test_penalties_are_found_by_any_of_their_mines_and_by_having_none(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, K.MINE, mine(1), mine(2, divisionCode="530302"))
    await posted(posting, ECOLOGY, K.PENALTY, penalty(1, mines=[licence(1), licence(2)]), penalty(2, mines=[]))
    assert await count(ask, K.PENALTY, 'prefectureCode: {eq: "530100"}') == 1
    assert await count(ask, K.PENALTY, f'licenceNo: {{eq: "{licence(2)}"}}') == 1
    assert await count(ask, K.PENALTY, "licenceNo: {isNull: true}") == 1
    malformed = await ask(OPERATOR, '{ penalties(filter: {licenceNo: {eq: "x"}}) { totalCount } }')
    assert malformed["errors"][0]["extensions"]["code"] == "BAD_LICENCE_NUMBER"


async def test_penalties_are_found_by_their_life_in_publication(posting: Posting, ask: Ask) -> None:
    credit = caller(Role.CREDIT_DISCLOSURE)
    await posted(posting, NATURAL_RESOURCES, K.MINE, mine(1))
    await posted(
        posting,
        ECOLOGY,
        K.PENALTY,
        penalty(1, publishedOn="2026-03-10", disputed=True),
        penalty(2, publishedOn=None),
        # Decided on the day from which seven working days end today, and a day earlier.
        penalty(3, publishedOn=None, decidedOn="2026-10-22"),
        penalty(4, publishedOn=None, decidedOn="2026-10-21"),
        penalty(5, publishedOn=None, publicationClass="MINOR"),
        penalty(6, publishedOn=None, annulledOn="2026-04-01"),
        penalty(7, publishedOn=None, publicationClass=None),
    )
    repair = {"repairedOn": "2026-09-01", "repairDocument": "示例修复1号", "department": "ECOLOGY"}
    await posted(posting, credit, K.PENALTY, penalty(1, disputed=True, **repair))
    for where, found in (
        ('publishedOn: {from: "2026-03-10", to: "2026-03-10"}', 1),
        ('publishedOn: {from: "2026-03-11"}', 0),
        ("publishedOn: {isNull: true}", 6),
        ('repairedOn: {to: "2026-09-01"}', 1),
        ("repairedOn: {isNull: true}", 6),
        ("disputed: {eq: true}", 1),
        ("disputed: {eq: false}", 6),
        ("publicationOverdue: {eq: true}", 3),
    ):
        assert await count(ask, K.PENALTY, where) == found, where
    asked = (
        "{ penalties(filter: {publicationOverdue: {eq: true}}) { nodes { documentNumber publicationOverdue reportDueOn } } }"
    )
    late = (await ask(ECOLOGY, asked))["data"]["penalties"]["nodes"]
    assert {one["documentNumber"] for one in late} == {penalty(n)["documentNumber"] for n in (2, 4, 7)}
    assert {one["reportDueOn"] for one in late if "4号" in one["documentNumber"]} == {"2026-10-30"}
