"""A bank's client of the hub: one that waits for its answers, and one that does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import httpx

from hub.client.attestations import verify
from hub.client.credentials import Credential
from hub.client.flows import Flow, Flows, Request, Response
from hub.client.results import Attestation, Event, LoanCheck, PortfolioPut
from hub.client.verdicts import Verified

T = TypeVar("T")

_PAGE = 500
_SECONDS = 30.0


class Bank:
    """Asks the hub and waits.  `http` may be one's own; one that is made here is closed by `close`."""

    def __init__(self, address: str, credential: Credential, purpose: str, *, http: httpx.Client | None = None) -> None:
        self._flows = Flows(address, credential, purpose)
        self._http = http or httpx.Client(timeout=_SECONDS)

    def __enter__(self) -> Bank:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def loan_check(
        self,
        licence_no: str | None = None,
        uscc: str | None = None,
        on: date | None = None,
        *,
        known_at: datetime | None = None,
    ) -> LoanCheck:
        """Check a mine (its borrower's credit code beside it), or all mines of an enterprise: on a day, today if none is named,
        and by what the hub knew at an instant with its offset, now if none is."""
        return self._run(self._flows.loan_check(licence_no, uscc, on, known_at))

    def loan_checks(
        self,
        licence_nos: Iterable[str] = (),
        usccs: Iterable[str] = (),
        on: date | None = None,
        *,
        known_at: datetime | None = None,
    ) -> LoanCheck:
        """Check up to 1,000 mines; what cannot be checked is a row with its problem."""
        return self._run(self._flows.loan_checks(licence_nos, usccs, on, known_at))

    def attest(self, check: str, licence_no: str | None = None) -> Attestation:
        """The signed statement of a check."""
        return self._run(self._flows.attest(check, licence_no))

    def put_portfolio(
        self,
        name: str,
        file: Path,
        least_severity: str = "ATTENTION",
        digest: str | None = None,
        *,
        least_fine: Decimal | None = None,
    ) -> PortfolioPut:
        """Keep a portfolio with exactly the mines of a workbook or CSV file; each row that is not watched says why.

        Of a mine whose fines in publication come to `least_fine` yuan each penalty is an event, however grave.
        """
        return self._run(self._flows.put_portfolio(name, file.read_bytes(), least_severity, digest, least_fine))

    def verify(self, presented: str, audience: str | None = None, status_list: str | None = None) -> Verified:
        """Verify a statement with the hub's present keys, and its list where one is named (`Attestation.status_list`)."""
        keys = self._run(self._flows.key_set())
        listed = self._run(self._flows.fetched(status_list)) if status_list else None
        asked: dict[str, Any] = {"keys": keys, "issuer": self._flows.address, "now": time.time()}
        return verify(presented, status_list=listed, audience=audience, **asked)

    def feed(self, cursor_file: Path) -> Iterator[Event]:
        """What was posted since the cursor that the file holds, to the end; the file is moved on behind each page.

        HubRefusedError of `after` for what is no cursor, LOG_CHANGED and CURSOR_TOO_OLD where the hub's log is another one.
        """
        after, more = _cursor(cursor_file), True
        while more:
            events, after, more = self._run(self._flows.events(after, _PAGE))
            yield from events
            _keep(cursor_file, after)

    def _run(self, flow: Flow[T]) -> T:
        try:
            request = next(flow)
            while True:
                time.sleep(request.wait)
                request = flow.send(self._sent(request))
        except StopIteration as done:
            found: T = done.value
            return found

    def _sent(self, request: Request) -> Response:
        try:
            answer = self._http.request(request.method, request.url, **_parts(request))
        except (httpx.RequestError, httpx.InvalidURL):
            return Response(0, {}, b"")
        return Response(answer.status_code, answer.headers, answer.content)


class AsyncBank:
    """Asks the hub without waiting; in all else it is `Bank`."""

    def __init__(self, address: str, credential: Credential, purpose: str, *, http: httpx.AsyncClient | None = None) -> None:
        self._flows = Flows(address, credential, purpose)
        self._http = http or httpx.AsyncClient(timeout=_SECONDS)

    async def __aenter__(self) -> AsyncBank:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def loan_check(
        self,
        licence_no: str | None = None,
        uscc: str | None = None,
        on: date | None = None,
        *,
        known_at: datetime | None = None,
    ) -> LoanCheck:
        return await self._run(self._flows.loan_check(licence_no, uscc, on, known_at))

    async def loan_checks(
        self,
        licence_nos: Iterable[str] = (),
        usccs: Iterable[str] = (),
        on: date | None = None,
        *,
        known_at: datetime | None = None,
    ) -> LoanCheck:
        return await self._run(self._flows.loan_checks(licence_nos, usccs, on, known_at))

    async def attest(self, check: str, licence_no: str | None = None) -> Attestation:
        return await self._run(self._flows.attest(check, licence_no))

    async def put_portfolio(
        self,
        name: str,
        file: Path,
        least_severity: str = "ATTENTION",
        digest: str | None = None,
        *,
        least_fine: Decimal | None = None,
    ) -> PortfolioPut:
        body = await asyncio.to_thread(file.read_bytes)
        return await self._run(self._flows.put_portfolio(name, body, least_severity, digest, least_fine))

    async def verify(self, presented: str, audience: str | None = None, status_list: str | None = None) -> Verified:
        keys = await self._run(self._flows.key_set())
        listed = await self._run(self._flows.fetched(status_list)) if status_list else None
        asked: dict[str, Any] = {"keys": keys, "issuer": self._flows.address, "now": time.time()}
        return verify(presented, status_list=listed, audience=audience, **asked)

    async def feed(self, cursor_file: Path) -> AsyncIterator[Event]:
        after, more = _cursor(cursor_file), True
        while more:
            events, after, more = await self._run(self._flows.events(after, _PAGE))
            for event in events:
                yield event
            _keep(cursor_file, after)

    async def _run(self, flow: Flow[T]) -> T:
        try:
            request = next(flow)
            while True:
                await asyncio.sleep(request.wait)
                request = flow.send(await self._sent(request))
        except StopIteration as done:
            found: T = done.value
            return found

    async def _sent(self, request: Request) -> Response:
        try:
            answer = await self._http.request(request.method, request.url, **_parts(request))
        except (httpx.RequestError, httpx.InvalidURL):
            return Response(0, {}, b"")
        return Response(answer.status_code, answer.headers, answer.content)


def _parts(request: Request) -> dict[str, Any]:
    """A request besides its method and address, as httpx takes it."""
    longer = {} if request.patience is None else {"timeout": request.patience}
    return {"headers": dict(request.headers), "content": request.body, **longer}


def _cursor(path: Path) -> str | None:
    return path.read_text("ascii", "replace").strip() or None if path.exists() else None


def _keep(path: Path, cursor: str | None) -> None:
    """In one step, so that a file that is there is whole."""
    if cursor:
        draft = path.with_suffix(".new")
        draft.write_text(cursor, "ascii")
        draft.replace(path)
