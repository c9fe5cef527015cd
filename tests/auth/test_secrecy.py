"""What the token endpoint gives away under a close look or under load: nothing."""

from __future__ import annotations

import asyncio
import logging
import threading

import httpx
import pytest

from auth import clients as clients_module
from auth.secrets import matches
from tests.auth.asking import ASK, CLIENTS, SECRET, basic, posted, refused


async def test_neither_secrets_nor_tokens_are_ever_logged(http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await http.post("/oauth/token", data=posted("bank-1"))
        await http.post("/oauth/token", data=ASK, headers=basic("bank-1", "not-the-one"))
    logged = "".join(f"{record.getMessage()}{record.args}" for record in caplog.records)
    assert "authlib" in {record.name.split(".")[0] for record in caplog.records}
    for hidden in (SECRET, "not-the-one", answer.json()["access_token"], str(CLIENTS["bank-1"].secret_hash)):
        assert hidden not in logged


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The hashes that secrets were compared with, and the threads in which that was done."""
    made: list[tuple[str, int]] = []

    def watched(secret: str, kept: str) -> bool:
        made.append((kept, threading.get_ident()))
        return matches(secret, kept)

    monkeypatch.setattr(clients_module, "matches", watched)
    return made


@pytest.mark.parametrize("grant", ["client_credentials", "password"])
async def test_an_unknown_client_costs_the_same_work_as_a_wrong_secret(
    http: httpx.AsyncClient, checks: list[tuple[str, int]], grant: str
) -> None:
    known = await http.post("/oauth/token", data=posted("bank-1", "wrong") | {"grant_type": grant})
    after_known = len(checks)
    unknown = await http.post("/oauth/token", data=posted("bank-2", "wrong") | {"grant_type": grant})
    assert len(checks) == 2 * after_known
    assert known.content == unknown.content
    # The hash that stands for nobody is as dear as a real one.
    assert len({kept.rsplit("$", 2)[0] for kept, _ in checks}) <= 1


async def test_secrets_are_checked_beside_the_event_loop(http: httpx.AsyncClient, checks: list[tuple[str, int]]) -> None:
    await http.post("/oauth/token", data=posted("bank-1"))
    assert [thread for _, thread in checks] != [threading.get_ident()]
    assert len(checks) == 1


async def test_too_many_requests_at_once_are_sent_away_early(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients_module, "_MOST_WAITING", 3)
    answers = await asyncio.gather(*(http.post("/oauth/token", data=posted("bank-1")) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [503] * 7
    late = next(answer for answer in answers if answer.status_code == 503)
    refused(late, 503, "temporarily_unavailable")
    assert late.headers["retry-after"] == "1"
    assert (await http.post("/oauth/token", data=posted("bank-1"))).status_code == 200
