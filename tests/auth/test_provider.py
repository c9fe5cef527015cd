"""What is kept of an identity provider: read again by age and for new keys, but seldom, and good for a time when it is down."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth.errors import UnansweredError
from auth.provider import AGAIN_SECONDS, FRESH_SECONDS, STALE_SECONDS, Provider
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.forging import Hands, new_key

ISSUER = "https://login.example/realms/mines"
OIDC = f"{ISSUER}/.well-known/openid-configuration"
OAUTH = "https://login.example/.well-known/oauth-authorization-server/realms/mines"
JWKS = "https://keys.example/jwks"


class Site:
    """What stands at the provider's addresses, and how often each was asked for."""

    def __init__(self, *keys: ECKey) -> None:
        self.pages: dict[str, dict[str, Any]] = {OIDC: {"issuer": ISSUER, "jwks_uri": JWKS}}
        self.publish(*keys)
        self.down = False
        self.asked: Counter[str] = Counter()
        self.gate: asyncio.Event | None = None

    def publish(self, *keys: Any) -> None:
        self.pages[JWKS] = {"keys": [key if isinstance(key, dict) else key.as_dict(private=False) for key in keys]}

    async def get(self, url: str) -> dict[str, Any]:
        self.asked[url] += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.down:
            raise UnansweredError("down")
        if url not in self.pages:
            raise UnansweredError("404", is_refusal=True)
        return self.pages[url]


OLD, NEW = new_key(), new_key()


@pytest.fixture
def site() -> Site:
    return Site(OLD)


@pytest.fixture
def clock() -> Hands:
    return Hands(1000.0)


@pytest.fixture
def provider(site: Site, clock: Hands) -> Provider:
    return Provider(ISSUER, site, ticks=clock)


async def kids(provider: Provider, kid: str | None = None) -> list[str | None]:
    return [key.kid for key in (await provider.known(kid)).named(kid)]


async def unavailable(provider: Provider, kid: str | None = None) -> None:
    with pytest.raises(HubError) as caught:
        await provider.known(kid)
    assert caught.value.code is ErrorCode.UNAVAILABLE


