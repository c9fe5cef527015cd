"""Tokens of an outside provider: they prove who calls; what the caller may do stands in the hub's register."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth import provider_tokens
from auth.callers import Callers
from auth.clients import Client
from auth.errors import RefusedTokenError
from auth.principals import Principal, Role
from auth.provider import Provider
from auth.provider_tokens import ProviderTokens
from auth.tokens import Bound, Holder
from hub.domain.words.errors import ErrorCode, HubError
from tests.acceptance.provider import signed
from tests.auth.asking import Register
from tests.auth.forging import ECOLOGY, NOW, Hands, new_key, office
from tests.auth.forging import ISSUER as HUB
from tests.auth.proving import KeyHolder
from tests.auth.test_provider import ISSUER, Site

KEY = new_key()


class Desk:
    """The hub's side: a provider's site, a register, and a clock for both."""

    def __init__(self, **more: Any) -> None:
        self.site = Site(KEY)
        self.now, self.ticks = Hands(), Hands(1000.0)
        self.clients: dict[str, Client] = {"theirs": Client(ECOLOGY)}
        self.found = 0
        provider = Provider(ISSUER, self.site, ticks=self.ticks)
        self.tokens = ProviderTokens(provider, HUB, self.find, now=self.now, ticks=self.ticks, **more)

    async def find(self, name: str) -> Client | None:
        self.found += 1
        return self.clients.get(name)

    async def refuses(self, token: str, code: ErrorCode = ErrorCode.UNAUTHENTICATED) -> None:
        with pytest.raises(HubError) as caught:
            await self.tokens.verify(token)
        assert caught.value.code is code
        assert caught.value.detail == ""


def claims(**more: Any) -> dict[str, Any]:
    """Good claims; None takes one away."""
    good = {"iss": ISSUER, "aud": HUB, "sub": "theirs", "client_id": "theirs", "iat": NOW, "exp": NOW + 300, "jti": "1"}
    return {name: value for name, value in (good | more).items() if value is not None}


def header(**more: Any) -> dict[str, Any]:
    return {name: value for name, value in ({"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid} | more).items() if value}


def token(**more: Any) -> str:
    return signed(header(), claims(**more), KEY)


async def test_a_good_token_is_its_registered_clients() -> None:
    access = await Desk().tokens.verify(token())
    assert access.principal == ECOLOGY
    assert (access.begins, access.ends, access.bound, access.type) == (NOW, NOW + 300, None, "Bearer")


@pytest.mark.parametrize(
    "key",
    [RSAKey.generate_key(2048, auto_kid=True), OKPKey.generate_key("Ed25519", auto_kid=True), new_key()],
    ids=["RSA", "Ed25519", "P-256"],
)
async def test_whatever_asymmetric_algorithm_goes_with_the_key(key: RSAKey | OKPKey | ECKey) -> None:
    names = {"RSA": ("RS256", "PS256"), "OKP": ("EdDSA", "Ed25519"), "EC": ("ES256",)}[key.key_type]
    for name in names:
        desk = Desk()
        desk.site.publish(key)
        assert (await desk.tokens.verify(signed(header(alg=name, kid=key.kid), claims(), key))).principal == ECOLOGY


@pytest.mark.parametrize(
    "more",
    [
        {"iss": "https://evil.example"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"aud": "https://another.example"},
        {"aud": None},
        {"aud": ["https://another.example"]},
        {"exp": NOW},
        {"exp": None},
        {"exp": NOW + 3601},
        {"exp": True},
        {"iat": NOW + 11},
        {"iat": None},
        {"nbf": NOW + 11},
        {"nbf": "now"},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 201},
        {"client_id": None},
        {"client_id": "unknown"},
        {"client_id": 7},
        {"client_id": ECOLOGY.client_id},
        {"cnf": {}},
        {"cnf": {"jwk": {}}},
        {"cnf": {"jkt": ""}},
        {"cnf": "x"},
        {"cnf": {"jkt": "x", "x5t#S256": "x"}},
        {"nonce": "x"},
        {"at_hash": "x"},
        {"scope": 7},
    ],
    ids=repr,
)
async def test_what_is_not_for_us_and_now_and_whole_is_refused(more: dict[str, Any]) -> None:
    await Desk().refuses(token(**more))


SHARED = OctKey.import_key(b"x" * 32)


@pytest.mark.parametrize(
    "forged",
    [
        signed({"alg": "none", "typ": "at+jwt"}, claims(), None),
        signed(header(alg="HS256"), claims(), SHARED),
        signed(header(), claims(), new_key()),
        signed(header(jwk=KEY.as_dict(private=False)), claims(), KEY),
        signed(header(jku="https://evil.example/jwks"), claims(), KEY),
        signed(header(x5c=["MIIB"]), claims(), KEY),
        signed(header(crit=["exp"]), claims(), KEY),
        signed(header(kid=7), claims(), KEY),
        signed(header(kid="another"), claims(), KEY),
        signed(header(typ="JWT"), claims(), KEY),
        signed(header(typ=None), claims(), KEY),
        signed(header(typ="dpop+jwt"), claims(), KEY),
        "",
        "a.b.c",
        "x" * 10_000,
    ],
    ids=range(15),
)
async def test_forged_tokens_are_refused(forged: str) -> None:
    await Desk().refuses(forged)


async def test_a_token_of_nobody_we_know_makes_us_ask_nobody() -> None:
    desk = Desk()
    for bad in ("a.b.c", token(iss="https://evil.example"), token(aud="x"), token(exp=NOW), office().issue(ECOLOGY)):
        await desk.refuses(bad)
    assert (desk.site.asked.total(), desk.found) == (0, 0)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"aud": "https://another.example"}, f"aud does not name {HUB}"),
        ({"exp": NOW}, "exp has passed"),
        ({"iat": NOW + 11}, "10 s ahead"),
        ({"exp": NOW + 3601}, "longer than 3600 s"),
        ({"nonce": "x"}, "an ID token"),
        ({"client_id": None}, "not fit: client_id"),
        ({"client_id": "unknown"}, "not registered here"),
    ],
    ids=repr,
)
async def test_why_a_token_is_refused_is_told_to_who_has_a_good_signature_and_to_the_operator(
    caplog: pytest.LogCaptureFixture, more: dict[str, Any], word: str
) -> None:
    desk = Desk()
    # Nobody is asked for keys for a token that is not fit; the operator is told all the same.
    with pytest.raises(HubError):
        await desk.tokens.verify(token(**more))
    (told,) = caplog.messages
    assert told.startswith(f"a token of {ISSUER} was refused: ")
    await desk.tokens.verify(token())
    for _ in range(3):
        with pytest.raises(RefusedTokenError) as refused:
            await desk.tokens.verify(token(**more))
        assert word in refused.value.said
        assert refused.value.said.isascii()
        assert '"' not in refused.value.said
    # The same reason is not told again at once, and strangers are told none.
    assert len(caplog.messages) == 1
    with pytest.raises(HubError) as stranger:
        await desk.tokens.verify(signed(header(), claims(**more), new_key()))
    assert not getattr(stranger.value, "said", "")
    desk.ticks.at += 60
    with pytest.raises(HubError):
        await desk.tokens.verify(token(**more))
    assert caplog.messages.count(told) == 2


async def test_tokens_of_others_are_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    for forged in ("a.b.c", token(iss="https://evil.example"), signed({"alg": "none"}, claims(iss="x"), None)):
        await desk.refuses(forged)
    assert caplog.messages == []


async def test_tokens_that_are_marked_as_plain_are_taken_where_a_setting_says_so() -> None:
    for kind in ("JWT", None):
        plain = signed(header(typ=kind), claims(jti=None), KEY)
        assert (await Desk(plain=True).tokens.verify(plain)).principal == ECOLOGY
        await Desk().refuses(plain)
    await Desk(plain=True).refuses(signed(header(typ="JWT"), claims(nonce="x"), KEY))
    await Desk(plain=True).refuses(token(jti=None))


async def test_the_claim_that_names_the_client_can_be_set() -> None:
    assert (await Desk(client_claim="azp").tokens.verify(token(client_id=None, azp="theirs"))).principal == ECOLOGY
    await Desk(client_claim="azp").refuses(token())


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({}, ECOLOGY.scopes),
        ({"scope": "openid profile"}, ECOLOGY.scopes),
        ({"scope": "openid read"}, {"read"}),
        ({"scp": ["read"]}, {"read"}),
        ({"scope": "read hub:operate mine:post"}, {"read"}),
        ({"scope": "hub:operate"}, set()),
    ],
    # A set is not told in the same order in every process.
    ids=range(6),
)
async def test_scope_words_of_the_hub_narrow_and_never_widen(told: dict[str, Any], left: set[str]) -> None:
    assert (await Desk().tokens.verify(token(**told))).principal.scopes == left


async def test_what_the_token_says_of_rights_counts_for_nothing() -> None:
    access = await Desk().tokens.verify(token(role="OPERATOR", department="FINANCE", division="530000"))
    assert access.principal == ECOLOGY


async def test_a_client_that_leaves_the_register_is_gone_within_five_seconds() -> None:
    desk = Desk()
    await desk.tokens.verify(token())
    desk.clients.clear()
    desk.ticks.at += 4.9
    await desk.tokens.verify(token(jti="2"))
    assert desk.found == 1
    desk.ticks.at += 0.1
    await desk.refuses(token())


async def test_a_token_that_was_good_ends_with_its_time_and_with_its_key() -> None:
    desk = Desk()
    # The very same text: what was signed anew is not remembered.
    held = token()
    await desk.tokens.verify(held)
    desk.now.at = NOW + 300
    await desk.refuses(held)
    desk.now.at = NOW
    await desk.tokens.verify(held)
    desk.site.publish(new_key())
    desk.ticks.at += 10
    await desk.refuses(signed(header(kid="makes us look"), claims(), KEY))
    await desk.refuses(held)


@pytest.mark.parametrize(
    "said",
    [
        *({"iat": NOW + 10}, {"nbf": NOW + 10}, {"exp": NOW + 3600}, {"exp": NOW + 1}, {"jti": "x" * 200}),
        *({"aud": [HUB]}, {"aud": ["https://another.example", HUB]}),
    ],
    ids=repr,
)
async def test_what_stands_on_an_edge_is_within_it(said: dict[str, Any]) -> None:
    assert (await Desk().tokens.verify(token(**said))).principal == ECOLOGY


async def test_what_was_told_first_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_tokens, "_MOST_REMEMBERED", 2)
    desk = Desk()
    held = [token(jti=str(number)) for number in range(3)]
    for one in held:
        await desk.tokens.verify(one)
    assert list(desk.tokens._verified) == held[1:]


async def test_without_the_providers_keys_nobody_can_tell() -> None:
    desk = Desk()
    desk.site.down = True
    await desk.refuses(token(), ErrorCode.UNAVAILABLE)


async def test_ids_are_the_providers_own_and_nobody_elses() -> None:
    desk = Desk()
    first, second = await desk.tokens.verify(token(jti="1")), await desk.tokens.verify(token(jti="2"))
    assert first.id != second.id
    assert "1" != first.id != "session_1"
    assert (await desk.tokens.verify(token(jti="1", exp=NOW + 200))).id == first.id


async def test_a_client_that_must_bind_is_held_to_it() -> None:
    desk = Desk()
    desk.clients["theirs"] = Client(ECOLOGY, must_bind=True)
    await desk.refuses(token())
    bound = await desk.tokens.verify(token(cnf={"jkt": "thumb"}))
    assert bound.bound == Bound(Holder.KEY, "thumb")


async def test_a_bound_token_of_the_provider_serves_its_holder_alone() -> None:
    desk, register, holder = Desk(), Register(), KeyHolder()
    callers = Callers(office().verify, register.is_good, register.dpop, HUB, outside=desk.tokens.verify)
    bound = token(cnf={"jkt": holder.thumbprint})

    def scope(scheme: str, by: KeyHolder) -> dict[str, Any]:
        proof = by.proof("/graphql", bound, nonce=register.dpop.nonces.new())
        shown = [(b"authorization", f"{scheme} {bound}".encode()), (b"dpop", proof.encode())]
        return {"type": "http", "method": "POST", "path": "/graphql", "headers": shown}

    assert (await callers.admit(scope("DPoP", holder))).principal == ECOLOGY
    for scheme, by in (("Bearer", holder), ("DPoP", KeyHolder())):
        with pytest.raises(HubError):
            await callers.admit(scope(scheme, by))


async def test_own_tokens_stand_beside_the_providers_and_roles_are_held_to_binding() -> None:
    desk, register = Desk(), Register()
    callers = Callers(
        office().verify, register.is_good, register.dpop, HUB, outside=desk.tokens.verify, must_bind={Role.DEPARTMENT}
    )
    bank = Principal("bank-1", Role.BANK, frozenset({"read"}))
    desk.clients["bank"] = Client(bank)
    for shown, expected in ((office().issue(bank), bank), (token(client_id="bank"), bank), (token(), None)):
        scope = {"type": "http", "headers": [(b"authorization", b"Bearer " + shown.encode())]}
        if expected:
            assert (await callers.admit(scope)).principal == expected
        else:
            with pytest.raises(HubError):
                await callers.admit(scope)


async def test_what_was_revoked_by_its_id_is_refused() -> None:
    desk, register = Desk(), Register()
    callers = Callers(office().verify, register.is_good, register.dpop, HUB, outside=desk.tokens.verify)
    scope: dict[str, Any] = {"type": "websocket", "headers": [(b"authorization", b"Bearer " + token().encode())]}
    access = await callers.admit(scope)
    await register.revoke(access)
    with pytest.raises(HubError):
        await callers.admit(scope)
