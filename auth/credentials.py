"""What a client shows to prove who it is: a secret in a header or in the form, or a signed assertion, and only one of them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from auth import assertions
from auth.errors import SignedObjectError, UnfitClaimError

BASIC = "client_secret_basic"
POST = "client_secret_post"
PRIVATE_KEY_JWT = "private_key_jwt"
METHODS = (PRIVATE_KEY_JWT, BASIC, POST)
_ASSERTION = ("client_assertion", "client_assertion_type")

#: Ids the hub gives are of this shape; anything else is nobody's, and is neither looked up nor logged.
_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a client has shown, not yet checked.  `secret` is its secret or its assertion."""

    method: str
    client_id: str
    secret: str = field(repr=False)

    @property
    def may_exist(self) -> bool:
        """Whether the id has the shape of those that the hub gives."""
        return _CLIENT_ID.fullmatch(self.client_id) is not None


class UnfitAssertionError(InvalidClientError):  # type: ignore[misc]
    """The assertion can be read, and does not prove who it is; `said` is why, where the one who asks may know."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


def shown(authorization: Sequence[str], form: Mapping[str, str]) -> Shown:
    """The credentials of a request.  `authorization` holds every Authorization header that came.

    Raises Authlib's InvalidClientError where there are none to read, InvalidRequestError where there are several.
    """
    if any(name in form for name in _ASSERTION):
        return _asserted(authorization, form)
    if not authorization:
        if not form.get("client_id") or not form.get("client_secret"):
            raise InvalidClientError()
        return Shown(POST, form["client_id"], form["client_secret"])
    if len(authorization) > 1 or "client_secret" in form:
        raise InvalidRequestError()
    basic = _basic(authorization[0])
    if form.get("client_id", basic.client_id) != basic.client_id:
        raise InvalidRequestError()
    return basic


def _asserted(authorization: Sequence[str], form: Mapping[str, str]) -> Shown:
    if authorization or "client_secret" in form:
        raise InvalidRequestError()
    if form.get("client_assertion_type") != assertions.TYPE or "client_assertion" not in form:
        raise InvalidClientError()
    token = form["client_assertion"]
    try:
        client_id = assertions.subject_of(token)
    except UnfitClaimError as error:
        raise UnfitAssertionError(error.said) from None
    except SignedObjectError:
        raise InvalidClientError() from None
    if form.get("client_id", client_id) != client_id:
        raise InvalidRequestError()
    return Shown(PRIVATE_KEY_JWT, client_id, token)


def _basic(header: str) -> Shown:
    kind, _, code = header.strip().partition(" ")
    if kind.lower() != "basic":
        raise InvalidClientError()
    try:
        user, colon, password = base64.b64decode(code.strip(), validate=True).decode("utf-8").partition(":")
        # RFC 6749, 2.3.1: both were form-encoded before they were put together.
        client_id, secret = unquote_plus(user, errors="strict"), unquote_plus(password, errors="strict")
    except (binascii.Error, ValueError):
        raise InvalidClientError() from None
    if not colon or not client_id or not secret:
        raise InvalidClientError()
    return Shown(BASIC, client_id, secret)
