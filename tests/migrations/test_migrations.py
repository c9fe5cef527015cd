"""The migrations make exactly the tables of this version, go down and up again, and leave nothing half-done."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hub.domain.calendar.deadlines import REPORT, SERVICE
from hub.domain.words.identifiers import record_id
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import head, migrate, revision, roll_back
from hub.storage.records.commitments import Commitment
from hub.storage.sql.metadata import Instant, metadata


async def test_no_model_change_is_without_a_migration(database: Database) -> None:
    def compare(connection: sa.Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), metadata)

    async with database.connection() as connection:
        missing = await connection.run_sync(compare)
    assert not missing, "the tables that hub/ declares are not those that migrations make: `make migration NAME=what_it_is_for`"


async def test_down_to_nothing_and_up_again(database: Database) -> None:
    assert await revision(database) == head()
    await roll_back(database, "base")
    assert await revision(database) is None
    await migrate(database)
    assert await revision(database) == head()


# Migrations that change rows are tried on tables as they were then: they are read from the database, never from what hub/
# declares today, so that a new field changes nothing here.

Rows = list[dict[str, Any]]
FILLERS: dict[type[sa.types.TypeEngine[Any]], Any] = {
    sa.Integer: 1,
    sa.Boolean: False,
    sa.Date: date(2020, 1, 1),
    sa.DateTime: datetime(2020, 1, 1, tzinfo=UTC),
}


async def as_it_was(database: Database, at: str, table: str, *rows: dict[str, Any]) -> None:
    """Go back to a revision and put rows into a table of that time; what it wants besides is filled with anything."""
    await roll_back(database, at)

    def put(connection: sa.Connection) -> None:
        then = sa.Table(table, sa.MetaData(), autoload_with=connection)
        wanted = [column for column in then.c if not column.nullable]
        for number, row in enumerate(rows):
            fill = {
                column.name: next((value for kind, value in FILLERS.items() if isinstance(column.type, kind)), f"示例{number}")
                for column in wanted
            }
            connection.execute(then.insert().values(fill | row))

    async with database.transaction() as connection:
        await connection.run_sync(put)


async def rows_of(database: Database, table: str, *names: str) -> Rows:
    """What the named columns of a table hold now, in their order."""

    def read(connection: sa.Connection) -> Rows:
        now = sa.Table(table, sa.MetaData(), autoload_with=connection)
        columns = [now.c[name] for name in names]
        return [dict(row) for row in connection.execute(sa.select(*columns).order_by(*columns)).mappings()]

    async with database.connection() as connection:
        return await connection.run_sync(read)


async def test_0007_a_client_without_a_secret_gets_none_when_it_goes_back(database: Database) -> None:
    await as_it_was(
        database, "0007", "clients", {"client_id": "a", "secret_hash": None}, {"client_id": "b", "secret_hash": "x"}
    )
    await roll_back(database, "0006")
    assert await rows_of(database, "clients", "client_id", "secret_hash") == [
        {"client_id": "a", "secret_hash": "none"},
        {"client_id": "b", "secret_hash": "x"},
    ]


async def test_0009_clients_of_before_need_not_bind(database: Database) -> None:
    await as_it_was(database, "0008", "clients", {"client_id": "a"})
    await migrate(database, "0009")
    assert [bool(row["must_bind"]) for row in await rows_of(database, "clients", "must_bind")] == [False]


async def test_when_clients_of_before_were_let_in_is_not_known(database: Database) -> None:
    await as_it_was(database, "0052", "clients", {"client_id": "a", "secret_hash": "x"})
    await migrate(database)
    assert await rows_of(database, "clients", "client_id", "last_used_at") == [{"client_id": "a", "last_used_at": None}]
    await roll_back(database, "0052")
    assert await rows_of(database, "clients", "client_id", "secret_hash") == [{"client_id": "a", "secret_hash": "x"}]


async def test_0012_penalties_of_before_get_their_deadlines(database: Database) -> None:
    decided = (date(2026, 2, 27), date(2026, 3, 1), date(2026, 9, 30))
    await as_it_was(database, "0011", "penalties", *({"id": str(day), "decided_on": day} for day in decided))
    await migrate(database, "0012")
    assert await rows_of(database, "penalties", "decided_on", "report_due_on", "service_due_on") == [
        {"decided_on": day, "report_due_on": REPORT.on(day), "service_due_on": SERVICE.on(day)} for day in decided
    ]
    assert REPORT.on(date(2026, 3, 1)) == date(2026, 3, 10)


async def test_0012_transfers_of_before_are_due_when_they_said_and_say_so_again_when_they_go_back(database: Database) -> None:
    due = date(2026, 1, 15)
    await as_it_was(database, "0011", "case_transfers", {"id": "a", "answer_due_on": due})
    await migrate(database, "0012")
    assert await rows_of(database, "case_transfers", "answer_due_on", "due_on") == [{"answer_due_on": due, "due_on": due}]
    await as_it_was(database, "0012", "case_transfers", {"id": "b", "answer_due_on": None, "due_on": date(2026, 1, 19)})
    await roll_back(database, "0011")
    assert await rows_of(database, "case_transfers", "id", "answer_due_on") == [
        {"id": "a", "answer_due_on": due},
        {"id": "b", "answer_due_on": date(2026, 1, 19)},
    ]


async def test_0013_deadlines_in_a_year_without_its_notice_are_counted_as_provisional_and_empty_when_they_go_back(
    database: Database,
) -> None:
    known, unknown = {"id": "a", "decided_on": date(2026, 3, 1)}, {"id": "b", "decided_on": date(2026, 12, 30)}
    due = {"report_due_on": date(2026, 3, 10), "service_due_on": date(2026, 3, 10)}
    await as_it_was(database, "0012", "penalties", known | due, unknown)
    handed = {"id": "c", "transferred_on": date(2026, 12, 30), "answer_due_on": None, "due_on": None}
    await as_it_was(database, "0012", "case_transfers", handed)
    await migrate(database, "0013")
    told = ("id", "report_due_on", "report_due_provisional", "service_due_on", "service_due_provisional", "withdrawal_due_on")
    counted = date(2027, 1, 11)
    assert [tuple(row.values()) for row in await rows_of(database, "penalties", *told)] == [
        ("a", date(2026, 3, 10), False, date(2026, 3, 10), False, None),
        ("b", counted, True, counted, True, None),
    ]
    assert [tuple(row.values()) for row in await rows_of(database, "case_transfers", "id", "due_on", "due_provisional")] == [
        ("c", date(2027, 1, 14), True)
    ]
    await roll_back(database, "0012")
    assert await rows_of(database, "penalties", "id", "report_due_on", "service_due_on") == [
        {"id": "a"} | due,
        {"id": "b", "report_due_on": None, "service_due_on": None},
    ]
    assert await rows_of(database, "case_transfers", "id", "due_on") == [{"id": "c", "due_on": None}]


async def test_0014_of_several_zones_nobody_has_said_what_lies_in_any_and_going_back_adds_them_up(database: Database) -> None:
    overlaps = {
        "a": ([], 0),
        "b": ([{"zoneCode": "Z1", "area": "1.5"}], 15_000),
        "c": ([{"zoneCode": "Z1", "area": "1.5"}, {"zoneCode": "Z2", "area": "0.2551"}], 17_551),
    }
    rows = ({"id": key, "overlaps": json.dumps(zones), "overlap_area": area} for key, (zones, area) in overlaps.items())
    await as_it_was(database, "0013", "screenings", *rows)
    await migrate(database, "0014")
    assert await rows_of(database, "screenings", "id", "overlap_area", "stated_overlap_area") == [
        {"id": "a", "overlap_area": 0, "stated_overlap_area": None},
        {"id": "b", "overlap_area": 15_000, "stated_overlap_area": None},
        {"id": "c", "overlap_area": None, "stated_overlap_area": None},
    ]
    await roll_back(database, "0013")
    assert await rows_of(database, "screenings", "id", "overlap_area") == [
        {"id": key, "overlap_area": area} for key, (_, area) in overlaps.items()
    ]


async def test_migrating_what_is_migrated_changes_nothing(database: Database) -> None:
    await migrate(database)
    assert await revision(database) == head()


async def test_0016_records_are_known_by_their_organs_and_go_back_to_their_departments(database: Database) -> None:
    number, sent = "示例罚〔2025〕1号", "示例罚[2025] 1号"
    old = record_id("penalty", "ECOLOGY", sent)
    first = {"id": old, "version": 1, "department": "ECOLOGY", "document_number": sent, "authority_code": "A"}
    await as_it_was(
        database,
        "0015",
        "penalties",
        first | {"superseded_at": datetime(2025, 1, 1, tzinfo=UTC)},
        first | {"version": 2, "superseded_at": None},
    )
    await as_it_was(database, "0015", "log", *({"entry": version, "record_id": old, "version": version} for version in (1, 2)))
    await as_it_was(database, "0015", "penalty_mines", {"record_id": old, "version": 2, "licence_no": "L"})
    await migrate(database, "0016")
    new = record_id("penalty", "A", number)
    assert await rows_of(database, "penalties", "id", "version", "document_number") == [
        {"id": new, "version": version, "document_number": number} for version in (1, 2)
    ]
    assert await rows_of(database, "log", "record_id", "version") == [{"record_id": new, "version": v} for v in (1, 2)]
    assert await rows_of(database, "penalty_mines", "record_id") == [{"record_id": new}]
    await roll_back(database, "0015")
    back = record_id("penalty", "ECOLOGY", number)
    for table, name in (("penalties", "id"), ("log", "record_id"), ("penalty_mines", "record_id")):
        assert {row[name] for row in await rows_of(database, table, name)} == {back}


async def test_0016_one_document_spelled_twice_stays_two_rows_of_which_the_last_is_known_by_it(database: Database) -> None:
    rows = [
        {
            "id": record_id("opinion", "ECOLOGY", number),
            "department": "ECOLOGY",
            "document_number": number,
            "authority_code": "A",
            "recorded_at": datetime(2025, 1, day, tzinfo=UTC),
            "superseded_at": None,
        }
        for day, number in enumerate(("示例审〔2025〕1号", "示例审(2025)1号"), start=1)
    ]
    await as_it_was(database, "0015", "opinions", *rows)
    await migrate(database, "0016")
    ids = {row["id"] for row in await rows_of(database, "opinions", "id")}
    assert ids == {rows[0]["id"], record_id("opinion", "A", "示例审〔2025〕1号")}


async def test_0016_answers_find_their_transfers_again(database: Database) -> None:
    transfer = record_id("case_transfer", "ECOLOGY", "1")
    await as_it_was(
        database,
        "0015",
        "case_transfers",
        {"id": transfer, "department": "ECOLOGY", "document_number": "1", "authority_code": "A", "superseded_at": None},
    )
    told = {"from_department": "ECOLOGY", "transfer_number": "1", "transfer_id": transfer, "document_number": "2"}
    await as_it_was(database, "0015", "transfer_answers", told | {"id": "x", "authority_code": "B", "superseded_at": None})
    await migrate(database, "0016")
    new = record_id("case_transfer", "A", "1")
    assert await rows_of(database, "case_transfers", "id", "to_authority_code") == [{"id": new, "to_authority_code": "B"}]
    [answer] = await rows_of(database, "transfer_answers", "transfer_id", "from_authority_code", "id")
    assert answer == {"transfer_id": new, "from_authority_code": "A", "id": record_id("transfer_answer", "B", "2")}
    await roll_back(database, "0015")
    assert await rows_of(database, "transfer_answers", "transfer_id") == [{"transfer_id": transfer}]
    assert await rows_of(database, "case_transfers", "id") == [{"id": transfer}]


async def test_0020_versions_of_before_get_salts_and_hashes_that_their_content_has_with_them(database: Database) -> None:
    content = {version: hashlib.sha256(f"示例{version}".encode()).hexdigest() for version in (1, 2)}
    rows = [
        {"id": "a", "version": version, "payload_hash": digest, "superseded_at": datetime(2025, 1, 1, tzinfo=UTC)}
        for version, digest in content.items()
    ]
    await as_it_was(database, "0019", "penalties", *rows)
    noted = ({"entry": version, "record_id": "a", "version": version, "payload_hash": content[version]} for version in (1, 2))
    await as_it_was(database, "0019", "log", *noted)
    await migrate(database, "0020")
    held = await rows_of(database, "penalties", "version", "payload_hash", "salt")
    assert [Commitment(row["salt"], row["payload_hash"]).covers(content[row["version"]]) for row in held] == [True, True]
    assert len({row["salt"] for row in held}) == 2
    told = await rows_of(database, "log", "version", "payload_hash")
    assert told == [{name: row[name] for name in ("version", "payload_hash")} for row in held]
    await roll_back(database, "0019")
    assert await rows_of(database, "penalties", "version", "payload_hash") == told
    await migrate(database, "0020")
    again = await rows_of(database, "penalties", "version", "payload_hash")
    assert again == await rows_of(database, "log", "version", "payload_hash") != told


async def test_0022_of_what_was_kept_before_others_see_the_size_alone(database: Database) -> None:
    await as_it_was(database, "0021", "rejections", {"id": "a", "payload": '{"partyIdNo": "示例"}'})
    await migrate(database, "0022")
    [row] = await rows_of(database, "rejections", "outline")
    assert json.loads(row["outline"]) == {"characters": 19}
    await roll_back(database, "0021")
    assert await rows_of(database, "rejections", "id") == [{"id": "a"}]


async def test_0025_boundaries_of_before_get_their_extents(database: Database) -> None:
    ring = [[102.5, 24.8], [102.6000001, 24.8], [102.6, 24.9], [102.5, 24.8]]
    boundary = json.dumps({"type": "Polygon", "coordinates": [ring]})
    several = json.dumps({"type": "MultiPolygon", "coordinates": [[ring], [[[x + 1, y - 1] for x, y in ring]]]})
    await as_it_was(database, "0024", "mines", {"id": "a", "boundary": boundary}, {"id": "b", "boundary": None})
    await as_it_was(database, "0024", "zones", {"id": "c", "boundary": several})
    await migrate(database, "0025")
    sides = ("west", "south", "east", "north")
    assert [tuple(row.values()) for row in await rows_of(database, "mines", "id", *sides)] == [
        ("a", 1025000000, 248000000, 1026000001, 249000000),
        ("b", None, None, None, None),
    ]
    [zone] = await rows_of(database, "zones", *sides)
    assert tuple(zone.values()) == (1025000000, 238000000, 1036000001, 249000000)
    await roll_back(database, "0024")
    assert await rows_of(database, "zones", "id") == [{"id": "c"}]


async def test_0042_every_publication_has_a_last_day_and_the_log_says_of_a_version_that_it_is_over(database: Database) -> None:
    stated, late = date(2026, 5, 31), date(2040, 1, 1)
    rows = [
        ("a", "MINOR", date(2025, 11, 30), None, date(2026, 2, 28)),
        ("b", "GENERAL", date(2024, 2, 29), None, date(2025, 2, 28)),
        ("c", "SERIOUS", date(2025, 5, 31), stated, stated),
        ("d", "SERIOUS", date(2025, 5, 31), late, date(2028, 5, 31)),
        ("e", None, date(2025, 5, 31), None, date(2028, 5, 31)),
        ("f", None, date(2025, 5, 31), stated, stated),
    ]
    then = [
        {"id": i, "publication_class": word, "decided_on": day, "publication_ends_on": ends, "publication_latest_end": None}
        for i, word, day, ends, _ in rows
    ]
    await as_it_was(database, "0041", "penalties", *then)
    entry = {"record_id": "a", "version": 1, "action": "POSTED"}
    await as_it_was(database, "0041", "log", entry | {"entry": 1, "position": 1})
    await migrate(database, "0042")
    told = await rows_of(database, "penalties", "id", "publication_latest_end")
    assert told == [{"id": i, "publication_latest_end": last} for i, _, _, _, last in rows]
    await as_it_was(database, "0042", "log", entry | {"entry": 2, "position": 2, "action": "GONE"})
    await roll_back(database, "0041")
    assert await rows_of(database, "log", "record_id", "action") == [{"record_id": "a", "action": "POSTED"}]
    back = {
        row["id"]: row["publication_latest_end"] for row in await rows_of(database, "penalties", "id", "publication_latest_end")
    }
    assert (back["b"], back["c"], back["e"], back["f"]) == (date(2025, 2, 28), stated, None, stated)


async def test_0044_records_of_before_state_the_numbers_that_they_have_and_keep_today_s_when_they_go_back(
    database: Database,
) -> None:
    await as_it_was(database, "0043", "opinions", {"id": "a", "licence_no": "13"})
    await as_it_was(database, "0043", "penalties", {"id": "b", "mines": '["13","14"]'})
    await migrate(database, "0044")
    assert await rows_of(database, "opinions", "id", "licence_no", "stated_licence_nos") == [
        {"id": "a", "licence_no": "13", "stated_licence_nos": None}
    ]
    assert [row["stated_licence_nos"] for row in await rows_of(database, "penalties", "stated_licence_nos")] == [None]
    await as_it_was(database, "0044", "opinions", {"id": "c", "licence_no": "C23", "stated_licence_nos": '["14"]'})
    await as_it_was(database, "0044", "licences", {"licence_no": "14", "mine_id": "m", "leads_to": "C23"})
    await as_it_was(database, "0044", "licence_succession_mines", {"record_id": "s", "licence_no": "14"})
    await roll_back(database, "0043")
    kept = [{"id": "a", "licence_no": "13"}, {"id": "c", "licence_no": "C23"}]
    assert await rows_of(database, "opinions", "id", "licence_no") == kept
    assert await rows_of(database, "penalties", "id", "mines") == [{"id": "b", "mines": '["13","14"]'}]
    await migrate(database)
    assert await rows_of(database, "opinions", "id", "licence_no") == kept
    assert await rows_of(database, "licences", "licence_no") == []


async def test_0049_no_publication_ends_before_the_shortest_of_its_class_and_goes_back_to_what_was_said(
    database: Database,
) -> None:
    decided, stated, quarter, year = date(2025, 11, 30), date(2026, 2, 27), date(2026, 2, 28), date(2026, 11, 30)
    # Class, the shortest's last day, stated end, repair; the last day before and after.
    rows = [
        ("a", "GENERAL", quarter, stated, None, stated, quarter),
        ("b", "GENERAL", quarter, quarter, None, quarter, quarter),
        ("c", "GENERAL", quarter, None, stated, year, quarter),
        ("d", "GENERAL", quarter, None, quarter, year, year),
        ("e", None, None, stated, stated, stated, stated),
        ("f", "SERIOUS", year, date(2040, 1, 1), None, date(2028, 11, 30), date(2028, 11, 30)),
    ]
    names = (
        "id",
        "publication_class",
        "publication_earliest_end",
        "publication_ends_on",
        "repaired_on",
        "publication_latest_end",
    )
    then = [dict(zip(names, row[:6], strict=True)) | {"decided_on": decided} for row in rows]
    await as_it_was(database, "0048", "penalties", *then)
    await migrate(database, "0049")
    told = await rows_of(database, "penalties", "id", "publication_latest_end")
    assert [tuple(row.values()) for row in told] == [(row[0], row[6]) for row in rows]
    await roll_back(database, "0048")
    told = await rows_of(database, "penalties", "id", "publication_latest_end")
    assert [tuple(row.values()) for row in told] == [(row[0], row[5]) for row in rows]


async def test_0050_mines_of_before_lie_in_what_they_said_and_in_what_is_around_it(database: Database) -> None:
    several = {"division_code": "530112", "other_divisions": '["530402","530400"]'}
    whole = {"division_code": "530100", "other_divisions": "[]"}
    await as_it_was(database, "0049", "mines", {"id": "a", **several}, {"id": "b", **whole}, {"id": "c", **several})
    await migrate(database, "0050")
    everywhere = '["530000","530100","530112","530400","530402"]'
    assert [tuple(row.values()) for row in await rows_of(database, "mines", "id", "lies_in")] == [
        ("a", everywhere),
        ("b", '["530000","530100"]'),
        ("c", everywhere),
    ]
    await roll_back(database, "0049")
    assert [row["other_divisions"] for row in await rows_of(database, "mines", "id", "other_divisions")][1] == "[]"


async def test_0052_successions_of_before_name_no_principal_and_stay_when_they_go_back(database: Database) -> None:
    await as_it_was(database, "0051", "licence_successions", {"id": "a", "predecessors": '["1"]', "successors": '["2"]'})
    await migrate(database, "0052")
    assert await rows_of(database, "licence_successions", "id", "principal") == [{"id": "a", "principal": None}]
    assert await rows_of(database, "licence_branches", "licence_no") == []
    await roll_back(database, "0051")
    assert await rows_of(database, "licence_successions", "successors") == [{"successors": '["2"]'}]


async def test_0054_and_0055_portfolios_of_before_are_put_by_nobody_and_have_no_digest(database: Database) -> None:
    await as_it_was(database, "0053", "portfolios", {"id": "a", "name": "公司部"})
    await as_it_was(database, "0053", "webhooks", {"id": "w"})
    await migrate(database, "0055")
    told = {"id": "a", "name": "公司部", "put": "", "digest": None, "digest_on": None, "digest_from": None, "digest_after": 0}
    assert await rows_of(database, "portfolios", *told) == [told]
    assert await rows_of(database, "webhooks", "id", "digest") == [{"id": "w", "digest": 0}]
    async with database.transaction() as connection:
        await connection.execute(sa.text("UPDATE portfolios SET put = 'p', digest = 'DAILY', digest_after = 7"))
    await roll_back(database, "0053")
    assert await rows_of(database, "portfolios", "id", "name") == [{"id": "a", "name": "公司部"}]
    assert await rows_of(database, "webhooks", "id") == [{"id": "w"}]


async def test_0056_checks_of_before_were_asked_by_the_bank_s_client_and_persons_of_banks_sign_in_anew_when_it_goes_back(
    database: Database,
) -> None:
    await as_it_was(database, "0055", "loan_checks", {"id": "a", "client_id": "bank-1"}, {"id": "b", "client_id": "bank-2"})
    await as_it_was(database, "0055", "mine_reads", {"id": "r", "client_id": "bank-1"})
    await as_it_was(database, "0055", "sessions", {"id": "s", "client_id": "person:1", "role": "BANK"})
    await migrate(database, "0056")
    assert await rows_of(database, "loan_checks", "id", "client_id", "asked_by") == [
        {"id": "a", "client_id": "bank-1", "asked_by": "bank-1"},
        {"id": "b", "client_id": "bank-2", "asked_by": "bank-2"},
    ]
    assert await rows_of(database, "mine_reads", "id", "bank") == [{"id": "r", "bank": None}]
    assert await rows_of(database, "sessions", "id", "bank", "office") == [{"id": "s", "bank": None, "office": None}]
    async with database.transaction() as connection:
        await connection.execute(sa.text("UPDATE loan_checks SET asked_by = 'person:2' WHERE id = 'b'"))
        await connection.execute(sa.text("UPDATE mine_reads SET client_id = 'person:2', bank = 'bank-2'"))
        await connection.execute(
            sa.text(
                "INSERT INTO sessions (id, secret_digest, client_id, name, role, division_code, scopes, began_at, used_at,"
                " until, bank, office) SELECT 't', 't', 'person:2', name, role, division_code, scopes, began_at, used_at,"
                " until, 'bank-2', 'AUDITOR' FROM sessions"
            )
        )
    await roll_back(database, "0055")
    assert await rows_of(database, "loan_checks", "id", "client_id") == [
        {"id": "a", "client_id": "bank-1"},
        {"id": "b", "client_id": "bank-2"},
    ]
    assert await rows_of(database, "mine_reads", "id", "client_id") == [{"id": "r", "client_id": "person:2"}]
    assert await rows_of(database, "sessions", "id") == [{"id": "s"}]
    await migrate(database, "0056")
    assert [row["asked_by"] for row in await rows_of(database, "loan_checks", "id", "asked_by")] == ["bank-1", "bank-2"]


async def test_0058_what_systems_told_before_is_found_by_the_numbers_that_it_names(database: Database) -> None:
    named = {"payload": '{"\\u77ff": "\\uff23' + "5" * 22 + '", "x": "91530100MA6K0000X1"}'}
    rows = [
        {"id": "a", "source": "connector:ecology", **named},
        {"id": "b", "source": "connector:market", "payload": '{"x": "91530100ma6k0000x1"}'},
        {"id": "c", "source": "connector:market", "payload": '{"x": 17}'},
        {"id": "d", "source": "graphql", **named},
    ]
    await as_it_was(database, "0057", "rejections", *rows)
    await migrate(database, "0058")
    assert await rows_of(database, "rejection_numbers", "number", "rejection_id") == [
        {"number": "91530100MA6K0000X1", "rejection_id": "a"},
        {"number": "91530100MA6K0000X1", "rejection_id": "b"},
        {"number": "C" + "5" * 22, "rejection_id": "a"},
    ]
    await roll_back(database, "0057")
    assert [row["id"] for row in await rows_of(database, "rejections", "id")] == ["a", "b", "c", "d"]


async def test_0060_portfolios_of_before_have_no_threshold_and_what_is_of_no_mine_goes_when_it_goes_back(
    database: Database,
) -> None:
    await as_it_was(database, "0059", "portfolios", {"id": "a", "name": "公司部"})
    await migrate(database, "0060")
    told = {"id": "a", "least_fine": None, "silent": None}
    assert await rows_of(database, "portfolios", *told) == [told]
    names = "portfolio_id, licence_no, change, code, log_position, at"
    event = f"INSERT INTO watch_events ({names}) VALUES ('a', :no, 'NEW', 'x', 1, :at)"  # noqa: S608
    async with database.transaction() as connection:
        for number in ("1", None):
            at = sa.bindparam("at", datetime(2026, 11, 2, tzinfo=UTC), type_=Instant())
            await connection.execute(sa.text(event).bindparams(at, no=number))
    await roll_back(database, "0059")
    assert await rows_of(database, "watch_events", "licence_no") == [{"licence_no": "1"}]


async def test_0061_events_are_their_bank_s_and_webhooks_are_sent_none_of_before(database: Database) -> None:
    await as_it_was(database, "0060", "portfolios", {"id": "p", "client_id": "bank-1", "name": "公司部"})
    events = [{"entry": n, "portfolio_id": of, "licence_no": "1"} for n, of in ((7, "p"), (9, "p"), (11, "gone"))]
    for table, rows in (("watch_events", events), ("webhooks", [{"id": n, "client_id": n} for n in ("bank-1", "bank-2")])):
        await as_it_was(database, "0060", table, *rows)
    await migrate(database, "0061")
    told = [{"entry": n, "client_id": "bank-1"} for n in (7, 9)]
    assert await rows_of(database, "watch_events", "entry", "client_id") == told
    assert [row["event"] for row in await rows_of(database, "webhooks", "id", "event")] == [9, 0]
    await roll_back(database, "0060")
    assert await rows_of(database, "watch_events", "entry", "portfolio_id") == [
        {"entry": n, "portfolio_id": "p"} for n in (7, 9)
    ]


async def test_0063_numbers_go_on_behind_what_is_gone_and_behind_who_has_read_it(database: Database) -> None:
    await as_it_was(database, "0062", "portfolios", {"id": "p", "name": "公司部", "digest_after": 20})
    await as_it_was(database, "0062", "webhooks", {"id": "w", "event": 12, "digest": 7})
    await as_it_was(database, "0062", "watch_events", {"entry": 9, "portfolio_id": "p", "code": "x"})
    await as_it_was(database, "0062", "portfolio_digests", {"entry": 5, "portfolio_id": "p"})
    await migrate(database, "0063")
    assert await rows_of(database, "watch_events", "entry", "portfolio_id", "code") == [
        {"entry": 9, "portfolio_id": "p", "code": "x"}
    ]
    if database.is_sqlite:
        # On PostgreSQL no number was ever given twice.
        assert await rows_of(database, "sqlite_sequence", "name", "seq") == [
            {"name": "portfolio_digests", "seq": 7},
            {"name": "watch_events", "seq": 20},
        ]
    await roll_back(database, "0062")
    assert await rows_of(database, "portfolio_digests", "entry", "portfolio_id") == [{"entry": 5, "portfolio_id": "p"}]
    assert await rows_of(database, "watch_events", "entry", "code") == [{"entry": 9, "code": "x"}]


async def test_0064_what_was_sent_of_numbers_before_is_not_known_and_goes_when_tables_go_back(database: Database) -> None:
    await as_it_was(database, "0063", "opinions", {"id": "a", "licence_no": "13"})
    await migrate(database, "0064")
    await as_it_was(database, "0064", "opinions", {"id": "b", "licence_no": "13", "sent_forms": '{"licenceNo":"１３"}'})
    kept = {row["id"]: row["sent_forms"] for row in await rows_of(database, "opinions", "id", "sent_forms")}
    assert kept == {"a": None, "b": '{"licenceNo":"１３"}'}
    await roll_back(database, "0063")
    assert [row["id"] for row in await rows_of(database, "opinions", "id")] == ["a", "b"]
    await migrate(database)
    assert [row["sent_forms"] for row in await rows_of(database, "opinions", "sent_forms")] == [None, None]
