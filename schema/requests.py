"""A request as it is sent: a document, or the id of a registered one, with its operation's name and variables."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, NoReturn
from urllib.parse import parse_qsl

from auth.principals import Principal
from hub.domain.as_of import KNOWN_AT, KNOWN_AT_HEADER, ON, ON_HEADER, PRESENT, Asked
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import HEADER, Purpose, read_purpose
from hub.services.access.trusted_documents import TrustedDocuments, md5, sha256
from schema.answers import Operation

_DEEPEST = 64
_PURPOSE = HEADER.lower().encode()
#: Lists, objects and members of a whole request.  Reading them is one piece of work that nothing else gets between: so many
#: take less than a tenth of a second, and as many as a body holds would take seconds.
_MOST_PARTS = 100_000
_MOST_PARAMETERS = 20
_LONGEST_NAME = 50
_ON, _KNOWN_AT = (name.lower().encode() for name in (ON_HEADER, KNOWN_AT_HEADER))
#: The members of a request that brings its document and asks of the present, as most do.
_PLAIN = frozenset({"query", "variables", "operationName"})
_CONTAINERS = (dict, list)
#: Parameters of an address that are JSON themselves.
_OF_JSON = ("variables", "extensions")
#: The SHA-256 of a document, or its MD5.
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})|(?:md5:)?([0-9a-f]{32})")


def _no_constant(_word: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError


_JSON = json.JSONDecoder(parse_constant=_no_constant)
_BLANKS = " \t\n\r"


class GraphQLRequest(NamedTuple):
    """What a request holds.  `digest` is the SHA-256 or the MD5, in hex, of the registered document that it asks by."""

    document: str | None
    digest: str | None
    name: str | None
    variables: Mapping[str, Any]
    #: Whether it came in a way by which nothing may be changed.
    safe: bool = False
    as_of: Asked = PRESENT

    async def operation(
        self, documents: TrustedDocuments, caller: Principal, purpose: Purpose | None, stated: Asked = PRESENT
    ) -> Operation:
        """The operation to run for a caller, who names a purpose, and may have stated a moment besides.

        Raises PERSISTED_QUERY_NOT_FOUND, DOCUMENT_NOT_TRUSTED for a caller that is held to its registered documents, and
        INVALID_INPUT for two moments.
        """
        as_of = self.as_of if stated is PRESENT else self.as_of.with_stated(stated)
        if self.digest is not None:
            try:
                document = await documents.find(self.digest, caller)
                return Operation(document, self.name, self.variables, purpose, trusted=True, safe=self.safe, as_of=as_of)
            except HubError:
                if self.document is None:
                    raise
        assert self.document is not None
        if await documents.is_held(caller):
            raise HubError(ErrorCode.DOCUMENT_NOT_TRUSTED, field="query")
        return Operation(self.document, self.name, self.variables, purpose, safe=self.safe, as_of=as_of)


def read_request(body: bytes | str) -> GraphQLRequest:
    """A request of JSON text; MALFORMED_REQUEST for what is no JSON, INVALID_REQUEST for what is no request or is too much."""
    return asked_by(read_json(body, "JSON"))


def read_address(query: bytes) -> GraphQLRequest:
    """A request that stands in an address (GET), as its parameters; what is empty counts as left out.

    Raises MALFORMED_REQUEST for what cannot be read, INVALID_REQUEST for what is no request.
    """
    return asked_by(parameters_of(query, _OF_JSON))._replace(safe=True)


def parameters_of(query: bytes, of_json: Collection[str], known: Collection[str] | None = None) -> dict[str, Any]:
    """The parameters of an address, of which some are JSON; what is empty is null.

    Raises MALFORMED_REQUEST for what cannot be read, INVALID_REQUEST for what is repeated, UNKNOWN_FIELD for what is none of
    the `known`: a filter that is misspelt must not pass for none.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict")
    except ValueError:
        raise HubError(ErrorCode.MALFORMED_REQUEST, "application/x-www-form-urlencoded") from None
    data: dict[str, Any] = {}
    for name, value in pairs:
        if name in data:
            raise HubError(ErrorCode.INVALID_REQUEST, f"{name}: once", field=name)
        if known is not None and name not in known:
            raise HubError(ErrorCode.UNKNOWN_FIELD, ", ".join(known), field=name[:_LONGEST_NAME])
        data[name] = (read_json(value, name) if name in of_json else value) if value else None
    return data


