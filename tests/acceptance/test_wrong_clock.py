"""A process on a machine whose clock is an hour behind takes part as any other: what several machines compare is the
database's time."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from auth.principals import Role
from connectors.credentials import gateway_headers
from connectors.credit_disclosure import sandbox as credit
from hub.domain.words.departments import Department
from hub.services.access.revocations import REVOCATION_SECONDS
from hub.signing import LEAD_SECONDS
from tests import postgres
from tests.benchmark.serving import serving
from tests.conftest import TEMPLATE
from tests.makers import a_province, opinion
from tests.near import ROOT

BEHIND = timedelta(hours=1)
NEAR = timedelta(minutes=2)
POST = """mutation ($items: [OpinionInput!]!) {
  postOpinions(items: $items) { results { outcome record { recordedAt changedAt } } }
}"""


async def test_a_process_whose_machines_clock_is_an_hour_behind_takes_part_as_any_other(
    postgres_server: str, tmp_path: Path
) -> None:
    given = credit.SANDBOX.settings("http://127.0.0.1:9")
    there = {f"HUB_CONNECTOR_CREDIT_DISCLOSURE_{name.upper()}": value for name, value in given.items()} | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "wrong_clock"), str(ROOT)]),
        "CLOCK_AHEAD": str(-BEHIND.total_seconds()),
        "HUB_WORK": "off",
    }
    async with postgres.copied(postgres_server, TEMPLATE) as url, serving(url, **there) as wrong:
        hub = wrong.hub
        await hub.database.start()
        await a_province(hub.posting)
        async with httpx.AsyncClient(base_url=wrong.url, trust_env=False, timeout=30) as http:

            async def ask(token: str, query: str, **variables: Any) -> httpx.Response:
                asked = {"query": query, "variables": variables}
                return await http.post("/graphql", json=asked, headers={"authorization": f"Bearer {token}"})

            async def push(at: datetime) -> int:
                body = b'{"rows": []}'
                signed = gateway_headers(given["push_id"], given["push_secret"], body, lambda: at)
                return (await http.post("/push/credit_disclosure", content=body, headers=signed)).status_code

            async def is_refused(token: str) -> None:
                async with asyncio.timeout(REVOCATION_SECONDS + 1):
                    while (await ask(token, "{ mines { totalCount } }")).status_code != 401:  # noqa: ASYNC110 - another process
                        await asyncio.sleep(0.1)

            now = datetime.now(UTC)
            shown = parsedate_to_datetime((await http.get("/livez")).headers["date"])
            assert abs(shown - now + BEHIND) < NEAR, "its clock is wrong"
            # What was made here begins an hour ahead of its own clock.
            ecology, other = [await wrong.token(Role.DEPARTMENT, one) for one in (Department.ECOLOGY, Department.WATER)]
            stamp = now.isoformat().replace("+00:00", "Z")
            told = (await ask(ecology, POST, items=[opinion(7, changedAt=stamp)])).json()
            [taken] = told["data"]["postOpinions"]["results"]
            assert taken["outcome"] == "ACCEPTED", told
            assert abs(datetime.fromisoformat(taken["record"]["recordedAt"]) - now) < NEAR
            assert datetime.fromisoformat(taken["record"]["changedAt"]) == now
            assert [await push(now), await push(now - BEHIND), await push(now + BEHIND)] == [200, 403, 403]
            # What it makes is good here.
            client_id, secret = await hub.clients.add("示例银行", Role.BANK)
            made = await http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
            mine = hub.tokens.verify(made.json()["access_token"])
            assert await hub.revocations.is_good(mine)
            assert abs(mine.ends - now.timestamp()) < 900
            # What is ended here ends there.
            await hub.revocations.revoke(hub.tokens.verify(ecology))
            await is_refused(ecology)
            await hub.clients.revoke(hub.tokens.verify(other).principal.client_id)
            await is_refused(other)
            # A key that is made there signs from when it should.
            command = [sys.executable, "-m", "hub.cli", "keys", "rotate"]
            place = os.environ | there | {"HUB_DATABASE_URL": url, "HUB_KEY_FILE": hub.settings.key_file}
            rotated = await asyncio.create_subprocess_exec(*command, env=place, stdout=asyncio.subprocess.PIPE)
            told, _ = await rotated.communicate()
            begins = datetime.fromisoformat(told.decode().split()[-1])
            assert abs(begins - now - timedelta(seconds=LEAD_SECONDS)) < NEAR
        await hub.database.close()
