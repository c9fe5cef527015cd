"""Against signing in: foreign states, replays, mixed-up providers, forged ID tokens, foreign sites, stolen cookies."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.acceptance.browsing import Browser
from tests.acceptance.conftest import Client, hall, provider
from tests.acceptance.provider import CLIENT_ID, Provider, coded, huge, signed

__all__ = ["hall", "provider"]

MINES = "{ mines { totalCount } }"


async def fails(browser: Browser, address: str, status: int = 400) -> None:
    """Coming back by this address ends on a plain page, without a session, and tells nothing."""
    before = browser.secret
    answer = await browser.http.get(address)
    assert answer.status_code == status, answer.text
    assert browser.secret == before
    assert not [cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith("hub-session=")]
    for value in parse_qs(urlsplit(address).query).values():
        assert len(value[0]) < 8 or value[0] not in answer.text


def changed(address: str, **more: str | None) -> str:
    """The address with other parameters; None takes one away."""
    parts = urlsplit(address)
    query = {name: value[0] for name, value in parse_qs(parts.query).items()} | more
    return parts._replace(query=urlencode({name: value for name, value in query.items() if value is not None})).geturl()


async def test_login_csrf_a_state_of_another_browser_is_refused(hall: Client) -> None:
    async with hall.browser() as attacker, hall.browser() as victim, hall.browser() as fresh:
        back = await attacker.begin()
        await victim.begin()
        await fails(victim, back)
        await fails(fresh, back)
        await fails(victim, changed(back, state=None))
        await fails(victim, changed(back, state=""))
        # The attacker himself could still finish; what was tried elsewhere has not used it up.
        assert (await attacker.http.get(back)).status_code == 303


async def test_an_answer_serves_once(hall: Client) -> None:
    async with hall.browser() as browser:
        back = await browser.begin()
        kept = browser.http.cookies.get("hub-sign-in")
        assert kept
        assert (await browser.http.get(back)).status_code == 303
        assert browser.http.cookies.get("hub-sign-in") is None
        await fails(browser, back)
        # With the cookie put back by hand it is the state that was used.
        browser.http.cookies.set("hub-sign-in", kept, domain="127.0.0.1")
        await fails(browser, back)


async def test_of_two_at_once_one_is_served(hall: Client) -> None:
    async with hall.browser() as browser:
        back = await browser.begin()
        answers = await asyncio.gather(*(browser.http.get(back) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400, 400]
    assert len(await hall.hub.sessions.list()) == 1


async def test_a_code_is_of_use_only_with_the_verifier_of_who_asked(hall: Client, provider: Provider) -> None:
    async with hall.browser() as attacker, hall.browser() as victim:
        code = parse_qs(urlsplit(await victim.begin()).query)["code"][0]
        mine = await attacker.begin()
        await fails(attacker, changed(mine, code=code))
        assert provider.given[-1]["code"] == code
        assert len(provider.given[-1]["code_verifier"]) >= 43


@pytest.mark.parametrize("issuer", ["https://evil.example", "", None])
async def test_a_mixed_up_provider_is_refused_before_its_code_is_sent_anywhere(
    hall: Client, provider: Provider, issuer: str | None
) -> None:
    async with hall.browser() as browser:
        await fails(browser, changed(await browser.begin(), iss=issuer))
    assert provider.given == []


@pytest.mark.parametrize(
    "cookie", ["", "x", "00000000." + "a" * 43 + ".L21l." + "a" * 43, "é", "a" * 9000, "0" * 8 + "." + "a" * 43]
)
async def test_a_forged_attempt_is_refused(hall: Client, cookie: str) -> None:
    async with hall.browser() as browser:
        back = await browser.begin()
        answer = await hall.http.get(
            back, headers=[(b"cookie", b"hub-sign-in=" + cookie.encode("latin-1")), (b"accept", b"text/html")]
        )
        assert answer.status_code == 400


async def test_an_attempt_with_another_way_back_is_refused(hall: Client) -> None:
    async with hall.browser() as browser:
        back = await browser.begin("/me")
        made, seed, _, seal = str(browser.http.cookies.get("hub-sign-in")).split(".")
        browser.http.cookies.set("hub-sign-in", f"{made}.{seed}.Ly9ldmlsLmV4YW1wbGU.{seal}", domain="127.0.0.1")
        await fails(browser, back)


@pytest.mark.parametrize(
    "more", ["error=access_denied", "error=x&error_description=" + quote("<b>x</b>"), "code=", "code=a&code=b"]
)
async def test_what_the_provider_says_instead_of_a_code_is_not_repeated(hall: Client, more: str) -> None:
    async with hall.browser() as browser:
        back = changed(await browser.begin(), code=None)
        answer = await browser.http.get(f"{back}&{more}")
        assert answer.status_code == 400
        assert "<b>" not in answer.text
        assert "access_denied" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example/me",
        "evil.example",
        "javascript:alert(1)",
        "/me\r\nset-cookie: a=b",
        "/\t/evil.example",
        "/me\x00",
        "/例",
        "",
        "/" + "a" * 600,
        "/#@evil.example",
    ],
    ids=repr,
)
async def test_open_redirects_there_are_none(hall: Client, path: str) -> None:
    async with hall.browser() as browser:
        arrived = await browser.sign_in(path)
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/")
        assert arrived.headers.get("a") is None


def unsigned(claims: dict[str, Any], _key: Any) -> str:
    return signed({"alg": "none"}, claims, None)


def by_the_public_key(claims: dict[str, Any], key: Any) -> str:
    text = f"{coded({'alg': 'HS256', 'kid': key.kid})}.{coded(claims)}"
    return f"{text}.{coded(hmac.digest(key.as_pem(private=False), text.encode(), 'sha256'))}"


def by_a_key_of_its_own(claims: dict[str, Any], key: Any) -> str:
    own = ECKey.generate_key("P-256")
    return signed({"alg": "ES256", "kid": key.kid, "jwk": own.as_dict(private=False)}, claims, own)


def by_another_key(claims: dict[str, Any], key: Any) -> str:
    return signed({"alg": "ES256", "kid": key.kid}, claims, ECKey.generate_key("P-256"))


def by_an_unknown_key(claims: dict[str, Any], _key: Any) -> str:
    return signed({"alg": "ES256", "kid": "unknown"}, claims, ECKey.generate_key("P-256"))


def changed_after_signing(claims: dict[str, Any], key: Any) -> str:
    head, _, seal = signed({"alg": "RS256", "kid": key.kid}, claims, key).split(".")
    return f"{head}.{signed({'alg': 'none'}, claims | {'roles': 'OPERATOR'}, None).split('.')[1]}.{seal}"


def an_access_token(claims: dict[str, Any], key: Any) -> str:
    return signed({"alg": "RS256", "kid": key.kid, "typ": "at+jwt"}, claims, key)


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        by_the_public_key,
        by_a_key_of_its_own,
        by_another_key,
        by_an_unknown_key,
        changed_after_signing,
        an_access_token,
        lambda _claims, _key: "x",
        lambda _claims, _key: "a.b.c",
    ],
)
async def test_forged_id_tokens_sign_nobody_in(
    hall: Client, provider: Provider, forge: Callable[[dict[str, Any], Any], str]
) -> None:
    provider.forge = lambda claims: forge(claims, provider.key)
    async with hall.browser() as browser:
        await fails(browser, await browser.begin())
    assert await hall.hub.sessions.list() == []


#: Claims whose values are told here as seconds from now.
MOMENTS = {"exp", "iat", "nbf"}


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT_ID, "another"]},
        {"azp": "another"},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": -60},
        {"exp": None},
        {"exp": "never"},
        {"iat": 3600},
        {"iat": -3600},
        {"iat": None},
        {"nbf": 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=repr,
)
async def test_an_id_token_that_is_not_for_us_and_now_signs_nobody_in(
    hall: Client, provider: Provider, claims: dict[str, Any]
) -> None:
    now = int(time.time())
    provider.more = {
        name: now + value if name in MOMENTS and isinstance(value, int) else value for name, value in claims.items()
    }
    async with hall.browser() as browser:
        await fails(browser, await browser.begin())


async def test_a_provider_that_turns_out_to_be_another_is_not_believed(hall: Client, provider: Provider) -> None:
    provider.says = {"issuer": "https://evil.example"}
    async with hall.browser() as browser:
        assert (await browser.get("/sign-in")).status_code == 503


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_addresses_without_tls_are_not_asked(hall: Client, provider: Provider, name: str) -> None:
    provider.says = {name: "http://provider.example/x"}
    async with hall.browser() as browser:
        begun = await browser.get("/sign-in")
        if name == "token_endpoint":
            returned = await browser.http.get(begun.headers["location"])
            await fails(browser, returned.headers["location"], 503)
        else:
            assert begun.status_code == 503


async def test_keys_without_end_end_with_unavailable(hall: Client, provider: Provider) -> None:
    provider.jwks = huge
    async with hall.browser() as browser:
        assert (await browser.get("/sign-in")).status_code == 503


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": ""},
    ],
    ids=repr,
)
async def test_another_site_can_use_the_session_for_nothing(hall: Client, headers: dict[str, str]) -> None:
    async with hall.browser() as browser:
        await browser.sign_in()
        refused = await browser.ask(MINES, **headers)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        given = {name: value for name, value in ({"origin": hall.address} | headers).items() if value}
        assert (await browser.http.post(f"{hall.address}/sign-out", headers=given)).status_code == 403
        assert (await browser.ask(MINES)).status_code == 200


async def test_a_stolen_cookie_is_worth_nothing_after_sign_out(hall: Client) -> None:
    async with hall.browser() as browser, hall.browser() as thief:
        await browser.sign_in()
        thief.http.cookies.set("hub-session", str(browser.secret), domain="127.0.0.1")
        assert (await thief.ask(MINES)).status_code == 200
        await browser.sign_out()
        assert (await thief.ask(MINES)).status_code == 401
        assert (await thief.get("/me")).status_code == 401


async def test_a_session_laid_ready_is_not_the_one_that_is_signed_in(hall: Client, provider: Provider) -> None:
    async with hall.browser() as attacker, hall.browser() as victim:
        await attacker.sign_in()
        planted = str(attacker.secret)
        back = await victim.begin()
        provider.person = {"sub": "victim", "name": "示例·受害人", "roles": "OPERATOR"}
        answer = await hall.http.get(
            back, headers={"cookie": f"hub-sign-in={victim.http.cookies.get('hub-sign-in')}; hub-session={planted}"}
        )
        (given,) = [cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith("hub-session=")]
        assert planted not in given
        # The planted one has ended with it: who laid it ready has nothing any more.
        assert (await attacker.ask(MINES)).status_code == 401
    (row,) = await hall.hub.sessions.list()
    assert row.role == "OPERATOR"


async def test_two_cookies_of_one_name_are_none(hall: Client) -> None:
    async with hall.browser() as browser:
        await browser.sign_in()
        both = {"cookie": f"hub-session={browser.secret}; hub-session=planted", "accept": "application/json"}
        async with httpx.AsyncClient(base_url=hall.address, trust_env=False) as http:
            assert (await http.get("/me", headers=both)).status_code == 401


async def test_a_guessed_or_injected_cookie_opens_nothing(hall: Client) -> None:
    for value in ("x", "' OR '1'='1", "a" * 43, "%00", "session_" + "0" * 32):
        answer = await hall.http.get("/me", headers={"cookie": f"hub-session={value}", "accept": "application/json"})
        assert answer.status_code == 401
