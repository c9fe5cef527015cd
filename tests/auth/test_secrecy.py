"""What the token endpoint gives away under a close look or under load: nothing."""

from __future__ import annotations

import logging

import httpx
import pytest

from auth import clients as clients_module
from auth.secrets import matches
from tests.auth.asking import ASK, CLIENTS, SECRET, basic, posted


async def test_neither_secrets_nor_tokens_are_ever_logged(http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await http.post("/oauth/token", data=posted("bank-1"))
        await http.post("/oauth/token", data=ASK, headers=basic("bank-1", "not-the-one"))
    logged = "".join(f"{record.getMessage()}{record.args}" for record in caplog.records)
    assert "authlib" in {record.name.split(".")[0] for record in caplog.records}
    for hidden in (SECRET, "not-the-one", answer.json()["access_token"], str(CLIENTS["bank-1"].secret_hash)):
        assert hidden not in logged


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that secrets were compared with."""
    made: list[str] = []

    def watched(secret: str, kept: str) -> bool:
        made.append(kept)
        return matches(secret, kept)

    monkeypatch.setattr(clients_module, "matches", watched)
    return made


@pytest.mark.parametrize("grant", ["client_credentials", "password"])
async def test_an_unknown_client_costs_the_same_work_as_a_wrong_secret(
    http: httpx.AsyncClient, checks: list[str], grant: str
) -> None:
    known = await http.post("/oauth/token", data=posted("bank-1", "wrong") | {"grant_type": grant})
    after_known = len(checks)
    unknown = await http.post("/oauth/token", data=posted("bank-2", "wrong") | {"grant_type": grant})
    assert len(checks) == 2 * after_known
    assert known.content == unknown.content
    # The hash that stands for nobody is as dear as a real one.
    assert len({kept.rsplit("$", 2)[0] for kept in checks}) <= 1
