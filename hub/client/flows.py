"""What passes between a client and the hub, without doing it: each flow gives requests and is sent the answers to them.

So the same flow serves a client that waits and one that does not.  A token is asked for when there is none, and again when the
hub says that it is none any more; what the hub could not do now is tried again, for nothing that is asked here does anything
twice.
"""

from __future__ import annotations

import json
import random
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from hub.client.credentials import Credential
from hub.client.errors import HubRefusedError, HubUnreachableError
from hub.client.results import Attestation, Event, LoanCheck, PortfolioPut, read, selection

T = TypeVar("T")

_ATTEMPTS, _LONGEST_WAIT = 5, 10.0
#: To look at the mines of a large portfolio takes a while.
_LONG = 660.0
_CSV, _WORKBOOK = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AGAIN = frozenset({408, 429, 502, 503, 504})
_CHECK = (
    "query ($licenceNo: String, $uscc: String, $on: Date, $knownAt: DateTime) "
    f"{{ told: loanCheck(licenceNo: $licenceNo, uscc: $uscc, on: $on, knownAt: $knownAt) {selection(LoanCheck)} }}"
)
_CHECKS = (
    "query ($licenceNos: [String!], $usccs: [String!], $on: Date, $knownAt: DateTime) "
    f"{{ told: loanChecks(licenceNos: $licenceNos, usccs: $usccs, on: $on, knownAt: $knownAt) {selection(LoanCheck)} }}"
)
_ATTEST = (
    "mutation ($check: ID!, $licenceNo: String) "
    f"{{ told: attest(check: $check, licenceNo: $licenceNo) {selection(Attestation)} }}"
)
_EVENTS = (
    "query ($after: Cursor, $first: Int) { told: events(after: $after, first: $first) "
    f"{{ nodes {selection(Event)} pageInfo {{ endCursor hasNextPage }} }} }}"
)
DOCUMENTS = (_CHECK, _CHECKS, _ATTEST, _EVENTS)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to send after `wait` seconds; one that takes long to be answered says for how many seconds to wait for it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    wait: float = 0.0
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered; 0 is the status of nothing."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Flow = Generator[Request, Response, T]


