"""The HTTP of signing in: to the provider and back, out again, and who one is."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from auth import pages
from auth.cookies import Cookie
from auth.fetching import is_loopback
from auth.origins import origin_of
from auth.persons import Person
from auth.principals import Principal, Role
from auth.scopes import default_scopes
from auth.sessions import Browsers, Register, Session
from auth.sign_in import ATTEMPT_SECONDS, CALLBACK, HOME, SignIn, local_path
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.peers import Peers

_DEMO = "/sign-in/demo"
_STATUSES = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.NO_ROLE: 403,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
}

Answer = Callable[[Request], Awaitable[Response]]


class DemoLink:
    """A link that signs an operator in once, from this machine only.  Only the demo makes one."""

    def __init__(self) -> None:
        self._code: str | None = secrets.token_urlsafe(32)

    @property
    def path(self) -> str:
        return f"{_DEMO}?code={self._code}"

    def serves(self, code: str, peer: str) -> bool:
        """Whether this is the first use of the link."""
        fits = self._code is not None and secrets.compare_digest(code.encode("utf-8", "surrogatepass"), self._code.encode())
        if not fits or not is_loopback(peer):
            return False
        self._code = None
        return True


class SignInEndpoints:
    """The routes to mount at the root.  Without `sign_in` nobody comes by the provider, without `link` nobody by the demo's."""

    def __init__(
        self,
        register: Register,
        browsers: Browsers,
        sign_in: SignIn | None = None,
        link: DemoLink | None = None,
        *,
        secure: bool,
        peers: Peers | None = None,
    ) -> None:
        self._register = register
        self._browsers = browsers
        self._sign_in = sign_in
        self._link = link
        self._peers = peers or Peers()
        self._attempt = Cookie("hub-sign-in", secure=secure)

    @property
    def routes(self) -> list[Route]:
        known = [
            Route(HOME, self._answering(self._me), methods=["GET"]),
            Route("/sign-out", self._answering(self._out), methods=["POST"]),
        ]
        if self._sign_in is not None:
            known.append(Route("/sign-in", self._answering(self._begin), methods=["GET"]))
            known.append(Route(CALLBACK, self._answering(self._finish), methods=["GET"]))
        if self._link is not None:
            known.append(Route(_DEMO, self._answering(self._demo), methods=["GET"]))
        return known

    def _answering(self, respond: Answer) -> Answer:
        async def answer(request: Request) -> Response:
            try:
                return await respond(request)
            except HubError as error:
                status = _STATUSES.get(error.code, 400)
                refused: Response
                if _wants_json(request):
                    refused = JSONResponse({"error": error.code.value, "message": error.message}, status)
                else:
                    refused = pages.refused(error.code, status, may_sign_in=self._sign_in is not None)
                if error.retry_after is not None:
                    refused.headers["retry-after"] = str(error.retry_after)
                return refused

        return answer

    async def _begin(self, request: Request) -> Response:
        assert self._sign_in is not None
        url, kept = await self._sign_in.begin(local_path(request.query_params.get("return")))
        answer = RedirectResponse(url, 303)
        answer.headers.append("set-cookie", self._attempt.given(kept, ATTEMPT_SECONDS))
        return answer

    async def _finish(self, request: Request) -> Response:
        assert self._sign_in is not None
        kept = self._attempt.read(request.scope["headers"])
        person, back = await self._sign_in.finish(kept, request.query_params.multi_items(), self._peers.address(request.scope))
        answer = await self._signed_in(request, person, back)
        answer.headers.append("set-cookie", self._attempt.taken())
        return answer

    async def _demo(self, request: Request) -> Response:
        assert self._link is not None
        peer = request.client.host if request.client else ""
        if not self._link.serves(request.query_params.get("code", ""), peer):
            raise HubError(ErrorCode.SIGN_IN_FAILED)
        operator = Principal("person:demo-operator", Role.OPERATOR, frozenset(default_scopes(Role.OPERATOR)))
        return await self._signed_in(request, Person(operator, "演示管理员"), HOME)

    async def _signed_in(self, request: Request, person: Person, back: str) -> Response:
        """A session of its own for every sign-in, so that none can be laid ready for somebody."""
        secret = await self._register.start(person, await self._session(request))
        answer = RedirectResponse(back, 303)
        answer.headers.append("set-cookie", self._browsers.cookie.given(secret))
        return answer

    async def _out(self, request: Request) -> Response:
        self._browsers.check_origin(request.scope["headers"])
        session = await self._session(request)
        if session is not None:
            await self._register.end(session)
        answer = RedirectResponse(await self._leaving() or HOME, 303)
        answer.headers.append("set-cookie", self._browsers.cookie.taken())
        return answer

    async def _me(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            raise HubError(ErrorCode.UNAUTHENTICATED)
        if _wants_json(request):
            return JSONResponse(pages.facts_of(session))
        leaving = await self._leaving()
        return pages.me(session, origin_of(leaving) if leaving else None)

    async def _session(self, request: Request) -> Session | None:
        return await self._browsers.session(request.scope["headers"])

    async def _leaving(self) -> str | None:
        return await self._sign_in.leaving() if self._sign_in is not None else None


def _wants_json(request: Request) -> bool:
    """Browsers name HTML; whoever does not is a program."""
    return "text/html" not in request.headers.get("accept", "")
