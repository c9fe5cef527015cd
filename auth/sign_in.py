"""People sign in at the identity provider: OpenID Connect's authorization code flow with PKCE (RFC 7636), state and nonce.

What a browser has begun it carries itself, in a cookie that the hub has sealed: state, nonce and the code's verifier follow
from it and from a secret of the hub's, so any process can finish what another began, and no other browser can.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote_plus

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from auth import id_tokens
from auth.clients import FirstUse
from auth.errors import NoRoleError, SignedObjectError, UnansweredError
from auth.persons import Person, person_of
from auth.provider import Known, Provider
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.strangers import Strangers

#: How long a person may take at the provider.
ATTEMPT_SECONDS = 600
#: Where a person is told who the hub takes it for, and where one lands who has signed out.
HOME = "/me"
#: Where people land who asked for no page: the console.
ENTRY = "/"
CALLBACK = "/sign-in/callback"
_MOST_AT_ONCE = 20
#: Of these from one address.
_MOST_FROM_ONE = 4
#: Callbacks that come to nothing, in a minute, from one address, and from all of which one did before; as many again may be the
#: first from theirs, so that few who go on shut out nobody.  Each makes the hub ask the provider.
MOST_FAILED = 10
MOST_FAILED_IN_ALL = 200
_MOST_CODE = 4096
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/._~!$&'()*+,;=:@%?-]{0,500}")
_SEALED = re.compile(r"([0-9a-f]{8})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]{43})")

_log = logging.getLogger("hub.sign_in")


class Post(Protocol):
    """Posts a form and gives the JSON object of the answer; raises UnansweredError."""

    async def post(self, url: str, headers: Mapping[str, str], form: str) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Registration:
    """What the hub is at the provider (without a secret: a public client), and the claim that tells what people may do here."""

    client_id: str
    secret: str = field(repr=False)
    claim: str


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A sign-in that a browser has begun."""

    made: int
    seed: str
    back: str


def local_path(path: str | None) -> str:
    """The page to go back to, if it is one of ours; else where people land."""
    return path if path and _PATH.fullmatch(path) else ENTRY


