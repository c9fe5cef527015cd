"""Running connectors: pulls are posted, cursors survive, bad items wait in quarantine, failures open the breaker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from connectors import workbooks
from connectors.base import Batch, Incoming
from connectors.credit_disclosure import sandbox as credit_sandbox
from connectors.errors import TryAgain
from connectors.http import ConnectorLimits
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from connectors.world.opinions import opinion
from connectors.world.penalties import penalty as a_penalty
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.services.work.leases import HeldElsewhereError, Leases, TakenOverError
from hub.services.work.reports import Report
from hub.storage.engine.database import Database
from hub.storage.views import departments, rejections
from hub.storage.work import leases
from tests.conftest import NOW
from tests.connectors.conftest import QUICK
from tests.hub.services.work.pulling import connect, mines, shelf, source
from tests.makers import ECOLOGY, NATURAL_RESOURCES, OPERATOR, Ask


async def test_all_eight_systems_fill_the_graph(database: Database, posting: Posting, ask: Ask) -> None:
    ingest = Ingest(database, posting, lambda: NOW)
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
    waiting = '{ rejections(filter: {source: {eq: "connector:ecology"}}) { nodes { kind problems payload outline } } }'
    found = await ask(OPERATOR, waiting)
    (kept,) = found["data"]["rejections"]["nodes"]
    assert kept["problems"][0]["code"] == "UNREADABLE_ITEM"
    # The connector's copy is shown to nobody: what its mapping drops is not for others of its department either.
    assert kept["payload"] is None
    assert (kept["problems"][0]["path"], "CJRQ" in str(kept["outline"]), "issuedOn" in kept["outline"]["members"]) == (
        "CJRQ",
        False,
        False,
    )
    assert kept["outline"]["members"]["licenceNo"] == world.licence_no(0)
    assert (await source(ask, "ecology"))["drift"] == "NEU"


async def test_a_row_of_a_file_that_cannot_be_read_waits_with_its_place_and_holds_back_nothing(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.services.work.quarantine._MOST_TRIED", 1)
    ingest, world = Ingest(database, posting), World(16, 1)
    _, app = connect("financial_regulation", world)
    row, other = app.state.resources["opinions"].after("", 2)[0]  # type: ignore[attr-defined]
    good, columns = [dict(row), dict(other)], list(row)
    file = {"1.xlsx": workbooks.write(columns, [row | {"出具日期": "不详"}, other], sheet="意见")}
    connector, _ = connect("financial_regulation", world, shelf(file))
    first = await ingest.run(connector)
    assert (first.accepted, first.quarantined) == (0, 2)

    async def waiting() -> list[dict[str, Any]]:
        chosen = sa.select(rejections.table.c.payload).where(rejections.table.c.resolved_at.is_(None))
        async with database.connection() as connection:
            return [json.loads(payload) for (payload,) in await connection.execute(chosen)]

    (kept,) = [one for one in await waiting() if "file" in one]
    cell = f"{workbooks.letters_of(columns.index('出具日期'))}2"
    assert {name: kept[name] for name in ("file", "sheet", "row", "cell", "there")} == {
        "file": "1.xlsx",
        "sheet": "意见",
        "row": 2,
        "cell": cell,
        "there": "不详",
    }
    # The other row waited for its mine alone.
    await ingest.run(connect("natural_resources", world)[0])
    assert await ingest.settle([connector.manifest]) == 1
    file["1.xlsx"] = workbooks.write(columns, good, sheet="意见")
    mended = await ingest.run(connector)
    assert (mended.accepted, mended.unchanged, mended.quarantined) == (1, 1, 0)
    assert not [one for one in await waiting() if "file" in one]


async def test_what_became_of_what_a_source_told_is_counted_from_its_first_pull(
    database: Database, posting: Posting, ask: Ask
) -> None:
    moments = iter([NOW, *(NOW + timedelta(days=n) for n in range(1, 100))])
    ingest, world = Ingest(database, posting, lambda: next(moments)), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    connector, _ = connect("securities_regulation", world)
    first = await ingest.run(connector)
    counted = await source(ask, "securities_regulation")
    assert first.told == first.taken == first.accepted > 0
    assert (counted["itemsTold"], counted["itemsAccepted"], counted["itemsUnchanged"]) == (first.told, first.told, 0)
    again = await ingest.run(connector, whole=True)
    twice = await source(ask, "securities_regulation")
    assert again.unchanged == again.taken == first.told
    assert (twice["itemsTold"], twice["itemsAccepted"]) == (2 * first.told, 2 * first.told)
    assert (twice["itemsUnchanged"], twice["itemsStale"], twice["itemsQuarantined"]) == (first.told, 0, 0)
    assert twice["countedSince"] == counted["countedSince"] is not None
    shown = await ingest.shown("securities_regulation")
    assert (shown["items_told"], shown["outcome"], shown["holder"]) == (2 * first.told, "OK", None)
    assert "cursor" not in shown
    with pytest.raises(HubError) as unknown:
        await ingest.shown("nowhere")
    assert unknown.value.code is ErrorCode.NOT_FOUND


async def test_what_is_older_than_what_was_said_since_is_counted(database: Database, posting: Posting, ask: Ask) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    sound, _ = connect("ecology", world)
    await ingest.run(sound)

    class Late(type(sound)):  # type: ignore[misc]
        async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
            async for batch in sound.pull(None):
                late = [replace(item, changed_at=NOW - timedelta(days=9999)) for item in batch.items]
                yield replace(batch, items=late)

    report = await ingest.run(Late(sound.settings, limits=QUICK))
    assert report.stale > 0
    assert (await source(ask, "ecology"))["itemsStale"] == report.stale


async def test_fields_that_no_mapping_knows_are_told_since_when_until_a_whole_pull_shows_none(
    database: Database, posting: Posting, ask: Ask
) -> None:
    moments = (NOW + timedelta(hours=n) for n in range(1000))
    ingest, world = Ingest(database, posting, lambda: next(moments)), World(16, 1)
    connector, app = connect("ecology", world)
    shelf = app.state.resources["hbyj"].shelf  # type: ignore[attr-defined]

    async def drifted(names: dict[str, int]) -> tuple[object, object]:
        shelf.add(opinion(world, Department.ECOLOGY, 0) | {"upstream": names})
        await ingest.run(connector)
        told = await source(ask, "ecology")
        return told["drift"], told["driftSince"]

    names, since = await drifted({"NEU": 1})
    assert names == "NEU"
    assert since is not None
    assert await drifted({"ALT": 1}) == ("ALT, NEU", since)
    assert await drifted({}) == ("ALT, NEU", since)
    await ingest.run(connect("ecology", World(16, 1))[0], whole=True)
    told = await source(ask, "ecology")
    assert (told["drift"], told["driftSince"]) == (None, None)


async def test_a_system_that_keeps_failing_is_left_alone_for_a_while(database: Database, posting: Posting, ask: Ask) -> None:
    ingest = Ingest(database, posting, lambda: NOW)
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


async def test_what_a_system_counts_and_does_not_give_is_told_and_what_came_is_stored(
    database: Database, posting: Posting, ask: Ask
) -> None:
    app = sandbox("securities_regulation").make_app(World(16, 1))

    async def short(request: httpx.Request) -> httpx.Response:
        answer = await httpx.ASGITransport(app).handle_async_request(request)
        told = json.loads(await answer.aread())
        told["result"]["count"] += 3
        return httpx.Response(200, json=told)

    ingest = Ingest(database, posting, lambda: NOW)
    report = await ingest.run(connect("securities_regulation", World(16, 1), httpx.MockTransport(short))[0])
    assert report.missing == {"opinions": 3, "penalties": 3, "support-policies": 3, "support-grants": 3}
    assert report.accepted + report.quarantined > 0
    told = await source(ask, "securities_regulation")
    assert str(told["lastError"]).startswith("INCOMPLETE: opinions: 3 did not come")
    assert (told["failures"], told["freshness"], told["itemsMissing"]) == (0, "NEVER", 12)
    assert report.told == told["itemsTold"] == report.taken + report.quarantined + 12
    assert (await ingest.run(connect("securities_regulation", World(16, 1))[0])).missing == {}
    told = await source(ask, "securities_regulation")
    assert (told["lastError"], told["itemsMissing"]) == (None, 0)


async def test_a_whole_pull_asks_for_everything_and_what_is_here_changes_nothing(database: Database, posting: Posting) -> None:
    ingest = Ingest(database, posting, lambda: NOW)
    first = await ingest.run(connect("natural_resources", World(16, 1))[0])
    again = await ingest.run(connect("natural_resources", World(16, 1))[0], whole=True)
    assert (again.accepted, again.new_versions) == (0, 0)
    assert again.unchanged >= first.accepted


async def lapse(database: Database, code: str) -> None:
    """Let the lease of a source's run end, as if its holder had been stopped for long."""
    async with database.transaction() as connection:
        ended = sa.update(leases.table).where(leases.table.c.name == f"pull:{code}")
        await connection.execute(ended.values(until=NOW - timedelta(days=365)))


