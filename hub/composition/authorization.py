"""Composition of who may call: tokens of the hub's own and of an outside provider, and people who have signed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.routing import Route

from auth.callers import Callers
from auth.certificates import Certificates
from auth.clients import ClientProof
from auth.demo_persons import DemoPersons
from auth.dpop import Dpop, Nonces
from auth.endpoints import keys_route, routes
from auth.fetching import Fetch
from auth.origins import host_in_ascii, origin_of
from auth.principals import Role
from auth.provider import Provider
from auth.provider_tokens import ProviderTokens
from auth.server import TokenServer
from auth.sessions import Browsers
from auth.sign_in import Registration, SignIn
from auth.sign_in_endpoints import SignInEndpoints
from auth.status import TokenStatus
from auth.tokens import Access, Tokens, nobody_outside
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.peers import Peers
from hub.http.strangers import Strangers
from hub.services.access.clients import Clients
from hub.services.access.replays import Replays
from hub.services.access.revocations import Revocations
from hub.services.access.sessions import Sessions
from hub.settings import Settings
from hub.signing import SigningKeys

T = TypeVar("T")


def authorization(
    settings: Settings,
    *,
    peers: Peers,
    strangers: Strangers,
    keys: SigningKeys,
    tokens: Tokens,
    clients: Clients,
    replays: Replays,
    revocations: Revocations,
    sessions: Sessions,
    refused: Callable[[HubError], None],
    used: Callable[[str], None],
    now: Callable[[], float],
    demo: DemoPersons | None = None,
) -> tuple[Callers, list[Route]]:
    """Who knows callers, and tells `used` of those whom it lets in and `refused` of the others; and the routes by which tokens
    are had, asked about and ended, and people sign in and out.  `now` is the database's time, in seconds since 1970.

    Raises INVALID_INPUT naming the setting that makes no sense.
    """
    address = settings.public_address
    must_bind = _read("HUB_MUST_BIND_ROLES", lambda: frozenset(map(Role, settings.must_bind)), ", ".join(Role))
    dpop = Dpop(Nonces(lambda: keys.derived("dpop nonce"), now=now), replays.first_use, now=now)
    fetch = Fetch()
    provider = _provider("HUB_IDENTITY_ISSUER", settings.identity_issuer, fetch)
    outside = _provider_tokens(settings, provider, clients, now) if provider else None
    verify_outside = outside.verify if outside else nobody_outside

    own = [keys_route(keys.public)]
    if settings.token_endpoint:
        proof = ClientProof(
            clients.find,
            replays.first_use,
            (address, f"{address}/oauth/token"),
            rehash=clients.rehash,
            strangers=strangers,
            now=now,
        )
        status = TokenStatus(proof, tokens, revocations.is_good, revocations.revoke, verify_outside)
        own = routes(TokenServer(proof, tokens, dpop, must_bind), status, keys.public, address, peers)
    elif outside is None:
        raise _wrong("HUB_TOKEN_ENDPOINT", "off 须同时设置 HUB_IDENTITY_ISSUER / off needs HUB_IDENTITY_ISSUER")

    browsers, sign_in_routes = _people(
        settings, provider, fetch, keys=keys, replays=replays, sessions=sessions, demo=demo, peers=peers, now=now
    )
    callers = Callers(
        tokens.verify if settings.token_endpoint else _none_of_ours,
        revocations.is_good,
        dpop,
        address,
        certificates=Certificates(peers),
        must_bind=must_bind,
        outside=verify_outside,
        browsers=browsers,
        refused=refused,
        used=used,
        strangers=strangers,
        peers=peers,
    )
    return callers, [*own, *sign_in_routes]


def trusted_peers(settings: Settings) -> Peers:
    """Who knows from where requests come; INVALID_INPUT naming the setting that makes no sense."""
    return _read("HUB_TRUSTED_PROXY", lambda: Peers(settings.proxies))


def host_names(settings: Settings) -> frozenset[str]:
    """The host names that the hub answers to: of its public address, of where it listens, and whichever else are set."""
    names = {urlsplit(settings.public_address).hostname or "", settings.host, *settings.allowed_hosts.split(",")}
    if settings.host in ("127.0.0.1", "::1", "localhost"):
        names |= {"127.0.0.1", "::1", "localhost"}
    return frozenset(host_in_ascii(name.strip()).lower() for name in names if name.strip())


def allowed_origins(settings: Settings) -> frozenset[str]:
    """The origins whose pages may ask; INVALID_INPUT naming the setting where one is none."""
    for origin in settings.origins:
        if origin_of(origin) != origin:
            raise _wrong("HUB_ALLOWED_ORIGINS", f"https://name.example: {origin[:100]}")
    return frozenset(settings.origins)


def _provider_tokens(settings: Settings, provider: Provider, clients: Clients, now: Callable[[], float]) -> ProviderTokens:
    return ProviderTokens(
        provider,
        settings.identity_audience or settings.public_address,
        clients.find_outside,
        client_claim=settings.identity_client_claim,
        longest=settings.identity_token_seconds,
        plain=settings.identity_plain_jwt,
        now=now,
    )


def _people(
    settings: Settings,
    known: Provider | None,
    fetch: Fetch,
    *,
    keys: SigningKeys,
    replays: Replays,
    sessions: Sessions,
    demo: DemoPersons | None,
    peers: Peers,
    now: Callable[[], float],
) -> tuple[Browsers | None, list[Route]]:
    """Who knows people's browsers, and the routes of signing in; nothing where nobody can sign in."""
    address, issuer = settings.public_address, settings.sign_in_issuer
    provider = known if known and known.issuer == issuer else _provider("HUB_SIGN_IN_ISSUER", issuer, fetch)
    if provider is None and demo is None:
        return None, []
    sign_in = None
    if provider is not None:
        if not settings.sign_in_client_id:
            raise _wrong("HUB_SIGN_IN_CLIENT_ID", "必填 / is required")
        secret = _secret(settings.sign_in_client_secret_file)
        registration = Registration(settings.sign_in_client_id, secret, settings.sign_in_claim)
        sign_in = SignIn(
            provider,
            fetch,
            registration,
            address,
            secret=lambda: keys.derived("sign-in"),
            first_use=replays.first_use,
            now=now,
        )
    browsers = Browsers(sessions, address)
    secure = address.startswith("https:")
    return browsers, SignInEndpoints(sessions, browsers, sign_in, demo, secure=secure, peers=peers).routes


def _provider(name: str, issuer: str, fetch: Fetch) -> Provider | None:
    return _read(name, lambda: Provider(issuer, fetch)) if issuer else None


def _secret(file: str) -> str:
    """The secret in a file; none where no file is named."""
    if not file:
        return ""
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        secret = ""
    if not secret:
        raise _wrong("HUB_SIGN_IN_CLIENT_SECRET_FILE", f"无法读取 / cannot be read: {file}")
    return secret


def _none_of_ours(_token: str) -> Access:
    """Of a hub that gives no tokens none is good."""
    raise HubError(ErrorCode.UNAUTHENTICATED)


def _read(name: str, read: Callable[[], T], choices: str = "") -> T:
    """What a setting describes; INVALID_INPUT naming it where it describes nothing."""
    try:
        return read()
    except ValueError as error:
        raise _wrong(name, choices or str(error)) from None


def _wrong(name: str, detail: str) -> HubError:
    return HubError(ErrorCode.INVALID_INPUT, f"{name}: {detail}", field=name)
