"""What waits in quarantine is taken by itself once what it points to has come, and not tried in vain while nothing comes."""

from __future__ import annotations

from connectors.world import World
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.services.work.leases import Leases
from hub.services.work.settling import Settling
from hub.storage.engine.database import Database
from tests.hub.services.work.pulling import connect


async def test_what_waits_is_settled_when_the_log_has_grown(database: Database, posting: Posting) -> None:
    ingest, world, numbering = Ingest(database, posting), World(64, 1), Sequencer(database)
    joined = [connect(code, world)[0] for code in ("natural_resources", "ecology")]
    settling = Settling(database, ingest, [connector.manifest for connector in joined])

    async def settle() -> str:
        while await numbering.step():
            pass
        async with Leases(database).held("settle") as lease:
            return await settling.run(lease)

    assert await settle() == "OK: 0 taken after all"
    assert await settle() == "OK: nothing has come"
    reports = [await ingest.run(connector) for connector in joined]
    waited = reports[0].quarantined
    assert waited > 0
    assert await settle() == f"OK: {waited} taken after all"
    # What was taken has moved the log, and more may follow from it.
    assert await settle() == "OK: 0 taken after all"
    assert await settle() == "OK: nothing has come"
    for place in (1_000_000, -5):
        async with database.transaction() as connection:
            await connection.exec_driver_sql(f"UPDATE positions SET position = {place}")  # noqa: S608
        assert await settle() == "OK: 0 taken after all", "the log is an older copy's, or somebody wrote a place that is none"
        assert await settle() == "OK: nothing has come"
