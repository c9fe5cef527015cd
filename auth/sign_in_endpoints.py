"""The HTTP of signing in: to the provider and back, out again, and who one is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from auth import demo_persons, pages
from auth.cookies import Cookie
from auth.demo_persons import DemoPersons
from auth.origins import origin_of
from auth.persons import Person
from auth.sessions import Browsers, Register, Session
from auth.sign_in import ATTEMPT_SECONDS, CALLBACK, HOME, SignIn, local_path
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.bodies import read_body
from hub.http.peers import Peers

#: For the form of the demo's page to come, in seconds.
_BODY_SECONDS = 10.0
_STATUSES = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.NO_ROLE: 403,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
}

Answer = Callable[[Request], Awaitable[Response]]


class SignInEndpoints:
    """The routes to mount at the root.  Without `sign_in` nobody comes by the provider, without `demo` nobody as one
    of its persons."""

    def __init__(
        self,
        register: Register,
        browsers: Browsers,
        sign_in: SignIn | None = None,
        demo: DemoPersons | None = None,
        *,
        secure: bool,
        peers: Peers | None = None,
    ) -> None:
        self._register = register
        self._browsers = browsers
        self._sign_in = sign_in
        self._demo = demo
        self._peers = peers or Peers()
        self._attempt = Cookie("hub-sign-in", secure=secure)

    @property
    def routes(self) -> list[Route]:
        known = [
            Route(HOME, self._answering(self._me), methods=["GET"]),
            Route("/me/known", self._answering(self._known), methods=["GET"]),
            Route("/sign-out", self._answering(self._out), methods=["POST"]),
        ]
        if self._sign_in is not None:
            known.append(Route("/sign-in", self._answering(self._begin), methods=["GET"]))
            known.append(Route(CALLBACK, self._answering(self._finish), methods=["GET"]))
        if self._demo is not None:
            known.append(Route(demo_persons.PATH, self._answering(self._demo_page), methods=["GET"]))
            known.append(Route(demo_persons.PATH, self._answering(self._demo_chosen), methods=["POST"]))
        return known

    def _answering(self, respond: Answer) -> Answer:
        async def answer(request: Request) -> Response:
            try:
                return await respond(request)
            except HubError as error:
                status = _STATUSES.get(error.code, 400)
                refused: Response
                if _wants_json(request):
                    refused = JSONResponse({"error": error.code.value, "message": error.payload["message"]}, status)
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

    async def _demo_page(self, request: Request) -> Response:
        assert self._demo is not None
        if not self._demo.opens(request.query_params.get("code", ""), _peer(request)):
            raise HubError(ErrorCode.SIGN_IN_FAILED)
        return pages.demo(self._demo, local_path(request.query_params.get("return")))

    async def _demo_chosen(self, request: Request) -> Response:
        assert self._demo is not None
        self._browsers.check_origin(request.scope["headers"])
        body = await read_body(request.scope, request.receive, most_bytes=demo_persons.MOST_BYTES, seconds=_BODY_SECONDS)
        if (chosen := self._demo.chosen(body, _peer(request))) is None:
            raise HubError(ErrorCode.SIGN_IN_FAILED)
        person, back = chosen
        return await self._signed_in(request, person, local_path(back))

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
            await self._register.end(session, everywhere="everywhere" in request.query_params)
        to = await self._leaving() or HOME
        # A page that asks by itself goes there by itself: its policy lets no form lead to another host.
        answer: Response = JSONResponse({"location": to}) if _wants_json(request) else RedirectResponse(to, 303)
        answer.headers.append("set-cookie", self._browsers.cookie.taken())
        return answer

    async def _known(self, request: Request) -> Response:
        """For our own pages, of which some are for strangers too: who is signed in, if anybody, and whether one can sign in."""
        session = await self._session(request)
        who = pages.facts_of(session) if session else None
        return JSONResponse({"who": who, "signsIn": self._sign_in is not None})

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


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _wants_json(request: Request) -> bool:
    """Browsers name HTML; whoever does not is a program."""
    return "text/html" not in request.headers.get("accept", "")
