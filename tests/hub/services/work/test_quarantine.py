"""What could not be taken waits with its place; what came right settles it; what waits is tried by one process at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal
from connectors import workbooks
from connectors.base import Item
from connectors.manifests import MANIFESTS
from connectors.registry import read_again
from connectors.world import World
from connectors.world.opinions import opinion
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import Choice, RejectionState
from hub.domain.words.departments import Department
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.work.comparison import Seen
from hub.services.work.ingest import Ingest
from hub.services.work.quarantine import ClaimLostError, Quarantine
from hub.services.work.systems import system_of
from hub.storage.engine.database import Connection, Database
from hub.storage.views import rejections
from tests import makers
from tests.conftest import NOW
from tests.connectors.test_shelf import changed
from tests.hub.services.work.pulling import connect, mines, narrowed, shelf
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask

WAITING = RejectionState.WAITING


def clock() -> Any:
    """A clock of which each look is a second later."""
    moments: Iterator[datetime] = (NOW + timedelta(seconds=n) for n in range(10**9))
    return lambda: next(moments)


async def kept(database: Database) -> list[dict[str, Any]]:
    """What could not be taken; natural resources' answers to others' transfers wait for these in every test."""
    wanted = sa.select(rejections.table).where(rejections.table.c.source != "connector:natural_resources")
    async with database.connection() as connection:
        found = await connection.execute(wanted.order_by(rejections.table.c.received_at))
        return [dict(row) for row in found.mappings()]


async def states(database: Database) -> list[str]:
    return [row["settled"] or WAITING.value for row in await kept(database)]


class Shelved:
    """A shelf of workbooks of opinions on mines that are registered."""

    def __init__(self, world: World) -> None:
        _, app = connect("financial_regulation", world)
        self.rows = [dict(row) for row in app.state.resources["opinions"].after("", 3)[0]]  # type: ignore[attr-defined]
        self.columns = list(self.rows[0])
        self.file: dict[str, bytes] = {}
        self.connector, _ = connect("financial_regulation", world, shelf(self.file))

    def put(self, name: str, *rows: dict[str, Any]) -> None:
        self.file[name] = workbooks.write(self.columns, list(rows), sheet="意见")

    def cell(self, column: str, row: int) -> str:
        return f"{workbooks.letters_of(self.columns.index(column))}{row}"


@pytest.fixture
async def shelved(database: Database, posting: Posting) -> Shelved:
    world = World(16, 1)
    await Ingest(database, posting).run(mines(world))
    return Shelved(world)


async def test_a_row_without_a_reference_that_came_right_waits_no_longer(
    database: Database, posting: Posting, shelved: Shelved
) -> None:
    ingest, (row, other, _) = Ingest(database, posting, clock()), shelved.rows
    shelved.put("1.xlsx", row | {"文号": ""}, other)
    assert (await ingest.run(shelved.connector)).quarantined == 1
    [waits] = await kept(database)
    assert (waits["reference"], waits["file"], waits["row"], waits["settled"]) == (None, "1.xlsx", 2, None)
    shelved.put("1.xlsx", row, other)
    assert (await ingest.run(shelved.connector)).accepted == 1
    assert await states(database) == ["REPLACED"]


async def test_a_file_that_could_not_be_opened_waits_until_one_of_its_name_was_read_to_its_end(
    database: Database, posting: Posting, shelved: Shelved
) -> None:
    ingest, (row, *_) = Ingest(database, posting, clock()), shelved.rows
    shelved.file["1.xlsx"] = b"no workbook"
    await ingest.run(shelved.connector)
    shelved.file["1.xlsx"] = b"no workbook either"
    await ingest.run(shelved.connector)
    # It is told again, and is one thing that waits.
    [waits] = await kept(database)
    assert (waits["file"], waits["row"], waits["settled"]) == ("1.xlsx", 0, None)
    assert waits["seen_at"] > waits["received_at"]
    shelved.put("2.xlsx", row)
    await ingest.run(shelved.connector)
    assert await states(database) == ["WAITING"]
    shelved.put("1.xlsx", row | {"文号": "示例金函〔2026〕99号"})
    await ingest.run(shelved.connector)
    assert await states(database) == ["REPLACED"]


async def test_what_is_still_wrong_in_a_mended_file_waits_on(database: Database, posting: Posting, shelved: Shelved) -> None:
    ingest, (row, other, third) = Ingest(database, posting, clock()), shelved.rows
    bad = [one | {"文号": ""} for one in (row, other)]
    shelved.put("1.xlsx", *bad)
    await ingest.run(shelved.connector)
    shelved.put("1.xlsx", bad[0], other, third)
    await ingest.run(shelved.connector)
    assert sorted(await states(database)) == ["REPLACED", "WAITING"]
    assert [one["row"] for one in await kept(database) if one["settled"] is None] == [2]


async def test_a_row_that_could_be_mapped_and_was_refused_tells_its_cell(
    database: Database, posting: Posting, shelved: Shelved
) -> None:
    ingest, (row, *_) = Ingest(database, posting, clock()), shelved.rows
    stranger = row["采矿许可证号"][:-6] + "999999"
    shelved.put("1.xlsx", row | {"采矿许可证号": stranger})
    assert (await ingest.run(shelved.connector)).quarantined == 1
    [waits] = await kept(database)
    cell = shelved.cell("采矿许可证号", 2)
    assert [waits[name] for name in ("file", "sheet", "row", "cell")] == ["1.xlsx", "意见", 2, cell]
    [problem] = json.loads(waits["problems"])
    assert (problem["path"], problem["code"], problem["cell"]) == ("licenceNo", "UNKNOWN_MINE", cell)


async def test_what_a_system_tells_again_in_the_same_words_waits_once_since_it_first_came(database: Database) -> None:
    ingest, world = Ingest(database, Posting(database, clock()), clock()), World(4, 1)
    connector, _ = narrowed("ecology", world, "hbyj")
    first = (await ingest.run(connector)).quarantined
    before = {row["id"]: row["received_at"] for row in await kept(database)}
    assert first == len(before) > 0
    await ingest.run(connector, whole=True)
    after = await kept(database)
    assert {row["id"]: row["received_at"] for row in after} == before
    assert all((row["seen_at"] > row["received_at"], row["times"]) == (True, 2) for row in after)


async def test_what_a_system_read_from_its_start_tells_no_longer_waits_no_longer(database: Database, posting: Posting) -> None:
    ingest, world = Ingest(database, posting, clock()), World(4, 1)
    connector, app = narrowed("ecology", world, "hbyj")
    await ingest.run(mines(world))
    unread = {"documentNumber": "示例环函〔2026〕7号", "upstream": {"CJRQ": "??"}}
    app.state.resources["hbyj"].shelf.add(opinion(world, Department.ECOLOGY, 0) | unread)  # type: ignore[attr-defined]
    await ingest.run(connector)
    assert await states(database) == ["WAITING"]
    corrected, _ = narrowed("ecology", World(4, 1), "hbyj")
    await ingest.run(corrected)
    assert await states(database) == ["WAITING"]
    await ingest.run(corrected, whole=True)
    assert await states(database) == ["VANISHED"]


async def test_what_could_not_be_read_is_tried_again_by_the_mapping_as_it_is_now(database: Database, posting: Posting) -> None:
    world, mended = World(4, 1), False

    def by_a_later_mapping(code: str, kind: RecordKind, raw: Any) -> Item | None:
        return read_again(code, kind, raw | {"CJRQ": "2026-03-01"} if mended else raw)

    quarantine = Quarantine(database, posting, clock(), read_again=by_a_later_mapping)
    ingest = Ingest(database, posting, clock(), quarantine=quarantine)
    connector, app = narrowed("ecology", world, "hbyj")
    await ingest.run(mines(world))
    shelf = app.state.resources["hbyj"].shelf  # type: ignore[attr-defined]
    shelf.add(opinion(world, Department.ECOLOGY, 0) | {"upstream": {"CJRQ": "??"}})
    await ingest.run(connector)
    assert await ingest.settle([connector.manifest]) == 0
    assert await states(database) == ["WAITING"]
    mended = True
    assert await ingest.settle([connector.manifest]) == 1
    [row] = await kept(database)
    assert (row["settled"], row["record_id"].partition("_")[0]) == ("TAKEN", "opinion")


async def test_what_a_cell_holds_that_is_no_value_is_none_when_it_is_tried_again_either(
    database: Database, posting: Posting, shelved: Shelved
) -> None:
    """Of `#N/A` for a number of a document, and of a date for one, the text was kept, read again at the end of the same run,
    and posted."""
    quarantine = Quarantine(database, posting, clock(), read_again=read_again)
    ingest, (row, other, third) = Ingest(database, posting, clock(), quarantine=quarantine), shelved.rows
    shelved.put("1.xlsx", row | {"文号": 987654}, other | {"文号": date(2026, 3, 2)}, third)
    number = f'r="{shelved.cell("文号", 2)}"'.encode()
    shelved.file["1.xlsx"] = changed(shelved.file["1.xlsx"], number + b"><v>987654</v>", number + b' t="e"><v>#N/A</v>')
    report = await ingest.run(shelved.connector)
    assert (report.accepted, report.quarantined) == (1, 2)
    await ingest.run(shelved.connector)
    assert await ingest.settle([shelved.connector.manifest]) == 0
    assert await states(database) == ["WAITING"] * 2


async def test_those_that_were_tried_longest_ago_are_tried_first_so_that_none_waits_for_ever(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.services.work.quarantine._MOST_TRIED", 2)
    monkeypatch.setattr("hub.services.work.quarantine._MOST_PARTS", 1)
    ingest, world = Ingest(database, posting, clock()), World(4, 1)
    waiting = (await ingest.run(narrowed("ecology", world, "hbyj")[0])).quarantined
    assert waiting > 6
    quarantine, manifest = Quarantine(database, posting, clock()), MANIFESTS["ecology"]
    for _ in range(waiting):
        await quarantine.retry(manifest, _unfenced, Seen())
    assert all(row["tried_at"] for row in await kept(database))


async def _unfenced(_: Connection) -> None: ...


async def test_of_one_document_the_last_word_counts_however_long_it_waited(
    database: Database, posting: Posting, ask: Ask
) -> None:
    """Also where a system tells no moments: rows of one message, and words that come back."""
    said = [makers.opinion(n, text=text) for n in range(8) for text in ("一", "二")]
    back, forth = makers.opinion(8, text="二"), makers.opinion(8, text="一")
    posting = Posting(database, clock())
    for message in (said, [back], [forth], [back]):
        rows = [Submission(makers.issued_by(ECOLOGY, item), str(item["documentNumber"])) for item in message]
        told = await posting.post(_system(), RecordKind.OPINION, rows, source="connector:ecology")
        assert not any(one.record_id for one in told)
    await makers.posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    assert await Quarantine(database, posting, clock()).retry(MANIFESTS["ecology"], _unfenced, Seen()) == len(said) + 2
    opinions = (await ask(ECOLOGY, "{ opinions { nodes { text } } }"))["data"]["opinions"]["nodes"]
    assert opinions == [{"text": "二"}] * 9
    assert set(await states(database)) == {"TAKEN"}


async def test_what_is_tried_by_one_process_is_tried_by_no_other(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(4, 1)
    waiting = (await Ingest(database, posting).run(narrowed("ecology", world, "hbyj")[0])).quarantined
    await Ingest(database, posting).run(mines(world))
    posted: list[str] = []
    plainly = Posting.post

    async def counted(self: Posting, caller: Any, kind: Any, submissions: Any, **more: Any) -> Any:
        posted.extend(one.reference for one in submissions)
        # Whoever else comes now finds all of it claimed.
        await asyncio.sleep(0)
        return await plainly(self, caller, kind, submissions, **more)

    monkeypatch.setattr(Posting, "post", counted)
    others = [Quarantine(database, Posting(database, lambda: NOW)) for _ in range(4)]
    taken = await asyncio.gather(*(one.retry(MANIFESTS["ecology"], _unfenced, Seen()) for one in others))
    assert sum(taken) == len(posted) == waiting
    assert len(set(posted)) == waiting


async def test_who_lost_its_claim_posts_nothing(database: Database, posting: Posting) -> None:
    world = World(4, 1)
    await Ingest(database, posting).run(narrowed("ecology", world, "hbyj")[0])
    await Ingest(database, posting).run(mines(world))
    quarantine = Quarantine(database, posting)
    claimed = await quarantine.claim(Choice(source="connector:ecology"), 500)
    assert claimed.rows
    assert not (await quarantine.claim(Choice(source="connector:ecology"), 500)).rows
    async with database.transaction() as connection:
        await connection.execute(sa.update(rejections.table).values(claimed_until=NOW - timedelta(days=1)))
    later = await quarantine.claim(Choice(source="connector:ecology"), 500)
    assert len(later.rows) == len(claimed.rows)
    opinions = [row for row in claimed.rows if row.kind == "opinion"]
    with pytest.raises(ClaimLostError):
        await quarantine.post(_system(), RecordKind.OPINION, opinions, claimed)
    assert set(await states(database)) == {"WAITING"}
    again = [row for row in later.rows if row.kind == "opinion"]
    assert all(told.record_id for told in (await quarantine.post(_system(), RecordKind.OPINION, again, later)).values())


def _system() -> Principal:
    return system_of(MANIFESTS["ecology"])


@pytest.mark.parametrize(("minutes", "free"), [(-1, True), (1, False), (4, False), (5, True)])
async def test_a_claim_ends_by_itself_and_one_that_ends_too_late_was_made_by_a_clock_that_was_wrong(
    database: Database, posting: Posting, minutes: int, free: bool
) -> None:
    await Ingest(database, posting).run(narrowed("ecology", World(4, 1), "hbyj")[0])
    until = database.clock.now() + timedelta(minutes=minutes)
    async with database.transaction() as connection:
        await connection.execute(sa.update(rejections.table).values(claim="another", claimed_until=until))
    claimed = await Quarantine(database, posting).claim(Choice(source="connector:ecology"), 500)
    assert bool(claimed.rows) is free
