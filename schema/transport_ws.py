"""The protocol graphql-transport-ws over one websocket whose handshake is done: operations by id, side by side, until it ends.

What cannot be read closes the socket with a code of the protocol's; what can be read and is refused is answered by its id.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

from starlette.websockets import WebSocket

from auth.tokens import Access
from hub.domain.as_of import Asked
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import HEADER, Purpose, read_purpose
from hub.http.cutting import cutter, taken
from hub.http.logs import trace
from schema.answers import Answer, refused_by
from schema.budgets import Place
from schema.requests import GraphQLRequest, asked_by, read_json
from schema.sending import Outlet
from schema.service import Service

PROTOCOL = "graphql-transport-ws"
#: How long a client may take until it has said `connection_init` and proven itself.
INIT_SECONDS = 5.0
#: How long an operation waits for its beginning, where many come at once.
TURN_SECONDS = 30.0
_LONGEST_ID = 100
#: What clients call a token that they hand in alone, as Apollo's documentation does.
_TOKENS = ("authtoken", "accesstoken", "access_token", "token")

_log = logging.getLogger("hub.websocket")

#: Lets in by the members of `connection_init`, in the shape of headers; raises UNAUTHENTICATED.
Admit = Callable[[Mapping[str, str]], Awaitable[Access]]


class CloseError(Exception):
    """Why a socket is closed: a code of the protocol's, and the reason that goes with it."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Session:
    """One websocket; `purpose` is the `Hub-Purpose` of its handshake, `as_of` the moment that it names.  `admit` lets in whom
    the handshake or the words of `connection_init` prove, `renewed` whom words alone do."""

    def __init__(
        self, socket: WebSocket, service: Service, admit: Admit, renewed: Admit, *, purpose: str, as_of: Asked
    ) -> None:
        self._socket = socket
        self._service = service
        self._budgets = service.budgets
        self._admit = admit
        self._renewed = renewed
        self._purpose: Purpose | None = read_purpose(purpose)
        self._as_of = as_of
        self._access: Access | None = None
        self._deadline: asyncio.Timeout | None = None
        #: Why the socket is closed when its time is over.
        self._late = CloseError(4408, "Connection initialisation timeout")
        self._watch: asyncio.Task[None] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve the socket to its end, and close it: at last, so that who comes again at once finds its place free."""
        stop: CloseError | None = None
        try:
            async with asyncio.timeout(INIT_SECONDS) as self._deadline:
                deadline = self._deadline
                while (message := await self._socket.receive())["type"] != "websocket.disconnect":
                    await self._take(message.get("text"))
                    if self._access is not None and self._watch is None:
                        # From here on it is not the client that must hurry: the socket ends with the token.
                        self._late = CloseError(4403, "Forbidden")
                        deadline.reschedule(None)
                        self._watch = asyncio.create_task(self._end_with(self._access, deadline))
        except TimeoutError:
            stop = self._late
        except CloseError as error:
            stop = error
        finally:
            await self._leave()
        if stop is not None:
            with suppress(OSError, RuntimeError):
                await self._socket.close(stop.code, stop.reason)

    def hurry(self) -> None:
        """End the time in which the client may prove itself."""
        if self._deadline is not None and self._access is None:
            self._deadline.reschedule(asyncio.get_running_loop().time())

    async def _end_with(self, access: Access, deadline: asyncio.Timeout) -> None:
        await self._service.ended(access)
        deadline.reschedule(asyncio.get_running_loop().time())

    async def _leave(self) -> None:
        tasks = [task for task in (self._watch, *self._running.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._access is not None:
            self._budgets.leave(self._access.principal.client_id, Place.SOCKET)

    def _end(self, stop: CloseError) -> None:
        """End the socket for this reason; its operations end with it."""
        assert self._deadline is not None
        self._late = stop
        self._deadline.reschedule(asyncio.get_running_loop().time())

    async def _take(self, text: str | None) -> None:
        message = _read(text)
        match message:
            case {"type": "connection_init"}:
                await self._init(message.get("payload"))
            case {"type": "ping"}:
                await self._renew(said_in(message.get("payload")))
                await self._say({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(name)} if self._access is not None and 0 < len(name) <= _LONGEST_ID:
                if name in self._running:
                    raise CloseError(4409, f"Subscriber for {name} already exists")
                asked = await self._asked(self._access, message.get("payload"), text or "")
                self._running[name] = asyncio.create_task(self._operation(name, asked, self._access))
            case {"type": "subscribe"} if self._access is None:
                raise CloseError(4401, "Unauthorized")
            case {"type": "complete", "id": str(name)}:
                if (task := self._running.pop(name, None)) is not None:
                    task.cancel()
            case _:
                raise CloseError(4400, "Invalid message received")

    async def _init(self, payload: Any) -> None:
        if self._access is not None:
            raise CloseError(4429, "Too many initialisation requests")
        parameters = payload if isinstance(payload, dict) else {}
        if payload is not None and parameters is not payload:
            raise CloseError(4400, "Invalid message received")
        said = said_in(parameters)
        try:
            access = await self._admit(said)
            self._budgets.enter(access.principal.client_id, Place.SOCKET)
        except HubError as error:
            raise CloseError(4403, error.code) from None
        self._access = access
        if (stated := said.get(HEADER.lower())) is not None:
            self._purpose = read_purpose(stated)
        await self._say({"type": "connection_ack"})

    async def _renew(self, said: Mapping[str, str]) -> None:
        """Go on with a fresh token of the same client and rights, which comes with a `ping`."""
        if self._access is None or "authorization" not in said:
            return
        try:
            access = await self._renewed(said)
        except HubError as error:
            raise CloseError(4403, error.code) from None
        if access.principal != self._access.principal:
            raise CloseError(4403, f"{ErrorCode.FORBIDDEN}: another client or other rights")
        self._access = access
        if self._watch is not None and self._deadline is not None:
            self._watch.cancel()
            self._watch = asyncio.create_task(self._end_with(access, self._deadline))

    async def _asked(self, access: Access, payload: Any, text: str) -> GraphQLRequest:
        try:
            return asked_by(payload)
        except HubError as error:
            await self._service.keep(access.principal, error, text.encode("utf-8", "surrogatepass"))
            raise CloseError(4400, "Invalid message received") from None

    async def _operation(self, name: str, asked: GraphQLRequest, access: Access) -> None:
        caller = access.principal
        try:
            await self._budgets.enter_in_turn(caller.client_id, TURN_SECONDS)
            try:
                operation = await asked.operation(self._service.documents, caller, self._purpose, self._as_of)
                begun = await self._service.graph.begin(operation, caller)
            finally:
                self._budgets.leave(caller.client_id)
            if isinstance(begun, Answer):
                await self._answer(name, begun)
            else:
                await self._follow(name, begun, caller.client_id)
        except HubError as error:
            await self._answer(name, refused_by(error))
        except Exception as error:
            _log.error("an operation over a websocket failed: %s", trace(error))
            await self._answer(name, refused_by(HubError(ErrorCode.INTERNAL)))
        finally:
            if self._running.get(name) is asyncio.current_task():
                del self._running[name]

    async def _follow(self, name: str, answers: AsyncGenerator[Answer], client: str) -> None:
        async with aclosing(answers):
            self._budgets.enter(client, Place.SUBSCRIPTION)
            try:
                async for answer in answers:
                    await self._next(name, answer)
            except HubError as error:
                if error.code is not ErrorCode.UNAVAILABLE:
                    raise
                # An error would end the subscription for good; clients come back after this code, and go on where they were.
                self._end(CloseError(1013, "Try again later"))
            finally:
                self._budgets.leave(client, Place.SUBSCRIPTION)

    async def _answer(self, name: str, answer: Answer) -> None:
        """The one answer of an operation, which ends it."""
        if answer.request_error is not None:
            await self._say({"id": name, "type": "error", "payload": json.loads(answer.body)["errors"]})
            return
        await self._next(name, answer)
        await self._say({"id": name, "type": "complete"})

    async def _next(self, name: str, answer: Answer) -> None:
        payload = answer.extended(self._service.graph.limits.cost).decode()
        await self._write(f'{{"id":{json.dumps(name)},"type":"next","payload":{payload}}}', len(answer.body))

    async def _say(self, message: Mapping[str, Any]) -> None:
        await self._write(json.dumps(message, ensure_ascii=False))

    async def _write(self, text: str, size: int = 0) -> None:
        client = self._access.principal.client_id if self._access is not None else ""
        async with Outlet(self._budgets, client, cutter(self._socket.scope)).way(size):
            await self._socket.send_text(text)
            await taken(self._socket.scope)


def said_in(payload: Any) -> dict[str, str]:
    """What clients put into a payload in the way of headers, at its top or under `headers`, whatever the case of the names; a
    token alone is a bearer's."""
    if not isinstance(payload, dict):
        return {}
    below = payload.get("headers")
    members = {**(below if isinstance(below, dict) else {}), **payload}
    said = {name.lower(): value for name, value in members.items() if isinstance(value, str)}
    token = next((said[name] for name in _TOKENS if name in said), None)
    if token is not None and "authorization" not in said:
        said["authorization"] = token if " " in token.strip() else f"Bearer {token}"
    return said


def _read(text: str | None) -> dict[str, Any]:
    """A message of the protocol: a JSON object in a text frame."""
    try:
        message = read_json(text, "JSON") if text is not None else None
    except HubError:
        message = None
    if not isinstance(message, dict):
        raise CloseError(4400, "Invalid message received")
    return message
