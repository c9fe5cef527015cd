"""All kinds of records for whoever shows and fills them: `/console/kinds.json`, made from their declarations.

Menus, forms, tables and filters are drawn from it: a new kind needs no page of its own.  It tells what anybody may know, limits
and terms, and no record.
"""

from __future__ import annotations

import asyncio
import hashlib
from enum import StrEnum
from functools import cache
from typing import Any

import brotli
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from auth.principals import BankOffice, Role
from hub.domain.declaring import checks
from hub.domain.declaring.checks import Check
from hub.domain.declaring.fields import Field, Nested, Payload, camel, english, fields_of
from hub.domain.record_kinds import KINDS, PARTS, Kind, RecordKind, posting_name
from hub.domain.word_lists import WORD_LISTS, name_of, terms_of
from hub.domain.words.departments import DEPARTMENTS
from hub.http.compressing import accepted, compressed

PATH = "/console/kinds.json"
_LISTS: tuple[type[StrEnum], ...] = (*WORD_LISTS.values(), Role, BankOffice)


def described() -> dict[str, Any]:
    """Everything that is declared, as JSON data."""
    return {
        "kinds": {kind.value: _kind(kind, KINDS[kind]) for kind in RecordKind},
        "parts": {part.__name__: _part(part) for part in PARTS},
        "words": {words.__name__: _words(words) for words in _LISTS},
        "duties": {department.value: facts.duties for department, facts in DEPARTMENTS.items()},
    }


def _kind(kind: RecordKind, facts: Kind) -> dict[str, Any]:
    declared = fields_of(facts.payload)
    return {
        "type": facts.payload.__name__,
        "chinese": facts.payload.chinese,
        "english": english(facts.payload),
        "plural": camel(facts.plural),
        "mutation": posting_name(kind),
        "identity": [camel(name) for name in facts.identity],
        "number": camel(facts.number) if facts.number else None,
        "order": {"field": camel(facts.order.field), "descending": facts.order.descending},
        "keeper": facts.keeper.value if facts.keeper else None,
        "organ": camel(facts.payload.organ) if facts.payload.organ in {field.name for field in declared} else None,
        "namesMines": facts.names_mines,
        "concernsMines": facts.concerns_mines,
        "fields": [_field(field) for field in declared],
    }


def _field(field: Field) -> dict[str, Any]:
    spec = field.spec
    told: dict[str, Any] = {"name": field.wire, "chinese": spec.chinese, "english": spec.english}
    if spec.standard:
        told["standard"] = spec.standard
    told |= {
        word: True
        for word, holds in {
            "required": field.required,
            "derived": spec.derive is not None,
            "find": spec.find,
            "sort": spec.sort,
            "adds": spec.adds,
            "personal": spec.personal,
        }.items()
        if holds
    }
    if spec.sort or spec.adds:
        # What orders and sums call it.
        told["word"] = field.name.upper()
    if spec.link:
        told["link"] = {"noun": spec.link.noun, "name": camel(spec.link.name), "key": camel(spec.link.key)}
    return told | {"check": _check(spec.check)}


def _check(check: Check) -> dict[str, Any]:
    """What a field accepts."""
    match check:
        case checks.Code(limit=limit, error=error):
            return {"type": "code", "limit": limit, "refusal": error.value}
        case checks.Text(limit=limit):
            return {"type": "text", "limit": limit}
        case checks.Day(past=past):
            return {"type": "day", "past": past}
        case checks.Yuan(places=places, limit=limit):
            return {"type": "yuan", "places": places, "limit": str(limit)}
        case checks.Number(places=places, limit=limit):
            return {"type": "number", "places": places, "limit": str(limit)}
        case checks.Whole(low=low, high=high):
            return {"type": "whole", "low": low, "high": high}
        case checks.Flag():
            return {"type": "flag"}
        case checks.Word(words=words):
            return {"type": "word", "words": words.__name__}
        case checks.Several(each=each, least=least, most=most):
            return {"type": "list", "each": _check(each), "least": least, "most": most}
        case checks.Boundary():
            return {"type": "boundary"}
        case Nested(part=part):
            return {"type": "part", "part": part.__name__}
    raise TypeError(check)


def _part(part: type[Payload]) -> dict[str, Any]:
    return {"chinese": part.chinese, "english": english(part), "fields": [_field(field) for field in fields_of(part)]}


def _words(words: type[StrEnum]) -> dict[str, Any]:
    chinese, meaning = name_of(words)
    return {"chinese": chinese, "english": meaning, "words": [_word(word) for word in words]}


def _word(word: StrEnum) -> dict[str, str]:
    chinese, meaning = terms_of(word)
    return {"word": word.name, "chinese": chinese, "english": meaning}


class Kinds:
    """The route.  The document changes with the version of the hub alone: whoever has it is told that nothing has changed, and
    whoever names its digest keeps it for good."""

    def __init__(self) -> None:
        self._body = orjson.dumps(described())
        self._digest = hashlib.sha256(self._body).hexdigest()[:32]

    @property
    def address(self) -> str:
        """The document as it is now: another one has another address."""
        return f"{PATH}?digest={self._digest}"

    @property
    def route(self) -> Route:
        return Route(PATH, compressed(request_response(self._answer)), methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        etag = f'W/"{self._digest}"'
        # Hubs of two versions may answer side by side: what is asked for by the other's digest is kept by nobody.
        kept = "public, max-age=31536000, immutable" if request.query_params.get("digest") == self._digest else "no-cache"
        headers = {"etag": etag, "cache-control": kept}
        if etag in {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        body = self._body
        if "br" in accepted(request.headers.get("accept-encoding", "")):
            body = await asyncio.to_thread(_squeezed, body)
            headers |= {"content-encoding": "br", "vary": "accept-encoding"}
        return Response(body, media_type="application/json", headers=headers)


@cache
def _squeezed(body: bytes) -> bytes:
    """As small as it can be made: it is fetched before any page is drawn, and takes a tenth of a second once."""
    squeezed: bytes = brotli.compress(body)
    return squeezed
