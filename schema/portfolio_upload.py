"""Portfolios as files over HTTP: `POST /portfolios?name=…&leastSeverity=…&leastFine=…&digest=…` with a workbook or CSV as
the body, and a result for each row that is not watched.

It is `putPortfolio` by another way: the same rights, the same rules, the same line in the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from auth.principals import Principal
from auth.rules import BankAct, check_bank_act
from auth.scopes import READ
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import number
from hub.domain.words.purposes import Purpose
from hub.http.bodies import read_body
from hub.http.headers import by_name
from hub.http.leaving import Leavers
from hub.services.banks.portfolio_files import rows_of
from hub.services.banks.portfolios import Portfolios, Row
from schema.denials import denial
from schema.portfolios import PORTFOLIO
from schema.requests import parameters_of, purpose_by
from schema.service import Service
from schema.told import Teller, numbers_named
from schema.turns import Turns

W = TypeVar("W", Severity, DigestPeriod)

PATH = "/portfolios"
CSV = "text/csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Files that are read, or whose mines are looked at, at once.
_AT_ONCE = 2
_TURN_SECONDS = 60.0
#: So long it may take to look at the mines of a file; what was looked at by then is watched.
_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Put:
    """What is said of a portfolio beside its rows."""

    name: str
    least: Severity
    digest: DigestPeriod | None
    least_fine: Decimal | None


class PortfolioUpload:
    """The ASGI application of `/portfolios`.  `most_bytes` and `body_seconds` bound the body and the time of its coming."""

    def __init__(self, service: Service, portfolios: Portfolios, *, most_bytes: int, body_seconds: float) -> None:
        self._service = service
        self._portfolios = portfolios
        self._most_bytes = most_bytes
        self._body_seconds = body_seconds
        self._leavers = Leavers()
        self._turns = Turns(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = JSONResponse(await self._kept(scope, receive))
        except HubError as error:
            answer = denial(error, scope, allow="POST")
        except TimeoutError:
            answer = denial(HubError(ErrorCode.DEADLINE_EXCEEDED), scope)
        if answer.status_code != 200:
            # The rest of the file may still be on its way.
            answer.headers["connection"] = "close"
        await answer(scope, receive, send)

    async def _kept(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        """What came of a file, once it is known who sends it."""
        if scope["method"] != "POST":
            raise HubError(ErrorCode.METHOD_NOT_ALLOWED, "POST")
        access = await self._service.admit(scope)
        caller, headers = access.principal, by_name(scope)
        if READ not in caller.scopes:
            raise HubError(ErrorCode.FORBIDDEN, READ)
        check_bank_act(caller, BankAct.MANAGE_PORTFOLIOS)
        if await self._service.documents.is_held(caller):
            raise HubError(ErrorCode.DOCUMENT_NOT_TRUSTED)
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1") not in (CSV, WORKBOOK):
            raise HubError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, f"{CSV}, {WORKBOOK}")
        given = parameters_of(scope["query_string"], (), known=("name", "leastSeverity", "digest", "leastFine"))
        put = _Put(
            given.get("name") or "",
            _word(Severity, given, "leastSeverity") or Severity.ATTENTION,
            _word(DigestPeriod, given, "digest"),
            _number(given, "leastFine"),
        )
        purpose = purpose_by(headers)
        budgets = self._service.budgets
        budgets.enter(caller.account)
        try:
            body = await read_body(scope, receive, most_bytes=self._most_bytes, seconds=self._body_seconds)
            with self._leavers.while_there(receive):
                async with self._turns.held(caller.client_id, _TURN_SECONDS), asyncio.timeout(_SECONDS):
                    rows = await asyncio.to_thread(rows_of, body)
                    return await self._put(put, rows, caller, purpose)
        finally:
            budgets.leave(caller.account)

    async def _put(self, asked: _Put, rows: list[Row], caller: Principal, purpose: Purpose | None) -> dict[str, Any]:
        async def put(_given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
            return await self._portfolios.put(asked.name, asked.least, rows, caller, asked.digest, least_fine=asked.least_fine)

        teller = Teller(
            put,
            mines=lambda told: int(told["looked"]),
            named=lambda _: numbers_named(PORTFOLIO, (row.licence_no for row in rows)),
        )
        told = await self._service.graph.tell(teller, {}, caller, purpose)
        return {
            **{key: told[key] for key in ("portfolio", "accepted", "rejected")},
            "results": [one for one in told["results"] if one["problem"] is not None],
        }


def _number(given: Mapping[str, Any], name: str) -> Decimal | None:
    """The number that a parameter holds, if it holds any."""
    try:
        return number(given[name]) if given.get(name) else None
    except ValueError as error:
        raise HubError(ErrorCode.WRONG_TYPE, str(error), field=name) from None


def _word(words: type[W], given: Mapping[str, Any], name: str) -> W | None:
    """The word that a parameter holds, if it holds any."""
    said = given.get(name)
    if said is not None and said not in set(words):
        raise HubError(ErrorCode.NOT_A_CHOICE, ", ".join(words), field=name)
    return None if said is None else words(said)
