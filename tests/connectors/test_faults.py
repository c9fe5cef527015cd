"""Whatever goes wrong before a system: nothing is lost, nothing comes twice, it is told, and the next run heals it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from connectors.base import Connector, Item
from connectors.errors import ConnectorError
from connectors.http import ConnectorLimits
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from tests.connectors.faults import FAULTS, GOT_OVER, MOST_BYTES, Proxy, proxied
from tests.makers import OPERATOR, Ask

WORLD = World(8, 1)
#: One that is got over needs a second try; one that is told must not get it.
LIMITS = {
    fault: ConnectorLimits(seconds=2 if fault in GOT_OVER else 0.4, most_bytes=MOST_BYTES, attempts=tries, first_wait=0.01)
    for fault in FAULTS
    for tries in (2 if fault == "flaps" else 1,)
}
PATIENT = ConnectorLimits(seconds=10, most_bytes=MOST_BYTES, attempts=1)


def connector(code: str, proxy: Proxy, limits: ConnectorLimits = PATIENT) -> Connector:
    return CONNECTORS[code](sandbox(code).settings(proxy.address), limits=limits)  # type: ignore[call-arg]


def said(items: Iterable[Item]) -> list[str]:
    return sorted(f"{item.kind} {item.reference} {json.dumps(item.data, default=str, sort_keys=True)}" for item in items)


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("code", list(CONNECTORS))
async def test_what_a_fault_cut_short_is_told_and_the_next_pull_brings_the_rest_and_no_more(code: str, fault: str) -> None:
    async with proxied(sandbox(code).make_app(WORLD)) as proxy:
        whole = [item async for batch in connector(code, proxy).pull(None) for item in batch.items]
        proxy.fault, proxy.since = fault, proxy.asked + (3 if proxy.asked > 3 else 1)
        came, cursor, told = list[Item](), None, None
        try:
            async for batch in connector(code, proxy, LIMITS[fault]).pull(None):
                came += batch.items
                cursor = batch.cursor
        except ConnectorError as error:
            told = error
        assert (told is None) is (fault in GOT_OVER)
        proxy.fault = None
        came += [item async for batch in connector(code, proxy).pull(cursor) for item in batch.items]
    assert said(came) == said(whole)
    assert len(whole) > 0


@pytest.mark.parametrize("fault", ["answers half", "wrong JSON"])
@pytest.mark.parametrize("code", ["finance", "forestry_grassland"])
async def test_what_stands_here_after_a_fault_and_a_run_is_what_stands_there(
    code: str, fault: str, database: Database, posting: Posting, ask: Ask
) -> None:
    ingest = Ingest(database, posting)
    async with proxied(sandbox("natural_resources").make_app(WORLD)) as mines:
        await ingest.run(connector("natural_resources", mines))
    async with proxied(sandbox(code).make_app(WORLD)) as proxy:
        proxy.fault, proxy.since = fault, 2
        with pytest.raises(ConnectorError):
            await ingest.run(connector(code, proxy, LIMITS[fault]))
        states = "{ departments { sources { code freshness lastError } } }"
        found = (await ask(OPERATOR, states))["data"]["departments"]
        (state,) = [source for one in found for source in one["sources"] if source["code"] == code]
        assert state["freshness"] == "FAILING"
        assert state["lastError"]
        proxy.fault = None
        healed = await ingest.run(connector(code, proxy))
        assert (healed.unchanged, healed.new_versions) == (0, 0)
        again = await ingest.run(connector(code, proxy), whole=True)
    assert (again.accepted, again.new_versions, again.vanished) == (0, 0, 0)
    assert again.unchanged >= healed.accepted > 0
