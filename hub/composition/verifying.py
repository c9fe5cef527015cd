"""What anybody may do with an attestation without signing in: fetch its status list, and have it verified at `/verify`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auth.pages import page
from hub.client.attestations import verify
from hub.client.verdicts import TEXTS, Verdict, Verified
from hub.domain.calendar.moments import Clock
from hub.domain.words.errors import TEXTS as CODES
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.bodies import read_spooled
from hub.services.banks.attestations import TTL_SECONDS, Attestations
from hub.signing import SigningKeys
from schema.denials import denial
from schema.statuses import status_of

_MOST_BYTES, _BODY_SECONDS = 262_144, 10.0
#: The page's form has two parts.
_MOST_PARTS, _MOST_FIELDS = 5, 10
_BOUNDARY = re.compile(r'boundary="?([^";]{1,70})')
_FORM = (
    '<form method="post" action="/verify" enctype="multipart/form-data">'
    '<p><label for="file">证明文件 <span lang="en">/ file</span></label><br><input type="file" id="file" name="file"></p>'
    '<p><label for="p">或粘贴内容 <span lang="en">/ or its text</span></label><br>'
    '<textarea id="p" name="p" rows="6" cols="60"></textarea></p>'
    '<button type="submit">核验 <span lang="en">/ Verify</span></button></form>'
)
#: What is shown of what the holder shows; the rest of it is for machines.
_NAMES = {
    "licenceNo": ("采矿许可证号", "licence"),
    "name": ("矿山", "mine"),
    "answer": ("结论", "answer"),
    "standing": ("绿色矿山状态", "standing"),
    "standingSince": ("自", "since"),
    "on": ("所问日期", "day"),
    "directoryLevel": ("名录级别", "directory"),
    "directoryDocument": ("公告文号", "document"),
    "certificateNo": ("证书编号", "certificate"),
    "licenceValidUntil": ("许可证有效期止", "licence until"),
    "holder": ("采矿权人", "holder"),
    "penalties": ("公示期内的处罚", "penalties in publication"),
    "openTransfers": ("未办结的移交", "open cases"),
    "findings": ("核查发现", "findings"),
    "aud": ("签发给", "issued for"),
    "check": ("核查", "check"),
}


class Verifying:
    """The public routes of attestations."""

    def __init__(self, attestations: Attestations, keys: SigningKeys, clock: Clock) -> None:
        self._attestations = attestations
        self._keys = keys
        self._clock = clock

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/status-lists/{number:int}", self.status_list, methods=["GET"]),
            Route("/verify", self.ask, methods=["GET"]),
            Route("/verify", self.posted, methods=["POST"]),
        ]

    async def status_list(self, request: Request) -> Response:
        """A signed Token Status List."""
        number = request.path_params["number"]
        token = await self._attestations.status_list(number) if number < 1 << 31 else None
        if token is None:
            return denial(HubError(ErrorCode.NOT_FOUND, str(number)[:64]), request.scope)
        headers = {"cache-control": f"public, max-age={TTL_SECONDS}"}
        return Response(token, media_type="application/statuslist+jwt", headers=headers)

    async def ask(self, request: Request) -> Response:
        """The form, or what is to be said of the attestation that a code on paper leads to."""
        if presented := request.query_params.get("p"):
            return self._said(await self._verified(presented))
        return _answered(page("核验证明", "Verify a statement", _FORM, 200))

    async def posted(self, request: Request) -> Response:
        """What is to be said of an attestation that was handed in."""
        try:
            body = await read_spooled(request.receive, most_bytes=_MOST_BYTES, seconds=_BODY_SECONDS)
        except HubError as error:
            chinese, english = CODES[error.code]
            content = f'<p>{chinese}。<span lang="en">{english}.</span></p>{_FORM}'
            return _answered(page("核验证明", "Verify a statement", content, status_of(error.code)))
        return self._said(await self._verified(presented_in(body, request.headers.get("content-type", ""))))

    async def _verified(self, presented: str) -> Verified:
        asked: dict[str, Any] = {
            "keys": self._keys.public(),
            "issuer": self._attestations.issuer,
            "now": self._clock().timestamp(),
        }
        before = verify(presented, **asked)
        if before.verdict is not Verdict.STATUS_UNKNOWN:
            return before
        # Whose signature is good names a list of ours.
        number = str(before.shown["status"]["status_list"]["uri"]).rpartition("/")[2]
        listed = await self._attestations.status_list(int(number)) if number.isascii() and number.isdigit() else None
        return verify(presented, status_list=listed, **asked)

    def _said(self, verified: Verified) -> Response:
        chinese, english = TEXTS[verified.verdict]
        rows = "" if verified.verdict is Verdict.ALTERED else _rows(verified.shown)
        return _answered(
            page(chinese, english, f"<dl>{rows}</dl><p><a href='/verify'>再核验一份 / verify another</a></p>", 200)
        )


def _answered(told: HTMLResponse) -> HTMLResponse:
    told.headers["cache-control"] = "no-store"
    return told


def _rows(shown: Mapping[str, Any]) -> str:
    return "".join(
        f'<dt>{chinese} <span lang="en">/ {english}</span></dt><dd>{escape(_text(shown[name]))}</dd>'
        for name, (chinese, english) in _NAMES.items()
        if shown.get(name) is not None
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def presented_in(body: bytes, content_type: str) -> str:
    """What was handed in: a form's file or text, or the text itself."""
    if content_type.startswith("multipart/form-data"):
        body = next((part for part in _parts(body, content_type) if part.strip()), b"")
    elif content_type.startswith("application/x-www-form-urlencoded"):
        # Of a form with more fields than any of ours nothing is read.
        with suppress(ValueError):
            return parse_qs(body.decode("ascii", "replace"), max_num_fields=_MOST_FIELDS).get("p", [""])[0]
        return ""
    return body.decode("ascii", "replace").strip()


def _parts(body: bytes, content_type: str) -> Iterator[bytes]:
    """The contents of the first parts of a form (RFC 7578).  Anybody may send one, and whatever stands in it is split and not
    read: a parser of mail takes a second for as many parts as a body may have."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return
    delimiter = b"\r\n--" + boundary[1].encode("latin-1", "replace")
    for part in (b"\r\n" + body).split(delimiter, _MOST_PARTS)[1:_MOST_PARTS]:
        yield part.partition(b"\r\n\r\n")[2]