async def test_a_run_that_fetched_the_older_state_posts_nothing_after_one_that_took_over(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting, lambda: NOW), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    older, app = connect("ecology", world)
    shelf = app.state.resources["hbyj"].shelf  # type: ignore[attr-defined]
    said = opinion(world, Department.ECOLOGY, 0)
    first, unread = said | {"text": "先说的"}, said | {"upstream": {"CJRQ": "??"}, "documentNumber": "示例环函〔2026〕7号"}

    class Stopped(type(older)):  # type: ignore[misc]
        """A system whose answer is under way while its run stands still, and another comes, begins and ends."""

        async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
            shelf.add(first)
            shelf.add(unread)
            fetched = [batch async for batch in older.pull(cursor)]
            shelf.add(said | {"text": "后说的"})
            await lapse(database, "ecology")
            await Ingest(database, posting, lambda: NOW).run(older)
            for batch in fetched:
                # Moments of change would refuse it too, where a system tells them.
                yield replace(batch, items=[replace(item, changed_at=None) for item in batch.items if item.data] or batch.items)

    with pytest.raises(TakenOverError, match="another run"):
        await ingest.run(Stopped(older.settings, limits=QUICK))
    query = "query ($no: String!) { opinions(filter: {documentNumber: {eq: $no}}) { nodes { text } } }"
    found = await ask(ECOLOGY, query, no=said["documentNumber"])
    assert found["data"]["opinions"]["nodes"] == [{"text": "后说的"}]
    told = await source(ask, "ecology")
    assert (told["failures"], told["freshness"], told["lastError"]) == (0, "FRESH", None)


