"""Tokens bound to a key: of use to its holder, for one request a proof, and to nobody else by any other way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey, RSAKey

from auth import dpop
from auth.callers import Callers, challenge
from auth.dpop import Dpop, Nonces, Shown
from auth.errors import UnfitClaimError
from auth.jose import Key
from auth.principals import Role
from auth.tokens import Bound, Holder
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.asking import Register, basic, posted, refused
from tests.auth.forging import BANK, ECOLOGY, ISSUER, NOW, Hands, coded, office
from tests.auth.proving import KeyHolder

PATH = "/graphql"
HOLDER = KeyHolder()
TOKEN = office().issue(BANK, bound=Bound(Holder.KEY, HOLDER.thumbprint))


@pytest.fixture
def nonce(register: Register) -> str:
    return register.dpop.nonces.new()


@pytest.fixture
def callers(register: Register) -> Callers:
    return Callers(office().verify, register.is_good, register.dpop, ISSUER)


def scope(token: str, *proofs: str, scheme: str = "DPoP", kind: str = "http", path: str = PATH) -> dict[str, Any]:
    headers = [(b"authorization", f"{scheme} {token}".encode()), *((b"dpop", proof.encode("latin-1")) for proof in proofs)]
    return {"type": kind, "path": path, "headers": headers} | ({"method": "POST"} if kind == "http" else {})


async def turned_away(callers: Callers, asked: dict[str, Any], error: str) -> dict[str, str]:
    with pytest.raises(HubError) as caught:
        await callers.admit(asked)
    assert (caught.value.code, caught.value.detail) == (ErrorCode.UNAUTHENTICATED, "")
    told = challenge(asked)
    assert f'error="{error}"' in told["www-authenticate"]
    # A nonce is given to who lacks one, and to nobody else.
    assert ("dpop-nonce" in told) is (error == "use_dpop_nonce")
    return told


# at the door


@pytest.mark.parametrize(
    ("key", "alg"),
    [(None, "ES256"), (OKPKey.generate_key("Ed25519"), "EdDSA"), (RSAKey.generate_key(2048), "PS256")],
    ids=["ES256", "EdDSA", "PS256"],
)
async def test_the_holder_of_the_key_is_let_in(callers: Callers, nonce: str, key: Key | None, alg: str) -> None:
    holder = KeyHolder(key, alg)
    token = office().issue(BANK, bound=Bound(Holder.KEY, holder.thumbprint))
    assert (await callers.admit(scope(token, holder.proof(PATH, token, nonce=nonce)))).principal == BANK


async def test_a_websockets_handshake_is_a_get(callers: Callers, nonce: str) -> None:
    proof = HOLDER.proof(PATH, TOKEN, nonce=nonce, htm="GET")
    assert (await callers.admit(scope(TOKEN, proof, kind="websocket"))).principal == BANK


@pytest.mark.parametrize("htu", [f"{ISSUER.upper()}{PATH}", f"{ISSUER}:443{PATH}", f"{ISSUER}{PATH}?x=1#y"])
async def test_the_address_may_be_written_in_other_ways(callers: Callers, nonce: str, htu: str) -> None:
    assert (await callers.admit(scope(TOKEN, HOLDER.proof(PATH, TOKEN, nonce=nonce, htu=htu)))).principal == BANK


async def test_without_a_nonce_the_caller_is_given_one_and_may_try_again(callers: Callers) -> None:
    told = await turned_away(callers, scope(TOKEN, HOLDER.proof(PATH, TOKEN)), "use_dpop_nonce")
    assert 'algs="EdDSA Ed25519 ES256 PS256"' in told["www-authenticate"]
    assert (await callers.admit(scope(TOKEN, HOLDER.proof(PATH, TOKEN, nonce=told["dpop-nonce"])))).principal == BANK


async def test_who_shows_a_bound_token_as_bearer_is_told_of_both_ways(callers: Callers) -> None:
    told = (await turned_away(callers, scope(TOKEN, scheme="Bearer"), "invalid_token"))["www-authenticate"]
    assert told.startswith('Bearer realm="hub", error="invalid_token", error_description="The access token is bound to a key')
    assert told.endswith(', DPoP realm="hub", algs="EdDSA Ed25519 ES256 PS256"')


async def test_who_must_bind_is_told_so(register: Register) -> None:
    callers = Callers(office().verify, register.is_good, register.dpop, ISSUER, must_bind={Role.BANK})
    told = await turned_away(callers, scope(office().issue(BANK), scheme="Bearer"), "invalid_token")
    assert "must be bound to a key or a certificate" in told["www-authenticate"]


async def test_a_nonce_is_good_for_five_minutes_in_every_process(register: Register) -> None:
    hands = Hands()
    here, elsewhere, stranger = (Nonces(lambda s=s: s, now=hands) for s in (b"shared", b"shared", b"other"))  # type: ignore[misc]
    nonce = here.new()
    assert elsewhere.is_fresh(nonce)
    assert not stranger.is_fresh(nonce)
    assert not elsewhere.is_fresh(nonce[:-1] + ("0" if nonce[-1] != "0" else "1"))
    hands.at = NOW + 300
    assert elsewhere.is_fresh(nonce)
    hands.at += 1
    assert not elsewhere.is_fresh(nonce)


@pytest.mark.parametrize(("ahead", "fresh"), [(10, True), (11, False)])
def test_a_nonce_of_a_process_whose_clock_runs_up_to_ten_seconds_ahead_is_good(ahead: int, fresh: bool) -> None:
    hands = Hands()
    nonces = Nonces(lambda: b"shared", now=hands)
    hands.at = NOW + ahead
    nonce = nonces.new()
    hands.at = NOW
    assert nonces.is_fresh(nonce) is fresh


@pytest.mark.parametrize("age", [-10, 0, 60])
async def test_a_proof_is_remembered_for_as_long_as_it_could_serve_again(age: int) -> None:
    # A machine whose clock is ten seconds behind takes it ten seconds longer.
    told: list[float] = []

    async def first(*names: str, until: float) -> bool:
        told.append(until)
        return True

    checked = Dpop(Nonces(lambda: b"shared", now=Hands()), first, now=Hands())
    proof = HOLDER.proof(PATH, TOKEN, nonce=checked.nonces.new(), iat=NOW - age)
    assert await checked.check(Shown([proof], "POST", ISSUER + PATH), TOKEN) == HOLDER.thumbprint
    assert told == [NOW - age + 70]


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("http://hub.example/x", "http://hub.example:80/x", True),
        ("http://hub.example/x", "http://hub.example:81/x", False),
        ("https://hub.example/x", "https://hub.example:443/x", True),
        ("https://hub.example/x", "https://hub.example:444/x", False),
        ("http://hub.example/x", "https://hub.example/x", False),
    ],
)
async def test_the_port_of_a_scheme_need_not_be_written_and_another_is_another_address(
    register: Register, nonce: str, shown: str, said: str, same: bool
) -> None:
    asked = Shown([HOLDER.proof(PATH, TOKEN, nonce=nonce, htu=said)], "POST", shown)
    if same:
        assert await register.dpop.check(asked, TOKEN) == HOLDER.thumbprint
        return
    with pytest.raises(UnfitClaimError, match="htu"):
        await register.dpop.check(asked, TOKEN)


@pytest.mark.parametrize("nonce", ["", "x", "0" * 41, f"{NOW:08x}-{'0' * 32}", "矿"])
async def test_a_made_up_nonce_is_answered_with_a_good_one(callers: Callers, nonce: str) -> None:
    await turned_away(callers, scope(TOKEN, HOLDER.proof(PATH, TOKEN, nonce=nonce)), "use_dpop_nonce")


async def test_a_proof_serves_once(callers: Callers, nonce: str) -> None:
    proof = HOLDER.proof(PATH, TOKEN, nonce=nonce)
    assert (await callers.admit(scope(TOKEN, proof))).principal == BANK
    await turned_away(callers, scope(TOKEN, proof), "invalid_dpop_proof")


async def test_a_key_that_has_signed_before_must_sign_again(callers: Callers, nonce: str) -> None:
    good, other = (HOLDER.proof(PATH, TOKEN, nonce=nonce) for _ in range(2))
    header, claims, _ = other.split(".")
    assert (await callers.admit(scope(TOKEN, good))).principal == BANK
    assert good.startswith(f"{header}.")
    await turned_away(callers, scope(TOKEN, f"{header}.{claims}.{good.split('.')[2]}"), "invalid_dpop_proof")


async def test_so_many_keys_are_remembered_and_those_that_are_not_serve_all_the_same(
    callers: Callers, register: Register, nonce: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dpop, "_MOST_KEYS", 2)
    holders = [KeyHolder() for _ in range(3)]
    for holder in (*holders, *holders):
        token = office().issue(BANK, bound=Bound(Holder.KEY, holder.thumbprint))
        assert (await callers.admit(scope(token, holder.proof(PATH, token, nonce=nonce)))).principal == BANK
        assert len(register.dpop._keys) <= 2
    assert [known.thumbprint for known in register.dpop._keys.values()] == [one.thumbprint for one in holders[-2:]]


async def test_two_holders_may_use_the_same_id(callers: Callers, nonce: str) -> None:
    for holder in (HOLDER, KeyHolder()):
        token = office().issue(BANK, bound=Bound(Holder.KEY, holder.thumbprint))
        assert (await callers.admit(scope(token, holder.proof(PATH, token, nonce=nonce, jti="1")))).principal == BANK


async def test_a_bound_token_shown_as_a_bearer_token_is_refused(callers: Callers, nonce: str) -> None:
    await turned_away(callers, scope(TOKEN, scheme="Bearer"), "invalid_token")
    proof = HOLDER.proof(PATH, TOKEN, nonce=nonce)
    await turned_away(callers, scope(TOKEN, proof, scheme="Bearer"), "invalid_token")


async def test_a_bearer_token_shown_with_a_proof_is_refused(callers: Callers, nonce: str) -> None:
    token = office().issue(BANK)
    await turned_away(callers, scope(token, HOLDER.proof(PATH, token, nonce=nonce)), "invalid_token")


async def test_a_proof_by_another_key_is_refused(callers: Callers, nonce: str) -> None:
    await turned_away(callers, scope(TOKEN, KeyHolder().proof(PATH, TOKEN, nonce=nonce)), "invalid_token")


async def test_a_proof_is_for_one_token(callers: Callers, nonce: str) -> None:
    other = office().issue(BANK, bound=Bound(Holder.KEY, HOLDER.thumbprint))
    await turned_away(callers, scope(TOKEN, HOLDER.proof(PATH, other, nonce=nonce)), "invalid_dpop_proof")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [({"htm": "GET"}, "htm"), ({"htu": "https://x.example/"}, "htu"), ({"iat": NOW - 61}, "iat"), ({"iat": NOW + 11}, "iat")],
    ids=repr,
)
async def test_who_has_signed_a_proof_is_told_what_is_wrong_with_it(
    callers: Callers, nonce: str, wrong: dict[str, Any], word: str
) -> None:
    told = await turned_away(callers, scope(TOKEN, HOLDER.proof(PATH, TOKEN, nonce=nonce, **wrong)), "invalid_dpop_proof")
    assert word in told["www-authenticate"].partition("error_description=")[2]
    good = HOLDER.proof(PATH, TOKEN, nonce=nonce, **wrong)
    forged = good[:-8] + ("AAAAAAAA" if good[-8:] != "AAAAAAAA" else "BBBBBBBB")
    assert (
        "error_description" not in (await turned_away(callers, scope(TOKEN, forged), "invalid_dpop_proof"))["www-authenticate"]
    )


async def test_none_or_two_proofs_are_refused(callers: Callers, nonce: str) -> None:
    await turned_away(callers, scope(TOKEN), "invalid_dpop_proof")
    two = (HOLDER.proof(PATH, TOKEN, nonce=nonce), HOLDER.proof(PATH, TOKEN, nonce=nonce))
    await turned_away(callers, scope(TOKEN, *two), "invalid_dpop_proof")


async def test_a_refused_proof_is_not_remembered(callers: Callers, register: Register, nonce: str) -> None:
    await turned_away(callers, scope(TOKEN, HOLDER.proof(PATH, TOKEN, nonce=nonce, htm="GET")), "invalid_dpop_proof")
    await turned_away(callers, scope(TOKEN, HOLDER.proof(PATH, TOKEN)), "use_dpop_nonce")
    assert register.used == {}


async def test_roles_may_be_held_to_bound_tokens(register: Register, nonce: str) -> None:
    callers = Callers(office().verify, register.is_good, register.dpop, ISSUER, must_bind=[Role.BANK])
    await turned_away(callers, scope(office().issue(BANK), scheme="Bearer"), "invalid_token")
    assert (await callers.admit(scope(TOKEN, HOLDER.proof(PATH, TOKEN, nonce=nonce)))).principal == BANK
    assert (await callers.admit(scope(office().issue(ECOLOGY), scheme="Bearer"))).principal == ECOLOGY


@pytest.mark.parametrize("cnf", [{}, {"jkt": 7}, {"jkt": ""}, {"x": "y"}, {"jkt": "a", "x5t#S256": "b"}, "jkt", [], None, 1])
def test_a_binding_that_we_do_not_understand_is_not_passed_over(cnf: Any) -> None:
    from tests.auth.forging import claims, header, signed

    with pytest.raises(HubError):
        office().verify(signed(header(), claims() | {"cnf": cnf}))


# at the token endpoint


async def test_a_token_is_bound_to_the_key_of_the_proof(http: httpx.AsyncClient, callers: Callers, nonce: str) -> None:
    asked = await http.post("/oauth/token", data=posted("bank-1"), headers={"dpop": HOLDER.proof("/oauth/token")})
    refused(asked, 400, "use_dpop_nonce")
    proof = HOLDER.proof("/oauth/token", nonce=asked.headers["dpop-nonce"])
    answer = await http.post("/oauth/token", data=posted("bank-1"), headers={"dpop": proof})
    assert answer.json()["token_type"] == "DPoP"
    token = answer.json()["access_token"]
    assert office().verify(token).bound == Bound(Holder.KEY, HOLDER.thumbprint)
    assert (await callers.admit(scope(token, HOLDER.proof(PATH, token, nonce=answer.headers["dpop-nonce"])))).principal == BANK
    told = await http.post("/oauth/introspect", data={"token": token}, headers=basic("bank-1"))
    assert (told.json()["token_type"], told.json()["cnf"]) == ("DPoP", {"jkt": HOLDER.thumbprint})
    again = await http.post("/oauth/token", data=posted("bank-1"), headers={"dpop": proof})
    refused(again, 400, "invalid_dpop_proof")


async def test_a_bad_proof_yields_no_token_not_even_an_unbound_one(http: httpx.AsyncClient, nonce: str) -> None:
    for proof in ("x", HOLDER.proof("/oauth/revoke", nonce=nonce), HOLDER.proof("/oauth/token", nonce=nonce, htm="GET")):
        refused(await http.post("/oauth/token", data=posted("bank-1"), headers={"dpop": proof}), 400, "invalid_dpop_proof")


async def test_a_client_may_be_held_to_bound_tokens(http: httpx.AsyncClient, register: Register, nonce: str) -> None:
    register.clients["bank-1"] = replace(register.clients["bank-1"], must_bind=True)
    refused(await http.post("/oauth/token", data=posted("bank-1")), 400, "invalid_dpop_proof")
    proof = HOLDER.proof("/oauth/token", nonce=nonce)
    answer = await http.post("/oauth/token", data=posted("bank-1"), headers={"dpop": proof})
    assert answer.json()["token_type"] == "DPoP"


# forged proofs


@pytest.mark.parametrize(
    "wrong",
    [
        {"typ": "JWT"},
        {"typ": "at+jwt"},
        {"typ": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": "EdDSA"},
        {"alg": None},
        {"jwk": None},
        {"jwk": {}},
        {"jwk": "x"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": HOLDER.key.as_dict(private=True)},
        {"jwk": HOLDER.key.as_dict(private=False) | {"y": "AAAA"}},
        {"jwk": HOLDER.key.as_dict(private=False) | {"crv": "P-384"}},
        {"jwk": {"kty": "RSA", "n": "v" * 171, "e": "AQAB"}},
        {"jwk": KeyHolder().key.as_dict(private=False)},
        {"kid": "x"},
        {"jku": "https://evil.example/keys"},
        {"x5c": ["MIIB"]},
        {"x5u": "https://evil.example/chain"},
        {"crit": ["exp"]},
        {"b64": False},
    ],
)
async def test_a_forged_header_is_refused(callers: Callers, nonce: str, wrong: dict[str, Any]) -> None:
    proof = HOLDER.signed(HOLDER.header(**wrong), HOLDER.claims(PATH, TOKEN, nonce=nonce))
    await turned_away(callers, scope(TOKEN, proof), "invalid_dpop_proof")


@pytest.mark.parametrize(
    "wrong",
    [
        {"htm": "GET"},
        {"htm": "post"},
        {"htm": None},
        {"htu": f"{ISSUER}/oauth/token"},
        {"htu": f"https://evil.example{PATH}"},
        {"htu": f"http://hub.example{PATH}"},
        {"htu": f"{ISSUER}:8443{PATH}"},
        {"htu": f"https://hub.example@evil.example{PATH}"},
        {"htu": f"https://x@hub.example{PATH}"},
        {"htu": f"https://[{PATH}"},
        {"htu": PATH},
        {"htu": f"{ISSUER}{PATH}/"},
        {"htu": 7},
        {"htu": None},
        {"iat": NOW - 61},
        {"iat": NOW + 11},
        {"iat": str(NOW)},
        {"iat": True},
        {"iat": float("inf")},
        {"iat": 10**400},
        {"iat": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 201},
        {"jti": 7},
        {"ath": None},
        {"ath": ""},
        {"ath": "矿"},
        {"ath": 7},
        {"nonce": 7},
    ],
)
async def test_forged_claims_are_refused_even_with_the_holders_signature(
    callers: Callers, nonce: str, wrong: dict[str, Any]
) -> None:
    proof = HOLDER.proof(PATH, TOKEN, **({"nonce": nonce} | wrong))
    await turned_away(callers, scope(TOKEN, proof), "invalid_dpop_proof")


@pytest.mark.parametrize(
    "proof",
    ["", ".", "..", "a.b.c", "x" * 9000, "\xff\xfe", f"{coded(b'[' * 1500)}.e30.AA", f"{coded(b'1')}.{coded(b'1')}.AA"],
    ids=lambda proof: ascii(proof)[:20],
)
async def test_nonsense_is_refused(callers: Callers, proof: str) -> None:
    await turned_away(callers, scope(TOKEN, proof), "invalid_dpop_proof")


async def test_a_proof_changed_anywhere_is_refused(callers: Callers, nonce: str) -> None:
    head, body, signature = HOLDER.proof(PATH, TOKEN, nonce=nonce).split(".")
    changed = HOLDER.claims(PATH, TOKEN, nonce=nonce)
    for proof in (
        f"{head}.{coded(changed)}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{coded(bytes(64))}",
        f"{head}.{body}",
    ):
        await turned_away(callers, scope(TOKEN, proof), "invalid_dpop_proof")


async def test_a_replay_in_another_process_is_refused(callers: Callers, register: Register, nonce: str) -> None:
    elsewhere = Dpop(Nonces(lambda: b"shared", now=Hands()), register.first_use, now=Hands())
    other = Callers(office().verify, register.is_good, elsewhere, ISSUER)
    proof = HOLDER.proof(PATH, TOKEN, nonce=nonce)
    assert (await callers.admit(scope(TOKEN, proof))).principal == BANK
    await turned_away(other, scope(TOKEN, proof), "invalid_dpop_proof")
