"""Tokens bound to a certificate: believed from the configured proxy, and from nobody else."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from auth.callers import Callers, challenge
from auth.certificates import Certificates
from auth.clients import ClientProof
from auth.endpoints import routes
from auth.jose import digest_of
from auth.server import TokenServer
from auth.status import TokenStatus
from auth.tokens import Bound, Holder
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.peers import Peers
from tests.auth.asking import Register, posted
from tests.auth.forging import BANK, ISSUER, KEY, Hands, Ring, office

DER = b"0\x82 any certificate: whether it is good is for the proxy to say"
#: As nginx tells it by `$ssl_client_escaped_cert`: lines of 64 characters, escaped.
ESCAPED = quote(f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(DER).decode()}-----END CERTIFICATE-----\n", safe="-")
SHOWN = f":{base64.b64encode(DER).decode()}:"
PROXY = "192.0.2.7"
PEERS = Peers([PROXY, "2001:db8::/64"])
TRUSTED = Certificates(PEERS)
TOKEN = office().issue(BANK, bound=Bound(Holder.CERTIFICATE, digest_of(DER)))


def scope(*certificates: str, peer: Any = (PROXY, 5), scheme: str = "Bearer") -> dict[str, Any]:
    headers = [(b"authorization", f"{scheme} {TOKEN}".encode()), *((b"client-cert", one.encode()) for one in certificates)]
    return {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "client": peer}


def callers(trusted: Certificates | None = TRUSTED) -> Callers:
    register = Register()
    return Callers(office().verify, register.is_good, register.dpop, ISSUER, certificates=trusted)


@pytest.mark.parametrize("peer", [(PROXY, 5), ("2001:db8::1", 0), [PROXY, 5]])
@pytest.mark.parametrize("shown", [SHOWN, ESCAPED])
async def test_the_holder_of_the_certificate_is_let_in(peer: Any, shown: str) -> None:
    assert (await callers().admit(scope(shown, peer=peer))).principal == BANK


async def test_who_shows_such_a_token_as_one_bound_to_a_key_is_told_of_its_own_way_alone() -> None:
    asked = scope(SHOWN, scheme="DPoP")
    with pytest.raises(HubError):
        await callers().admit(asked)
    described = 'error_description="The access token is bound to a certificate"'
    assert challenge(asked) == {"www-authenticate": f'Bearer realm="hub", error="invalid_token", {described}'}


@pytest.mark.parametrize(
    "asked",
    [
        scope(),
        scope(SHOWN, SHOWN),
        scope(":AAAA:"),
        scope(SHOWN.strip(":")),
        scope(SHOWN + ", " + SHOWN),
        scope(":A:"),
        scope(""),
        scope(ESCAPED, ESCAPED),
        scope(ESCAPED + ESCAPED),
        scope(ESCAPED.replace("CERTIFICATE", "CERT")),
        scope(ESCAPED.replace("%0A", "", 1)),
        scope(ESCAPED.replace("%0A", "%20%0A")),
        scope(ESCAPED.removesuffix("%0A")),
        scope(ESCAPED, peer=("192.0.2.8", 5)),
        scope(SHOWN, peer=("192.0.2.8", 5)),
        scope(SHOWN, peer=("127.0.0.1", 5)),
        scope(SHOWN, peer=None),
        scope(SHOWN, peer=("", 0)),
        scope(SHOWN, peer=("unix:", 0)),
        scope(SHOWN, scheme="DPoP"),
    ],
)
async def test_nobody_else_is(asked: dict[str, Any]) -> None:
    with pytest.raises(HubError) as caught:
        await callers().admit(asked)
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


async def test_without_a_configured_proxy_nobody_is_believed() -> None:
    with pytest.raises(HubError):
        await callers(None).admit(scope(SHOWN))


@pytest.mark.parametrize("proxy", ["x", "300.1.1.1", "192.0.2.7/8"])
def test_a_proxy_is_an_address_or_a_network(proxy: str) -> None:
    with pytest.raises(ValueError, match=proxy.split("/", maxsplit=1)[0]):
        Peers([proxy])


@pytest.fixture
async def behind(register: Register) -> AsyncIterator[httpx.AsyncClient]:
    """The authorization server behind the trusted proxy."""
    proof = ClientProof(register.find, register.first_use, (ISSUER,), now=Hands())
    status = TokenStatus(proof, office(), register.is_good, register.revoke)
    server = TokenServer(proof, office(), register.dpop)
    app = Starlette(routes=routes(server, status, Ring(KEY).public, ISSUER, PEERS))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(PROXY, 5)), base_url=ISSUER) as client:
        yield client


async def test_a_token_asked_for_with_a_certificate_is_bound_to_it(behind: httpx.AsyncClient, http: httpx.AsyncClient) -> None:
    answer = await behind.post("/oauth/token", data=posted("bank-1"), headers={"client-cert": SHOWN})
    assert answer.json()["token_type"] == "Bearer"
    assert office().verify(answer.json()["access_token"]).bound == Bound(Holder.CERTIFICATE, digest_of(DER))
    told = (await behind.get("/.well-known/oauth-authorization-server")).json()
    assert told["tls_client_certificate_bound_access_tokens"] is True
    elsewhere = await http.post("/oauth/token", data=posted("bank-1"), headers={"client-cert": SHOWN})
    assert office().verify(elsewhere.json()["access_token"]).bound is None
