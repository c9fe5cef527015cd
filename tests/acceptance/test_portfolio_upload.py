"""A bank's file becomes a portfolio over HTTP, by its client and by its command line; nobody else's, and within bounds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auth.principals import Role
from hub.client import AsyncBank, HubRefusedError, Secret
from hub.domain.words.departments import Department
from tests.acceptance.conftest import Client
from tests.makers import licence

pytestmark = pytest.mark.asyncio(loop_scope="module")
CSV = {"content-type": "text/csv"}
FILE = f"采矿许可证号,业务编号,放款日期\n{licence(1)},贷-1,2026-01-05\n".encode()
WHOSE = "{ portfolios { id name leastSeverity leastFine digest } }"


def bearing(token: str, kind: str = "text/csv") -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "content-type": kind}


async def upload(lobby: Client, token: str, body: bytes = FILE, query: str = "name=公司部", kind: str = "text/csv") -> Any:
    return await lobby.http.post(f"/portfolios?{query}", content=body, headers=bearing(token, kind))


async def test_what_is_put_is_watched_and_each_other_row_says_why(lobby: Client) -> None:
    token, other = await lobby.token(Role.BANK), await lobby.token(Role.BANK)
    full_width = licence(1).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    bad = f"{full_width},再次,\nC1,,\n{licence(999)},,\n{licence(2)},,昨天\n,贷-9,\n{licence(2)},贷-2,20260105\n"
    answer = await upload(lobby, token, FILE + bad.encode(), "name=公司部&leastSeverity=BLOCKING&leastFine=50000&digest=WEEKLY")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["accepted"], told["rejected"]) == (2, 5)
    assert [(one["row"], one["cell"], one["problem"]["code"]) for one in told["results"]] == [
        (3, "A3", "DUPLICATE"),
        (4, "A4", "BAD_LICENCE_NUMBER"),
        (5, "A5", "UNKNOWN_MINE"),
        (6, "C6", "NOT_A_DATE"),
        (7, "A7", "REQUIRED"),
    ]
    assert all(one["problem"]["chinese"] and one["problem"]["english"] for one in told["results"])
    assert (await lobby.ask(token, WHOSE)).json()["data"]["portfolios"] == [told["portfolio"]]
    assert (await lobby.ask(other, WHOSE)).json()["data"]["portfolios"] == []


async def test_it_is_a_guarded_door(lobby: Client) -> None:
    bank = await lobby.token(Role.BANK)
    department = await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)
    cases: list[tuple[Any, int, str]] = [
        (lobby.http.post("/portfolios?name=x", content=FILE, headers=CSV), 401, "UNAUTHENTICATED"),
        (upload(lobby, department), 403, "FORBIDDEN"),
        (lobby.http.get("/portfolios?name=x", headers=bearing(bank)), 405, "METHOD_NOT_ALLOWED"),
        (upload(lobby, bank, kind="text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (upload(lobby, bank, kind=""), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (upload(lobby, bank, b"x" * (16 * 2**20 + 1)), 413, "PAYLOAD_TOO_LARGE"),
        (upload(lobby, bank, query=""), 400, "INVALID_INPUT"),
        (upload(lobby, bank, query="name=x&leastSeverity=MILD"), 400, "NOT_A_CHOICE"),
        (upload(lobby, bank, query="name=x&digest=HOURLY"), 400, "NOT_A_CHOICE"),
        (upload(lobby, bank, query="name=x&leastFine=five"), 400, "WRONG_TYPE"),
        (upload(lobby, bank, query="name=x&leastFine=-1"), 400, "INVALID_INPUT"),
        (upload(lobby, bank, query="name=x&name=y"), 400, "INVALID_REQUEST"),
        (upload(lobby, bank, b"PK\x03\x04"), 400, "INVALID_INPUT"),
        (upload(lobby, bank, "矿山\n示例".encode()), 400, "INVALID_INPUT"),
    ]
    for asked, status, code in cases:
        answer = await asked
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert (await lobby.ask(bank, WHOSE)).json()["data"]["portfolios"] == []
    client, secret = await lobby.hub.clients.add("held", Role.BANK)
    await lobby.hub.documents.add(client, {"Whose": WHOSE})
    await lobby.hub.documents.hold(client, on=True)
    async with AsyncBank(lobby.address, Secret(client, secret), "POST_LOAN_MONITORING") as held:
        with pytest.raises(HubRefusedError) as refused:
            await held._run(held._flows.put_portfolio("x", FILE, "INFO", None, None))
    assert refused.value.code == "DOCUMENT_NOT_TRUSTED"


async def test_a_banks_client_and_its_command_line_put_a_file(lobby: Client, tmp_path: Path) -> None:
    client, secret = await lobby.hub.clients.add("files", Role.BANK)
    file = tmp_path / "名单.csv"
    file.write_bytes(FILE + b"C1,,\n")
    async with AsyncBank(lobby.address, Secret(client, secret), "POST_LOAN_MONITORING") as bank:
        put = await bank.put_portfolio("公司部", file)
    [row] = put.results
    assert (put.accepted, row.cell, row.problem.code) == (1, "A3", "BAD_LICENCE_NUMBER")
    words = ["portfolios", "put", str(file), "--name", "公司部", "--hub", lobby.address, "--client", client, "--json"]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "hub.cli", *words],
        capture_output=True,
        text=True,
        env={"CLIENT_SECRET": secret, "PYTHONPATH": ":".join(sys.path), "PATH": ""},
    )
    assert (done.returncode, put.portfolio.id in done.stderr) == (1, True), done.stderr
    [told] = json.loads(done.stdout)
    assert (told["row"], told["cell"], told["code"]) == ("3", "A3", "BAD_LICENCE_NUMBER")