@pytest.mark.parametrize("stored", ["items", "an item that cannot be read", "the cursor alone"])
async def test_whatever_a_run_stores_carries_its_token(database: Database, posting: Posting, ask: Ask, stored: str) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    sound, _ = connect("ecology", world)
    fetched = [item async for batch in sound.pull(None) for item in batch.items]
    items = {
        "items": fetched,
        "an item that cannot be read": [replace(fetched[0], data=None, error="??")],
        "the cursor alone": [],
    }[stored]

    class Stopped(type(sound)):  # type: ignore[misc]
        async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
            async with database.transaction() as connection:
                await connection.execute(sa.update(leases.table).values(token=leases.table.c.token + 1))
            yield Batch(items, "{}")

    with pytest.raises(TakenOverError):
        await ingest.run(Stopped(sound.settings, limits=QUICK))
    everything = """
        { rejections(filter: {source: {eq: "connector:ecology"}}) { totalCount }
          opinions(filter: {department: {eq: ECOLOGY}}) { totalCount } }
    """
    found = (await ask(OPERATOR, everything))["data"]
    assert [found["rejections"]["totalCount"], found["opinions"]["totalCount"]] == [0, 0]
    async with database.connection() as connection:
        state = await departments.state(connection, "ecology")
    assert state
    assert state.cursor is None


