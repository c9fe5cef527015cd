"""The migrations make exactly the tables of this version, go down and up again, and leave nothing half-done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.storage.access import clients, replays, revocations, sessions
from hub.storage.access import trusted_documents as documents
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import head, migrate, revision, roll_back
from hub.storage.sql.metadata import metadata
from hub.storage.views import nouns
from tests import duties, makers
from tests.makers import ECOLOGY, Ask, posted

__all__ = ["clients", "documents", "nouns", "replays", "revocations", "sessions"]


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


async def test_records_of_before_get_their_deadlines(database: Database, posting: Posting, ask: Ask) -> None:
    await makers.a_province(posting)
    transfers = [duties.transfer(1), duties.transfer(2, answerDueOn=None)]
    assert all(result.record_id for result in await posted(posting, ECOLOGY, RecordKind.CASE_TRANSFER, *transfers))
    query = """{ penalties { nodes { documentNumber reportDueOn serviceDueOn } }
        caseTransfers(orderBy: [{field: DOCUMENT_NUMBER}]) { nodes { dueOn } } }"""
    before = await ask(ECOLOGY, query)
    assert before["data"]["penalties"]["nodes"][0]["reportDueOn"] == "2026-03-10"
    await roll_back(database, "0012-1")
    await migrate(database)
    assert await ask(ECOLOGY, query) == before
    assert [node["dueOn"] for node in before["data"]["caseTransfers"]["nodes"]] == ["2026-01-15", "2026-01-19"]


async def test_migrating_what_is_migrated_changes_nothing(database: Database) -> None:
    await migrate(database)
    assert await revision(database) == head()
