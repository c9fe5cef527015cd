"""What a browser shows, and from whose pages it may be used, over HTTP and at the door of a websocket alike."""

from __future__ import annotations

from typing import Any

import pytest

from auth.callers import Callers
from auth.cookies import Cookie
from auth.persons import Person
from auth.sessions import Browsers, Session
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.asking import Register
from tests.auth.forging import BANK, ECOLOGY, ISSUER, NOW, office

SESSION = Session("session_1", Person(ECOLOGY, "示例·科员"), NOW, NOW + 3600)


class Kept:
    """A register with one session, whose secret is `good`."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def start(self, person: Person, instead_of: Session | None = None) -> str:
        raise AssertionError("nobody signs in here")

    async def find(self, secret: str) -> Session | None:
        self.asked.append(secret)
        return SESSION if secret == "good" else None

    async def end(self, session: Session, *, everywhere: bool = False) -> None:
        raise AssertionError("nobody signs out here")


def scope(kind: str = "http", cookie: str = "__Host-hub-session=good", **headers: str) -> dict[str, Any]:
    given = {"origin": ISSUER} | {name.replace("_", "-"): value for name, value in headers.items()}
    listed = [(name.encode(), value.encode()) for name, value in given.items() if value]
    return {"type": kind, "headers": [(b"cookie", cookie.encode("latin-1")), *listed]}


def callers(kept: Kept | None = None, register: Register | None = None) -> Callers:
    register = register or Register()
    browsers = Browsers(kept or Kept(), ISSUER)
    return Callers(office().verify, register.is_good, register.dpop, ISSUER, browsers=browsers)


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_session_lets_in_as_a_token_would(kind: str) -> None:
    access = await callers().admit(scope(kind))
    assert (access.principal, access.id, access.begins, access.ends) == (ECOLOGY, "session_1", NOW, NOW + 3600)


@pytest.mark.parametrize("headers", [[], [(b"cookie", b"other=good")]])
async def test_without_a_cookie_no_session_is_looked_for(headers: list[tuple[bytes, bytes]]) -> None:
    kept = Kept()
    assert await Browsers(kept, ISSUER).session(headers) is None
    assert kept.asked == []


async def test_a_session_is_not_held_to_the_binding_of_tokens() -> None:
    """HUB_MUST_BIND_ROLES is about tokens, which programs hold: a browser keeps its cookie from scripts and other sites, and
    has no key to bind it to.  Who wants none of a role's people in gives that role to nobody at the provider."""
    register = Register()
    held = Callers(
        office().verify, register.is_good, register.dpop, ISSUER, browsers=Browsers(Kept(), ISSUER), must_bind=[ECOLOGY.role]
    )
    assert (await held.admit(scope())).principal == ECOLOGY
    with pytest.raises(HubError):
        await held.admit({"type": "http", "headers": [(b"authorization", b"Bearer " + office().issue(ECOLOGY).encode())]})


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://hub.example"},
        {"origin": "https://hub.example:8443"},
        {"origin": "https://hub.example.evil.example"},
        {"origin": "https://hub.example@evil.example"},
        {"origin": "https://hub.example", "sec_fetch_site": "cross-site"},
        {"origin": "", "sec_fetch_site": "none"},
        {"origin": "", "sec_fetch_site": "same-site"},
    ],
    ids=repr,
)
async def test_from_another_site_it_lets_nobody_in_and_is_not_even_looked_up(kind: str, headers: dict[str, str]) -> None:
    kept = Kept()
    with pytest.raises(HubError) as caught:
        await callers(kept).admit(scope(kind, **headers))
    assert caught.value.code is ErrorCode.FORBIDDEN
    assert kept.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ISSUER + ":443"},
        {"origin": "HTTPS://HUB.example"},
        {"sec_fetch_site": "same-origin"},
        {"origin": "", "sec_fetch_site": "same-origin"},
    ],
    ids=repr,
)
async def test_a_page_of_the_hubs_own_may_use_it(headers: dict[str, str]) -> None:
    assert (await callers().admit(scope(**headers))).principal == ECOLOGY


async def test_two_origins_are_none_of_ours() -> None:
    asked = scope()
    asked["headers"].append((b"origin", b"https://evil.example"))
    with pytest.raises(HubError):
        await callers().admit(asked)


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "hub-session=good",
        "__Host-hub-session=",
        "__Host-hub-session=bad",
        "__Host-hub-session=good; __Host-hub-session=good",
        "__host-hub-session=good",
        "x=__Host-hub-session=good",
        "__Host-hub-session=good" + " " * 9000,
        "\xff",
    ],
)
async def test_without_a_good_session_nobody_is_let_in(cookie: str) -> None:
    with pytest.raises(HubError) as caught:
        await callers().admit(scope(cookie=cookie))
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


async def test_a_token_goes_first_and_a_bad_one_is_not_made_good_by_a_session() -> None:
    shown = scope(authorization="Bearer " + office().issue(BANK))
    assert (await callers().admit(shown)).principal == BANK
    with pytest.raises(HubError):
        await callers().admit(scope(authorization="Bearer a.b.c"))


async def test_an_ended_session_lets_nobody_in() -> None:
    register = Register()
    register.ended.add("session_1")
    with pytest.raises(HubError):
        await callers(register=register).admit(scope())


def test_cookies_are_of_this_host_and_out_of_reach_of_scripts() -> None:
    assert Cookie("a", secure=True).given("b") == "__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert Cookie("a", secure=False).given("b", 60) == "a=b; Max-Age=60; Path=/; HttpOnly; SameSite=Lax"
    assert Cookie("a", secure=True).taken() == "__Host-a=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"
