"""Who fails again and again is told to stop; who proves who it is passes beside it, from wherever it comes."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from auth import clients as clients_module
from auth.callers import Callers, challenge
from auth.clients import Client, ClientProof
from auth.endpoints import routes
from auth.secrets import is_slow, matches
from auth.server import TokenServer
from auth.status import TokenStatus
from auth.tokens import Bound, Holder
from hub.domain.words.errors import ErrorCode, HubError
from hub.http import strangers as strangers_module
from hub.http.peers import Peers
from hub.http.strangers import Strangers
from tests.auth.asking import Register, posted, refused
from tests.auth.forging import BANK, ECOLOGY, ISSUER, KEY, Hands, Ring, office
from tests.auth.proving import KeyHolder
from tests.auth.test_secrets import slowly_hashed

PROXY = "192.0.2.7"


class Desk:
    """A token endpoint where three failures are free."""

    def __init__(self) -> None:
        self.register = Register()
        self.ticks = Hands(0.0)
        self.strangers = Strangers(3, wait=0.0, ticks=self.ticks)
        self.kept: list[tuple[str, str, str]] = []
        register, peers = self.register, Peers([PROXY])
        proof = ClientProof(
            register.find, register.first_use, (ISSUER,), rehash=self.rehash, strangers=self.strangers, now=Hands()
        )
        status = TokenStatus(proof, office(), register.is_good, register.revoke)
        self.app = Starlette(
            routes=routes(TokenServer(proof, office(), register.dpop), status, Ring(KEY).public, ISSUER, peers)
        )
        self.callers = Callers(office().verify, register.is_good, register.dpop, ISSUER, strangers=self.strangers, peers=peers)

    async def rehash(self, client_id: str, old: str, new: str) -> None:
        self.kept.append((client_id, old, new))

    async def ask(self, secret: str | None = None, peer: str = "198.51.100.1", **headers: str) -> httpx.Response:
        form = posted("bank-1", secret) if secret else posted("bank-1")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app, client=(peer, 5)), base_url=ISSUER) as http:
            return await http.post("/oauth/token", data=form, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_too_many_wrong_secrets_from_one_address_meet_a_429_and_the_right_one_still_passes(desk: Desk) -> None:
    answers = [await desk.ask("wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert answers[-1].headers["retry-after"] == "60"
    assert answers[-1].headers["connection"] == "close"
    assert (await desk.ask()).status_code == 200
    assert (await desk.ask("wrong", peer="198.51.100.2")).status_code == 401
    desk.ticks.at = 60
    assert (await desk.ask("wrong")).status_code == 401


async def test_behind_the_trusted_proxy_its_client_counts_and_what_a_stranger_writes_before_does_not(desk: Desk) -> None:
    for number in range(4):
        await desk.ask("wrong", PROXY, x_forwarded_for=f"10.0.0.{number}, 203.0.113.9")
    assert (await desk.ask("wrong", PROXY, x_forwarded_for="10.0.0.9, 203.0.113.9")).status_code == 429
    assert (await desk.ask("wrong", PROXY, x_forwarded_for="203.0.113.10")).status_code == 401
    assert (await desk.ask("wrong", "203.0.113.9", x_forwarded_for="203.0.113.11")).status_code == 429


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        (PROXY, "203.0.113.9", "203.0.113.9"),
        (PROXY, f"203.0.113.9, {PROXY}", "203.0.113.9"),
        (PROXY, "203.0.113.9:4711", "203.0.113.9"),
        (PROXY, f"203.0.113.9:4711, {PROXY}:80", "203.0.113.9"),
        (PROXY, "[2001:db8:1:2::5]:4711", "2001:db8:1:2::/64"),
        (PROXY, "[2001:db8:1:2::5]", "2001:db8:1:2::/64"),
        (PROXY, "203.0.113.9:4711:1", PROXY),
        (PROXY, "203.0.113.9:", PROXY),
        (PROXY, "nonsense", PROXY),
        (PROXY, "", PROXY),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "", "198.51.100.1"),
    ],
)
def test_an_address_is_the_peers_or_the_one_that_the_last_trusted_proxy_saw(peer: str, forwarded: str, address: str) -> None:
    scope: dict[str, Any] = {"client": (peer, 5), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert Peers([PROXY]).address(scope) == address


async def test_too_many_bad_tokens_meet_a_429_and_a_good_one_still_passes(desk: Desk) -> None:
    def scope(token: str) -> dict[str, Any]:
        return {"type": "http", "headers": [(b"authorization", b"Bearer " + token.encode())], "client": ("198.51.100.1", 5)}

    codes = []
    for _ in range(5):
        with pytest.raises(HubError) as caught:
            await desk.callers.admit(scope("a.b.c"))
        codes.append(caught.value.code)
    assert codes == [ErrorCode.UNAUTHENTICATED] * 3 + [ErrorCode.RATE_LIMITED] * 2
    assert (await desk.callers.admit(scope(office().issue(ECOLOGY)))).principal == ECOLOGY


async def test_who_is_told_a_nonce_has_not_failed(desk: Desk) -> None:
    holder = KeyHolder()
    token = office().issue(BANK, bound=Bound(Holder.KEY, holder.thumbprint))
    for _ in range(5):
        headers = [(b"authorization", f"DPoP {token}".encode()), (b"dpop", holder.proof("/graphql", token).encode())]
        asked = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "client": ("198.51.100.1", 5)}
        with pytest.raises(HubError) as caught:
            await desk.callers.admit(asked)
        assert caught.value.code is ErrorCode.UNAUTHENTICATED
        assert "dpop-nonce" in challenge(asked)


async def test_whoever_goes_on_waits_and_not_everybody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers_module, "_MOST_HELD", 2)
    strangers = Strangers(0, wait=3600)
    held = [asyncio.create_task(strangers.failed("a")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(HubError):
        await strangers.failed("a")
    assert not any(task.done() for task in held)
    for task in held:
        task.cancel()


async def test_a_hundred_wrong_secrets_at_once_keep_nobody_from_a_token(desk: Desk) -> None:
    flood = [asyncio.create_task(desk.ask("wrong", "198.51.100.9")) for _ in range(120)]
    assert (await desk.ask()).status_code == 200
    assert {answer.status_code for answer in await asyncio.gather(*flood)} == {401, 429}


async def test_a_secret_of_the_slow_kind_is_kept_anew_when_it_was_shown(desk: Desk) -> None:
    kept = slowly_hashed("old secret")
    desk.register.clients["bank-1"] = Client(BANK, kept)
    assert (await desk.ask("wrong")).status_code == 401
    assert desk.kept == []
    assert (await desk.ask("old secret")).status_code == 200
    [(client_id, old, new)] = desk.kept
    assert (client_id, old) == ("bank-1", kept)
    assert matches("old secret", new)
    assert not is_slow(new)


async def test_slow_checks_run_beside_the_loop_and_wait_by_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.register.clients["bank-1"] = Client(BANK, slowly_hashed("old secret"))
    release, threads = threading.Event(), set()

    def slow(secret: str, kept: str) -> bool:
        threads.add(threading.get_ident())
        release.wait(30)
        return matches(secret, kept)

    monkeypatch.setattr(clients_module, "matches", slow)
    flood = [asyncio.create_task(desk.ask("old secret", "198.51.100.9")) for _ in range(10)]
    await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    neighbour = asyncio.create_task(desk.ask("old secret"))
    release.set()
    assert (await neighbour).status_code == 200
    answers = await asyncio.gather(*flood)
    late = [answer for answer in answers if answer.status_code != 200]
    assert len(late) == 7
    refused(late[0], 503, "temporarily_unavailable")
    assert threading.get_ident() not in threads
