"""The demo: a sandboxed province, a real hub over it, and the main job shown once."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.demo_persons import DemoPersons
from auth.principals import Role
from connectors.credit_disclosure import sandbox as credit_sandbox
from connectors.world import World, penalties
from connectors.world.authorities import authority
from hub import private_files
from hub.app import create_app
from hub.composition.hub import Hub
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE
from hub.http.server import WEBSOCKETS, Protocol
from hub.services.access.clients import principal_of
from hub.services.work.redelivery import Deliveries
from hub.services.work.reports import Report
from hub.settings import Settings
from hub.storage.engine.migrations import migrate
from hub.storage.work import leases

FOLDER = Path("var/demo")
FACTS = Path("var/demo.json")
_REFRESH_SECONDS = 240
_LOOK_SECONDS = 5
#: While the demo stays something is decided so often, and the systems that may tell it are pulled so often.
_CHANGES_SECONDS, _PULLED_SECONDS = 15, 20
_TELLS = ("natural_resources", "ecology")

#: The callers of the demo, by the names under which scripts find their tokens.
CALLERS: dict[str, tuple[Role, Department | None]] = {
    **{
        department.value.lower(): (Role.DEPARTMENT, department)
        for department in (
            Department.NATURAL_RESOURCES,
            Department.ECOLOGY,
            Department.FORESTRY_GRASSLAND,
            Department.MARKET_REGULATION,
            Department.FINANCE,
            Department.FINANCIAL_REGULATION,
            Department.SECURITIES_REGULATION,
        )
    },
    "credit_disclosure": (Role.CREDIT_DISCLOSURE, None),
    "bank": (Role.BANK, None),
    "operator": (Role.OPERATOR, None),
}

#: Why the bank reads.
PURPOSE = "PRE_LOAN_REVIEW; ref=demo-1"

GRAPH = """
query Mine($no: String!) {
  mine(licenceNo: $no) {
    licenceNo name standing scale mineral lifeCycle licenceValidUntil remainingYears
    prefecture { name } division { name }
    enterprise { uscc name registrationStatus }
    directoryEntries { nodes { level step effectiveOn documentNumber } }
    opinions { totalCount nodes { department nature verdict issuedOn documentNumber } }
    penalties {
      totalCount sum(of: FINE)
      nodes { department documentNumber kinds fine decidedOn disputed publicationLatestEnd }
    }
    assessments(first: 1) { nodes { assessmentNo stage result totalPoints assessor { name } } }
    contracts(first: 1) { nodes { documentNumber contractKind signedOn } }
    recoveryRates(first: 1) { nodes { year mining miningRequired } }
    restorationPlans(first: 1) { nodes { documentNumber approvedOn } }
    screenings { nodes { zoneKind touches overlapArea screenedOn } }
    supports { support section eligibility reasons barredBy barredSince }
  }
}
"""
FOLLOWED = "subscription { recordPosted(kinds: [PENALTY]) { type licenceNos record { id ... on Penalty { documentNumber } } } }"
REMOVE_WEBHOOK = 'mutation { removeWebhook(name: "demo") { name } }'
REGISTER_WEBHOOK = """
mutation ($url: String!, $document: String!) { registerWebhook(name: "demo", url: $url, document: $document) { secret } }
"""
POST_OPINION = """
mutation Post($items: [OpinionInput!]!) {
  postOpinions(items: $items) { accepted unchanged rejected results { outcome recordId version problems { path message } } }
}
"""

Say = Callable[[str], None]
#: Told while systems are pulled: system, items done, items expected in all.
Show = Callable[[str, int, int | None], None]


@asynccontextmanager
async def sandboxes(mines: int, seed: int) -> AsyncIterator[dict[str, dict[str, str]]]:
    """The sandboxed departments in a process of their own; their addresses by connector."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub.cli",
        "sandbox",
        "--mines",
        str(mines),
        "--seed",
        str(seed),
        "--json",
        "--changes",
        str(_CHANGES_SECONDS),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        yield json.loads(await child.stdout.readline())
    finally:
        child.terminate()
        await child.wait()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Any:
        """Signals belong to the command."""
        yield