class Flows:
    """The flows of one client of one hub.  `purpose` says why it reads, such as `PRE_LOAN_REVIEW; ref=2026-17`."""

    def __init__(self, address: str, credential: Credential, purpose: str) -> None:
        self.address = address.rstrip("/")
        self._credential = credential
        self._purpose = purpose
        self._token: str | None = None
        self._nonce: str | None = None

    def loan_check(
        self, licence_no: str | None, uscc: str | None, on: date | None, known_at: datetime | None
    ) -> Flow[LoanCheck]:
        told = yield from self._asked(_CHECK, {"licenceNo": licence_no, "uscc": uscc, **_when(on, known_at)})
        return read(LoanCheck, told)

    def loan_checks(
        self, licence_nos: Iterable[str], usccs: Iterable[str], on: date | None, known_at: datetime | None
    ) -> Flow[LoanCheck]:
        named = {"licenceNos": list(licence_nos), "usccs": list(usccs)}
        told = yield from self._asked(_CHECKS, {**named, **_when(on, known_at)})
        return read(LoanCheck, told)

    def attest(self, check: str, licence_no: str | None) -> Flow[Attestation]:
        told = yield from self._asked(_ATTEST, {"check": check, "licenceNo": licence_no})
        return read(Attestation, told)

    def events(self, after: str | None, first: int) -> Flow[tuple[list[Event], str | None, bool]]:
        told = yield from self._asked(_EVENTS, {"after": after, "first": first})
        page = told["pageInfo"]
        return [read(Event, one) for one in told["nodes"]], page["endCursor"] or after, page["hasNextPage"]

    def key_set(self) -> Flow[dict[str, Any]]:
        """The hub's public keys."""
        answer = yield from self._fetched(f"{self.address}/.well-known/jwks.json")
        return _json(answer)

    def fetched(self, url: str) -> Flow[str]:
        """What anybody may fetch: a status list."""
        answer = yield from self._fetched(url)
        return answer.body.decode("ascii", "replace")

    def _fetched(self, url: str) -> Flow[Response]:
        answer = yield from self._sent("GET", url, lambda: {})
        if answer.status != 200:
            raise HubUnreachableError(f"{url}: {answer.status}")
        return answer

    def put_portfolio(
        self, name: str, file: bytes, least_severity: str, digest: str | None, least_fine: Decimal | None
    ) -> Flow[PortfolioPut]:
        fine = "" if least_fine is None else f"{least_fine:f}"
        query = urlencode({"name": name, "leastSeverity": least_severity, "digest": digest or "", "leastFine": fine})
        kind = _WORKBOOK if file.startswith(b"PK") else _CSV
        told = yield from self._posted(f"{self.address}/portfolios", file, kind, query=query, patience=_LONG)
        return read(PortfolioPut, told)

    def _asked(self, document: str, variables: Mapping[str, Any]) -> Flow[Any]:
        body = json.dumps({"query": document, "variables": variables}).encode()
        told = yield from self._posted(f"{self.address}/graphql", body, "application/json")
        if not isinstance(data := told.get("data"), dict) or data.get("told") is None:
            raise HubUnreachableError("an answer that is none of the hub's: no data")
        return data["told"]

    def _posted(
        self, url: str, body: bytes, content_type: str, *, query: str = "", patience: float | None = None
    ) -> Flow[Mapping[str, Any]]:
        """What is answered to something that is posted with a token; HubRefusedError for the first of its errors."""
        for _ in range(2):
            if self._token is None:
                yield from self._fetch_token()
            headers = partial(self._proving, "POST", url, content_type)
            answer = yield from self._sent("POST", f"{url}?{query}" if query else url, headers, body, patience)
            if answer.status == 401:
                self._token = None
                continue
            told = _json(answer)
            if errors := told.get("errors"):
                raise HubRefusedError.told(errors[0])
            return told
        raise HubRefusedError("UNAUTHENTICATED", "the token was refused twice")

    def _proving(self, method: str, url: str, content_type: str) -> dict[str, str]:
        headers = {"content-type": content_type, "hub-purpose": self._purpose}
        proof = self._credential.proof(method, url, self._nonce, self._token)
        if proof is None:
            return headers | {"authorization": f"Bearer {self._token}"}
        return headers | {"authorization": f"DPoP {self._token}", "dpop": proof}

    def _fetch_token(self) -> Flow[None]:
        url = f"{self.address}/oauth/token"
        for _ in range(2):
            body = urlencode(self._credential.form(self.address)).encode()

            def headers() -> dict[str, str]:
                proof = self._credential.proof("POST", url, self._nonce)
                return {"content-type": "application/x-www-form-urlencoded"} | ({"dpop": proof} if proof else {})

            answer = yield from self._sent("POST", url, headers, body)
            told = _json(answer)
            if answer.status == 200:
                if not isinstance(token := told.get("access_token"), str):
                    raise HubUnreachableError("an answer that is none of the hub's: no access_token")
                self._token = token
                return
            if told.get("error") != "use_dpop_nonce":
                raise HubRefusedError(str(told.get("error", "UNAUTHENTICATED")), str(told.get("error_description", "")))
        raise HubRefusedError("use_dpop_nonce", "the hub's nonce was refused")

    def _sent(
        self, method: str, url: str, headers: Any, body: bytes | None = None, patience: float | None = None
    ) -> Flow[Response]:
        """A request, again where that may help; a new proof each time, for each serves once."""
        wait = 0.0
        nonces = 0
        for attempt in range(_ATTEMPTS):
            answer = yield Request(method, url, headers(), body, wait, patience)
            fresh = answer.headers.get("dpop-nonce")
            wanted = fresh is not None and fresh != self._nonce and answer.status == 401 and not nonces
            self._nonce = fresh or self._nonce
            if wanted:
                nonces, wait = 1, 0.0
                continue
            if answer.status not in _AGAIN and answer.status != 0:
                return answer
            stated = answer.headers.get("retry-after", "")
            wait = float(stated) if stated.isascii() and stated.isdigit() else min(_LONGEST_WAIT, 0.2 * 2**attempt)
            wait *= random.uniform(1.0, 1.25)  # noqa: S311
        raise HubUnreachableError(f"{method} {url}: {answer.status or 'no answer'}")


def _when(on: date | None, known_at: datetime | None) -> dict[str, str | None]:
    return {"on": on.isoformat() if on else None, "knownAt": known_at.isoformat() if known_at else None}


def _json(answer: Response) -> dict[str, Any]:
    """The object that was answered; whatever else stands between answers nothing that can be read."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise HubUnreachableError(f"an answer that is none of the hub's: {answer.status}")
    return told