async def test_two_syncs_at_once_pull_a_source_once(database: Database, posting: Posting) -> None:
    world = World(16, 1)
    _, app = connect("ecology", world)

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.2)
        return await httpx.ASGITransport(app).handle_async_request(request)  # type: ignore[arg-type]

    def one() -> Ingest:
        return Ingest(database, posting, leasing=Leases(database, 1.0))

    runs = [one().run(connect("ecology", world, httpx.MockTransport(slow))[0]) for _ in range(3)]
    ended = await asyncio.gather(*runs, return_exceptions=True)
    assert {type(outcome) for outcome in ended if isinstance(outcome, Exception)} <= {HeldElsewhereError}
    assert sum(isinstance(outcome, Report) and outcome.accepted + outcome.quarantined > 0 for outcome in ended) == 1


async def test_what_another_run_holds_is_not_settled_beside_it(database: Database, posting: Posting) -> None:
    ingest, world = Ingest(database, posting, leasing=Leases(database, 0.5)), World(64, 1)
    joined = [connect(code, world)[0] for code in ("natural_resources", "ecology")]
    waited, _ = [(await ingest.run(connector)).quarantined for connector in joined]
    async with Leases(database, 0.5).held("pull:natural_resources"):
        assert await ingest.settle(connector.manifest for connector in joined) == 0
    assert await ingest.settle(connector.manifest for connector in joined) == waited > 0