@asynccontextmanager
async def serving(app: Any, host: str, port: int) -> AsyncIterator[None]:
    """The hub over real HTTP, for as long as the block runs."""
    quiet: dict[str, Any] = {"log_level": "warning", "server_header": False, "proxy_headers": False}
    server = _Server(uvicorn.Config(app, host=host, port=port, http=Protocol, **quiet, **WEBSOCKETS))
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def free_port(wanted: int) -> int:
    """The wanted port if nobody has it, else a free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


class Demo:
    """One run of the demo."""

    def __init__(self, settings: Settings, mines: int, seed: int, say: Say) -> None:
        folder = FOLDER / f"{mines}-{seed}"
        port = free_port(settings.port)
        self.settings = replace(
            settings,
            database_url=f"sqlite:///{folder / 'hub.db'}",
            key_file=str(folder / "signing-keys.json"),
            port=port,
            issuer=f"http://{settings.host}:{port}",
            public_access=True,
            webhook_networks="127.0.0.0/8",
        )
        self.world = World(mines, seed)
        self.hub = Hub.make(self.settings)
        self._say = say
        self._persons = DemoPersons()

    @property
    def url(self) -> str:
        return f"{self.settings.public_address}/graphql"

    @property
    def sign_in_link(self) -> str:
        """At this machine's browser: sign in as a person of any role and department."""
        return self.settings.public_address + self._persons.path

    @property
    def sample(self) -> dict[str, str]:
        """A mine that is on the national directory, if the province is large enough to have one, and its enterprise."""
        number = 18 if self.world.mines > 18 else 0
        return {"licenceNo": self.world.licence_no(number), "uscc": self.world.enterprise_code(number)}

    async def tokens(self) -> dict[str, str]:
        """A working token for every caller, good for ten minutes."""
        known = {row.name: row for row in await self.hub.clients.list() if row.revoked_at is None}
        for name, (role, department) in CALLERS.items():
            if f"demo {name}" not in known:
                await self.hub.clients.add(f"demo {name}", role, department)
        known = {row.name: row for row in await self.hub.clients.list() if row.revoked_at is None}
        self._persons.work_at(known["demo bank"].client_id)
        return {name: self.hub.tokens.issue(principal_of(known[f"demo {name}"])) for name in CALLERS}

    async def write_facts(self) -> dict[str, str]:
        """Write `var/demo.json` for scripts; the tokens."""
        tokens = await self.tokens()
        private_files.make_folder(FACTS.parent)
        facts = {"url": self.url, "tokens": tokens, **self.sample}
        private_files.draft(FACTS, json.dumps(facts, indent=1)).replace(FACTS)
        return tokens

    async def pull(self, addresses: Mapping[str, Mapping[str, str]], show: Show) -> dict[str, Report]:
        """Pull all systems."""
        found = {}
        connectors = self.hub.connectors(addresses)
        for code, connector in connectors.items():
            found[code] = await self.hub.ingest.run(connector, lambda done, all_, code=code: show(code, done, all_))  # type: ignore[misc]
        await self.hub.ingest.settle(connector.manifest for connector in connectors.values())
        return found

    async def show_main_job(self, tokens: Mapping[str, str]) -> dict[str, Any]:
        """A department posts, the credit system pushes, a bank reads; the bank's answer."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:

            async def ask(who: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
                headers = {"Authorization": f"Bearer {tokens[who]}", "Hub-Purpose": PURPOSE}
                answer = await client.post(self.url, json={"query": query, "variables": variables}, headers=headers)
                found: dict[str, Any] = answer.json()
                return found

            organ = authority(Department.ECOLOGY, PROVINCE)
            opinion = {
                "documentNumber": "示例环审〔2026〕演示1号",
                "licenceNo": self.sample["licenceNo"],
                "nature": "AUDIT",
                "verdict": "AGREE",
                "topics": ["POLLUTION_PREVENTION"],
                "text": "示例意见：污染防治设施运行正常，同意。",
                "issuedOn": "2026-10-20",
                "authorityName": organ["name"],
                "authorityCode": organ["code"],
            }
            posted = (await ask("ecology", POST_OPINION, {"items": [opinion]}))["data"]["postOpinions"]["results"][0]
            self._say(f"生态环境部门提交意见 / ecology posts an opinion: {posted['outcome']} (version {posted['version']})")

            organ = authority(Department.EMERGENCY, PROVINCE)
            penalty = penalties.penalty(self.world, Department.EMERGENCY, 0) | {
                "authorityName": organ["name"],
                "authorityCode": organ["code"],
                "documentNumber": "示例应急罚〔2026〕演示1号",
                "mines": [self.sample["licenceNo"]],
                "decidedOn": "2026-10-08",
                "servedOn": "2026-10-10",
                "validUntil": "2027-10-08",
                "publishedOn": "2026-10-15",
            }
            body, headers = credit_sandbox.pushed([credit_sandbox.row(penalty, Department.EMERGENCY)])
            pushed = await client.post(f"{self.settings.public_address}/push/credit_disclosure", content=body, headers=headers)
            self._say(f"信用公示系统推送处罚 / the credit system pushes a penalty: {pushed.json()['results'][0]['outcome']}")

            mine = await ask("bank", GRAPH, {"no": self.sample["licenceNo"]})
            self._say("银行读取该矿山的共享图谱 / a bank reads the mine's graph:")
            return mine

    def curls(self, tokens: Mapping[str, str]) -> list[str]:
        """Three commands to paste."""
        no, code = self.sample["licenceNo"], self.sample["uscc"]
        asked = {
            "bank": f'{{ mine(licenceNo: "{no}") {{ name standing penalties {{ totalCount }} }} }}',
            "ecology": f'{{ enterprise(uscc: "{code}") {{ name mines {{ nodes {{ name standing }} }} }} }}',
            "operator": "{ departments { chineseName sources { code freshness lastSuccessAt } } }",
        }
        return [
            f"curl -s {self.url} -H 'Content-Type: application/json' -H 'Authorization: Bearer {tokens[who]}' "
            + (f"-H 'Hub-Purpose: {PURPOSE}' " if who == "bank" else "")
            + f"-d '{json.dumps({'query': query})}'"
            for who, query in asked.items()
        ]

    @asynccontextmanager
    async def running(self, show: Show) -> AsyncIterator[dict[str, str]]:
        """Sandboxes and hub up, everything pulled; the tokens."""
        await migrate(self.hub.database)
        async with sandboxes(self.world.mines, self.world.seed) as addresses:
            # The first pull is shown; from then on the hub pulls by itself.
            await self.pull(addresses, show)
            app = create_app(self.hub, addresses, demo=self._persons)
            async with serving(app, self.settings.host, self.settings.port):
                yield await self.write_facts()

    @asynccontextmanager
    async def receiving(self, tokens: Mapping[str, str]) -> AsyncIterator[None]:
        """A bank's receiver of webhooks, which says what comes."""
        port, known = free_port(0), list[Webhook]()

        async def take(request: Request) -> Response:
            told = known[0].verify((await request.body()).decode(), dict(request.headers))
            data = told["data"]
            self._say(f"银行收到推送 / a bank's webhook: {told['type']} {data['record'].get('documentNumber', '')}")
            return Response(status_code=204)

        async with (
            serving(Starlette(routes=[Route("/hub", take, methods=["POST"])]), "127.0.0.1", port),
            httpx.AsyncClient(trust_env=False, timeout=30) as client,
        ):
            headers = {"Authorization": f"Bearer {tokens['bank']}", "Hub-Purpose": PURPOSE}
            asked = {"url": f"http://127.0.0.1:{port}/hub", "document": FOLLOWED}
            # That of an earlier run listens no longer.
            for document in (REMOVE_WEBHOOK, REGISTER_WEBHOOK):
                body = {"query": document, "variables": asked if document is REGISTER_WEBHOOK else {}}
                answer = (await client.post(self.url, json=body, headers=headers)).json()
            known.append(Webhook(answer["data"]["registerWebhook"]["secret"]))
            yield

    async def stay(self, tokens: Mapping[str, str]) -> None:
        """Tell what the hub does by itself and what a bank gets, and keep `var/demo.json`'s tokens fresh, until cancelled."""
        async with self.receiving(tokens):
            await self._stay()

    async def _stay(self) -> None:
        told, written, pulled = "", time.monotonic(), time.monotonic()
        while True:
            if time.monotonic() - pulled > _PULLED_SECONDS:
                # A province's systems are pulled by the hour; nobody waits so long for a demo.
                for code in _TELLS:
                    await self.hub.ingest.resume(code)
                pulled = time.monotonic()
            if (done := await self.done_by_itself()) != told:
                self._say(done)
                told = done
            await asyncio.sleep(_LOOK_SECONDS)
            if time.monotonic() - written > _REFRESH_SECONDS:
                await self.write_facts()
                written = time.monotonic()

    async def done_by_itself(self) -> str:
        """What has gone out, and which pulls went well, in a line."""
        counts = await Deliveries(self.hub.database, self.hub.database.clock.now).counts()
        sent = ", ".join(f"{code} {state} {count}" for (code, state), count in counts.items())
        in_chinese = "，".join(f"{code} {state.chinese} {count}" for (code, state), count in counts.items())
        async with self.hub.database.connection() as connection:
            rows = await leases.standing(connection)
        pulled = sum(row.name.startswith("pull:") and (row.outcome or "").startswith("OK") for row in rows)
        chinese = f"自行完成：已拉取 {pulled} 个系统；报送 {in_chinese or '尚无'}"
        return f"{chinese} / by itself: {pulled} systems pulled; delivered: {sent or 'nothing yet'}"
