"""Signing in over HTTP: to the provider and back, out again, and who one is, for pages and for programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from auth.demo_persons import DemoPersons
from auth.errors import UnansweredError
from auth.persons import Person
from auth.sessions import Browsers, Session
from auth.sign_in_endpoints import SignInEndpoints
from tests.auth.forging import NOW
from tests.auth.signing_in import FORGED, HUB, ISSUER, Door

PAGE = {"accept": "text/html,*/*"}
OURS = {"origin": HUB}


class Sessions:
    """The sessions of one process; `ended` are those that were ended, and whether everywhere."""

    def __init__(self) -> None:
        self.open: dict[str, Session] = {}
        self.instead_of: list[Session | None] = []
        self.ended: list[tuple[str, bool]] = []

    async def start(self, person: Person, instead_of: Session | None = None) -> str:
        secret = f"secret-{len(self.open)}"
        self.open[secret] = Session(secret.replace("secret", "session"), person, NOW, NOW + 3600)
        self.instead_of.append(instead_of)
        return secret

    async def find(self, secret: str) -> Session | None:
        return self.open.get(secret)

    async def end(self, session: Session, *, everywhere: bool = False) -> None:
        self.ended.append((session.id, everywhere))


class Hall:
    """A hub's sign-in, and a browser at it."""

    def __init__(self, http: httpx.AsyncClient, door: Door, sessions: Sessions, demo: DemoPersons | None) -> None:
        self.http, self.door, self.sessions, self.demo = http, door, sessions, demo

    async def signed_in(self, back: str | None = None, **more: str) -> httpx.Response:
        """What the browser is answered when it has come back from the provider."""
        begun = await self.http.get("/sign-in", params={"return": back} if back else None)
        asked = httpx.URL(begun.headers["location"]).params
        code = more.get("code", f"{len(self.door.site.nonces)}")
        if code != FORGED:
            self.door.site.nonces[code] = asked["nonce"]
        return await self.http.get("/sign-in/callback", params={"state": asked["state"], "code": code} | more)


@asynccontextmanager
async def a_hall(
    *, signs_in: bool = True, demo: DemoPersons | None = None, peer: tuple[str, int] | None = ("127.0.0.1", 5)
) -> AsyncIterator[Hall]:
    door, sessions = Door(), Sessions()
    endpoints = SignInEndpoints(sessions, Browsers(sessions, HUB), door.sign_in if signs_in else None, demo, secure=True)
    transport = httpx.ASGITransport(Starlette(routes=endpoints.routes), client=peer)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=HUB) as http:
        yield Hall(http, door, sessions, demo)


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with a_hall() as made:
        yield made


async def test_a_browser_goes_to_the_provider_and_comes_back_to_its_page_with_a_session_of_its_own(hall: Hall) -> None:
    begun = await hall.http.get("/sign-in")
    assert (begun.status_code, begun.headers["location"].partition("?")[0]) == (303, f"{ISSUER}/authorize")
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-hub-sign-in=")
    assert "; Max-Age=600;" in cookie
    arrived = await hall.signed_in("/mines?x=1")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/mines?x=1")
    assert arrived.headers.get_list("set-cookie") == [
        "__Host-hub-session=secret-0; Path=/; HttpOnly; SameSite=Lax; Secure",
        "__Host-hub-sign-in=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
    ]
    # Who signs in again has another session, and the one before has ended with it.
    assert (await hall.signed_in("//evil.example")).headers["location"] == "/"
    assert hall.sessions.instead_of == [None, hall.sessions.open["secret-0"]]