def read_json(body: bytes | str, name: str) -> Any:
    """What a JSON text says, which has this name; MALFORMED_REQUEST for what is none, INVALID_REQUEST for too much."""
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        # Those within texts count as well: to know them from others takes as long as to read it all.
        if len(text) > _MOST_PARTS and sum(map(text.count, "[{,")) > _MOST_PARTS:
            raise HubError(ErrorCode.INVALID_REQUEST, f"≤ {_MOST_PARTS} lists, objects and commas")
        if text.startswith("{"):
            # As `decode` does, which looks for blanks by patterns first.
            value, end = _JSON.raw_decode(text)
            if not text[end:].strip(_BLANKS):
                return value
        return _JSON.decode(text)
    except (ValueError, RecursionError):
        raise HubError(ErrorCode.MALFORMED_REQUEST, name) from None


def asked_by(data: Any) -> GraphQLRequest:
    """A request of JSON data; INVALID_REQUEST for what is none."""
    if not isinstance(data, dict):
        raise HubError(ErrorCode.INVALID_REQUEST, "{…}; no batches" if isinstance(data, list) else "{…}")
    document = _member(data, "query", str)
    is_plain = data.keys() <= _PLAIN
    digest = None if is_plain else _digest(data, document)
    if document is None and digest is None:
        raise HubError(ErrorCode.INVALID_REQUEST, "query", field="query")
    variables = _member(data, "variables", dict) or {}
    if _is_deep(variables):
        raise HubError(ErrorCode.INVALID_REQUEST, f"variables: ≤ {_DEEPEST} deep", field="variables")
    # What is empty names no operation: some clients send it where there is one alone.
    as_of = PRESENT if is_plain else _as_of(data)
    return GraphQLRequest(document, digest, _member(data, "operationName", str) or None, variables, as_of=as_of)


def purpose_by(headers: Mapping[bytes, bytes]) -> Purpose | None:
    """The purpose that the headers of a request name."""
    stated = headers.get(_PURPOSE)
    return read_purpose(stated.decode("latin-1")) if stated else None


def stated_by(headers: Mapping[bytes, bytes]) -> Asked:
    """The moment that the headers of a request name."""
    on, known_at = headers.get(_ON), headers.get(_KNOWN_AT)
    if on is None and known_at is None:
        return PRESENT
    return Asked.read(on and on.decode("latin-1").strip(), known_at and known_at.decode("latin-1").strip())


def _as_of(data: dict[str, Any]) -> Asked:
    """The moment that `extensions.asOf` names."""
    said = _member(_member(data, "extensions", dict) or {}, "asOf", dict)
    if not said:
        return PRESENT
    if unknown := said.keys() - {ON, KNOWN_AT}:
        raise HubError(ErrorCode.INVALID_REQUEST, f"asOf: {ON}, {KNOWN_AT}", field=f"extensions.asOf.{min(unknown)[:80]}")
    return Asked.read(said.get(ON), said.get(KNOWN_AT))


def _is_deep(value: Any) -> bool:
    """Whether lists and objects lie deeper within one another than anything that we take; not all that reads JSON writes it."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, _CONTAINERS)
        ]
        if not level:
            return False
    return True


def _digest(data: dict[str, Any], document: str | None) -> str | None:
    """The registered document asked for, by `documentId`, in Relay's way (`doc_id`) or in Apollo's; one that is sent along must
    be that document."""
    extensions = _member(data, "extensions", dict) or {}
    name = "documentId" if data.get("documentId") is not None else "doc_id"
    digest: str | None = _member(data, name, str)
    if digest is not None:
        pass
    elif (persisted := _member(extensions, "persistedQuery", dict)) is not None:
        name = "extensions.persistedQuery"
        digest = _member(persisted, "sha256Hash", str)
        if persisted.get("version") != 1 or digest is None:
            raise HubError(ErrorCode.INVALID_REQUEST, name, field=name)
    if digest is None:
        return None
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise HubError(ErrorCode.INVALID_REQUEST, f"{name}: sha256", field=name)
    if document is not None and not _is_of(document, sha=match[1], other=match[2]):
        raise HubError(ErrorCode.INVALID_REQUEST, f"{name}: not the SHA-256 of query", field=name)
    return match[1] or match[2]


def _is_of(document: str, *, sha: str | None, other: str | None) -> bool:
    """Whether a digest is the document's; none is of text that is no Unicode."""
    try:
        return sha256(document) == sha if sha else md5(document) == other
    except UnicodeEncodeError:
        return False


def _member(data: dict[str, Any], name: str, kind: type) -> Any:
    """A member of the request, null where it is absent; INVALID_REQUEST where it is of another type."""
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise HubError(ErrorCode.INVALID_REQUEST, name, field=name)
    return value
