"""Who a client is, where its kept hash is of the slow kind: few checks at once, and few from one address."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from authlib.oauth2.rfc6749 import OAuth2Error

from auth import clients
from auth.clients import Client, ClientProof
from tests.auth.asking import Register
from tests.auth.forging import BANK, ISSUER
from tests.auth.test_secrets import slowly_hashed

FORM = {"client_id": BANK.client_id, "client_secret": "of the bank"}


class Slow:
    """Checks that take as long as the test likes; `most` is how many ran at once."""

    def __init__(self) -> None:
        self.running = self.most = 0
        self._may_end = threading.Semaphore(0)
        self._lock = threading.Lock()

    def __call__(self, _secret: str, _kept: str) -> bool:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self._may_end.acquire(timeout=5)
        with self._lock:
            self.running -= 1
        return True

    def end(self, count: int = 1) -> None:
        self._may_end.release(count)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    checks = Slow()
    monkeypatch.setattr(clients, "matches", checks)
    yield checks
    checks.end(100)


@pytest.fixture
def proof() -> ClientProof:
    register = Register()
    register.clients[BANK.client_id] = Client(BANK, slowly_hashed("of the bank"))
    return ClientProof(register.find, register.first_use, (ISSUER,))


async def until(proof: ClientProof, asked: Counter[str], slow: Slow) -> None:
    """So many have asked from these addresses, and two of them are being checked."""
    async with asyncio.timeout(10):
        while proof._slow_from != asked or slow.running != 2:  # noqa: ASYNC110 - threads set no event of a loop
            await asyncio.sleep(0.001)


async def test_two_slow_checks_run_at_once_and_others_wait(slow: Slow, proof: ClientProof) -> None:
    asked = [asyncio.create_task(proof([], FORM, f"192.0.2.{number}")) for number in range(4)]
    await until(proof, Counter(f"192.0.2.{number}" for number in range(4)), slow)
    slow.end(4)
    assert [client.principal for client in await asyncio.gather(*asked)] == [BANK] * 4
    assert slow.most == 2


async def test_three_slow_checks_are_under_way_from_one_address_and_one_more_when_one_has_ended(
    slow: Slow, proof: ClientProof
) -> None:
    asked = [asyncio.create_task(proof([], FORM, "192.0.2.1")) for _ in range(3)]
    await until(proof, Counter({"192.0.2.1": 3}), slow)
    for _ in range(2):
        with pytest.raises(OAuth2Error) as caught:
            await proof([], FORM, "192.0.2.1")
        assert caught.value.error == "temporarily_unavailable"
        slow.end()
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        asked = [one for one in asked if not one.done()]
        asked.append(asyncio.create_task(proof([], FORM, "192.0.2.1")))
        await until(proof, Counter({"192.0.2.1": 3}), slow)
    # Another address has its own.
    elsewhere = asyncio.create_task(proof([], FORM, "192.0.2.2"))
    slow.end(4)
    assert [client.principal for client in await asyncio.gather(*asked, elsewhere)] == [BANK] * 4


def test_what_is_kept_of_a_secret_is_not_printed() -> None:
    assert "kept hash" not in repr(Client(BANK, "kept hash"))