class SignIn:
    """The flow.  `address` is the hub's own, `secret` gives what all its processes share."""

    def __init__(
        self,
        provider: Provider,
        fetch: Post,
        registration: Registration,
        address: str,
        *,
        secret: Callable[[], bytes],
        first_use: FirstUse,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider = provider
        self._fetch = fetch
        self._registration = registration
        self._address = address
        self._secret = secret
        self._first_use = first_use
        self._now = now
        self._at_once: Counter[str] = Counter()
        self._strangers = Strangers(MOST_FAILED, ticks=ticks)
        self._all_strangers = Strangers(MOST_FAILED_IN_ALL, ticks=ticks)

    async def begin(self, back: str) -> tuple[str, str]:
        """Where to send the browser, and what it is to keep until it comes back.  UNAVAILABLE while nobody can sign in."""
        known = await self._provider.known()
        attempt = _Attempt(int(self._now()), secrets.token_urlsafe(32), back)
        url = prepare_grant_uri(
            _needed(known, "authorization_endpoint"),
            client_id=self._registration.client_id,
            response_type="code",
            redirect_uri=self._address + CALLBACK,
            scope="openid profile",
            state=self._derived(attempt, "state"),
            nonce=self._derived(attempt, "nonce"),
            code_challenge=create_s256_code_challenge(self._derived(attempt, "verifier")),
            code_challenge_method="S256",
        )
        return url, self._sealed(attempt)

    async def finish(self, kept: str | None, query: Sequence[tuple[str, str]], address: str = "") -> tuple[Person, str]:
        """Who has signed in, and the page to go back to, by what the browser kept and what the provider sent it back with to
        this address.

        Raises SIGN_IN_FAILED, NO_ROLE for people whom nothing is allowed, RATE_LIMITED for who fails too often, UNAVAILABLE.
        """
        if self._at_once[address] >= _MOST_FROM_ONE or self._at_once.total() >= _MOST_AT_ONCE:
            raise HubError(ErrorCode.UNAVAILABLE)
        self._at_once[address] += 1
        try:
            attempt = self._opened(kept)
            claims = await self._claims(attempt, dict(query), len(query), address)
            return person_of(claims, self._registration.claim), attempt.back
        except SignedObjectError as error:
            _log.warning("a sign-in was refused: %s", error)
            raise HubError(ErrorCode.SIGN_IN_FAILED) from None
        except NoRoleError as error:
            _log.warning("a sign-in was refused: %s", error)
            raise HubError(ErrorCode.NO_ROLE) from None
        finally:
            self._at_once[address] -= 1
            self._at_once += Counter()

    async def _claims(self, attempt: _Attempt, parameters: Mapping[str, str], number: int, address: str) -> Mapping[str, Any]:
        state = self._derived(attempt, "state")
        if number != len(parameters) or not hmac.compare_digest(
            parameters.get("state", "").encode("utf-8", "surrogatepass"), state.encode()
        ):
            raise SignedObjectError("the state is not this browser's")
        if not await self._first_use("sign-in", state, until=attempt.made + ATTEMPT_SECONDS):
            raise SignedObjectError("the state was used before")
        known = await self._provider.known()
        # RFC 9207: an answer of another provider's must not be taken for this one's.
        names_issuer = known.metadata.get("authorization_response_iss_parameter_supported") is True
        if ("iss" in parameters or names_issuer) and parameters.get("iss") != self._provider.issuer:
            raise SignedObjectError("the answer is another provider's")
        code = parameters.get("code", "")
        if "error" in parameters or not 0 < len(code) <= _MOST_CODE:
            raise SignedObjectError("the provider sent no code")
        # Anybody may begin, and come back with a code that nobody gave: what this costs the provider has a bound.
        self._strangers.check(address)
        among = "again" if self._strangers.has_failed(address) else "first"
        self._all_strangers.check(among)
        try:
            return await self._by_code(attempt, known, code)
        except (SignedObjectError, HubError):
            self._strangers.count(address)
            self._all_strangers.count(among)
            raise

    async def _by_code(self, attempt: _Attempt, known: Known, code: str) -> Mapping[str, Any]:
        answer = await self._exchange(known, code, self._derived(attempt, "verifier"))
        access_token = answer.get("access_token")
        if not isinstance(answer.get("id_token"), str) or not isinstance(access_token, str | None):
            raise SignedObjectError("the provider sent no ID token")
        return await id_tokens.read(
            answer["id_token"],
            self._provider,
            self._registration.client_id,
            nonce=self._derived(attempt, "nonce"),
            access_token=access_token,
            now=self._now(),
        )

    async def _exchange(self, known: Known, code: str, verifier: str) -> dict[str, Any]:
        endpoint = _needed(known, "token_endpoint")
        form = prepare_token_request(
            "authorization_code", redirect_uri=self._address + CALLBACK, code=code, code_verifier=verifier
        )
        endpoint, headers, form = self._proof(known).prepare("POST", endpoint, {}, form)
        try:
            return await self._fetch.post(endpoint, headers, form)
        except UnansweredError as error:
            if error.is_refusal:
                raise SignedObjectError(f"the provider refused the code: {error}") from None
            _log.warning("the provider's token endpoint: %s", error)
            raise HubError(ErrorCode.UNAVAILABLE) from None

    def _proof(self, known: Known) -> ClientAuth:
        """How the hub proves itself, by Authlib's hand."""
        me = self._registration
        if not me.secret:
            return ClientAuth(me.client_id, None, "none")
        offered = known.metadata.get("token_endpoint_auth_methods_supported")
        if isinstance(offered, list) and "client_secret_basic" not in offered and "client_secret_post" in offered:
            return ClientAuth(me.client_id, me.secret, "client_secret_post")
        # RFC 6749, 2.3.1: both are form-encoded before they are put together.
        return ClientAuth(quote_plus(me.client_id), quote_plus(me.secret), "client_secret_basic")

    async def leaving(self) -> str | None:
        """Where the browser goes to end its session at the provider too, if the provider has such a place and can be asked."""
        try:
            endpoint = (await self._provider.known()).address("end_session_endpoint")
        except HubError:
            return None
        back = [("client_id", self._registration.client_id), ("post_logout_redirect_uri", self._address + HOME)]
        return str(add_params_to_uri(endpoint, back)) if endpoint else None

    def _sealed(self, attempt: _Attempt) -> str:
        text = f"{attempt.made:08x}.{attempt.seed}.{_coded(attempt.back.encode())}"
        return f"{text}.{self._code('seal', text)}"

    def _opened(self, kept: str | None) -> _Attempt:
        match = _SEALED.fullmatch(kept or "")
        if kept is None or match is None or not hmac.compare_digest(match[4], self._code("seal", kept.rpartition(".")[0])):
            raise SignedObjectError("this browser has begun no sign-in")
        attempt = _Attempt(int(match[1], 16), match[2], base64.urlsafe_b64decode(match[3] + "==").decode())
        if not 0 <= self._now() - attempt.made < ATTEMPT_SECONDS:
            raise SignedObjectError("the sign-in took too long")
        return attempt

    def _derived(self, attempt: _Attempt, purpose: str) -> str:
        return self._code(purpose, f"{attempt.made}.{attempt.seed}")

    def _code(self, purpose: str, text: str) -> str:
        return _coded(hmac.digest(self._secret(), f"{purpose}\n{text}".encode(), hashlib.sha256))


def _needed(known: Known, name: str) -> str:
    address = known.address(name)
    if address is None:
        _log.warning("the provider's metadata name no %s over TLS", name)
        raise HubError(ErrorCode.UNAVAILABLE)
    return address


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