async def settle() -> None:
    """Let what was begun beside the request come to its end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_keys_are_read_once_and_kept(provider: Provider, site: Site) -> None:
    first = await provider.known(OLD.kid)
    for _ in range(100):
        assert await provider.known(OLD.kid) is first
    assert site.asked == {OIDC: 1, JWKS: 1}


async def test_many_at_once_ask_once(provider: Provider, site: Site) -> None:
    site.gate = asyncio.Event()
    asking = [asyncio.create_task(provider.known(OLD.kid)) for _ in range(50)]
    await settle()
    asking[0].cancel()
    site.gate.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(answer, asyncio.CancelledError) for answer in answers) == 1
    assert site.asked == {OIDC: 1, JWKS: 1}


async def test_what_is_old_is_read_again_beside_the_request(provider: Provider, site: Site, clock: Hands) -> None:
    old = await provider.known()
    site.publish(NEW, OLD)
    clock.at += FRESH_SECONDS - 1
    assert await provider.known() is old
    await settle()
    assert site.asked[JWKS] == 1
    clock.at += 1
    assert await provider.known() is old
    await settle()
    assert await kids(provider) == [NEW.kid, OLD.kid]
    assert site.asked[JWKS] == 2


async def test_a_key_that_is_not_known_is_looked_for_at_once(provider: Provider, site: Site, clock: Hands) -> None:
    await provider.known()
    site.publish(NEW, OLD)
    clock.at += AGAIN_SECONDS
    assert await kids(provider, NEW.kid) == [NEW.kid]


async def test_forged_names_of_keys_make_nobody_ask_more_often(provider: Provider, site: Site, clock: Hands) -> None:
    await provider.known()
    for second in range(100):
        for number in range(20):
            assert await kids(provider, f"forged-{number}") == []
        assert await kids(provider, OLD.kid) == [OLD.kid]
        assert site.asked[JWKS] <= 1 + second // AGAIN_SECONDS
        clock.at += 1


async def test_a_key_that_was_taken_back_is_known_no_more(provider: Provider, site: Site, clock: Hands) -> None:
    await provider.known()
    site.publish(NEW)
    clock.at += FRESH_SECONDS
    await provider.known()
    await settle()
    assert await kids(provider, OLD.kid) == []


async def test_while_it_is_down_what_is_kept_serves_for_a_bounded_time(provider: Provider, site: Site, clock: Hands) -> None:
    await provider.known()
    site.down = True
    began = clock.at
    while clock.at - began < STALE_SECONDS:
        assert await kids(provider, OLD.kid) == [OLD.kid]
        await settle()
        clock.at += 60
    await unavailable(provider, OLD.kid)
    assert site.asked[OIDC] <= 2 + STALE_SECONDS / 60
    site.down = False
    await unavailable(provider, OLD.kid)
    clock.at += AGAIN_SECONDS
    assert await kids(provider, OLD.kid) == [OLD.kid]


async def test_what_is_too_old_is_waited_for_where_it_can_be_read_again(provider: Provider, site: Site, clock: Hands) -> None:
    await provider.known()
    site.publish(NEW)
    clock.at += STALE_SECONDS
    assert await kids(provider) == [NEW.kid]


async def test_an_address_is_told_where_it_is_one_that_may_be_asked(provider: Provider, site: Site) -> None:
    token, end = f"{ISSUER}/token", "http://login.example/logout"
    site.pages[OIDC] |= {"token_endpoint": token, "end_session_endpoint": end}
    known = await provider.known()
    assert [known.address(name) for name in ("token_endpoint", "end_session_endpoint", "userinfo_endpoint")] == [
        token,
        None,
        None,
    ]


async def test_while_it_is_down_nobody_can_say_that_a_new_key_is_none(provider: Provider, site: Site, clock: Hands) -> None:
    await provider.known()
    site.down = True
    clock.at += AGAIN_SECONDS
    await unavailable(provider, NEW.kid)
    assert await kids(provider, OLD.kid) == [OLD.kid]


async def test_down_from_the_start_it_is_asked_seldom(provider: Provider, site: Site, clock: Hands) -> None:
    site.down = True
    for _ in range(50):
        await unavailable(provider)
    assert site.asked == {OIDC: 1}


async def test_metadata_may_stand_where_rfc_8414_has_them(provider: Provider, site: Site) -> None:
    site.pages[OAUTH] = site.pages.pop(OIDC)
    assert await kids(provider) == [OLD.kid]


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example", "jwks_uri": JWKS},
        {"issuer": ISSUER + "/", "jwks_uri": JWKS},
        {"jwks_uri": JWKS},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": "http://keys.example/jwks"},
        {"issuer": ISSUER, "jwks_uri": "https://user:word@keys.example/jwks"},
        {"issuer": ISSUER, "jwks_uri": 7},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
    ],
    ids=repr,
)
async def test_metadata_of_another_issuer_or_without_tls_are_not_believed(
    provider: Provider, site: Site, metadata: dict[str, Any]
) -> None:
    site.pages[OIDC] = metadata
    await unavailable(provider)
    assert site.asked[JWKS] == 0


async def test_keys_that_do_not_sign_or_that_we_do_not_understand_are_passed_over(provider: Provider, site: Site) -> None:
    rsa = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=False)
    site.publish(
        rsa | {"alg": "RS256", "x5c": ["MIIB"], "x5t": "x"},
        rsa | {"kid": "encrypts", "use": "enc"},
        OctKey.generate_key(256, {"kid": "shared"}).as_dict(private=True),
        ECKey.generate_key("P-256", {"kid": "private"}).as_dict(private=True),
        ECKey.generate_key("P-384", {"kid": "another curve"}),
        {"kty": "LATTICE", "kid": "of tomorrow"},
    )
    assert await kids(provider) == [rsa["kid"]]


@pytest.mark.parametrize("keys", [[], None, {}, ["x"], [{"kty": "oct", "k": "AAAA"}], [{}] * 101], ids=repr)
async def test_without_a_key_that_we_understand_nobody_can_tell(provider: Provider, site: Site, keys: Any) -> None:
    site.pages[JWKS] = {"keys": keys}
    await unavailable(provider)


@pytest.mark.parametrize(("others", "is_one"), [(99, True), (100, False)])
async def test_a_set_has_at_most_a_hundred_keys(provider: Provider, site: Site, others: int, is_one: bool) -> None:
    site.publish(*[{"kty": "LATTICE"}] * others, OLD)
    if is_one:
        assert await kids(provider) == [OLD.kid]
    else:
        await unavailable(provider)


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "login.example",
        "http://login.example",
        "https://login.example?x=1",
        "https://login.example#x",
        "https://user@login.example",
        "https://",
        "http://localhost.evil.example",
        "https://login.example;script-src",
        "https://login.example '",
        "http://localhost:80@evil.example",
        "http://127.0.0.1.evil.example",
    ],
)
def test_an_issuer_is_an_address_over_tls_or_on_this_machine(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Provider(issuer, Site(OLD))


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:8080/realms/x", "http://localhost", "http://[::1]:1", "https://a.example/"]
)
def test_on_this_machine_tls_is_not_needed(issuer: str) -> None:
    assert Provider(issuer, Site(OLD)).issuer == issuer
