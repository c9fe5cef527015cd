"""Checking an attestation offline: SD-JWT VC (RFC 9901) signed by the hub, with its Token Status List.

All that is needed is the hub's key set (`/.well-known/jwks.json`) and a status list, both of which can be kept beside the file.
What a token says of itself is believed only when its signature is: header and types are exact, no key comes with a token, and
every disclosure is one that was signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from hub.client.verdicts import RefusedError, Verdict, Verified

ALGORITHM = "ES256"
#: Explicit types: none of the hub's other tokens can stand for one of these.
TYPE, STATUS_TYPE = "dc+sd-jwt", "statuslist+jwt"
#: What kind of attestation it is, below the issuer's address.
KIND = "/attestations/loan-check"
#: How long one is good at most, and how far another machine's clock may run ahead, in seconds.
LONGEST_SECONDS = 30 * 86_400
_LEEWAY = 60
_HEADER = frozenset({"alg", "typ", "kid"})
_MOST_CHARACTERS, _MOST_LIST = 262_144, 1 << 20
#: What is always shown, and what only a disclosure can show; nothing else is part of an attestation.
_ALWAYS = frozenset(
    {"iss", "aud", "iat", "exp", "jti", "vct", "status", "check", "answerHash", "log", "ruleSet", "_sd", "_sd_alg"}
)


def verify(
    presented: str,
    *,
    keys: Mapping[str, Any],
    issuer: str,
    now: float,
    status_list: str | None = None,
    audience: str | None = None,
) -> Verified:
    """What an attestation is worth.  Without a status list it is STATUS_UNKNOWN at best."""
    try:
        claims, shown = _opened(presented, keys)
    except RefusedError as refused:
        return Verified(refused.verdict, reason=refused.reason)
    try:
        _check_claims(claims, issuer, audience, now)
        _check_status(claims, status_list, keys, issuer, now)
    except RefusedError as refused:
        return Verified(refused.verdict, shown, refused.reason)
    return Verified(Verdict.GENUINE, shown)


def presenting(sd_jwt: str, names: Sequence[str]) -> str:
    """An attestation that shows only these of what can be disclosed: a bank passes the standing on without the findings."""
    token, *disclosures = sd_jwt.rstrip("~").split("~")
    return "~".join([token, *(one for one in disclosures if _disclosed(one)[1] in names), ""])


def disclosed(presented: str) -> dict[str, Any]:
    """What an attestation shows besides what is always shown, by name; it is not verified here."""
    return {name: value for _, name, value in map(_disclosed, presented.rstrip("~").split("~")[1:])}


def answer_hash(answer: Any) -> str:
    """The digest of a whole answer: SHA-256 of its JSON with sorted names and no blanks."""
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return coded(hashlib.sha256(text.encode()).digest())


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def digest(disclosure: str) -> str:
    return coded(hashlib.sha256(disclosure.encode()).digest())


def _decoded(part: str) -> bytes:
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError(Verdict.ALTERED, "encoding") from None
    if coded(data) != part:
        raise RefusedError(Verdict.ALTERED, "spelling")
    return data


def _strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise RefusedError(Verdict.ALTERED, "a name twice")
    return dict(pairs)


def _object(part: str) -> Any:
    try:
        return json.loads(_decoded(part), object_pairs_hook=_strict)
    except (ValueError, RecursionError):
        raise RefusedError(Verdict.ALTERED, "json") from None


def _signed(token: str, kind: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token of a kind that one of the keys has signed."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii() or len(token) > _MOST_CHARACTERS:
        raise RefusedError(Verdict.ALTERED, "parts")
    header, claims, signature = _object(parts[0]), _object(parts[1]), _decoded(parts[2])
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise RefusedError(Verdict.ALTERED, "objects")
    if set(header) != _HEADER or header["alg"] != ALGORITHM or header["typ"] != kind:
        raise RefusedError(Verdict.ALTERED, "header")
    key = next((one for one in _keys_in(keys) if one.get("kid") == header["kid"]), None)
    if key is None:
        raise RefusedError(Verdict.UNKNOWN_KEY, "kid")
    try:
        imported = ECKey.import_key({name: key[name] for name in ("kty", "crv", "x", "y")})
        good = JWSRegistry.algorithms[ALGORITHM].verify(f"{parts[0]}.{parts[1]}".encode(), signature, imported)
    except (JoseError, ValueError, KeyError, TypeError):
        raise RefusedError(Verdict.UNKNOWN_KEY, "key") from None
    if not good:
        raise RefusedError(Verdict.ALTERED, "signature")
    return claims


def _keys_in(keys: Any) -> list[Mapping[str, Any]]:
    """The keys of a set; what was saved instead of one has none."""
    held = keys.get("keys") if isinstance(keys, Mapping) else None
    return [one for one in held if isinstance(one, Mapping)] if isinstance(held, list) else []


def _disclosed(disclosure: str) -> tuple[str, str, Any]:
    told = _object(disclosure)
    if not isinstance(told, list) or len(told) != 3 or not all(isinstance(one, str) for one in told[:2]):
        raise RefusedError(Verdict.ALTERED, "disclosure")
    return told[0], told[1], told[2]


def _opened(presented: str, keys: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The claims that were signed, and with them what is disclosed."""
    token, *disclosures = presented.strip().split("~")
    # Whatever follows the last tilde would be a key binding, which none of these has.
    if not disclosures or disclosures.pop():
        raise RefusedError(Verdict.ALTERED, "no presentation of an SD-JWT")
    claims = _signed(token, TYPE, keys)
    digests = claims.get("_sd")
    if claims.keys() != _ALWAYS or claims["_sd_alg"] != "sha-256" or not isinstance(digests, list):
        raise RefusedError(Verdict.ALTERED, "claims")
    shown = {name: value for name, value in claims.items() if name not in ("_sd", "_sd_alg")}
    for disclosure in disclosures:
        _, name, value = _disclosed(disclosure)
        if digest(disclosure) not in digests or name in shown or name in ("_sd", "..."):
            raise RefusedError(Verdict.ALTERED, "a disclosure that was not signed")
        shown[name] = value
    return claims, shown


