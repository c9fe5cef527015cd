"""Running connectors: pulls are posted, cursors survive, bad items wait in quarantine, failures open the breaker."""

from __future__ import annotations

import httpx
import pytest

from connectors.base import Connector, Incoming
from connectors.credit_disclosure import sandbox as credit_sandbox
from connectors.errors import TryAgain
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from connectors.world.opinions import opinion
from connectors.world.penalties import penalty as a_penalty
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Outcome
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from tests.connectors.conftest import BASE, QUICK
from tests.makers import ECOLOGY, NATURAL_RESOURCES, OPERATOR, Ask

SOURCES = "{ departments { department sources { code freshness itemsAccepted itemsQuarantined failures lastError drift } } }"


def connect(code: str, world: World, transport: httpx.AsyncBaseTransport | None = None) -> tuple[Connector, object]:
    app = sandbox(code).make_app(world)
    over = transport or httpx.ASGITransport(app)
    return CONNECTORS[code](sandbox(code).settings(BASE), limits=QUICK, transport=over), app  # type: ignore[call-arg]


async def source(ask: Ask, code: str) -> dict[str, object]:
    found = await ask(OPERATOR, SOURCES)
    return next(s for d in found["data"]["departments"] for s in d["sources"] if s["code"] == code)


async def test_all_eight_systems_fill_the_graph(database: Database, posting: Posting, ask: Ask) -> None:
    ingest = Ingest(database, posting)
    world = World(16, 1)
    for code in CONNECTORS:
        report = await ingest.run(connect(code, world)[0])
        assert report.accepted > 0, code
        # What natural resources answers to transfers of others waits for these.
        assert code == "natural_resources" or report.quarantined == 0, code
        again = await ingest.run(connect(code, world)[0])
        assert (again.accepted, again.unchanged, again.new_versions) == (0, 0, 0), code
    answer = await ask(
        ECOLOGY, "{ mines { totalCount nodes { prefecture { code } enterprise { name } opinions { totalCount } } } }"
    )
    assert answer["data"]["mines"]["totalCount"] == 16
    assert len({mine["prefecture"]["code"] for mine in answer["data"]["mines"]["nodes"]}) == 16
    assert all(mine["enterprise"] and mine["opinions"]["totalCount"] >= 6 for mine in answer["data"]["mines"]["nodes"])
    assert (await source(ask, "ecology"))["freshness"] == "FRESH"


async def test_what_points_to_a_mine_that_is_not_there_yet_waits_and_is_taken_later(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    early = await ingest.run(connect("ecology", world)[0])
    assert early.accepted == 0 or early.quarantined > 0
    waiting = early.quarantined
    assert waiting > 0
    await ingest.run(connect("natural_resources", world)[0])
    await ingest.run(connect("ecology", world)[0])
    found = await ask(ECOLOGY, "{ opinions(filter: {department: {eq: ECOLOGY}}) { totalCount } }")
    assert found["data"]["opinions"]["totalCount"] == 32


async def test_what_two_systems_say_of_one_another_is_taken_once_both_were_pulled(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting), World(64, 1)
    joined = [connect(code, world)[0] for code in ("natural_resources", "ecology")]
    reports = [await ingest.run(connector) for connector in joined]
    waited = reports[0].quarantined
    assert waited > 0
    assert await ingest.settle(connector.manifest for connector in joined) == waited
    assert await ingest.settle(connector.manifest for connector in joined) == 0
    found = await ask(NATURAL_RESOURCES, "{ transferAnswers(filter: {department: {eq: NATURAL_RESOURCES}}) { totalCount } }")
    assert found["data"]["transferAnswers"]["totalCount"] == waited


async def test_an_item_that_cannot_be_mapped_waits_in_quarantine(database: Database, posting: Posting, ask: Ask) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    connector, app = connect("ecology", world)
    shelf = app.state.resources["hbyj"].shelf  # type: ignore[attr-defined]
    shelf.add(opinion(world, Department.ECOLOGY, 0) | {"upstream": {"CJRQ": "??", "NEU": 1}})
    report = await ingest.run(connector)
    assert report.quarantined == 1
    waiting = '{ rejections(filter: {source: {eq: "connector:ecology"}}) { nodes { kind reference problems payload } } }'
    found = await ask(OPERATOR, waiting)
    (kept,) = found["data"]["rejections"]["nodes"]
    assert kept["problems"][0]["code"] == "UNREADABLE_ITEM"
    assert kept["payload"]["CJRQ"] == "??"
    assert (await source(ask, "ecology"))["drift"] == "NEU"


async def test_a_system_that_keeps_failing_is_left_alone_for_a_while(database: Database, posting: Posting, ask: Ask) -> None:
    ingest = Ingest(database, posting)
    down = httpx.MockTransport(lambda _: httpx.Response(500))
    for _ in range(5):
        with pytest.raises(TryAgain, match="500"):
            await ingest.run(connect("ecology", World(4, 1), down)[0])
    with pytest.raises(TryAgain, match="paused"):
        await ingest.run(connect("ecology", World(4, 1))[0])
    told = await source(ask, "ecology")
    assert (told["freshness"], told["failures"]) == ("FAILING", 5)
    assert "500" in str(told["lastError"])


async def test_what_waited_never_takes_the_place_of_what_came_after_it(database: Database, posting: Posting, ask: Ask) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    connector, app = connect("ecology", world)
    await ingest.run(connector)
    newer = opinion(world, Department.ECOLOGY, 0) | {"text": "后来的意见"}
    app.state.resources["hbyj"].shelf.add(newer)  # type: ignore[attr-defined]
    await ingest.run(connect("natural_resources", world)[0])
    await ingest.run(connector)
    query = "query ($no: String!) { opinions(filter: {documentNumber: {eq: $no}}) { nodes { text version } } }"
    found = await ask(ECOLOGY, query, no=newer["documentNumber"])
    assert found["data"]["opinions"]["nodes"] == [{"text": "后来的意见", "version": 1}]


async def test_what_was_taken_back_while_it_waited_is_withdrawn_once_it_is_taken(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    connector, _ = connect("credit_disclosure", world)
    penalty = a_penalty(world, Department.ECOLOGY, 0) | {"mines": [world.licence_no(0)]}
    row = credit_sandbox.row(penalty, Department.ECOLOGY) | {"CF_ZT": "1", "CX_SY": "复议撤销"}
    body, headers = credit_sandbox.pushed([row])
    (early,) = await ingest.receive(
        connector, Incoming("POST", "/push", {name.lower(): value for name, value in headers.items()}, body)
    )
    assert early.outcome is Outcome.REJECTED
    await ingest.run(connect("natural_resources", world)[0])
    await ingest.run(connector)
    query = """
        query ($no: String!, $withdrawn: Boolean!) {
          penalties(filter: {documentNumber: {eq: $no}, withdrawn: $withdrawn}) { nodes { withdrawalReason } }
        }
    """
    standing = await ask(ECOLOGY, query, no=penalty["documentNumber"], withdrawn=False)
    assert standing["data"]["penalties"]["nodes"] == []
    taken_back = await ask(ECOLOGY, query, no=penalty["documentNumber"], withdrawn=True)
    assert taken_back["data"]["penalties"]["nodes"] == [{"withdrawalReason": "复议撤销"}]
