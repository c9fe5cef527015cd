"""Client secrets: made here, shown once, and kept as a keyed hash.

A secret is 256 random bits, which nobody guesses however fast: a slow hash would only slow down whoever checks it, and let
strangers with wrong ones take everybody's time.  Hashes of the slow kind (scrypt), which the hub made before, are still known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets

_KEYED = "hmac-sha256"
_SLOW = "scrypt"
_SALT_BYTES = 16
#: A kept hash may ask for no more memory than this.
_MOST_MEMORY = 128 * 1024 * 1024


def new_secret() -> str:
    """A secret of 256 random bits, in letters that need no escaping anywhere."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    salt = os.urandom(_SALT_BYTES)
    return _written(salt, _derive(secret, salt))


def is_slow(kept: str) -> bool:
    """Whether a check against this hash takes 50 ms and 16 MiB: it is for beside the event loop then, and for few at once."""
    return kept.startswith(f"{_SLOW}$")


def matches(secret: str, kept: str) -> bool:
    """Whether a secret is the one that was kept, in constant time."""
    try:
        match kept.split("$"):
            case [scheme, salt, key] if scheme == _KEYED:
                expected, derived = _read(key), _derive(secret, _read(salt))
            case [scheme, log2_n, r, p, salt, key] if scheme == _SLOW:
                expected = _read(key)
                cost = {"n": 1 << int(log2_n), "r": int(r), "p": int(p)}
                derived = hashlib.scrypt(_text(secret), salt=_read(salt), maxmem=_MOST_MEMORY, dklen=len(expected), **cost)
            case _:
                return False
    except (ValueError, OverflowError, binascii.Error):
        return False
    return hmac.compare_digest(derived, expected)


def matches_nothing() -> str:
    """A kept hash that costs as much as any new one and that no secret matches."""
    return _written(os.urandom(_SALT_BYTES), os.urandom(hashlib.sha256().digest_size))


def _written(salt: bytes, key: bytes) -> str:
    return f"{_KEYED}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _read(part: str) -> bytes:
    return base64.b64decode(part, validate=True)


def _derive(secret: str, salt: bytes) -> bytes:
    return hmac.digest(salt, _text(secret), hashlib.sha256)


def _text(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")
