"""Whatever is asked of a hub, and whatever fails: nothing that was posted stands in what its process logs or prints, at
whatever level."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from auth.principals import Role
from connectors import workbooks
from connectors.base import Connector
from connectors.credit_disclosure import sandbox as credit
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from hub.composition.standing_work import standing_work
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.http.logs import Formatter
from tests import postgres
from tests.acceptance.conftest import Client, a_client
from tests.acceptance.sockets import opened
from tests.conftest import TEMPLATE
from tests.connectors.conftest import BASE, QUICK
from tests.hub.services.work.delivering import NUMBER, delivering, rows
from tests.hub.services.work.nodes import Node
from tests.hub.services.work.pulling import connect, shelf
from tests.makers import ECOLOGY, licence, opinion, penalty, posted
from tests.receivers import LOOPBACK

#: What must never be seen.
MARK = "MARKEDVALUE"
#: Each table refuses what it is given, and says it: so do servers in their own errors.
REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN RAISE EXCEPTION 'refused: %', row_to_json(NEW); END $refuse$;
DO $each$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname NOT IN ('alembic_version', 'standing_work', 'replays', 'log') LOOP
        EXECUTE format('CREATE TRIGGER refuses BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION refuse()', name);
    END LOOP;
END $each$
"""
POST = "mutation ($items: [OpinionInput!]!, $key: String) { postOpinions(items: $items, idempotencyKey: $key) { accepted } }"
FOLLOW = f'subscription {{ recordPosted(consumer: "{MARK}") {{ position }} }}'
DOCUMENTS = {
    Role.OPERATOR: [
        "mutation { retryRejections(choice: {}) { done } }",
        f'mutation {{ dismissRejections(choice: {{}}, reason: "{MARK}") {{ done }} }}',
    ],
    Role.BANK: [
        f'query {{ loanCheck(licenceNo: "{licence(1)}") {{ id }} }}',
        f'mutation {{ putPortfolio(name: "{MARK}", mines: [{{licenceNo: "{licence(1)}", reference: "{MARK}"}}]) '
        "{ accepted } }",
        f'mutation {{ registerWebhook(name: "{MARK}", url: "http://127.0.0.1:9/{MARK}", '
        'document: "subscription { recordPosted { position } }") { secret } }',
    ],
}


class Marked(httpx.AsyncBaseTransport):
    """The line to a played system, by which every name is marked."""

    def __init__(self, code: str, world: World) -> None:
        self._system = httpx.ASGITransport(sandbox(code).make_app(world))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._system.handle_async_request(request)
        body = (await answer.aread()).replace("示例".encode(), f"示例{MARK}".encode())
        kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return httpx.Response(answer.status_code, headers=kept, content=body)


def systems() -> Iterator[tuple[str, Connector]]:
    """Systems that tell by JSON, by XML and by files."""
    world = World(4, 1)
    for code in ("natural_resources", "ecology", "market_regulation", "credit_disclosure"):
        yield code, CONNECTORS[code](sandbox(code).settings(BASE), limits=QUICK, transport=Marked(code, world))  # type: ignore[call-arg]
    _, app = connect("financial_regulation", world)
    told = [{**row, "文号": f"示例{MARK}"} for row in app.state.resources["opinions"].after("", 3)[0]]  # type: ignore[attr-defined]
    file = {f"{MARK}.xlsx": workbooks.write(list(told[0]), told, sheet="意见"), f"{MARK}2.xlsx": f"no workbook {MARK}".encode()}
    yield "financial_regulation", connect("financial_regulation", world, shelf(file))[0]


class Asking:
    """Who asks a hub for whatever is stored by it, each time with marked values."""

    def __init__(self, client: Client, tokens: dict[Role, str]) -> None:
        self._client = client
        self._tokens = tokens
        self._doing = standing_work(client.hub, dict(systems()))

    async def everything(self) -> list[httpx.Response]:
        """What was answered."""
        client, ecology = self._client, self._tokens[Role.DEPARTMENT]
        items = [opinion(7, text=MARK), opinion(8, text=MARK, licenceNo=licence(99))]
        answers = [await client.ask(ecology, POST, items=items, key=key) for key in (None, MARK)]
        for role, documents in DOCUMENTS.items():
            answers += [await client.ask(self._tokens[role], document) for document in documents]
        body, signed = credit.pushed([credit.row(penalty(9, content=MARK), Department.ECOLOGY)])
        answers.append(await client.http.post("/push/credit_disclosure", content=body, headers=signed))
        bank = {"authorization": f"Bearer {self._tokens[Role.BANK]}", "hub-purpose": f"PRE_LOAN_REVIEW; ref={MARK}"}
        file = f"采矿许可证号,业务编号\n{licence(1)},{MARK}\n".encode()
        upload = bank | {"content-type": "text/csv"}
        answers.append(await client.http.post(f"/portfolios?name={MARK}", content=file, headers=upload))
        for form in ("csv", "xlsx", "parquet"):
            await client.http.get(f"/export/opinions.{form}", headers=bank)
        async with opened(client, ecology) as socket:
            await socket.init()
            await socket.subscribe("post", POST, items=items)
            await socket.hear()
            await socket.subscribe("follow", FOLLOW)
        for name in self._doing.names:
            # Deliveries follow the log until they are ended.
            if not name.startswith("deliver"):
                await self._doing.run_now(name)
        return answers


def tells(records: list[logging.LogRecord]) -> list[str]:
    """What of it names what is marked, as the hub's processes write it; who asks is none of them."""
    told = [record for record in records if record.name != "websockets.client"]
    return [line for line in map(Formatter("%(name)s %(message)s").format, told) if MARK in line]


async def test_nothing_that_was_posted_is_said_whatever_is_asked_and_whatever_fails(
    postgres_server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    node = Node()
    node.refuses, node.says = {NUMBER.format(19), NUMBER.format(20)}, "{CF_NR}"
    async with postgres.copied(postgres_server, TEMPLATE) as url, a_client(url, tmp_path, webhook_networks=LOOPBACK) as client:
        tokens = {role: await client.token(role) for role in DOCUMENTS}
        tokens[Role.DEPARTMENT] = await client.token(Role.DEPARTMENT, Department.ECOLOGY)
        asking, database = Asking(client, tokens), client.hub.database
        assert {answer.status_code for answer in await asking.everything()} == {200}
        await posted(client.hub.posting, ECOLOGY, RecordKind.PENALTY, penalty(19, content=MARK))
        async with delivering(database, node), asyncio.timeout(30):
            while "REFUSED" not in {row.state for row in await rows(database)}:  # noqa: ASYNC110 - it is seen in the database
                await asyncio.sleep(0.02)
        await posted(client.hub.posting, ECOLOGY, RecordKind.PENALTY, penalty(20, content=MARK))
        assert not tells(caplog.records)
        caplog.clear()

        await postgres.statement(url, REFUSING)
        failing = [answer for answer in await asking.everything() if answer.status_code == 500]
        assert len(failing) > 6
        assert not [answer.text for answer in failing if MARK in answer.text]
        async with delivering(database, node), asyncio.timeout(15):
            while not [record for record in caplog.records if "deliver:" in record.getMessage()]:  # noqa: ASYNC110 - it is logged
                await asyncio.sleep(0.02)
    assert len([record for record in caplog.records if "refuse" not in record.name and record.levelno >= logging.WARNING]) > 8
    assert not tells(caplog.records)
    assert MARK not in "".join(capfd.readouterr())
