"""A bank's client against a running hub: its examples as they are documented, by secret and by a key that binds its tokens."""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate
from joserfc.jwk import ECKey

from auth.principals import Role
from hub.client import AsyncBank, Bank, HubRefusedError, HubUnreachableError, PrivateKey, Secret, is_genuine
from hub.client.bank import _keep
from hub.client.flows import DOCUMENTS, Flows, Response
from schema.root import build_schema
from tests.acceptance.conftest import Client
from tests.makers import licence

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "hub/docs/banks.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
#: For what runs in this module's loop, where the hub does.
BESIDE_THE_HUB = pytest.mark.asyncio(loop_scope="module")


def test_what_it_asks_is_of_the_schema() -> None:
    for document in DOCUMENTS:
        assert validate(build_schema()._schema, parse(document)) == []


def test_what_is_documented_to_be_asked_is_of_the_schema() -> None:
    asked = re.findall(r"```graphql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(asked) >= 2
    for document in asked:
        assert validate(build_schema()._schema, parse(document)) == [], document


def test_it_imports_nothing_of_the_server() -> None:
    server = ("sqlalchemy", "strawberry", "starlette", "hub.domain")
    told = f"import sys, hub.client; print([name for name in {server} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_stands_on_what_every_install_brings_and_the_command_says_what_else_it_needs() -> None:
    brought = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [re.split("[>=]", one)[0] for one in brought["dependencies"]] == ["httpx", "joserfc"]
    assert brought["optional-dependencies"]["client"] == []
    # Where any library of the server's alone is looked for, there is none; joserfc itself stands on cryptography.
    server = sorted(
        {re.split(r"[>=\[;]", one)[0].replace("-", "_") for one in brought["optional-dependencies"]["server"]}
        - {"cryptography"}
    )
    without = f"import sys; sys.modules.update(dict.fromkeys({server}))"
    for told, status in (("import hub.client", 0), ("from hub.command import main; main()", 1)):
        done = subprocess.run([sys.executable, "-c", f"{without}; {told}"], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
    assert "pip install 'greenmine-hub[server]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@BESIDE_THE_HUB
async def test_the_documented_examples_run(lobby: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(EXAMPLES) == 5
    client, secret = await lobby.hub.clients.add("examples", Role.BANK)
    told = {"HUB": lobby.address, "CLIENT": client, "SECRET": secret, "MINE": licence(1)}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    for example in EXAMPLES:
        assert len(example.splitlines()) <= 25
        await asyncio.to_thread(exec, compile(example, "banks.md", "exec"), {"__name__": "example"})
    assert (tmp_path / "cursor.txt").read_text()


@BESIDE_THE_HUB
async def test_a_key_proves_it_and_binds_its_tokens(lobby: Client) -> None:
    client, _ = await lobby.hub.clients.add("keyed", Role.BANK)
    key = ECKey.generate_key("P-256", auto_kid=True)
    await lobby.hub.clients.set_keys(client, [key.as_dict(private=False)])
    async with AsyncBank(lobby.address, PrivateKey(client, key.as_dict(private=True)), "PRE_LOAN_REVIEW") as bank:
        check = await bank.loan_check(licence(1))
        assert [one.licence_no for one in check.mines] == [licence(1)]
        assert (await bank.loan_check(licence(1), known_at=check.asked_at)).answer == check.answer
        for asked, code in (
            (bank.loan_check(licence(999)), "NOT_FOUND"),
            (bank.loan_check(licence(1), known_at=check.asked_at + timedelta(days=1)), "IN_THE_FUTURE"),
            (bank.loan_checks([licence(1)], known_at=check.asked_at + timedelta(days=1)), "IN_THE_FUTURE"),
        ):
            with pytest.raises(HubRefusedError) as refused:
                await asked
            assert refused.value.code == code
        statement = await bank.attest(check.id)
        assert (await bank.verify(statement.sd_jwt, client, statement.status_list)).is_genuine


@BESIDE_THE_HUB
async def test_a_token_that_is_none_any_more_is_fetched_anew_and_a_wrong_secret_told(lobby: Client) -> None:
    client, secret = await lobby.hub.clients.add("again", Role.BANK)
    async with AsyncBank(lobby.address, Secret(client, secret), "PRE_LOAN_REVIEW") as bank:
        bank._flows._token = "no token"
        assert (await bank.loan_checks([licence(1)])).mines
    with Bank(lobby.address, Secret(client, "wrong"), "PRE_LOAN_REVIEW") as wrong, pytest.raises(HubRefusedError) as refused:
        await asyncio.to_thread(wrong.loan_check, licence(1))
    assert refused.value.code == "invalid_client"


def test_what_the_hub_cannot_do_now_is_tried_again_and_at_last_given_up() -> None:
    flow = Flows("https://hub.example", Secret("a", "b"), "PRE_LOAN_REVIEW").fetched("https://hub.example/x")
    waits = [next(flow).wait]
    for status, headers in ((503, {"retry-after": "7"}), (0, {}), (429, {}), (502, {})):
        answer = Response(status, headers, b"")
        waits.append(flow.send(answer).wait)
    assert waits[0] == 0.0
    assert waits[1] >= 7.0
    with pytest.raises(HubUnreachableError):
        flow.send(Response(504, {}, b""))


def test_a_cursor_file_is_whole_or_not_there(tmp_path: Path) -> None:
    _keep(tmp_path / "cursor.txt", None)
    assert not list(tmp_path.iterdir())
    _keep(tmp_path / "cursor.txt", "12.abc")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("cursor.txt", "12.abc")]


def _signed(body: bytes, secret: bytes, stamp: str = "1000") -> dict[str, str]:
    signature = base64.b64encode(hmac.digest(secret, b"1." + stamp.encode() + b"." + body, "sha256")).decode()
    return {"Webhook-Id": "1", "Webhook-Timestamp": stamp, "Webhook-Signature": f"v1,x v1,{signature}"}


_OLD, _NEW = b"old secret of the hub's", b"new secret of the hub's"
_WRONG: dict[str, Callable[[dict[str, str]], Any]] = {
    "another id": lambda headers: headers | {"Webhook-Id": "2"},
    "another moment": lambda headers: headers | {"Webhook-Timestamp": "1001"},
    "no moment": lambda headers: headers | {"Webhook-Timestamp": "x"},
    "no signature": lambda headers: headers | {"Webhook-Signature": ""},
    "another scheme": lambda headers: headers | {"Webhook-Signature": headers["Webhook-Signature"].replace("v1,", "v1a,")},
    "nothing": lambda _: {},
}


def test_a_webhook_is_known_by_either_of_two_secrets_for_five_minutes() -> None:
    secrets = ["whsec_" + base64.b64encode(one).decode() for one in (_NEW, _OLD)]
    good = _signed(b"{}", _OLD)
    assert is_genuine(b"{}", good, secrets, now=1300)
    assert not is_genuine(b"{}", good, secrets, now=1301)
    assert not is_genuine(b"{ }", good, secrets, now=1000)
    assert not is_genuine(b"{}", good, secrets[:1], now=1000)
    for name, change in _WRONG.items():
        assert not is_genuine(b"{}", change(good), secrets, now=1000), name