async def test_a_run_ends_at_its_deadline_and_the_next_goes_on_from_there(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    sound, _ = connect("ecology", world)

    class Endless(type(sound)):  # type: ignore[misc]
        manifest = replace(sound.manifest, run_minutes=1 / 60)

        async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
            async for batch in sound.pull(cursor):
                yield batch
                break
            await asyncio.Event().wait()

    with pytest.raises(TryAgain, match=r"not all came within 0\.0166667 min"):
        await ingest.run(Endless(sound.settings, limits=QUICK))
    told = await source(ask, "ecology")
    assert (told["failures"], told["freshness"]) == (1, "FAILING")
    assert int(str(told["itemsAccepted"])) > 0
    rest = await ingest.run(sound)
    assert rest.unchanged == 0
    assert rest.accepted > 0


async def test_a_register_that_is_slow_holds_the_others_back_for_a_while_only(database: Database, posting: Posting) -> None:
    world, gate = World(4, 1), asyncio.Event()

    async def waits(_: httpx.Request) -> httpx.Response:
        await gate.wait()
        return httpx.Response(503)

    patient = ConnectorLimits(seconds=60, attempts=1)
    slow, _ = connect("natural_resources", world, httpx.MockTransport(waits))
    joined = {"natural_resources": replace(slow, limits=patient), "ecology": connect("ecology", world)[0]}  # type: ignore[call-arg]
    order = []
    async for ended in Ingest(database, posting, registers_first=0.3).run_all(joined, lambda _: lambda _done, _left: None):
        order.append(ended.code)
        gate.set()
    assert order == ["ecology", "natural_resources"]


async def test_systems_are_pulled_side_by_side_and_a_broken_one_costs_only_itself(database: Database, posting: Posting) -> None:
    world, gate = World(16, 1), asyncio.Event()

    async def waits(_: httpx.Request) -> httpx.Response:
        await gate.wait()
        return httpx.Response(503)

    def breaks(_: httpx.Request) -> httpx.Response:
        raise OSError("no space left")

    slow, _ = connect("ecology", world, httpx.MockTransport(waits))
    broken, _ = connect("finance", world, httpx.MockTransport(breaks))
    sound = {code: connect(code, world)[0] for code in ("natural_resources", "market_regulation", "securities_regulation")}
    ended: dict[str, object] = {}
    joined = {"ecology": slow, "finance": broken, **sound}
    async for one in Ingest(database, posting).run_all(joined, lambda _: lambda _done, _left: None):
        ended[one.code] = one.error or one.report
        if len(ended) == 4:
            gate.set()
    assert isinstance(ended["finance"], OSError)
    assert isinstance(ended["ecology"], TryAgain)
    assert list(ended)[:2] == ["natural_resources", "market_regulation"]
    assert all(isinstance(ended[code], Report) and ended[code].accepted > 0 for code in sound)  # type: ignore[attr-defined]


def message(*rows: dict[str, object]) -> Incoming:
    body, headers = credit_sandbox.pushed(list(rows))
    return Incoming("POST", "/push", {name.lower(): value for name, value in headers.items()}, body)


async def as_it_stands(ask: Ask, number: str) -> list[dict[str, object]]:
    query = "query ($no: String!) { penalties(filter: {documentNumber: {eq: $no}}) { nodes { fine version } } }"
    found: list[dict[str, object]] = (await ask(ECOLOGY, query, no=number))["data"]["penalties"]["nodes"]
    return found


async def test_a_message_that_comes_late_does_not_undo_what_came_since(database: Database, posting: Posting, ask: Ask) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    connector, _ = connect("credit_disclosure", world)
    penalty = a_penalty(world, Department.ECOLOGY, 0) | {"mines": [], "kinds": ["FINE"]}
    ten, twenty = (
        credit_sandbox.row(penalty | {"fine": f"{amount}.00"}, Department.ECOLOGY) | {"XGSJ": f"2026-03-01T10:00:0{second}"}
        for second, amount in ((1, 10_000), (2, 20_000))
    )
    outcomes = [(await ingest.receive(connector, message(row)))[0].outcome for row in (ten, twenty, ten)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.NEW_VERSION, Outcome.STALE]
    assert await as_it_stands(ask, penalty["documentNumber"]) == [{"fine": "20000.00", "version": 2}]


async def test_rows_of_one_message_take_effect_in_their_order(database: Database, posting: Posting, ask: Ask) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    await ingest.run(connect("natural_resources", world)[0])
    connector, _ = connect("credit_disclosure", world)
    penalty = a_penalty(world, Department.ECOLOGY, 0) | {"mines": []}
    stands = credit_sandbox.row(penalty, Department.ECOLOGY) | {"XGSJ": "2026-03-01T10:00:01"}
    gone = stands | {"CF_ZT": "1", "CX_SY": "复议撤销"}
    await ingest.receive(connector, message(stands, gone, stands))
    assert [one["version"] for one in await as_it_stands(ask, penalty["documentNumber"])] == [3]
    await ingest.receive(connector, message(stands, gone))
    assert await as_it_stands(ask, penalty["documentNumber"]) == []


async def test_what_waited_and_is_older_than_what_came_since_is_told_so_and_waits_no_longer(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting), World(16, 1)
    connector, _ = connect("credit_disclosure", world)
    penalty = a_penalty(world, Department.ECOLOGY, 0)
    waits = credit_sandbox.row(penalty | {"mines": [world.licence_no(0)]}, Department.ECOLOGY) | {"XGSJ": "2026-03-01T10:00:01"}
    newer = credit_sandbox.row(penalty | {"mines": []}, Department.ECOLOGY) | {"XGSJ": "2026-03-01T10:00:02"}
    reference = "CF_WSH"
    assert waits[reference] == newer[reference]
    await ingest.receive(connector, message(waits))
    await ingest.run(connect("natural_resources", world)[0])
    await ingest.receive(connector, message(newer))
    assert await ingest.settle([connector.manifest]) == 0
    waiting = '{ rejections(filter: {source: {eq: "connector:credit_disclosure"}}) { nodes { resolvedAt } } }'
    assert all(one["resolvedAt"] for one in (await ask(OPERATOR, waiting))["data"]["rejections"]["nodes"])
    assert [one["version"] for one in await as_it_stands(ask, penalty["documentNumber"])] == [1]


async def failing(database: Database, posting: Posting, at: datetime, response: httpx.Response, times: int = 5) -> None:
    ingest = Ingest(database, posting, lambda: at)
    for _ in range(times):
        with pytest.raises(TryAgain):
            await ingest.run(connect("ecology", World(4, 1), httpx.MockTransport(lambda _: response))[0])


@pytest.mark.parametrize(("ahead", "waits"), [(timedelta(0), True), (timedelta(hours=1), True), (timedelta(days=3), False)])
async def test_a_pause_does_not_last_because_a_clock_was_days_ahead(
    database: Database, posting: Posting, ahead: timedelta, waits: bool
) -> None:
    await failing(database, posting, NOW + ahead, httpx.Response(500))
    ingest = Ingest(database, posting, lambda: NOW)
    if not waits:
        assert await ingest.run(connect("ecology", World(4, 1))[0])
        return
    with pytest.raises(TryAgain) as paused:
        await ingest.run(connect("ecology", World(4, 1))[0])
    began = f"{NOW + ahead + timedelta(hours=8, minutes=1):%Y-%m-%d %H:%M:%S}"
    assert f"until {began} (China); `hub connectors resume ecology` ends it" in str(paused.value)
    await ingest.resume("ecology")
    assert await ingest.run(connect("ecology", World(4, 1))[0])


async def test_a_system_that_asks_for_days_is_left_alone_for_an_hour(database: Database, posting: Posting) -> None:
    class Asks(type(connect("ecology", World(4, 1))[0])):  # type: ignore[misc]
        async def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
            raise TryAgain("not for days", 864_000)
            yield

    with pytest.raises(TryAgain, match="not for days"):
        await Ingest(database, posting, lambda: NOW).run(Asks(connect("ecology", World(4, 1))[0].settings, limits=QUICK))
    with pytest.raises(TryAgain, match="paused"):
        await Ingest(database, posting, lambda: NOW + timedelta(minutes=59)).run(connect("ecology", World(4, 1))[0])
    assert await Ingest(database, posting, lambda: NOW + timedelta(hours=1)).run(connect("ecology", World(4, 1))[0])


async def test_a_source_that_nobody_knows_is_not_resumed(database: Database, posting: Posting) -> None:
    with pytest.raises(HubError) as refused:
        await Ingest(database, posting).resume("nowhere")
    assert refused.value.code is ErrorCode.NOT_FOUND


@pytest.mark.parametrize(
    ("ahead", "freshness"),
    [
        (timedelta(0), "FRESH"),
        (timedelta(minutes=5), "FRESH"),
        (timedelta(minutes=5, seconds=1), "LATE"),
        (timedelta(days=3), "LATE"),
    ],
)
async def test_a_copy_is_not_fresh_because_a_clock_was_ahead(
    database: Database, posting: Posting, ask: Ask, ahead: timedelta, freshness: str
) -> None:
    await Ingest(database, posting, lambda: NOW + ahead).run(connect("ecology", World(4, 1))[0])
    assert (await source(ask, "ecology"))["freshness"] == freshness


async def test_what_a_system_pushes_is_counted_with_what_it_gives_when_asked(
    database: Database, posting: Posting, ask: Ask
) -> None:
    ingest, world = Ingest(database, posting), World(4, 1)
    await ingest.run(mines(world))
    connector, _ = connect("credit_disclosure", world)
    penalty = a_penalty(world, Department.ECOLOGY, 0) | {"mines": []}
    row = credit_sandbox.row(penalty, Department.ECOLOGY)
    await ingest.receive(connector, message(row, row | {"CF_CFJGDM": "??", "CF_WSH": "示例罚〔2026〕9号", "NEU": 1}))
    async with database.connection() as connection:
        told = await departments.shown(connection, "credit_disclosure")
    assert told
    assert (told["items_accepted"], told["items_quarantined"], told["drift"]) == (1, 1, "NEU")
    assert told["counted_since"]
    await ingest.receive(connector, message(row))
    async with database.connection() as connection:
        again = await departments.shown(connection, "credit_disclosure")
    assert again
    assert (again["items_accepted"], again["items_unchanged"], again["items_quarantined"]) == (2, 1, 1)