def _moment(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise RefusedError(Verdict.ALTERED, name)
    return value


def _check_claims(claims: Mapping[str, Any], issuer: str, audience: str | None, now: float) -> None:
    issued, ends = _moment(claims, "iat"), _moment(claims, "exp")
    if claims["iss"] != issuer:
        raise RefusedError(Verdict.WRONG_ISSUER, "iss")
    if claims["vct"] != issuer + KIND:
        raise RefusedError(Verdict.ALTERED, "vct")
    if audience is not None and claims["aud"] != audience:
        raise RefusedError(Verdict.WRONG_AUDIENCE, "aud")
    if ends - issued > LONGEST_SECONDS:
        raise RefusedError(Verdict.ALTERED, "longer than any is good")
    if issued > now + _LEEWAY:
        raise RefusedError(Verdict.NOT_YET_VALID, "iat")
    if ends <= now:
        raise RefusedError(Verdict.EXPIRED, "exp")


def _check_status(claims: Mapping[str, Any], status_list: str | None, keys: Mapping[str, Any], issuer: str, now: float) -> None:
    """Whether the list, which is the one that the attestation names, is young, and does not say that it was revoked."""
    if status_list is None:
        raise RefusedError(Verdict.STATUS_UNKNOWN, "no status list")
    try:
        place = claims["status"]["status_list"]
        address, index = place["uri"], _moment(place, "idx")
        told = _signed(status_list.strip(), STATUS_TYPE, keys)
        written = told["status_list"]
        issued, ends = _moment(told, "iat"), _moment(told, "exp")
        if told.get("iss") != issuer or told.get("sub") != address or written["bits"] != 1:
            raise RefusedError(Verdict.STATUS_UNKNOWN, "another list")
        bits = _inflated(_decoded(written["lst"]))
    except RefusedError as refused:
        raise RefusedError(Verdict.STATUS_UNKNOWN, refused.reason) from None
    except (KeyError, TypeError, AttributeError):
        raise RefusedError(Verdict.STATUS_UNKNOWN, "no such list") from None
    if issued > now + _LEEWAY or ends <= now:
        raise RefusedError(Verdict.STATUS_UNKNOWN, "an old list")
    if not 0 <= index < len(bits) * 8:
        raise RefusedError(Verdict.STATUS_UNKNOWN, "idx")
    if bits[index // 8] >> (index % 8) & 1:
        raise RefusedError(Verdict.REVOKED, "revoked")


def _inflated(packed: bytes) -> bytes:
    """What is packed, up to a bound: a small list may not become a large one."""
    opened = zlib.decompressobj()
    try:
        bits = opened.decompress(packed, _MOST_LIST)
    except zlib.error:
        raise RefusedError(Verdict.STATUS_UNKNOWN, "lst") from None
    if not opened.eof:
        raise RefusedError(Verdict.STATUS_UNKNOWN, "lst")
    return bits