@pytest.mark.parametrize("accept", [{}, PAGE], ids=["program", "page"])
async def test_whoever_is_refused_is_told_why_by_its_status(hall: Hall, accept: dict[str, str]) -> None:
    http = hall.http

    async def told(answer: httpx.Response, status: int, code: str, retry_after: str | None = None) -> None:
        assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)
        if accept:
            assert answer.headers["content-type"].startswith("text/html")
            assert 'href="/sign-in"' in answer.text
        else:
            assert answer.json()["error"] == code

    http.headers.update(accept)
    await told(await http.get("/me"), 401, "UNAUTHENTICATED")
    await told(await http.post("/sign-out", headers={"origin": "https://evil.example"}), 403, "FORBIDDEN")
    await told(await hall.signed_in(state="x"), 400, "SIGN_IN_FAILED")
    hall.door.site.claims = {"roles": "offline_access"}
    await told(await hall.signed_in(), 403, "NO_ROLE")
    for _ in range(11):
        await hall.signed_in(code=FORGED)
    await told(await hall.signed_in(code=FORGED), 429, "RATE_LIMITED", "60")
    hall.door.ticks.at = 4000
    hall.door.site.fault = UnansweredError("down")
    await told(await http.get("/sign-in"), 503, "UNAVAILABLE", "1")
    assert hall.sessions.open == {}


async def test_without_a_provider_nobody_is_sent_to_one() -> None:
    async with a_hall(signs_in=False) as hall:
        for path in ("/sign-in", "/sign-in/callback", "/sign-in/demo"):
            assert (await hall.http.get(path)).status_code == 404
        refused = await hall.http.get("/me", headers=PAGE)
        assert (refused.status_code, "/sign-in" in refused.text) == (401, False)
        assert (await hall.http.get("/me/known")).json() == {"who": None, "signsIn": False}
        assert (await hall.http.post("/sign-out", headers=OURS)).json() == {"location": "/me"}


async def test_who_is_signed_in_is_told_to_pages_and_programs(hall: Hall) -> None:
    assert (await hall.http.get("/me/known")).json() == {"who": None, "signsIn": True}
    await hall.signed_in()
    told = (await hall.http.get("/me")).json()
    assert told["role"] == "OPERATOR"
    assert (await hall.http.get("/me/known")).json() == {"who": told, "signsIn": True}
    page = await hall.http.get("/me", headers=PAGE)
    assert page.status_code == 200
    assert "form-action 'self' https://login.example;" in page.headers["content-security-policy"]
    hall.door.site.says["end_session_endpoint"] = None
    hall.door.ticks.at = 4000
    page = await hall.http.get("/me", headers=PAGE)
    assert "form-action 'self';" in page.headers["content-security-policy"]


async def test_who_signs_out_goes_by_the_provider_and_ends_one_session_or_all(hall: Hall) -> None:
    for path, everywhere in (("/sign-out", False), ("/sign-out?everywhere=1", True)):
        await hall.signed_in()
        session = list(hall.sessions.open.values())[-1].id
        asked = await hall.http.post(path, headers=OURS)
        assert hall.sessions.ended[-1] == (session, everywhere)
        to = asked.json()["location"]
        assert to.startswith(f"{ISSUER}/logout?client_id=")
        assert asked.headers["set-cookie"].startswith("__Host-hub-session=; Max-Age=0;")
        # A form is sent there at once.
        sent = await hall.http.post(path, headers=OURS | PAGE)
        assert (sent.status_code, sent.headers["location"]) == (303, to)
    # The cookie is gone: the second of each ended nothing.
    assert len(hall.sessions.ended) == 2


@pytest.mark.parametrize(("peer", "status"), [(("127.0.0.1", 5), 200), (("192.0.2.1", 5), 400), (None, 400)])
async def test_the_demos_persons_are_chosen_on_this_machine_alone(peer: Any, status: int) -> None:
    async with a_hall(signs_in=False, demo=(demo := DemoPersons()), peer=peer) as hall:
        assert (await hall.http.get(demo.path, headers=PAGE)).status_code == status
        assert (await hall.http.get("/sign-in/demo")).status_code == 400
        form = {"person": "bank", "code": demo.code, "return": "/mines"}
        assert (await hall.http.post("/sign-in/demo", data=form)).status_code == 403
        chosen = await hall.http.post("/sign-in/demo", data=form, headers=OURS)
        assert chosen.status_code == (303 if status == 200 else 400)
        assert (await hall.http.post("/sign-in/demo", data=form | {"person": "nobody"}, headers=OURS)).status_code == 400
        assert len(hall.sessions.open) == (status == 200)
