"""Client secrets: made here, shown once, kept as a salted scrypt hash that names its own cost."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets

_LOG2_N, _R, _P = 14, 8, 1
_SALT_BYTES = 16
_KEY_BYTES = 64
#: A kept hash may ask for no more memory than this.
_MOST_MEMORY = 128 * 1024 * 1024


def new_secret() -> str:
    """A secret of 256 random bits, in letters that need no escaping anywhere."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret.  Takes about 50 ms: run it beside the event loop."""
    salt = os.urandom(_SALT_BYTES)
    return _written(salt, _derive(secret, salt, (_LOG2_N, _R, _P), _KEY_BYTES))


def matches(secret: str, kept: str) -> bool:
    """Whether a secret is the one that was kept, in constant time.  Takes about 50 ms: run it beside the event loop."""
    try:
        scheme, log2_n, r, p, salt, key = kept.split("$")
        if scheme != "scrypt":
            return False
        expected = base64.b64decode(key, validate=True)
        found = _derive(secret, base64.b64decode(salt, validate=True), (int(log2_n), int(r), int(p)), len(expected))
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(found, expected)


def matches_nothing() -> str:
    """A kept hash that costs as much as any and that no secret matches."""
    return _written(os.urandom(_SALT_BYTES), os.urandom(_KEY_BYTES))


def _written(salt: bytes, key: bytes) -> str:
    return f"scrypt${_LOG2_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _derive(secret: str, salt: bytes, cost: tuple[int, int, int], length: int) -> bytes:
    log2_n, r, p = cost
    text = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=1 << log2_n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=length)
